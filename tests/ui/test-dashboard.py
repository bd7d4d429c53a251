#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The owner's window, from sign-in: credit, a call as it runs with its meter ticking, the same call in the
list with its reasons, its recording and its message. The e-agent is the headless one, the rest is real.
  test-dashboard.py BUILD [FOLDER]     pictures are left in FOLDER"""
import os
import re
import sys

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


def find_meter(window):
    """The labels of the call's seconds and cost, which follow what it does."""
    nodes = window.texts()
    place = next((i for i, node in enumerate(nodes) if node.name == "Talks"), len(nodes))
    return nodes[place + 1:place + 3]


def read_meter(seconds, cost):
    """Two questions, while both change together: asked until no tick came in between."""
    while True:
        before, price = seconds.read(), cost.read()
        if seconds.read() == before:
            minutes, rest = re.fullmatch(r"(\d+):(\d\d)", before).groups()
            return 60 * int(minutes) + int(rest), price


def watch(window, pictures):
    """The meter runs by the clock: each second shown is one more, and its cost with it."""
    meter = driver.wait_until(lambda: find_meter(window), 40, "the call in the list")
    seen = [read_meter(*meter)]

    def three_in_a_row():
        seconds, cost = read_meter(*meter)
        if (seconds, cost) != seen[-1]:
            assert seconds > seen[-1][0], (seen, seconds, cost)
            seen.append((seconds, cost))
        return [second for second, _ in seen[-3:]] == list(range(seconds - 2, seconds + 1))
    # A busy machine may skip a second; and what is recorded is to be long enough to look at as it plays.
    house.wait_until(lambda: three_in_a_row() and seen[-1][0] >= 8, 60, "three seconds in a row")
    assert all(cost == f"€{2 * seconds // 100}.{2 * seconds % 100:02}" for seconds, cost in seen), seen
    pictures.take("live")


def clock(seconds):
    return f"{seconds // 60}:{seconds % 60:02}"


def read_details(window, pictures, talked):
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
    assert window.look((window.roles.SLIDER,), "Place in the recording"), "the wave"
    place = driver.wait_until(lambda: next((node for node in window.texts() if " / " in node.name), None), 10,
                              "how far it has played")
    position, length = house.wait_until(lambda: not place.read().startswith("0:00") and place.read().split(" / "), 10,
                                        "the recording playing")
    assert length in [clock(talked + more) for more in (-1, 0, 1)], (position, length, talked)
    pictures.take("recording")
    window.press("Escape")
    driver.wait_until(lambda: not window.has_label("Why it was billed"), 10, "the details closed")


def main():
    build = sys.argv[1]
    with house.House(build) as here, driver.Window(
            os.path.join(build, "centrale"), "--server", here.start().url, "--domain", here.domain(),
            "--user", "jansen") as window, house.Agent(
            here, "zoe", "--answer-after", 0.2, "--script", "auto", "--calls", 1) as agent:
        pictures = Pictures(window, sys.argv[2:])
        sign_in(window, pictures)
        agent.wait_for(event="presence", state="available")
        with Stranger(here.sip_port, CALLER) as caller:
            caller.call("+31205550118").wait_for("talking")
            caller.dial("2")
            watch(window, pictures)
            caller.hang_up()
            caller.wait_for("ended")
        call = agent.wait_for(event="finish")["call"]
        driver.wait_until(lambda: not window.has_label("€50.00"), 15, "the credit, less the bill")
        token = here.sign_in("jansen")["token"]
        read_details(window, pictures, here.request("GET", f"/api/v1/calls/{call}", token=token)["seconds"])
    print("dashboard: good")


if __name__ == "__main__":
    driver.run(main, os.environ.get("CENTRALE_TEST_SIZE", "1280x800"))
