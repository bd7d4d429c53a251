#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The e-agent holds the caller with the desk's own phone code and takes him back: he hears no e-agent
meanwhile, the call says held, the e-agent is heard again, and the held time is on the bill (D28)."""
import itertools
import os
import sys
from datetime import datetime

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from house import Agent, House, wait_until  # noqa: E402
from stranger import RATE, Stranger  # noqa: E402

BAKERY = "+31205550118"


def parts(caller):
    """Whether he heard the e-agent's tone, part by part; less than half a second is none."""
    step = RATE // 5
    tone = [caller.level(1000, 0.2, end) > 0.05 for end in range(step, len(caller.heard) + 1, step)]
    long = [heard for heard, group in itertools.groupby(tone) if len(list(group)) > 2]
    return [heard for heard, _ in itertools.groupby(long)]


def talked(agent):
    """How long, by the phone's own clock."""
    phone = [event for event in agent.events if event["event"] == "phone"]
    states = [event["state"] for event in phone]
    began, ended = (datetime.fromisoformat(phone[states.index(state)]["at"]) for state in ("talking", "ended"))
    held = states.index("held-by-me")
    assert states.index("talking") < held < states.index("talking", held) < states.index("ended"), states
    return (ended - began).total_seconds()


def main(build):
    with House(build).start() as house:
        token = house.sign_in("jansen")["token"]
        with Agent(house, "zoe", "--talk", 7, "--hold", 3, "--tone", 1000, "--calls", 1) as agent:
            agent.wait_for(event="presence", state="available")
            with Stranger(house.sip_port, "+31612345678", tone=440) as caller:
                caller.call(BAKERY).wait_for("talking")
                wait_until(lambda: len(caller.heard) > 8000, what="a greeting")
                caller.press("2")
                caller.wait_for("ended", seconds=60)
            # All was heard by now: nothing depends on when it is looked at.
            assert parts(caller)[-4:] == [False, True, False, True], parts(caller)
            call = agent.wait_for(event="call", state="held")
            agent.wait_for(event="closed", seconds=20)
        closed = house.request("GET", f"/api/v1/calls/{call['id']}", token=token)
        assert closed["seconds"] >= 6 and abs(closed["seconds"] - talked(agent)) < 1.5, (closed, agent.events)
    print("held and taken back;", closed["seconds"], "s billed")


if __name__ == "__main__":
    main(sys.argv[1])
