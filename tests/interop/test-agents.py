#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What e-agents' phones do: no answer, busy, refusal, hold, loss in the middle of a call; and who is
never asked. The caller's sound and the bill are measured through it all."""
import os
import sys
import time
from datetime import datetime

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from events import Events  # noqa: E402
from house import House, wait_until  # noqa: E402
from phone import Owner, Seat, express  # noqa: E402
from span import Span  # noqa: E402
from stranger import Stranger  # noqa: E402

BAKERY, NOBODY = "+31205550120", "+390655501121"
RATE = 20_000


def change(tree):
    express(tree, "jansen", BAKERY, ring_seconds=3, max_misses=3)
    express(tree, "fontana", NOBODY, needs={"pool": "day", "difficulty": 5})
    zoe = next(user for user in tree["users"] if user["user"] == "zoe")
    tree["users"].append({**zoe, "user": "ida", "name": "Ida Bos"})


def missed_calls_go_on(house, owner, zoe, ida):
    """No answer, busy, refusal of the one, each time the other gets it; then the one is paused."""
    for mode in ("ring", "busy", "refuse"):
        zoe.phone.mode, ida.phone.mode = mode, "ring"
        ida.be("paused")  # so that it comes to Zoe first
        with Stranger(house.sip_port) as caller:
            caller.call(BAKERY).wait_for("talking")
            zoe.phone.wait_for("ringing", "declined")
            ida.be("available")
            ida.phone.wait_for("ringing", seconds=10)
            assert owner.board()["reserved"] == 30 * RATE, owner.board()
            if mode == "ring":
                zoe.phone.wait_for("cancelled")
            ida.phone.answer()
            ida.phone.wait_for("talking")
            call = ida.call()["id"]
            ida.phone.hang_up()
            caller.wait_for("ended")
        ida.finish(call)
    assert zoe.phone.offers == 3, zoe.phone.offers
    paused = zoe.presence()
    assert (paused["state"], paused["reason"]) == ("paused", "missed"), paused
    owner.wait_quiet()


def pause_to_come(house, zoe):
    """A pause that is chosen in a call shows at once, and is forgotten with it."""
    with Events(house, zoe.token) as events:
        told = zoe.be("paused", "Lunch")
        assert (told["state"], told["wish"], told["reason"]) == ("talking", "paused", "Lunch"), told
        events.wait_for(lambda event: event["type"] == "presence"
                        and event["body"].get("wish") == "paused")
        assert zoe.presence()["wish"] == "paused"
        assert zoe.be("available")["wish"] == "available"


def hold(house, owner, zoe):
    zoe.phone.mode = "answer"
    zoe.be("available")
    before = owner.board()["credit"]
    with Stranger(house.sip_port) as caller:
        talk = Span()
        caller.call(BAKERY).wait_for("talking")
        zoe.phone.wait_for("talking")
        talk.began()
        call = zoe.call()["id"]
        wait_until(lambda: caller.level(1000) > 0.2 and zoe.phone.level(440) > 0.2,
                   what="tones both ways")
        pause_to_come(house, zoe)
        assert zoe.phone.reoffer("sendonly") == 200
        owner.wait_live("held")
        wait_until(lambda: caller.level(1000, 0.3) < 0.01
                   and max(abs(sample) for sample in caller.samples(0.3)) > 300, what="music on hold")
        assert zoe.phone.level(440, 0.2) < 0.05 or zoe.phone.reoffer("sendonly") == 200
        zoe.phone.wait_sent(1)
        assert zoe.phone.reoffer("sendrecv") == 200
        owner.wait_live("talking")
        wait_until(lambda: caller.level(1000) > 0.2 and zoe.phone.level(440) > 0.2,
                   what="tones both ways again")
        talk.ends()
        zoe.phone.hang_up()
        caller.wait_for("ended")
        talk.ended()
    zoe.finish(call)
    assert "wish" not in zoe.presence()
    record = owner.ended(call)
    assert talk.holds(record["seconds"]), (record["seconds"], talk)
    assert owner.board()["credit"] == before - RATE * record["seconds"]


def lost_and_found(house, owner, zoe):
    """The e-agent's sound stops, then returns: parked without a bill, then hers again."""
    with Stranger(house.sip_port) as caller:
        caller.call(BAKERY).wait_for("talking")
        zoe.phone.wait_for("talking")
        call = zoe.call()["id"]
        wait_until(lambda: caller.level(1000) > 0.2, what="her tone")
        zoe.phone.sending = False
        owner.wait_live("parked")
        seconds = owner.live()[0].get("seconds", 0)
        caller.wait_sent(1.5)
        assert owner.live()[0].get("seconds", 0) == seconds, "a parked call is billed"
        zoe.phone.sending = True
        assert owner.wait_live("talking")["id"] == call
        wait_until(lambda: caller.level(1000) > 0.2, what="her tone again")
        # Her phone dies and comes up again: it is rung, and it is still her call.
        zoe.phone.sending = False
        owner.wait_live("parked")
        zoe.phone.state = "idle"
        offers = zoe.phone.offers
        zoe.phone.try_register(0)
        wait_until(lambda: not zoe.presence()["registered"], what="the phone gone")
        zoe.phone.register()
        wait_until(lambda: zoe.phone.offers == offers + 1, what="the phone rung again")
        zoe.phone.sending = True
        zoe.phone.wait_for("talking")
        assert owner.wait_live("talking")["agent"] == zoe.user
        wait_until(lambda: caller.level(1000) > 0.2, what="her tone, once more")
        caller.hang_up()
        caller.wait_for("ended")
        zoe.phone.wait_for("ended")
    zoe.finish(call)
    assert owner.ended(call)["cause"] == "caller"
    owner.wait_quiet()


