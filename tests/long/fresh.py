#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# A newcomer's two commands on a fresh Debian 12 with nothing but git and make (needs root; --whole: all of make check).
"""Usage: fresh.py BUILD [--whole]. Tries what is committed. First as a user who may not install
packages, who must be told what is missing; then with sudo, to `make demo`'s last picture; then, where
only loopback is left, the tests and the demo once more as root."""
import argparse
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
import debian  # noqa: E402
from debian import Debian, Failed, say  # noqa: E402

USER = "newcomer"
PLACE = f"/srv/{USER}/centrale"
PICTURES = 12
QUICK = ("interop/call", "interop/baresip", "interop/sipp", "ui/sign-in", "ui/call")


def expect(condition, what, told):
    if not condition:
        raise Failed(f"{what}:\n{told[-6000:]}")


def told_what_is_missing(fresh, command, package):
    """Without the right to install: at once, with the command that someone else can give."""
    told = fresh.run(command, user=USER, folder=PLACE, expect="trouble")
    expect("As root:" in told and "apt-get install" in told and package in told,
           f"{command} does not say what is missing", told)


def play_demo(fresh, network=False, **who):
    began = time.monotonic()
    told = fresh.run("make demo", folder=PLACE, network=network, **who)
    pictures = os.listdir(fresh.path(PLACE.lstrip("/"), "demo-screenshots"))
    expect("Everything is stopped." in told and len(pictures) == PICTURES,
           f"the demo did not play to its end ({len(pictures)} pictures)", told)
    left = fresh.processes()
    expect(not left, "the demo left something running", "\n".join(left))
    fresh.run(f"rm -r {PLACE}/demo-screenshots")
    say(f"make demo as {who.get('user', 'root')}: {len(pictures)} pictures, nothing left running", began)


def run_tests(fresh, whole):
    began = time.monotonic()
    if whole:
        told = fresh.run("make check", user=USER, folder=PLACE, expect=None)
        print("\n".join(told.splitlines()[-12:]))
        expect(told.rstrip().endswith(", 0 failed"), "make check failed", told)
        say("make check, whole", began)
        return
    fresh.run("meson setup --reconfigure build -Dwerror=true && ninja -C build", user=USER, folder=PLACE)
    say("everything built", began)
    began = time.monotonic()
    for tests in ("--suite unit --suite server", "--num-processes 1 " + " ".join(QUICK)):
        told = fresh.run(f"meson test -C build --no-rebuild --print-errorlogs {tests}", user=USER, folder=PLACE)
        print("\n".join(line for line in told.splitlines() if line.startswith(("Ok:", "Fail:", "Skipped:"))))
    say("the unit tests, and some of the others", began)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("build")
    arguments.add_argument("--whole", action="store_true")
    options = arguments.parse_args()

    fresh = Debian("bookworm")
    fresh.install("git", "make")
    fresh.add_user(USER)
    say("of commit " + fresh.clone(USER, PLACE))
    told_what_is_missing(fresh, "make demo", "libgtk-4-dev")
    told_what_is_missing(fresh, "make check", "sip-tester")
    fresh.install("sudo")
    told_what_is_missing(fresh, "make demo", "libgtk-4-dev")  # sudo asks, and nobody is there to answer
    say("who may not install packages is told which are missing")

    fresh.allow_sudo(USER)
    play_demo(fresh, network=True, user=USER)
    began = time.monotonic()
    fresh.run("tools/install-deps test", user=USER, folder=PLACE, network=True)
    say("what the tests need installed", began)
    run_tests(fresh, options.whole)
    fresh.run(f"git config --global --add safe.directory {PLACE}")
    play_demo(fresh)


if __name__ == "__main__":
    debian.run(main)
