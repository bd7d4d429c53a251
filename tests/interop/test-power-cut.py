#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server is killed while one call talks, one waits and one leaves a voicemail, and comes back: the
bill, the message, both recordings, the phones and the sessions are there, and the next call works."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from house import House, wait_until  # noqa: E402
from phone import Owner, Seat, express  # noqa: E402
from span import Span  # noqa: E402
from stranger import Stranger  # noqa: E402

BAKERY, CLOSED = "+31205550120", "+31205550121"
RATE = 20_000


def change(tree):
    express(tree, "jansen", BAKERY, announcement="recorded", record=True)
    express(tree, "jansen", CLOSED, hours={"monday": []}, announcement="recorded",
            closed={"kind": "voicemail", "max_seconds": 60})


def spool(house):
    folder = os.path.join(house.folder, "data", "spool")
    return [name for name in os.listdir(folder) if os.path.getsize(os.path.join(folder, name)) > 16000]


def cut(house, owner, zoe):
    """Returns the three calls and the span in which the first talked."""
    with Stranger(house.sip_port) as caller, Stranger(house.sip_port, "+31612340000") as waiting, \
            Stranger(house.sip_port, "+31612340001") as late:
        talk = Span()
        caller.call(BAKERY).wait_for("talking")
        zoe.phone.wait_for("talking")
        talk.began()
        talking = owner.wait_live("talking")["id"]
        zoe.api("GET", f"/api/v1/calls/{talking}/script")
        late.call(CLOSED).wait_for("talking")
        voicemail = owner.wait_live("ivr")["id"]
        waiting.call(BAKERY).wait_for("talking")
        queued = owner.wait_live("queued")["id"]
        wait_until(lambda: caller.level(1000) > 0.2 and zoe.phone.level(440) > 0.2, what="tones")
        wait_until(lambda: len(spool(house)) == 2, what="two recordings in the spool")
        zoe.phone.wait_sent(max(0, 7 - (time.monotonic() - talk.begun)))
        talk.ends()
        house.kill()
        talk.ended()
        return talking, queued, voicemail, talk


def all_is_there(house, owner, zoe, calls, talk):
    talking, queued, voicemail = calls
    record = owner.ended(talking)
    assert record["cause"] == "restart", record
    assert talk.least() - 6 <= record["seconds"] <= talk.most(), (record["seconds"], talk)
    bill = owner.api("GET", f"/api/v1/calls/{talking}/bill")
    assert (bill["seconds"], bill["amount"]) == (record["seconds"], RATE * record["seconds"]), bill
    for call in (queued, voicemail):
        assert not owner.ended(call).get("seconds")
    board = owner.board()
    assert board["reserved"] == 0 and not board["live"], board
    assert board["credit"] == 50_000_000 - bill["amount"], (board["credit"], bill)
    wait_until(lambda: len(house.mails()) >= 2, what="the messages of the call and of the voicemail")
    for call in (talking, voicemail):
        wait_until(lambda: owner.api("GET", f"/api/v1/calls/{call}").get("recorded"), what="its sound")
        status, _, sound = owner.api("GET", f"/api/v1/calls/{call}/recording", raw=True)
        assert status == 200 and sound[:4] == b"RIFF" and len(sound) > 16000, (status, len(sound))
    wait_until(lambda: not os.listdir(os.path.join(house.folder, "data", "spool")), what="an empty spool")


def goes_on(house, owner, zoe):
    """Her phone is still registered, she is still signed in: the next call comes to her."""
    wait_until(lambda: zoe.presence()["registered"], what="the phone still registered")
    zoe.phone.state, zoe.phone.remote = "idle", None
    if zoe.state() != "available":
        zoe.be("available")
    with Stranger(house.sip_port) as caller:
        caller.call(BAKERY).wait_for("talking")
        zoe.phone.wait_for("talking")
        call = zoe.call()["id"]
        wait_until(lambda: caller.level(1000) > 0.2 and zoe.phone.level(440) > 0.2, what="tones")
        caller.hang_up()
        caller.wait_for("ended")
    zoe.finish(call)
    owner.wait_quiet()


def main(build):
    with House(build, change=change).start() as house:
        house.keep_ports()
        owner = Owner(house, "jansen")
        with Seat(house, "zoe") as zoe:
            *calls, talk = cut(house, owner, zoe)
            house.start()
            all_is_there(house, owner, zoe, calls, talk)
            print("all_is_there good", flush=True)
            goes_on(house, owner, zoe)
            print("goes_on good", flush=True)
        house.stop()
        assert "0 faults" in house.command("check", "--deep")


if __name__ == "__main__":
    main(sys.argv[1])
