#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call at the desk, whole, with the real phone against the real server and a stranger's phone: it
rings, F2 answers, the script is walked with the keyboard, back and forth, the caller hangs up, the
outcome and a note close it.
  test-call.py BUILD [FOLDER]     pictures of each page are left in FOLDER"""
import os
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)),
                os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools")]
import driver
import house
from pictures import Pictures
from stranger import Stranger


def sign_in(desk, pictures):
    pictures.take("sign-in")
    desk.type("Password", house.PASSWORD)
    desk.press("Return")
    desk.wait_for_label("You are offline", 30)
    pictures.take("offline")
    desk.press("ctrl+shift+a")
    desk.wait_for_label("Ready for calls", 30)
    pictures.take("ready")


def walk_script(desk, pictures):
    desk.wait_for_label("Goedemiddag", 20)
    pictures.take("say")
    desk.press("Return")
    desk.wait_for_label("Belt u voor een bestelling")
    desk.press("1")
    pictures.take("choice")
    desk.press("Return")
    desk.wait_for_label("Mag ik uw naam")
    desk.press("Return")
    desk.wait_for_label("This answer is needed.")
    desk.type("Naam", "P. de Vries")
    pictures.take("text")
    desk.press("Return")
    desk.wait_for_label("Op welk nummer")
    desk.wait_for_label("the number that calls")
    pictures.take("prefilled")
    desk.press("Return")
    desk.wait_for_label("Hoeveel broden")
    desk.type("Hoeveel broden", "99")
    desk.press("Return")
    desk.wait_for_label("a number from 1 to 50")
    pictures.take("invalid")
    desk.press("alt+Left")
    desk.wait_for_label("Op welk nummer")
    desk.press("Return")
    desk.wait_for_label("Hoeveel broden mag")
    assert desk.text_of("Hoeveel broden") == "99", desk.text_of("Hoeveel broden")
    desk.type("Hoeveel broden", "12")
    desk.press("Return")
    desk.wait_for_label("Welke dag")
    pictures.take("date")
    desk.press("Return")
    desk.wait_for_label("Uw ticketnummer is")
    pictures.take("end")


def walk_wrap_up(desk):
    """By the tabulator in the order seen, the outcomes as one stop."""
    for name in ("Note", "Back to the Form", "Finish, then Pause", "Finish"):
        desk.press("Tab")
        driver.wait_until(lambda: desk.has_focus(name), 5, f"the focus at “{name}”")
    for _ in range(3):
        desk.press("shift+Tab")
    driver.wait_until(lambda: desk.has_focus("Note"), 5, "the focus back at the note")
    desk.press("shift+Tab")
    driver.wait_until(lambda: not desk.has_focus("Note"), 5, "the focus among the outcomes")
    desk.press("1")


def main():
    build = sys.argv[1]
    with house.House(build) as here, driver.Window(
            os.path.join(build, "centrale"), "--server", here.start().url, "--domain", here.domain(),
            "--user", "zoe") as desk, Stranger(here.sip_port, "+31612345678") as caller:
        pictures = Pictures(desk, sys.argv[2:])
        sign_in(desk, pictures)
        caller.call("+31205550118")
        caller.wait_for("talking")
        caller.dial("1")
        desk.wait_for_label("Bakkerij Jansen", 40)
        pictures.take("ringing")
        assert desk.has_label("Why me"), desk.labels()
        desk.press("F2")
        walk_script(desk, pictures)
        desk.press("F4")
        desk.wait_for_label("On hold")
        pictures.take("held")
        desk.press("F4")
        driver.wait_until(lambda: not desk.has_label("On hold"), 10, "taken back")
        caller.hang_up()
        desk.wait_for_label("How did it end?", 20)
        driver.wait_until(lambda: desk.has_label(" today") and not desk.has_label("€0.00 today"), 10,
                          "what the call earned in today's sum")
        walk_wrap_up(desk)
        desk.type("Note", "Belt morgen terug")
        pictures.take("wrap-up")
        desk.press("ctrl+Return")
        desk.wait_for_label("Ready for calls", 20)
        pictures.take("ready-again")
        token = here.sign_in("zoe")["token"]
        call = here.request("GET", "/api/v1/calls", token=token)
        call = (call["items"] if isinstance(call, dict) else call)[0]
        assert call["disposition"] == "order" and call["note"] == "Belt morgen terug", call
    print("call: good")


if __name__ == "__main__":
    driver.run(main, os.environ.get("CENTRALE_TEST_SIZE", "1280x800"))
