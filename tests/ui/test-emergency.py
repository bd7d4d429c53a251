#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emergency line at the desk: an address of several lines, a secret that masks the recording, a
connection that nobody takes, an outcome chosen by its key.
  test-emergency.py BUILD [FOLDER]     pictures of each page are left in FOLDER"""
import os
import sys

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)),
                os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools")]
import driver
import house
from pictures import Pictures
from stranger import Stranger


def main():
    build = sys.argv[1]
    with house.House(build) as here, driver.Window(
            os.path.join(build, "centrale"), "--server", here.start().url, "--domain", here.domain(),
            "--user", "zoe") as desk, Stranger(here.sip_port, "+390612345678") as caller:
        pictures = Pictures(desk, sys.argv[2:])
        desk.type("Password", house.PASSWORD)
        desk.press("Return")
        desk.wait_for_label("You are offline", 30)
        desk.click("Be Available")
        desk.wait_for_label("Ready for calls", 30)
        caller.call("+390655501118")
        desk.wait_for_label("Idraulica Fontana", 40)
        pictures.take("ringing")
        desk.press("space")
        desk.wait_for_label("Pronto intervento Fontana", 20)
        desk.wait_for_label("Blijf rustig")
        pictures.take("direction")
        desk.press("Return")
        desk.wait_for_label("L'acqua esce ancora?")
        desk.press("1", "Return")
        desk.wait_for_label("Chiuda per favore")
        desk.press("Return")
        desk.wait_for_label("Il suo nome?")
        desk.type("Nome", "Giulia Bianchi")
        desk.press("Return")
        desk.wait_for_label("A quale indirizzo?")
        desk.type("Indirizzo", "Via Appia 12\n00183 Roma")
        pictures.take("address")
        desk.press("ctrl+Return")
        desk.wait_for_label("Serve un codice")
        desk.wait_for_label("Not recorded")
        desk.wait_for_label("Masked")
        desk.type("Codice porta", "4711")
        pictures.take("secret")
        desk.press("Return")
        desk.wait_for_label("La passo subito")
        driver.wait_until(lambda: not desk.has_label("Masked"), 10, "the end of the mask")
        desk.wait_for_label("a second.")
        pictures.take("connect")
        desk.click("Connect the Caller")
        desk.wait_for_label("Nobody took it", 60)
        pictures.take("nobody")
        desk.click("Next")
        desk.wait_for_label("Ho preso nota")
        pictures.take("end")
        desk.press("F8")
        desk.wait_for_label("How did it end?", 20)
        desk.click("Back to the Form")
        desk.wait_for_label("Ho preso nota")
        pictures.take("form-again")
        desk.click("To the Wrap-Up")
        desk.wait_for_label("How did it end?")
        desk.press("1")
        pictures.take("wrap-up")
        desk.click("Finish, then Pause")
        desk.wait_for_label("You are on a pause", 20)
        pictures.take("pause")
        call = here.request("GET", "/api/v1/calls", token=here.sign_in("zoe")["token"])
        call = (call["items"] if isinstance(call, dict) else call)[0]
        assert call["disposition"] == "emergency", call
    print("emergency: good")


if __name__ == "__main__":
    driver.run(main, os.environ.get("CENTRALE_TEST_SIZE", "1280x800"))
