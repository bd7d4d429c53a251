#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds on a fresh Debian 13 (GTK 4.18, libadwaita 1.7), where a deprecation is an error, and tries the desk (needs root).
"""Usage: debian13.py BUILD. Tries what is committed: everything built with warnings as errors, the unit
tests, a call and the desk's sign-in and call. Beyond the packages nothing but loopback is there."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
import debian  # noqa: E402
from debian import Debian, say  # noqa: E402

USER = "builder"
PLACE = f"/srv/{USER}/centrale"
TESTS = ("--suite unit --suite server", "--num-processes 1 interop/call ui/sign-in ui/call ui/script-view")


def main():
    trixie = Debian("trixie")
    trixie.install("git")
    trixie.add_user(USER)
    say("of commit " + trixie.clone(USER, PLACE))
    began = time.monotonic()
    trixie.run("tools/install-deps test", folder=PLACE, network=True)
    say("packages", began)

    began = time.monotonic()
    trixie.run("meson setup build -Dwerror=true -Dc_args=-Wdeprecated-declarations && ninja -C build",
               user=USER, folder=PLACE)
    say("built with " + trixie.run("pkg-config --modversion gtk4 libadwaita-1").replace("\n", " ").strip()
        + ", without a warning", began)
    began = time.monotonic()
    for tests in TESTS:
        told = trixie.run(f"meson test -C build --no-rebuild --print-errorlogs {tests}", user=USER, folder=PLACE)
        print("\n".join(line for line in told.splitlines() if line.startswith(("Ok:", "Fail:", "Skipped:"))))
    say("tested", began)


if __name__ == "__main__":
    debian.run(main)
