#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The owner's window, from sign-in: credit, a call as it runs with its meter ticking, the same call in the
list with its reasons, its recording and its message. The e-agent is the headless one, the rest is real.
  test-dashboard.py BUILD [FOLDER]     pictures are left in FOLDER"""
import os
import re
import sys
import time

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)),
                os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools")]
import driver
import house
from pictures import Pictures
from stranger import Stranger

CALLER = "+31612345678"
SPOKEN = "+31 6 1234 5678"


def sign_in(window, pictures):
    window.type("Password", house.PASSWORD)
    window.press("Return")
    window.wait_for_label("No ended calls yet today", 30)
    assert window.has_label("€50.00"), window.labels()
    assert window.has_label("€0.02 per second (€1.20 per minute)"), window.labels()
    pictures.take("empty")


def read_meter(window):
    """Seconds and cost of the call, which are two questions: asked again until no tick came in between."""
    before = None
    while True:
        texts = window.labels()
        meter = texts[texts.index("Talks") + 1:][:2]
        if meter == before:
            return meter
        before = meter


def watch(window, pictures):
    """The meter runs by the clock: each second shown is one more, and its cost with it."""
    window.wait_for_label("Talks", 20)
    window.wait_for_label("€0.02", 10)
    seen = []
    deadline = time.monotonic() + 4
    while time.monotonic() < deadline:
        meter = read_meter(window)
        if meter not in seen:
            seen.append(meter)
        time.sleep(0.1)
    assert len(seen) >= 3 and seen == sorted(seen), seen
    assert all(re.fullmatch(r"0:0\d", seconds) for seconds, _ in seen), seen
    assert all(cost == f"€0.{2 * int(seconds[2:]):02}" for seconds, cost in seen), seen
    pictures.take("live")


def read_details(window, pictures):
    details = f"Details of the call from {SPOKEN}"
    window.find(window.buttons(), details, 30)
    window.tab_to(details)
    window.press("Return")
    window.wait_for_label("seconds at €0.02 each make", 20)
    window.wait_for_label("was the only e-agent who could take this call.")
    driver.wait_until(lambda: any("[0427-" in text for text in window.labels()), 30, "the message")
    pictures.take("details")
    window.tab_to("Listen")
    window.press("space")
    window.find(window.buttons(), "Pause", 20)
    assert window.look((window.atspi.ROLE_SLIDER,), "Place in the recording"), "the wave"
    driver.wait_until(lambda: any(re.fullmatch(r"0:0[1-9] / 0:(0[89]|10)", text) for text in window.labels()),
                      10, "the recording playing")
    pictures.take("recording")
    window.press("Escape")
    driver.wait_until(lambda: not window.has_label("Why it was billed"), 10, "the details closed")


def main():
    build = sys.argv[1]
    with house.House(build) as here, driver.Window(
            os.path.join(build, "centrale"), "--server", here.start().url, "--domain", here.domain(),
            "--user", "jansen") as window, house.Agent(
            here, "zoe", "--answer-after", 0.2, "--talk", 9, "--script", "auto", "--calls", 1) as agent:
        pictures = Pictures(window, sys.argv[2:])
        sign_in(window, pictures)
        agent.wait_for(event="presence", state="available")
        with Stranger(here.sip_port, CALLER) as caller:
            caller.call("+31205550118").wait_for("talking")
            caller.dial("2")
            watch(window, pictures)
            caller.wait_for("ended", seconds=30)
        agent.wait_for(event="finish")
        driver.wait_until(lambda: not window.has_label("€50.00"), 15, "the credit, less the bill")
        read_details(window, pictures)
    print("dashboard: good")


if __name__ == "__main__":
    driver.run(main, os.environ.get("CENTRALE_TEST_SIZE", "1280x800"))
