#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many wait, told to the e-agent who may answer them and to nobody else: at once at first, at most once
a second while the queue moves, and not a word more than the number and since when.
  test-waiting.py BUILD"""
import os
import sys
from datetime import datetime

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from events import Events
from house import House
from stranger import Stranger

BAKERY = "+31205550118"


def change(tree):
    line = tree["companies"][0]["lines"][0]
    line["steps"] = []
    for heard_first in ("greeting", "announcement"):
        line.pop(heard_first)


def told(events):
    return [event for event in events.heard if event["type"] == "waiting"]


def wait_for_count(events, n):
    events.wait_for(lambda event: event["type"] == "waiting" and (told(events) or [event])[-1]["body"]["calls"] == n)


def main():
    with House(sys.argv[1], change=change) as house:
        house.start()
        # Zoë may answer the bakery; Tom, who has no badge of it, may not.
        tokens = {user: house.sign_in(user)["token"] for user in ("zoe", "tom")}
        with Events(house, tokens["zoe"]) as hers, Events(house, tokens["tom"]) as his:
            for token in tokens.values():
                house.request("PUT", "/api/v1/me/presence", {"state": "paused"}, token=token)
                assert house.request("GET", "/api/v1/me/waiting", token=token) == {"calls": 0}
            callers = [Stranger(house.sip_port, f"+3161234567{i}", rtp=False) for i in range(4)]
            try:
                callers[0].call(BAKERY)
                wait_for_count(hers, 1)
                for caller in callers[1:]:
                    caller.call(BAKERY)
                wait_for_count(hers, 4)
                body = told(hers)[-1]["body"]
                assert set(body) == {"calls", "since"}, body
                for caller in callers:
                    caller.hang_up()
                wait_for_count(hers, 0)
                times = [datetime.fromisoformat(event["at"]) for event in told(hers)]
                assert all((after - before).total_seconds() > 0.8 for before, after in zip(times, times[1:])), times
                # What comes after is his: he has heard it all by then.
                house.request("PUT", "/api/v1/me/presence", {"state": "offline"}, token=tokens["tom"])
                his.wait_for(lambda event: event["type"] == "presence" and event["body"]["state"] == "offline")
                assert all(event["body"]["calls"] == 0 for event in told(his)), told(his)
                assert not any(event["type"] == "call" for event in his.heard), his.heard
            finally:
                for caller in callers:
                    caller.close()
    print("waiting: good")


if __name__ == "__main__":
    main()
