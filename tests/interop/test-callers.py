#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What callers do: give up at every stage, press wrong keys or none, type numbers, withhold theirs, ring
a number that is not there or a line that is closed. Each leaves everything free behind it."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from house import House, wait_until  # noqa: E402
from phone import Owner, Seat, express  # noqa: E402
from stranger import Stranger  # noqa: E402

BAKERY, EXPRESS, CLOSED = "+31205550118", "+31205550120", "+31205550121"


def change(tree):
    steps = {step["key"]: step for step in tree["companies"][0]["lines"][0]["steps"]}
    steps["menu"].update(wait_ms=1000, tries=2)
    express(tree, "jansen", EXPRESS)
    closed = express(tree, "jansen", CLOSED, hours={"holidays": ["01-01"], "monday": []})
    closed["closed"] = {"kind": "voicemail", "max_seconds": 30}


def unknown_number(house, owner):
    with Stranger(house.sip_port) as caller:
        caller.call("+31205550777").wait_for("refused")
        assert caller.final == 404, caller.final


def gives_up_at_once(house, owner):
    """CANCEL right behind the INVITE: refused with 487, or answered already and ended with BYE."""
    for _ in range(3):
        with Stranger(house.sip_port) as caller:
            caller.call(EXPRESS).cancel()
            caller.wait_for("refused", "ended")
            assert caller.final in (200, 487), caller.final
    owner.wait_quiet()


def gives_up_in_the_menu(house, owner):
    with Stranger(house.sip_port) as caller:
        caller.call(BAKERY).wait_for("talking")
        call = owner.wait_live("ivr")["id"]
        wait_until(lambda: len(caller.heard) > 1600, what="the greeting")
        caller.hang_up()
        caller.wait_for("ended")
    assert owner.ended(call)["cause"] == "abandoned"
    owner.wait_quiet()


def wrong_keys_and_silence(house, owner):
    """Both lead to the queue; there he gives up too. Nobody is there, so nothing is reserved."""
    with Stranger(house.sip_port) as wrong, Stranger(house.sip_port, "+31612340000") as silent:
        wrong.call(BAKERY).wait_for("talking")
        wrong.dial("97")
        silent.call(BAKERY).wait_for("talking")
        wait_until(lambda: [call["state"] for call in owner.live()] == ["queued", "queued"], 40,
                   "two calls in the queue")
        calls = {call["caller"]: call for call in owner.live()}
        assert {call["place"] for call in calls.values()} == {1, 2}, calls
        assert owner.board()["reserved"] == 0
        wait_until(lambda: max(abs(sample) for sample in wrong.samples(0.3)) > 300, what="music")
        for caller in (wrong, silent):
            caller.hang_up()
            caller.wait_for("ended")
        owner.wait_quiet()
    for call in calls.values():
        assert owner.ended(call["id"])["cause"] == "abandoned"


def gives_up_while_it_rings(house, owner, zoe):
    zoe.phone.mode = "ring"
    with Stranger(house.sip_port) as caller:
        caller.call(EXPRESS).wait_for("talking")
        zoe.phone.wait_for("ringing")
        zoe.wait_until("ringing")
        assert owner.board()["reserved"] == 30 * 20_000, owner.board()
        caller.hang_up()
        zoe.phone.wait_for("cancelled", seconds=5)
        caller.wait_for("ended")
    zoe.wait_until("available", 5)
    owner.wait_quiet(5)


def gives_up_as_it_is_answered(house, owner, zoe):
    """The BYE and the answer cross: whoever wins, nothing is left over."""
    before = owner.board()["credit"]
    for _ in range(4):
        zoe.phone.mode = "ring"
        with Stranger(house.sip_port) as caller:
            caller.call(EXPRESS).wait_for("talking")
            zoe.phone.wait_for("ringing")
            call = zoe.call()
            zoe.phone.answer()
            caller.hang_up()
            caller.wait_for("ended")
        zoe.phone.wait_for("ended", "cancelled")
        if owner.ended(call["id"])["cause"] == "caller":
            zoe.finish(call["id"])
        zoe.wait_until("available")
        owner.wait_quiet()
    assert owner.board()["credit"] == before


