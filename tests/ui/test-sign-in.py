#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desk against a real server: no server there, a wrong password, the right one, presence, sign-out,
in again, quit.
  test-sign-in.py BUILD"""
import os
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)),
                os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools")]
import driver
import house


def main():
    build = sys.argv[1]
    with house.House(build) as here:
        here.start()
        with driver.Window(os.path.join(build, "centrale"), "--server", "http://127.0.0.1:1",
                           "--domain", here.domain(), "--user", "zoe") as desk:
            desk.type("Password", house.PASSWORD)
            desk.click("Sign In")
            desk.wait_for_label("cannot be reached")
            desk.type("Server", here.url)
            desk.type("Password", "wrong")
            desk.click("Sign In")
            desk.wait_for_label("Domain, user or password is not right.")
            desk.type("Password", house.PASSWORD)
            desk.click("Sign In")
            desk.wait_for_label("Zoë Dekker")
            desk.wait_for_label("You are offline", 30)
            desk.click("Be Available")
            desk.wait_for_label("Ready for calls", 30)
            assert here.request("GET", "/api/v1/me/presence", token=here.sign_in("zoe")["token"])[
                "state"] == "available"
            desk.act("sign-out")
            desk.wait_for_label("Password")
            assert here.request("GET", "/api/v1/me/presence", token=here.sign_in("zoe")["token"])[
                "state"] == "offline"
            desk.type("Password", house.PASSWORD)
            desk.press("Return")
            desk.wait_for_label("Zoë Dekker")
            desk.press("ctrl+w")
            driver.wait_until(lambda: desk.process.poll() is not None, 15, "the end")
            assert desk.process.returncode == 0, desk.process.returncode
    with driver.Window(os.path.join(build, "centrale"), "--server", "http://127.0.0.1:1",
                       environment={"LANG": "nl_AW.UTF-8", "LC_ALL": "", "LANGUAGE": "",
                                    "CENTRALE_LOCALEDIR": os.path.join(build, "po")}) as desk:
        desk.wait_for_label("Wachtwoord")  # though no machine has generated that locale
    print("sign-in: good")


if __name__ == "__main__":
    driver.run(main)
