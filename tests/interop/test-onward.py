#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emergency line connects through: over the trunk the plumber's phone rings, and only who presses 1
gets the caller. The e-agent is then free; caller and plumber hear each other, at the line's own rate."""
import os
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from house import House, wait_until  # noqa: E402
from phone import Owner, Phone, Seat, express  # noqa: E402
from programs import free_port  # noqa: E402
from span import Span  # noqa: E402
from stranger import Stranger  # noqa: E402

EMERGENCY, CUT_OFF, SILENT = "+390655501120", "+390655501121", "+390655501122"
RATE, ONWARD_RATE = 20_000, 5_000


def dial(seat, call):
    seat.api("POST", f"/api/v1/calls/{call}/connect", {"step": "connect"})


def onward(seat, state, seconds=10):
    wait_until(lambda: seat.call()["onward"] == state, seconds, f"connect-through {state}")


def refused_and_unpressed(house, owner, zoe, plumber, call, caller):
    """Busy; answered by a machine that presses nothing; taken back: each time hers again."""
    plumber.mode = "busy"
    dial(zoe, call)
    onward(zoe, "failed")
    wait_until(lambda: caller.level(1000) > 0.2, what="the e-agent again")
    plumber.mode = "answer"
    dial(zoe, call)
    plumber.wait_for("talking")
    onward(zoe, "asked")
    wait_until(lambda: max(abs(sample) for sample in caller.samples(0.3)) > 300
               and caller.level(1000) < 0.1, what="music meanwhile")
    assert plumber.level(440, 0.3) < 0.1, "the caller came through without a 1"
    plumber.press("2")
    plumber.wait_sent(1)
    onward(zoe, "asked")
    zoe.api("DELETE", f"/api/v1/calls/{call}/connect")
    plumber.wait_for("ended")
    wait_until(lambda: caller.level(1000) > 0.2 and zoe.phone.level(440) > 0.2, what="hers again")
    # He presses nothing for 20 s: back to her by itself.
    dial(zoe, call)
    plumber.wait_for("talking")
    asked = time.monotonic()
    plumber.wait_for("ended", seconds=30)
    assert 18 < time.monotonic() - asked < 23, time.monotonic() - asked
    onward(zoe, "failed")
    wait_until(lambda: caller.level(1000) > 0.2 and zoe.phone.level(440) > 0.2, what="hers again")
    assert owner.wait_live("talking")["id"] == call


def pressed(house, owner, zoe, plumber, call, caller, talk):
    """Returns how long the two talked."""
    dial(zoe, call)
    plumber.wait_for("talking")
    onward(zoe, "asked")
    onward_talk = Span()
    talk.ends()
    plumber.press("1")
    zoe.phone.wait_for("ended")
    talk.ended()
    onward_talk.began()
    zoe.wait_until("wrap_up")
    owner.wait_live("onward")
    wait_until(lambda: caller.level(1500) > 0.2 and plumber.level(440) > 0.2,
               what="caller and plumber together")
    zoe.finish(call)
    plumber.wait_sent(2)
    onward_talk.ends()
    plumber.hang_up()
    caller.wait_for("ended")
    onward_talk.ended()
    return onward_talk


def trunk_down(house, zoe, line, seconds):
    """Nobody is at the trunk's other end, or somebody who says nothing: the e-agent learns it soon and still
    has the caller."""
    with Stranger(house.sip_port, "+390612345679") as caller:
        caller.call(line).wait_for("talking")
        zoe.phone.wait_for("talking")
        call = zoe.call()["id"]
        zoe.api("GET", f"/api/v1/calls/{call}/script")
        dial(zoe, call)
        onward(zoe, "failed", seconds)
        wait_until(lambda: caller.level(1000) > 0.2 and zoe.phone.level(440) > 0.2, what="hers still")
        caller.hang_up()
        caller.wait_for("ended")
    zoe.finish(call)


def main(build):
    with Phone(0, "plumber", tone=1500) as plumber, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))

        def change(tree):
            tree["trunks"][0]["port"] = plumber.port
            tree["trunks"].append({**tree["trunks"][0], "key": "down", "port": free_port()})
            express(tree, "fontana", EMERGENCY)
            tree["trunks"].append({**tree["trunks"][0], "key": "silent", "port": silent.getsockname()[1]})
            express(tree, "fontana", CUT_OFF, trunk="down")
            express(tree, "fontana", SILENT, trunk="silent")
            script = tree["companies"][1]["scripts"][0]["body"]
            script.update(start="connect", outputs=[],
                          steps={name: script["steps"][name] for name in ("connect", "noted")})
        with House(build, change=change).start() as house:
            plumber.server = ("127.0.0.1", house.sip_port)
            owner = Owner(house, "fontana")
            before = owner.board()["credit"]
            with Seat(house, "zoe") as zoe, Stranger(house.sip_port, "+390612345678") as caller:
                talk = Span()
                caller.call(EMERGENCY).wait_for("talking")
                zoe.phone.wait_for("talking")
                talk.began()
                call = zoe.call()["id"]
                zoe.api("GET", f"/api/v1/calls/{call}/script")  # the desk opens it: it runs
                refused_and_unpressed(house, owner, zoe, plumber, call, caller)
                print("refused_and_unpressed good", flush=True)
                onward_talk = pressed(house, owner, zoe, plumber, call, caller, talk)
                print("pressed good", flush=True)
                record = owner.ended(call)
                assert record["cause"] == "onward", record
                assert talk.holds(record["seconds"]), (record["seconds"], talk)
                owner.wait_quiet()
                bill = owner.api("GET", f"/api/v1/calls/{call}/bill")
                for_onward = bill["amount"] - RATE * bill["seconds"]
                assert for_onward % ONWARD_RATE == 0, bill
                assert onward_talk.holds(for_onward // ONWARD_RATE), (bill, onward_talk)
                assert owner.board()["credit"] == before - bill["amount"], (before, bill)
                trunk_down(house, zoe, CUT_OFF, 6)
                trunk_down(house, zoe, SILENT, 12)
                print("trunk_down good", flush=True)
            house.stop()
            assert "0 faults" in house.command("check", "--deep")


if __name__ == "__main__":
    main(sys.argv[1])
