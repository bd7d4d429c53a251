#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call, whole: a stranger rings, hears the greeting, presses a key, waits; an e-agent is chosen and
answers; tones are measured both ways; the script runs, the call ends and is billed; the message reaches
the company; the recording plays; a restart keeps it all. Nothing is simulated but the people."""
import os
import re
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from house import Agent, House, Problem, wait_until  # noqa: E402
from stranger import Stranger  # noqa: E402

BAKERY = "+31205550118"


def main(build):
    with House(build).start() as house:
        owner = house.sign_in("jansen")
        token, company = owner["token"], owner["company"]
        before = house.request("GET", f"/api/v1/companies/{company}/dashboard", token=token)
        assert before["credit"] == 50_000_000, before

        sink = os.path.join(house.folder, "agent.wav")
        with Agent(house, "zoe", "--answer-after", 0.2, "--talk", 4, "--tone", 1000, "--sink", sink,
                   "--script", "auto", "--calls", 1) as agent:
            agent.wait_for(event="presence", state="available")
            with Stranger(house.sip_port, "+31612345678", tone=440) as caller:
                caller.call(BAKERY).wait_for("talking")
                wait_until(lambda: len(caller.heard) > 8000, what="a greeting")
                caller.press("2")
                agent.wait_for(event="phone", state="talking")
                answered = time.monotonic()
                wait_until(lambda: caller.level(1000) > 0.05, what="the e-agent's tone at the caller")
                live = house.request("GET", f"/api/v1/companies/{company}/dashboard", token=token)["live"]
                assert len(live) == 1 and live[0]["state"] == "talking", live
                assert live[0]["caller"] == "+31612345678"
                assert {"name": "reason", "value": "2"} in live[0]["keyed"], live[0]
                caller.wait_for("ended", seconds=20)
                talked = time.monotonic() - answered
            finished = agent.wait_for(event="finish", seconds=20)
        call_id = finished["call"]

        def closed():
            call = house.request("GET", f"/api/v1/calls/{call_id}", token=token)
            return call if call.get("disposition") and call.get("recorded") else None
        call = wait_until(closed, what="the closed record with its recording")
        assert call["settled"] and call["state"] == "ended", call
        assert abs(call["seconds"] - int(talked)) <= 1, (call["seconds"], talked)

        bill = house.request("GET", f"/api/v1/calls/{call_id}/bill", token=token)
        assert bill["seconds"] == call["seconds"] and bill["amount"] == 20_000 * bill["seconds"], bill
        after = house.request("GET", f"/api/v1/companies/{company}/dashboard", token=token)
        assert after["credit"] == before["credit"] - bill["amount"], (before, after, bill)
        assert after["reserved"] == 0, after
        assert after["quality"]["received"] == 1, after["quality"]

        mails = wait_until(house.mails, what="the message to the company")
        with open(mails[0], encoding="utf-8", errors="replace") as text:
            mail = text.read()
        assert call.get("ticket") and call["ticket"] in mail, (call, mail)
        assert re.match(r"0427-\d+", call["ticket"]), call["ticket"]

        status, headers, sound = house.request("GET", f"/api/v1/calls/{call_id}/recording", token=token,
                                               headers={"Range": "bytes=0-99"}, raw=True)
        assert status == 206 and sound[:4] == b"RIFF" and len(sound) == 100, (status, headers)
        stranger = house.sign_in("fontana")
        try:
            house.request("GET", f"/api/v1/calls/{call_id}", token=stranger["token"])
            raise AssertionError("another company saw the call")
        except Problem as problem:
            assert problem.status == 404, problem

        why = house.request("GET", f"/api/v1/calls/{call_id}/why", token=token)
        assert why["candidates"] == 1 and why["user"] == call["agent"], why

        house.stop()
        assert "0 faults" in house.command("check", "--deep")
        house.start()
        again = house.request("GET", f"/api/v1/calls/{call_id}", token=house.sign_in("jansen")["token"])
        assert again["seconds"] == call["seconds"] and again["ticket"] == call["ticket"], again
    print("one call, whole: answered, billed", bill["amount"], "micro-units for", bill["seconds"], "s")


if __name__ == "__main__":
    main(sys.argv[1])
