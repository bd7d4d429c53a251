#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cuts in: a call that is refused, one that is answered on another phone of the e-agent while the desk
leads its script, the server that dies during it and comes back, a second desk that takes the phone, and
the first that takes it back. The keyboard alone, but for what is typed.
  test-cuts.py BUILD [FOLDER]     pictures are left in FOLDER"""
import os
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)),
                os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools")]
import driver
import house
from phone import Phone
from pictures import Pictures
from stranger import Stranger

SIP_USER, SECRET = "zoe-voip", "a-secret-of-the-phone"
BAKERY = "+31205550118"


def change(tree):
    zoe = next(user for user in tree["users"] if user["user"] == "zoe")
    zoe["phones"] = [{"sip_user": SIP_USER, "secret": SECRET}]
    line = tree["companies"][0]["lines"][0]
    line["steps"] = []
    line["max_misses"] = 5


def open_desk(build, here, *more):
    desk = driver.Window(os.path.join(build, "centrale"), "--server", here.url, "--domain",
                         here.domain(), "--user", "zoe", *more)
    desk.type("Password", house.PASSWORD)
    desk.press("Return")
    return desk


def keys(desk, pictures):
    desk.wait_for_label("You are offline", 30)
    desk.press("ctrl+question")
    desk.wait_for_label("Refuse the ringing call")
    pictures.take("shortcuts")
    desk.press("Escape")
    driver.wait_until(lambda: not desk.has_label("Refuse the ringing call"), 10, "the list closed")
    desk.press("ctrl+shift+a")
    desk.wait_for_label("Ready for calls", 30)


def refuse(here, desk):
    with Stranger(here.sip_port, "+31612340000") as caller:
        caller.call(BAKERY)
        desk.find(desk.buttons(), "Answer", 40)
        desk.press("shift+F2")
        desk.wait_for_label("Ready for calls", 20)
        caller.hang_up()


def pause_to_come(here, desk, pictures):
    """Chosen in the call, here by another client of hers: the desk shows it until it is taken back."""
    token = here.sign_in("zoe")["token"]
    here.request("PUT", "/api/v1/me/presence", {"state": "paused", "reason": "Lunch"}, token=token)
    desk.find(desk.buttons(), "In a call, then Pause: Lunch", 10)
    pictures.take("pause-to-come")
    here.request("PUT", "/api/v1/me/presence", {"state": "available"}, token=token)
    desk.find(desk.buttons(), "In a call", 10)


def lead_elsewhere(here, desk, pictures):
    """The server dies in the middle of it."""
    with Stranger(here.sip_port, "+31612345678") as caller, Phone(
            here.sip_port, SIP_USER, SECRET, "centrale.test", mode="ring") as phone:
        phone.register()
        caller.call(BAKERY)
        phone.wait_for("ringing", seconds=40)
        desk.find(desk.buttons(), "Answer", 20)
        phone.answer()
        desk.wait_for_label("Goedemiddag", 20)
        desk.wait_for_label("The call is on another phone of yours")
        pause_to_come(here, desk, pictures)
        desk.press("Return")
        desk.wait_for_label("Belt u voor")
        desk.press("1", "Return")
        desk.wait_for_label("Mag ik uw naam")
        desk.type("Naam", "P. de Vries")
        desk.press("Return")
        desk.wait_for_label("Op welk nummer")
        driver.wait_until(lambda: not desk.has_label("Waiting:"), 15, "nobody waiting")
        with Stranger(here.sip_port, "+31612349999") as other:
            other.call(BAKERY)
            desk.wait_for_label("Waiting: 1 call", 20)
            pictures.take("elsewhere")
            other.hang_up()
            driver.wait_until(lambda: not desk.has_label("Waiting:"), 15, "nobody waiting again")
        here.kill()
        desk.wait_for_label("No connection to the server")
        desk.press("Return")
        desk.wait_for_label("Hoeveel broden")
        pictures.take("no-server")
        here.start()
        desk.wait_for_label("The call is no longer with you.", 40)
        desk.wait_for_label("Ready for calls", 20)
        driver.wait_until(lambda: not desk.has_label("No connection"), 10, "the connection")
        pictures.take("server-again")


def take_the_phone(build, here, desk, pictures):
    with open_desk(build, here, "--gapplication-app-id=org.centrale.Second") as other:
        other.wait_for_label("Phone ready", 30)
        desk.wait_for_label("Your phone is signed on at another desk", 20)
        pictures.take("taken")
        assert not desk.has_label("Phone ready"), desk.labels()
        desk.click("Be Available")  # its window has not the keyboard now
        other.wait_for_label("Your phone is signed on at another desk", 20)
        desk.wait_for_label("Ready for calls", 30)
    # That the other desk closed does not take this one's e-agent off his work.
    desk.wait_for_label("Phone ready")
    assert here.request("GET", "/api/v1/me/presence", token=here.sign_in("zoe")["token"])[
        "state"] == "available"


def main():
    build = sys.argv[1]
    with house.House(build, change=change) as here:
        here.start().keep_ports()
        with open_desk(build, here) as desk:
            pictures = Pictures(desk, sys.argv[2:])
            keys(desk, pictures)
            refuse(here, desk)
            lead_elsewhere(here, desk, pictures)
            take_the_phone(build, here, desk, pictures)
    print("cuts: good")


if __name__ == "__main__":
    driver.run(main, os.environ.get("CENTRALE_TEST_SIZE", "1280x800"))
