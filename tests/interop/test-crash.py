#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desk is killed in the middle of a call and started again: it shows the call and the script as they
were, its phone is rung, and the same e-agent goes on with the same caller (D34, B06)."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from house import Agent, House, wait_until  # noqa: E402
from stranger import Stranger  # noqa: E402

BAKERY = "+31205550118"


def main(build):
    with House(build).start() as house:
        arguments = ("zoe", "--tone", 1000, "--journal", os.path.join(house.folder, "zoe.journal"))
        with Agent(house, *arguments) as first:
            first.wait_for(event="presence", state="available")
            with Stranger(house.sip_port, "+31612345678", tone=440) as caller:
                caller.call(BAKERY).wait_for("talking")
                wait_until(lambda: len(caller.heard) > 8000, what="a greeting")
                caller.press("2")
                stood = first.wait_for(event="script", done="yes")["step"]
                call = first.wait_for(event="call", state="talking")["id"]
                wait_until(lambda: caller.level(1000) > 0.05, what="the e-agent's tone")
                first.process.kill()
                with Agent(house, *arguments, "--talk", 2, "--calls", 1) as second:
                    shown = second.wait_for(event="call")
                    assert shown["id"] == call, shown  # before any network
                    second.wait_for(event="phone", state="talking", seconds=30)
                    wait_until(lambda: caller.level(1000) > 0.05, what="the e-agent's tone again")
                    assert second.wait_for(event="script", done="yes")["step"] == stood
                    caller.wait_for("ended", seconds=20)
                    closed = second.wait_for(event="closed")
                    assert call in closed["path"], closed
        assert "0 faults" in house.command("check", "--deep")
    print("back in the call after a crash of the desk")


if __name__ == "__main__":
    main(sys.argv[1])
