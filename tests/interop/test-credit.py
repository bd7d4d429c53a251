#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credit at its end (D3, D29): none at all, eight seconds of it, and eight seconds that a top-up makes
thirteen while the call runs. Nothing is billed beyond what was paid, and not a second less. An emergency line
draws what was granted before the money came, and its owner sees it."""
import os
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from events import Events  # noqa: E402
from house import House, Problem, wait_until  # noqa: E402
from phone import Owner, Seat, express  # noqa: E402
from span import Span  # noqa: E402
from stranger import Stranger  # noqa: E402

NONE, SHORT, TOPPED, GRANTED = "+31205550130", "+31205550131", "+31205550132", "+31205550133"
RATE = 20_000


def change(tree):
    """Four more companies, alike but for their credit; Ida beside Zoe."""
    bakery = tree["companies"][0]
    for index, (key, number, credit) in enumerate((("none", NONE, None), ("short", SHORT, "0.16"),
                                                   ("topped", TOPPED, "0.16"),
                                                   ("granted", GRANTED, None))):
        company = {**bakery, "key": key, "name": key, "client_code": f"050{index}", "lines": [],
                   "mail": [f"{key}@bakery.example"]}
        company.pop("opening_credit")
        if credit is not None:
            company["opening_credit"] = credit
        tree["companies"].append(company)
        company["lines"].append({**bakery["lines"][0], "number": "+3120555014" + str(index)})
        if key == "granted":
            company["provisional_credit"] = "0.40"
        express(tree, key, number, announcement="recorded", record=True, emergency=key == "granted")
        tree["users"].append({"user": key, "name": key, "password": "demo-demo", "roles": ["owner"],
                              "company": key, "language": "nl"})
    zoe = next(user for user in tree["users"] if user["user"] == "zoe")
    tree["users"].append({**zoe, "user": "ida", "name": "Ida Bos"})


def no_credit(house, owner):
    """The voicemail of the no-credit path, and the company is told by mail."""
    spool = os.path.join(house.folder, "data", "spool")
    with Stranger(house.sip_port) as caller:
        caller.call(NONE).wait_for("talking")
        call = owner.wait_live("ivr")["id"]
        wait_until(lambda: os.listdir(spool), what="the voicemail's recorder")
        caller.wait_sent(1)
        caller.press("#")
        caller.wait_for("ended")
    record = owner.ended(call)
    assert record["cause"] == "no_credit" and not record.get("seconds"), record
    wait_until(lambda: any("none@bakery.example" in open(mail, encoding="utf-8").read()
                           for mail in house.mails()), what="the mail about it")
    board = owner.board()
    assert (board["credit"], board["reserved"]) == (0, 0), board


def top_up(house, company):
    """By the administrator; said twice with one key, it is booked once."""
    admin = house.sign_in("admin")["token"]
    key = {"Idempotency-Key": str(uuid.uuid4())}
    for _ in range(2):
        house.request("POST", f"/api/v1/companies/{company}/credit",
                      {"amount": 5 * RATE, "reference": "by bank"}, token=admin, headers=key)
    try:
        house.request("POST", f"/api/v1/companies/{company}/credit", {"amount": 5 * RATE,
                      "reference": "by bank"}, token=house.sign_in("topped")["token"], headers=key)
        raise AssertionError("an owner gave himself credit")
    except Problem as problem:
        assert problem.status == 403, problem


def both_recordings(owner, call, seconds):
    """Of the conversation and of the voicemail after it: stereo, 16000 bytes a second."""
    path = f"/api/v1/calls/{call}/recording"

    def length(query=""):
        try:
            return len(owner.api("GET", path + query, raw=True)[2]) / 16000
        except Problem as problem:
            assert problem.status == 404, problem
            return 0
    wait_until(lambda: length() > 0 and length("?part=voicemail") > 0, what="both recordings")
    assert abs(length() - seconds) < 1, length()
    assert 1 < length("?part=voicemail") < 5, length("?part=voicemail")


def talked_out(house, owner, seat, caller, seconds, talk):
    """To the last paid second, then the no-credit path; the e-agent wraps up and is paid the same."""
    seat.phone.wait_for("ended", seconds=seconds + 15)
    talk.ended()
    seat.wait_until("wrap_up")
    assert seconds <= talk.most() and talk.last - talk.begun < seconds + 3, talk
    call = owner.wait_live("ivr")["id"]
    assert caller.state == "talking"  # he hears the message
    seat.finish(call)
    caller.wait_for_beep()
    caller.wait_sent(1.5)
    caller.press("#")
    caller.wait_for("ended")
    record = owner.ended(call)
    assert (record["cause"], record["seconds"]) == ("no_credit", seconds), record
    both_recordings(owner, call, seconds)
    bill = owner.api("GET", f"/api/v1/calls/{call}/bill")
    assert (bill["seconds"], bill["amount"]) == (seconds, seconds * RATE), bill
    board = owner.board()
    assert (board["credit"], board["reserved"]) == (0, 0), board


def told(owner, events, provisional):
    """The event that says what is left of a grant; it says all that asking does."""
    event = events.wait_for(lambda event: event["type"] == "credit"
                            and event["body"].get("provisional") == provisional)["body"]
    asked = owner.api("GET", f"/api/v1/companies/{owner.company}/credit")
    assert {**event, "at": None} == {**asked, "at": None}, (event, asked)
    return asked


def provisional(house, owner, seat):
    """Nothing was paid, so that a call draws on what was granted: what it holds, and then what it used. Its
    owner's dashboard is told of both."""
    board = owner.board()
    assert (board["credit"], board["provisional"], board["provisional_used"]) == (0, 20 * RATE, 0), board
    with Stranger(house.sip_port) as caller, Events(house, owner.token) as events:
        caller.call(GRANTED).wait_for("talking")
        seat.phone.wait_for("talking")
        call = seat.call()["id"]
        board = owner.board()
        assert (board["credit"], board["provisional"], board["provisional_used"]) == (0, 0, 20 * RATE), board
        told(owner, events, 0)
        caller.wait_sent(2.2)
        caller.hang_up()
        caller.wait_for("ended")
        seat.finish(call)
        used = owner.ended(call)["seconds"] * RATE
        credit = told(owner, events, 20 * RATE - used)
    assert (credit["credit"], credit["provisional_used"]) == (0, used) and used > 0, credit


