#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leaving the desk over a live call: quitting is refused; after a crash the new desk shows the same step
with what was typed, and its phone rings again; "End Call and Quit" ends both.
  test-leave.py BUILD"""
import os
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)),
                os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools")]
import driver
import house
from stranger import Stranger


def open_desk(build, here):
    desk = driver.Window(os.path.join(build, "centrale"), "--server", here.url, "--domain",
                         here.domain(), "--user", "zoe")
    desk.type("Password", house.PASSWORD)
    desk.press("Return")
    return desk


def begin_call(desk, caller):
    desk.wait_for_label("You are offline", 30)
    desk.press("ctrl+shift+a")
    desk.wait_for_label("Ready for calls", 30)
    caller.call("+31205550118")
    caller.wait_for("talking")
    desk.find(desk.buttons(), "Answer", 40)
    desk.press("space")
    desk.wait_for_label("Goedemiddag", 20)
    desk.press("Return")
    desk.wait_for_label("Belt u voor")
    desk.press("1", "Return")
    desk.wait_for_label("Mag ik uw naam")
    desk.type("Naam", "P. de Vries")


def main():
    build = sys.argv[1]
    with house.House(build) as here, Stranger(here.start().sip_port, "+31612345678") as caller:
        with open_desk(build, here) as desk:
            begin_call(desk, caller)
            desk.press("ctrl+q")
            desk.wait_for_label("A call is running.")
            driver.wait_until(lambda: desk.look(desk.entries(), "Naam"), 5, "the script")
            # What was typed is kept after a pause in typing.
            desk.wait_for_label("P. de Vries")
            desk.process.kill()
            desk.process.wait()
        with open_desk(build, here) as desk:
            desk.find(desk.buttons(), "Answer", 40)
            desk.press("F2")
            desk.wait_for_label("Mag ik uw naam", 20)
            assert desk.text_of("Naam") == "P. de Vries", desk.text_of("Naam")
            desk.act("end-call-and-quit")
            driver.wait_until(lambda: desk.process.poll() is not None, 20, "the end")
            assert desk.process.returncode == 0, desk.process.returncode
    print("leave: good")


if __name__ == "__main__":
    driver.run(main)
