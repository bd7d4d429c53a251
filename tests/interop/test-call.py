#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call, whole: a stranger rings, hears the greeting, presses a key, waits; an e-agent is chosen and
answers; tones are measured both ways; the script runs, the call ends and is billed; the message reaches
the company; the recording plays; a restart keeps it all. Nothing is simulated but the people."""
import datetime
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from house import Agent, House, Problem, wait_until  # noqa: E402
from span import Span  # noqa: E402
from stranger import Stranger  # noqa: E402

BAKERY = "+31205550118"


def milliseconds(time_text):
    return datetime.datetime.fromisoformat(time_text.replace("Z", "+00:00")).timestamp() * 1000


def refused(house, status, path, token):
    try:
        house.request("GET", path, token=token)
    except Problem as problem:
        assert problem.status == status, problem
    else:
        raise AssertionError(f"{path} was given out")


def companies(house, running):
    """Staff choose among all companies, page by page; a company's own people see theirs."""
    token = house.sign_in("admin")["token"]
    page = house.request("GET", "/api/v1/companies?limit=1", token=token)
    rest = house.request("GET", f"/api/v1/companies?limit=1&cursor={page['next']}", token=token)
    both = page["items"] + rest["items"]
    assert {one["name"] for one in both} == {"Bakkerij Jansen", "Idraulica Fontana"}, both
    assert {one["id"]: one["calls"] for one in both}[running] == 1, both
    assert all(one["currency"] == "EUR" and one["credit"] > 0 for one in both), both
    assert house.request("GET", f"/api/v1/companies/{running}/dashboard", token=token)["live"]
    own = house.request("GET", "/api/v1/companies", token=house.sign_in("fontana")["token"])["items"]
    assert [one["name"] for one in own] == ["Idraulica Fontana"], own
    refused(house, 403, "/api/v1/companies", house.sign_in("zoe")["token"])


def rows(house, call, token):
    """The row of a list says as much as the call itself; what the e-agent earns is not the company's."""
    row = house.request("GET", "/api/v1/calls", token=token)["items"][0]
    assert row["line_label"] == call["line_label"] == "Bestellijn", row
    assert row["ticket"] == call["ticket"] and "pay" not in row, row
    assert call["keyed"][0]["meaning"]["nl"] == "is nieuw", call["keyed"]
    agent = house.sign_in("zoe")["token"]
    own = house.request("GET", "/api/v1/calls", token=agent)["items"][0]
    assert own["pay"] == 10_000 * call["seconds"], own
    presence = house.request("GET", "/api/v1/me/presence", token=agent)
    assert presence["earned_today"] == own["pay"] and presence["currency"] == "EUR", presence
    assert presence["talked_seconds"] == call["seconds"], presence
    assert house.request("GET", "/api/v1/me/waiting", token=agent)["calls"] == 0
    readings = f"/api/v1/calls/{call['id']}/readings"
    assert house.request("GET", readings, token=token)["items"] == []
    refused(house, 403, readings, agent)
    refused(house, 404, readings, house.sign_in("fontana")["token"])


def last_word(house, call):
    """Sent again it is taken as it was; another one comes too late, and changes nothing."""
    agent = house.sign_in("zoe")["token"]
    path, said = f"/api/v1/calls/{call['id']}", {key: call[key] for key in ("disposition", "note") if key in call}
    other = next(each["code"] for each in call["dispositions"] if each["code"] != call["disposition"])
    mails = len(house.mails())
    house.request("POST", path + "/finish", said, agent)
    for late in ({**said, "disposition": other}, {**said, "note": "another note"}):
        try:
            house.request("POST", path + "/finish", late, agent)
            raise AssertionError(f"{late} was taken")
        except Problem as problem:
            assert problem.status == 409 and problem.body["code"] == "call-closed", problem
    again = house.request("GET", path, token=agent)
    assert [again.get(key) for key in ("disposition", "note")] == [call.get(key) for key in ("disposition", "note")]
    assert len(house.mails()) == mails


def the_story(house, call):
    """Who greps the call's id finds all of it, and whose it was on each line."""
    lines = [line for line in house.log().splitlines() if line.endswith(f" call={call}")]
    assert len({re.search(" tenant=([0-9A-Z]{13}) ", line).group(1) for line in lines}) == 1, lines
    told = [line.split(" ", 2)[2] for line in lines]
    for part in ("switch: to .*" + BAKERY[1:], "switch: queued to offered", "sip: leg .*: INVITE to the phones of",
                 "switch: e-agent: ringing to talking tenant=.* user=", "switch: talking to ended: ",
                 "sip: leg .* ended: BYE", "sip: leg .* ended: hung up by us", "billing: settled at [0-9]+ s",
                 "http: POST /api/v1/calls/{id}/finish 204 .* user=", "messages: message .* was accepted",
                 "calls: recording .* is sealed", "calls: the recording is read .* user="):
        assert any(re.match(part, line) for line in told), (part, told)


