#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""baresip as an e-agent's VoIP phone, with credentials of its own from the tenant file: it registers,
answers, holds; it is killed in the middle of a call and started again, and gets its caller back."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from baresip import Baresip, is_there  # noqa: E402
from house import House, wait_until  # noqa: E402
from phone import Owner, express  # noqa: E402
from stranger import Stranger  # noqa: E402

BAKERY = "+31205550120"
SIP_USER, SECRET = "zoe-voip", "a-secret-of-the-phone"


def change(tree):
    express(tree, "jansen", BAKERY)
    zoe = next(user for user in tree["users"] if user["user"] == "zoe")
    zoe["phones"] = [{"sip_user": SIP_USER, "secret": SECRET}]


def both_ways(caller, phone):
    wait_until(lambda: caller.level(1000) > 0.2, what="the phone's tone at the caller")
    wait_until(lambda: phone.level(440) > 0.2, what="the caller's tone at the phone")


def main(build):
    if not is_there():
        print("baresip is not installed")
        sys.exit(77)
    with House(build, change=change).start() as house:
        owner = Owner(house, "jansen")
        token = house.sign_in("zoe")["token"]

        def presence():
            return house.request("GET", "/api/v1/me/presence", token=token)

        def be(state):
            house.request("PUT", "/api/v1/me/presence", {"state": state}, token=token)

        phones = [Baresip(house, "phone-1", SIP_USER, SECRET)]
        try:
            wait_until(lambda: presence()["registered"], what="baresip registered")
            be("available")
            with Stranger(house.sip_port) as caller:
                caller.call(BAKERY).wait_for("talking")
                call = owner.wait_live("talking")["id"]
                both_ways(caller, phones[0])
                print("tones both ways good", flush=True)
                phones[0].say("hold")
                owner.wait_live("held")
                wait_until(lambda: caller.level(1000, 0.3) < 0.1 and
                           max(abs(sample) for sample in caller.samples(0.3)) > 300, what="music on hold")
                held = owner.live()[0].get("seconds", 0)
                wait_until(lambda: owner.live()[0].get("seconds", 0) > held, what="held time billed")
                phones[0].say("resume")
                owner.wait_live("talking")
                both_ways(caller, phones[0])
                print("hold good", flush=True)
                phones[0].kill()
                owner.wait_live("parked")
                parked = time.monotonic()
                phones.append(Baresip(house, "phone-2", SIP_USER, SECRET))
                assert owner.wait_live("talking", 25)["id"] == call
                assert time.monotonic() - parked < 28
                both_ways(caller, phones[1])
                print("lost phone good", flush=True)
                caller.hang_up()
                caller.wait_for("ended")
            wait_until(lambda: presence()["state"] == "wrap_up", what="the wrap-up")
            assert owner.ended(call)["cause"] == "caller"
            bill = owner.api("GET", f"/api/v1/calls/{call}/bill")
            assert owner.board()["credit"] == 50_000_000 - bill["amount"]
        finally:
            for phone in phones:
                phone.close()
        house.stop()
        assert "0 faults" in house.command("check", "--deep")


if __name__ == "__main__":
    main(sys.argv[1])
