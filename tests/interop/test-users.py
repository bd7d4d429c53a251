#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody leaves: the tenant file says so, and a running server signs him out, refuses his sign-in as an
unknown user's, ends his phone's registration and refuses it, at once; his calls keep his name. He comes back."""
import os
import sys

import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from events import Events  # noqa: E402
from house import House, Problem, wait_until  # noqa: E402
from phone import Owner, Seat  # noqa: E402
from stranger import Stranger  # noqa: E402

BAKERY = "+31205550118"


def set_disabled(house, user, disabled):
    with open(house.tenant, encoding="utf-8") as text:
        tree = yaml.safe_load(text)
    next(spec for spec in tree["users"] if spec["user"] == user)["disabled"] = disabled
    with open(house.tenant, "w", encoding="utf-8") as out:
        yaml.safe_dump(tree, out, allow_unicode=True, sort_keys=False)
    house.command("apply", house.tenant)


def refused(house, user):
    """The answer to a sign-in that is none, without what only tells one answer from another."""
    try:
        house.sign_in(user)
    except Problem as problem:
        return problem.status, {key: value for key, value in problem.body.items() if key != "instance"}
    return None


def is_signed_in(seat):
    try:
        seat.presence()
    except Problem as problem:
        assert problem.status == 401, problem
        return False
    return True


def names(house, token):
    return [item["name"] for item in house.request("GET", "/api/v1/presence", token=token)["items"]]


def one_call(house, seat):
    with Stranger(house.sip_port, "+31612345678", tone=440) as caller:
        caller.call(BAKERY).wait_for("talking")
        wait_until(lambda: len(caller.heard) > 8000, what="a greeting")
        caller.press("2")
        seat.phone.wait_for("talking")
        call = seat.call()["id"]
        caller.hang_up()
        caller.wait_for("ended")
    seat.finish(call)
    return call


def main(build):
    with House(build, change=lambda tree: None).start() as house:
        root = house.sign_in("root", "administrator-1")["token"]
        owner = Owner(house, "jansen")
        with Seat(house, "zoe") as zoe:
            call = one_call(house, zoe)
            name = owner.ended(call)["agent_name"]
            assert name in names(house, root)
            with Events(house, zoe.token) as hers, Events(house, root) as his:
                set_disabled(house, "zoe", True)
                hers.wait_for_close(10)
                assert hers.closed == 4401, hers.closed
                his.wait_for(lambda event: event["type"] == "presence" and event["body"]["state"] == "offline")
            wait_until(lambda: not is_signed_in(zoe), what="signed out")
            assert refused(house, "zoe") == refused(house, "nobody") is not None
            wait_until(lambda: zoe.phone.try_register() == 403, what="the phone refused")
            wait_until(lambda: name not in names(house, root), what="not among those at work")
            assert owner.ended(call)["agent_name"] == name
            wait_until(lambda: "available to offline" in house.log(), what="offline in the log")
            set_disabled(house, "zoe", False)
            wait_until(lambda: refused(house, "zoe") is None, what="back")
            zoe.phone.register()
            zoe.token = house.sign_in("zoe")["token"]
            assert zoe.state() == "offline"
            zoe.be("available")
            one_call(house, zoe)
        house.stop()
        assert "0 faults" in house.command("check", "--deep")
    print("gone and back")


if __name__ == "__main__":
    main(sys.argv[1])
