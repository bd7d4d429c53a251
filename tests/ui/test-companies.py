#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The administrator's window: all companies, one found by typing, its dashboard, back to the others. An
owner of one company goes straight to his own.
  test-companies.py BUILD [FOLDER]     pictures are left in FOLDER"""
import os
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)),
                os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools")]
import driver
import house
from pictures import Pictures


def main():
    build = sys.argv[1]
    with house.House(build) as here, driver.Window(
            os.path.join(build, "centrale"), "--server", here.start().url, "--domain", here.domain(),
            "--user", "admin") as window:
        pictures = Pictures(window, sys.argv[2:])
        window.type("Password", house.PASSWORD)
        window.press("Return")
        window.wait_for_label("Idraulica Fontana", 30)
        assert window.has_label("Bakkerij Jansen") and window.has_label("€50.00"), window.labels()
        pictures.take("companies")
        window.type("Search a company", "3906")
        driver.wait_until(lambda: not window.has_label("Bakkerij Jansen"), 5, "what was not searched")
        window.type("Search a company", "nobody at all")
        window.wait_for_label("No company is called so")
        pictures.take("not-found")
        window.type("Search a company", "jansen")
        window.click("Dashboard of Bakkerij Jansen")
        window.wait_for_label("No ended calls yet today", 20)
        assert window.has_label("€0.02 per second (€1.20 per minute)"), window.labels()
        pictures.take("dashboard")
        window.click("Choose another company")
        window.type("Search a company", "")
        window.wait_for_label("Idraulica Fontana")
        window.click("Dashboard of Idraulica Fontana")
        window.wait_for_label("€20.00", 20)
        pictures.take("other")
        window.press("alt+Left")
        window.wait_for_label("Bakkerij Jansen")
        window.act("sign-out")
        window.type("User", "fontana")
        window.type("Password", house.PASSWORD)
        window.press("Return")
        window.wait_for_label("No ended calls yet today", 20)
        assert not window.look(window.buttons(), "Choose another company"), "a way out"
    print("companies: good")


if __name__ == "__main__":
    driver.run(main, os.environ.get("CENTRALE_TEST_SIZE", "1280x800"))