def main(build):
    with House(build).start() as house:
        owner = house.sign_in("jansen")
        token, company = owner["token"], owner["company"]
        before = house.request("GET", f"/api/v1/companies/{company}/dashboard", token=token)
        assert before["credit"] == 50_000_000, before

        sink = os.path.join(house.folder, "agent.wav")
        with Agent(house, "zoe", "--answer-after", 0.2, "--tone", 1000, "--sink", sink,
                   "--script", "auto", "--calls", 1) as agent:
            agent.wait_for(event="presence", state="available")
            with Stranger(house.sip_port, "+31612345678", tone=440) as caller:
                caller.call(BAKERY).wait_for("talking")
                wait_until(lambda: len(caller.heard) > 8000, what="a greeting")
                caller.press("2")
                talk = Span()
                agent.wait_for(event="phone", state="talking", seconds=40)
                talk.began()
                wait_until(lambda: caller.level(1000) > 0.05, what="the e-agent's tone at the caller")
                live = house.request("GET", f"/api/v1/companies/{company}/dashboard", token=token)["live"]
                assert len(live) == 1 and live[0]["state"] == "talking", live
                assert live[0]["caller"] == "+31612345678"
                keyed = next(key for key in live[0]["keyed"] if key["name"] == "reason")
                assert keyed["value"] == "2" and keyed["label"]["nl"] == "De beller", keyed
                assert keyed["meaning"]["it"] == "è nuovo" and live[0]["currency"] == "EUR", keyed
                companies(house, company)
                caller.wait_sent(2)
                talk.ends()
                caller.hang_up()
                caller.wait_for("ended")
                talk.ended()
            finished = agent.wait_for(event="finish", seconds=20)
        call_id = finished["call"]

        def closed():
            call = house.request("GET", f"/api/v1/calls/{call_id}", token=token)
            return call if call.get("disposition") and call.get("recorded") else None
        call = wait_until(closed, what="the closed record with its recording")
        assert call["settled"] and call["state"] == "ended", call
        assert talk.holds(call["seconds"]), (call["seconds"], talk)

        bill = house.request("GET", f"/api/v1/calls/{call_id}/bill", token=token)
        assert bill["seconds"] == call["seconds"] and bill["amount"] == 20_000 * bill["seconds"], bill
        after = house.request("GET", f"/api/v1/companies/{company}/dashboard", token=token)
        assert after["credit"] == before["credit"] - bill["amount"], (before, after, bill)
        assert after["reserved"] == 0, after
        assert after["quality"]["received"] == 1, after["quality"]

        # Completed seconds; the stamps are another clock's, and of whole milliseconds.
        assert abs(milliseconds(bill["answered"]) + 1000 * bill["seconds"]
                   - milliseconds(bill["ended"])) < 1010 and bill["currency"] == "EUR", bill
        rows(house, call, token)

        mails = wait_until(house.mails, what="the message to the company")
        last_word(house, call)
        with open(mails[0], encoding="utf-8", errors="replace") as text:
            mail = text.read()
        assert call.get("ticket") and call["ticket"] in mail, (call, mail)
        assert re.match(r"0427-\d+", call["ticket"]), call["ticket"]
        wait_until(lambda: re.search(r"(?m)^centrale_mail_waiting 0$",
                                     house.request("GET", "/metrics", raw=True)[2].decode()),
                   what="the outbox empty")

        status, headers, sound = house.request("GET", f"/api/v1/calls/{call_id}/recording", token=token,
                                               headers={"Range": "bytes=0-99"}, raw=True)
        assert status == 206 and sound[:4] == b"RIFF" and len(sound) == 100, (status, headers)
        stranger = house.sign_in("fontana")
        try:
            house.request("GET", f"/api/v1/calls/{call_id}", token=stranger["token"])
            raise AssertionError("another company saw the call")
        except Problem as problem:
            assert problem.status == 404, problem

        try:
            house.request("GET", "/api/v1/calls?state=lively", token=token)
            raise AssertionError("a state that is none was taken")
        except Problem as problem:
            assert problem.status == 422, problem

        why = house.request("GET", f"/api/v1/calls/{call_id}/why", token=token)
        assert why["candidates"] == 1 and why["user"] == call["agent"], why

        house.stop()
        assert "0 faults" in house.command("check", "--deep")
        the_story(house, call_id)
        house.start()
        again = house.request("GET", f"/api/v1/calls/{call_id}", token=house.sign_in("jansen")["token"])
        assert again["seconds"] == call["seconds"] and again["ticket"] == call["ticket"], again
    print("one call, whole: answered, billed", bill["amount"], "micro-units for", bill["seconds"], "s")


if __name__ == "__main__":
    main(sys.argv[1])
