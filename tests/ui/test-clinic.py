#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clinic's line, with credit for half a minute: protected text that is shown for a reason, a date in
words, the warning that credit ends and its end in the middle of the call, a wrap-up that runs out by itself
with its note kept; then the owner, who sees the reason, and hears the conversation and the voicemail.
  test-clinic.py BUILD [FOLDER]     pictures of each page are left in FOLDER"""
import os
import re
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)),
                os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools")]
import driver
import house
from pictures import Pictures
from stranger import Stranger

TENANT = os.path.join(house.ROOT, "data/demo/sudest.yaml")
CREDIT_SECONDS = int(os.environ.get("CENTRALE_TEST_CREDIT", "33"))


def change(tree):
    company = tree["companies"][0]
    company["opening_credit"] = f"{CREDIT_SECONDS * 0.02:.2f}"
    company["rate"] = "0.02"
    line = company["lines"][0]
    line.pop("hours")
    line["steps"] = []
    line["no_credit"] = {"kind": "voicemail", "prompt": "closed"}
    line["wrap_up_seconds"] = 6


def open_window(build, here, user):
    return driver.Window(os.path.join(build, "centrale"), "--server", here.url, "--domain",
                         here.domain(), "--user", user)


def walk(desk, pictures):
    """With the keyboard, to the step that shows something protected."""
    desk.wait_for_label("Clinique des Tilleuls", 20)
    desk.press("Return")
    desk.wait_for_label("Quel est votre nom")
    desk.type("Nom", "Marie Durand")
    desk.press("Return")
    desk.wait_for_label("Votre date de naissance")
    desk.type("Date de naissance", "31/2/1980")
    desk.press("Return")
    desk.wait_for_label("This is not a date")
    pictures.take("no-date")
    desk.type("Date de naissance", "28/2/1980")
    desk.press("Return")
    desk.wait_for_label("Pour quel médecin")
    desk.press("3", "Return")
    desk.wait_for_label("je regarde qui est de garde")
    pictures.take("protected")
    assert not desk.has_label("Dr Lopez"), desk.labels()


def reveal(desk, pictures):
    desk.type("Reason to look", "La patiente demande le médecin de garde")
    desk.press("Return")
    desk.wait_for_label("Dr Lopez, poste 114")
    pictures.take("revealed")


def talk(here, build, folder, caller):
    with open_window(build, here, "lea") as desk:
        pictures = Pictures(desk, folder)
        desk.type("Password", house.PASSWORD)
        desk.press("Return")
        # An early click: the phone is still being signed on.
        desk.click("Be Available", 30)
        desk.wait_for_label("Ready for calls", 30)
        caller.call("+33155500118")
        desk.find(desk.buttons(), "Answer", 40)
        pictures.take("ringing")
        desk.press("space")
        walk(desk, pictures)
        reveal(desk, pictures)
        desk.wait_for_label("The company's credit ends in", 40)
        # Not one certain second: reading the whole window may take longer on a busy machine.
        driver.wait_until(lambda: any(re.search("credit ends in [1-9] second", text) for text in desk.labels()), 40,
                          "the credit's last seconds")
        pictures.take("credit")
        desk.wait_for_label("How did it end?", 60)
        desk.wait_for_label("The company's credit has ended")
        driver.wait_until(lambda: not desk.has_label("credit ends in"), 5, "the warning gone")
        desk.type("Note", "Rappeler la clinique")
        pictures.take("out-of-credit")
        # Nothing is pressed.
        desk.wait_for_label("Ready for calls", 30)
        pictures.take("ran-out")


def leave_voicemail(caller):
    caller.wait_for_beep(seconds=30)
    caller.wait_sent(4)
    caller.press("#")
    caller.wait_for("ended")


def look_back(here, build, folder):
    with open_window(build, here, "tilleuls") as window:
        pictures = Pictures(window, folder)
        pictures.n = 50
        window.type("Password", house.PASSWORD)
        window.press("Return")
        window.click("Details of the call from +33 6 12 34 56 78", 30)
        window.wait_for_label("Léa Moreau was shown “Médecin de garde”", 20)
        window.wait_for_label("Reason given: La patiente demande le médecin de garde")
        window.wait_for_label("Rappeler la clinique")
        window.wait_for_label("No credit was left")
        pictures.take("details")
        listens = list(window.look_for_all(window.buttons(), "Listen"))
        assert len(listens) == 2, listens
        listens[1].press()
        window.find(window.buttons(), "Pause", 20)
        pictures.take("voicemail")
        window.click("Save a copy")
        saved = window.wait_for_label("Saved in your downloads as")
        assert "+33612345678 voicemail" in saved, saved
        pictures.take("saved")


def main():
    build, folder = sys.argv[1], sys.argv[2:]
    with house.House(build, tenant=TENANT, change=change) as here, Stranger(
            here.start().sip_port, "+33612345678") as caller:
        talk(here, build, folder, caller)
        leave_voicemail(caller)
        look_back(here, build, folder)
    print("clinic: good")


if __name__ == "__main__":
    driver.run(main, os.environ.get("CENTRALE_TEST_SIZE", "1280x800"))
