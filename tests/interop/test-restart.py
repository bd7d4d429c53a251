#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server is killed and started again under a desk that is signed in: its session, its phone and its
wish to work come back by themselves, and the next call is answered. One that is told to read anew while
it is still starting starts all the same."""
import os
import signal
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from house import Agent, House, wait_until  # noqa: E402
from stranger import Stranger  # noqa: E402

BAKERY = "+31205550118"


def one_call(house):
    with Stranger(house.sip_port, "+31612345678", tone=440) as caller:
        caller.call(BAKERY).wait_for("talking")
        wait_until(lambda: len(caller.heard) > 8000, what="a greeting")
        caller.press("2")
        caller.wait_for("ended", seconds=30)


def told_as_it_starts(house):
    """`apply` tells whoever holds the data folder."""
    path = os.path.join(house.folder, "data", "centrale.pid")
    if os.path.exists(path):
        os.unlink(path)

    def tell():
        def holder():
            return os.path.exists(path) and open(path, encoding="utf-8").read().strip()
        os.kill(int(wait_until(holder, what="the lock of a server")), signal.SIGHUP)
    teller = threading.Thread(target=tell)
    teller.start()
    house.start()
    teller.join()
    house.request("GET", "/health")


def main(build):
    with House(build) as house:
        told_as_it_starts(house)
        house.keep_ports()
        with Agent(house, "zoe", "--talk", 2, "--tone", 1000, "--calls", 2) as agent:
            agent.wait_for(event="presence", state="available")
            one_call(house)
            agent.wait_for(event="closed")
            house.kill()
            gone = agent.events.index(agent.wait_for(event="connection", state="reconnecting"))
            house.start()
            wait_until(lambda: any(event.get("state") == "online" for event in agent.poll()[gone:]), seconds=40,
                       what="online again")
            one_call(house)
            agent.wait_for(event="bye", seconds=20)
    print("back at work after a killed server")


if __name__ == "__main__":
    main(sys.argv[1])