def stamp(house, call, change):
    """When the server's log says that a call changed."""
    line = [line for line in house.log().splitlines() if change in line and f" call={call}" in line][-1]
    return datetime.fromisoformat(line.split(" ", 1)[0])


def lost_for_good(house, owner, zoe, ida):
    """Nothing more is heard of her: after 30 s the caller is the next one's, and she is paused."""
    ida.phone.mode = "answer"
    ida.be("paused")
    before = zoe.presence()
    with Stranger(house.sip_port) as caller:
        caller.call(BAKERY).wait_for("talking")
        zoe.phone.wait_for("talking")
        call = zoe.call()["id"]
        wait_until(lambda: zoe.call().get("seconds", 0) > 0, what="her second")
        ida.be("available")
        zoe.phone.vanish()
        owner.wait_live("parked")
        ida.phone.wait_for("talking", seconds=60)
        parked, queued = (stamp(house, call, change) for change in ("talking to parked", "parked to queued"))
        assert 29 < (queued - parked).total_seconds() < 33, (parked, queued)
        assert ida.call()["id"] == call
        wait_until(lambda: caller.level(1300) > 0.2 and ida.phone.level(440) > 0.2,
                   what="the other's tone")
        lost = zoe.presence()
        assert (lost["state"], lost["reason"]) == ("paused", "lost"), lost
        caller.hang_up()
        caller.wait_for("ended")
    ida.finish(call)
    bill = owner.api("GET", f"/api/v1/calls/{call}/bill")
    assert bill["amount"] == RATE * bill["seconds"] and bill["seconds"] < 20, bill
    owner.wait_quiet()
    # The call is the other's now; her seconds stay hers.
    after = zoe.presence()
    assert after["earned_today"] > before["earned_today"], (before, after)
    assert after["earned_today"] == after["earned"], after


def never_asked(house, owner, ida, tom):
    """Tom has no badge: the bakery's calls of difficulty 2 never come to him, and one can ask why."""
    ida.phone.mode = "answer"
    with Stranger(house.sip_port) as caller:
        caller.call(BAKERY).wait_for("talking")
        ida.phone.wait_for("talking")
        call = ida.call()["id"]
        admin = house.sign_in("admin")["token"]
        why = house.request("GET", f"/api/v1/calls/{call}/why?user={tom.user}", token=admin)
        assert why["rule"] == "badge", why
        why = house.request("GET", f"/api/v1/calls/{call}/why", token=admin)
        assert why["user"] == ida.user and why["rule"] == "chosen", why
        assert {"rule": "badge", "count": 1} in why["refused"], why
        caller.hang_up()
        caller.wait_for("ended")
    ida.finish(call)
    ida.be("paused")
    with Stranger(house.sip_port) as caller:
        caller.call(BAKERY).wait_for("talking")
        waiting = owner.wait_live("queued")["id"]
        caller.wait_sent(1.5)
        assert tom.phone.offers == 0 and owner.wait_live("queued")["id"] == waiting
        caller.hang_up()
        caller.wait_for("ended")
    owner.wait_quiet()


def lost_bye(house, other):
    """A caller in another company's queue says nothing more, not even BYE. Returns his call, and how long he
    was heard of."""
    with Stranger(house.sip_port) as caller:
        began = time.monotonic()
        caller.call(NOBODY).wait_for("talking")
        call = other.wait_live("queued")["id"]
        caller.wait_sent(0.5)
        caller.vanish()
        return call, time.monotonic() - began


def main(build):
    with House(build, change=change).start() as house:
        owner = Owner(house, "jansen")
        other = Owner(house, "fontana")
        (vanished, spoke), since = lost_bye(house, other), time.monotonic()
        with Seat(house, "zoe") as zoe, Seat(house, "ida", tone=1300) as ida, \
                Seat(house, "tom", tone=1700) as tom:
            for scenario, who in ((missed_calls_go_on, (zoe, ida)), (hold, (zoe,)),
                                  (lost_and_found, (zoe,)), (lost_for_good, (zoe, ida)),
                                  (never_asked, (ida, tom))):
                if scenario is hold:
                    ida.be("paused")
                scenario(house, owner, *who)
                print(scenario.__name__, "good", flush=True)
            assert tom.phone.offers == 0
        # A minute of silence ends a call whose BYE was lost.
        record = other.ended(vanished, 80 - (time.monotonic() - since))
        assert record["cause"] == "lost", record
        started, ended = (datetime.fromisoformat(record[name]) for name in ("started", "ended"))
        assert 58 < (ended - started).total_seconds() < 64 + spoke, (record, spoke)
        other.wait_quiet()
        print("lost_bye good", flush=True)
        house.stop()
        assert "0 faults" in house.command("check", "--deep")


if __name__ == "__main__":
    main(sys.argv[1])
