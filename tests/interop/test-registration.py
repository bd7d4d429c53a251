#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A trunk by registration, with a real registrar: the server registers with digest, a call comes in over
the registered contact, a connect-through goes out with digest; the registrar dies and comes back."""
import os
import re
import sys
import tempfile
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from carrier import ADDRESS, SECRET, USER, Carrier, is_there  # noqa: E402
from house import House, wait_until  # noqa: E402
from phone import Owner, Phone, Seat, express  # noqa: E402
from stranger import Stranger  # noqa: E402

EMERGENCY, DIALLED = "+390655501120", "0655501120"  # as the country at the trunk's other end dials it


def down_trunks(house):
    with urllib.request.urlopen(house.url + "/metrics", timeout=5) as reply:
        return int(re.search(r"(?m)^centrale_sip_trunks_down (\d+)$", reply.read().decode()).group(1))


def told(house):
    return house.request("GET", "/health")["checks"]["trunks"]["detail"]


def in_and_out(house, carrier, owner, zoe, plumber):
    """In over the contact, out with digest; the e-agent's end and the plumber's cross the proxy, too."""
    with Stranger(carrier.port, "+390612345678") as caller:
        caller.server = (ADDRESS, carrier.port)
        caller.call(DIALLED).wait_for("talking")
        zoe.phone.wait_for("talking")
        call = zoe.call()["id"]
        wait_until(lambda: caller.level(1000) > 0.2 and zoe.phone.level(440) > 0.2, what="tones both ways")
        zoe.api("GET", f"/api/v1/calls/{call}/script")
        zoe.api("POST", f"/api/v1/calls/{call}/connect", {"step": "connect"})
        plumber.wait_for("talking")
        wait_until(lambda: zoe.call()["onward"] == "asked", what="the plumber asked")
        plumber.press("1")
        zoe.phone.wait_for("ended")
        wait_until(lambda: caller.level(1500) > 0.2 and plumber.level(440) > 0.2, what="the two together")
        zoe.finish(call)
        plumber.hang_up()
        plumber.wait_for("ended")
        caller.wait_for("ended")
    assert owner.ended(call)["cause"] == "onward"


def agent_ends(house, carrier, owner, zoe):
    """Our BYE finds the caller behind the proxy."""
    with Stranger(carrier.port, "+390612345679") as caller:
        caller.server = (ADDRESS, carrier.port)
        caller.call(DIALLED).wait_for("talking")
        zoe.phone.wait_for("talking")
        call = zoe.call()["id"]
        zoe.phone.hang_up()
        caller.wait_for("ended")
    zoe.finish(call)
    assert owner.ended(call)["cause"] == "agent"


def main(build):
    if not is_there():
        print("kamailio is not installed")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder, Phone(0, "plumber", tone=1500) as plumber, \
            Carrier(folder, DIALLED, plumber.port) as carrier:
        plumber.server = (ADDRESS, carrier.port)
        with open(os.path.join(folder, "secret"), "w", encoding="utf-8") as out:
            out.write(SECRET + "\n")

        def change(tree):
            """Beside it another trunk at the same address: only the contact tells which is meant."""
            other = {**tree["trunks"][0], "key": "other", "host": ADDRESS, "port": carrier.port,
                     "sources": [], "country_prefix": "44"}
            tree["trunks"] = [other, {**other, "key": "carrier", "country_prefix": "39", "registers": True,
                                      "user": USER, "secret_file": os.path.join(folder, "secret")}]
            express(tree, "fontana", EMERGENCY)
            script = tree["companies"][1]["scripts"][0]["body"]
            script.update(start="connect", outputs=[],
                          steps={name: script["steps"][name] for name in ("connect", "noted")})

        with House(build, change=change).start() as house:
            owner = Owner(house, "fontana")
            with Seat(house, "zoe") as zoe:
                wait_until(lambda: told(house) == "2 up", what="the registration")
                assert down_trunks(house) == 0
                in_and_out(house, carrier, owner, zoe, plumber)
                print("in_and_out good", flush=True)
                agent_ends(house, carrier, owner, zoe)
                print("agent_ends good", flush=True)
                carrier.stop()
                wait_until(lambda: told(house) == "1 of 2 down: carrier", 60, "the lost registrar told")
                assert down_trunks(house) == 1 and house.request("GET", "/health")["ok"]
                carrier.start()
                wait_until(lambda: told(house) == "2 up", 60, "registered again")
                agent_ends(house, carrier, owner, zoe)
                print("down and back good", flush=True)
            assert SECRET not in house.log()
            house.stop()
            assert "0 faults" in house.command("check", "--deep")


if __name__ == "__main__":
    main(sys.argv[1])