def two_calls(house, short, topped, zoe, ida):
    zoe.be("paused")
    with Stranger(house.sip_port) as one, Stranger(house.sip_port, "+31612340000") as other, \
            ThreadPoolExecutor(1) as beside:
        talk = Span()
        one.call(SHORT).wait_for("talking")
        ida.phone.wait_for("talking")
        talk.began()
        zoe.be("available")
        talk_other = Span()
        other.call(TOPPED).wait_for("talking")
        zoe.phone.wait_for("talking")
        talk_other.began()
        # Both are warned: it is less than 30 s before the end.
        assert short.wait_live("talking")["warn_seconds"] > 0
        call = topped.wait_live("talking")
        assert call["warn_seconds"] > 0, call
        other.wait_sent(2)
        top_up(house, topped.company)
        wait_until(lambda: topped.board()["reserved"] + 0 == 13 * RATE, what="the top-up reserved, too")
        first = beside.submit(talked_out, house, short, ida, one, 8, talk)
        talked_out(house, topped, zoe, other, 13, talk_other)
        first.result()


def main(build):
    with House(build, change=change).start() as house:
        owners = [Owner(house, name) for name in ("none", "short", "topped", "granted")]
        with Seat(house, "zoe", tone=700) as zoe, Seat(house, "ida", tone=700) as ida:
            no_credit(house, owners[0])
            print("no_credit good", flush=True)
            provisional(house, owners[3], zoe)
            print("provisional good", flush=True)
            two_calls(house, *owners[1:3], zoe, ida)
            print("two_calls good", flush=True)
        house.stop()
        assert "0 faults" in house.command("check", "--deep")


if __name__ == "__main__":
    main(sys.argv[1])
