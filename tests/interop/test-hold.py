#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The e-agent holds the caller with the desk's own phone code and takes him back: he hears no e-agent
meanwhile, the call says held, the e-agent is heard again, and the held time is on the bill (D28)."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from house import Agent, House, wait_until  # noqa: E402
from stranger import Stranger  # noqa: E402

BAKERY = "+31205550118"


def main(build):
    with House(build).start() as house:
        token = house.sign_in("jansen")["token"]
        with Agent(house, "zoe", "--talk", 7, "--hold", 3, "--tone", 1000, "--calls", 1) as agent:
            agent.wait_for(event="presence", state="available")
            with Stranger(house.sip_port, "+31612345678", tone=440) as caller:
                caller.call(BAKERY).wait_for("talking")
                wait_until(lambda: len(caller.heard) > 8000, what="a greeting")
                caller.press("2")
                wait_until(lambda: caller.level(1000) > 0.05, what="the e-agent's tone")
                agent.wait_for(event="phone", state="held-by-me")
                call = agent.wait_for(event="call", state="held")
                wait_until(lambda: caller.level(1000) < 0.01, what="no tone while held")
                agent.poll().clear()
                agent.wait_for(event="phone", state="talking")
                wait_until(lambda: caller.level(1000) > 0.05, what="the e-agent's tone again")
                caller.wait_for("ended", seconds=20)
            agent.wait_for(event="closed", seconds=20)
        closed = house.request("GET", f"/api/v1/calls/{call['id']}", token=token)
        assert 6 <= closed["seconds"] <= 8, closed
    print("held and taken back;", closed["seconds"], "s billed")


if __name__ == "__main__":
    main(sys.argv[1])