def digits_reach_the_desk(house, owner, zoe):
    zoe.phone.mode = "answer"
    with Stranger(house.sip_port) as caller:
        caller.call(BAKERY).wait_for("talking")
        caller.dial("1")
        caller.dial("0427#")
        zoe.phone.wait_for("talking", seconds=20)
        call = zoe.call()
        assert [(keyed["name"], keyed["value"], keyed["label"]["nl"]) for keyed in call["keyed"]] == [
            ("reason", "1", "De beller"), ("customer-number", "0427", "Klantnummer")], call["keyed"]
        wait_until(lambda: zoe.phone.level(440) > 0.2 and caller.level(1000) > 0.2,
                   what="tones both ways")
        caller.hang_up()
        caller.wait_for("ended")
        zoe.phone.wait_for("ended")
    zoe.finish(call["id"])
    assert owner.ended(call["id"])["cause"] == "caller"


def withheld_number(house, owner, zoe):
    with Stranger(house.sip_port, caller=None) as caller:
        caller.call(EXPRESS).wait_for("talking")
        zoe.phone.wait_for("talking")
        call = zoe.call()
        assert call.get("caller") is None, call
        zoe.phone.hang_up()
        caller.wait_for("ended")
    zoe.finish(call["id"])
    assert owner.ended(call["id"])["cause"] == "agent"


def reach_recorder(house, owner, caller):
    """Calls the closed line until its voicemail records; the call."""
    caller.call(CLOSED).wait_for("talking")
    call = owner.wait_live("ivr")["id"]
    wait_until(lambda: os.listdir(os.path.join(house.folder, "data", "spool")), what="the voicemail's recorder")
    return call


def closed_line(house, owner):
    mails = len(house.mails())
    with Stranger(house.sip_port) as caller:
        call = reach_recorder(house, owner, caller)
        caller.wait_for_beep()
        caller.wait_sent(1.5)
        caller.press("#")
        caller.wait_for("ended")
    record = owner.ended(call)
    assert record["cause"] == "closed", record
    wait_until(lambda: owner.api("GET", f"/api/v1/calls/{call}").get("recorded"), what="its sound")
    wait_until(lambda: len(house.mails()) > mails, what="the mail about the voicemail")


def vanishes_in_a_voicemail(house, owner):
    """No BYE comes, nor sound: it ends ten seconds after the last, and is kept as any other."""
    mails = len(house.mails())
    with Stranger(house.sip_port) as caller:
        call = reach_recorder(house, owner, caller)
        caller.wait_sent(1)
        caller.vanish()
        record = owner.ended(call, 20)
    assert record["cause"] == "closed", record
    wait_until(lambda: len(house.mails()) > mails, what="the mail about the voicemail")


def says_nothing_in_a_voicemail(house, owner):
    """Nothing ever came from his phone: he has ten seconds from the beep on."""
    with Stranger(house.sip_port, rtp=False) as caller:
        call = reach_recorder(house, owner, caller)
        began = time.monotonic()
        caller.wait_for("ended", seconds=30)
        assert 8 < time.monotonic() - began < 14, time.monotonic() - began
    assert owner.ended(call)["cause"] == "closed"


def main(build):
    with House(build, change=change).start() as house:
        owner = Owner(house, "jansen")
        for scenario in (unknown_number, closed_line, vanishes_in_a_voicemail, says_nothing_in_a_voicemail,
                         gives_up_at_once, gives_up_in_the_menu, wrong_keys_and_silence):
            scenario(house, owner)
            print(scenario.__name__, "good", flush=True)
        with Seat(house, "zoe") as zoe:
            for scenario in (gives_up_while_it_rings, gives_up_as_it_is_answered,
                             digits_reach_the_desk, withheld_number):
                scenario(house, owner, zoe)
                print(scenario.__name__, "good", flush=True)
        house.stop()
        assert "0 faults" in house.command("check", "--deep")


if __name__ == "__main__":
    main(sys.argv[1])
