#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What callers hear, at the owner's window: a greeting that the machine speaks is recorded with the
microphone (a tone), listened to, kept, and heard by the next caller; removed, and taken back; recorded by
phone, which the window shows by itself. The microphone's tone comes and goes through the program's own
sound path; caller and server are real.
  test-sounds.py BUILD [FOLDER]     pictures are left in FOLDER"""
import array
import math
import os
import re
import subprocess
import sys
import wave

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)),
                os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools")]
import driver
import house
from pictures import Pictures
from stranger import Stranger

BAKERY = "+31205550118"
TONE = 700
LOUD = 0.05


def hears(here, tone):
    with Stranger(here.sip_port, "+31612345678", tone=300) as caller:
        caller.call(BAKERY).wait_for("talking")
        house.wait_until(lambda: len(caller.heard) > 8000, what="a greeting")
        level = caller.level(tone, end=8000)
        caller.hang_up()
        caller.wait_for("ended")
        return level > LOUD


def open_sounds(window, pictures):
    window.type("Password", house.PASSWORD)
    window.press("Return")
    window.wait_for_label("€50.00", 30)
    window.click("What callers hear")
    window.wait_for_label("Welkom bij Bakkerij Jansen.", 20)
    assert window.has_label("Spoken by the machine"), window.labels()
    assert window.has_label("The house's own music") and window.has_label("Bestellijn"), window.labels()
    pictures.take("list")
    play = window.find(window.buttons(), "Play: Greeting")
    play.press()
    driver.wait_until(lambda: "Stop: Greeting" in play.read(), 15, "that it plays")
    driver.wait_until(lambda: "Play: Greeting" in play.read(), 20, "that it has been heard")


def record(window, pictures):
    window.click("Record: Greeting")
    window.wait_for_label("Press Record, wait a moment")
    pictures.take("record")
    window.click("Record")
    window.wait_for_label("Speak now.")
    driver.wait_until(lambda: any(re.fullmatch(r"0:0[2-9]", text) for text in window.labels()), 10, "two seconds")
    pictures.take("recording")
    window.click("Stop")
    window.wait_for_label("Listen to it, keep it")
    window.click("Listen")
    driver.wait_until(lambda: window.look(window.buttons(), "Stop") is None
                      and window.look(window.buttons(), "Listen"), 20, "its end")
    pictures.take("recorded")
    window.click("Keep")
    window.wait_for_label("Recorded here")


def by_phone(here, window, pictures):
    window.click("Record by phone: Greeting")
    window.wait_for_label("Call this number from any phone")
    code = re.sub(r"\D", "", window.wait_for_label("✱"))
    pictures.take("by-phone")
    with Stranger(here.sip_port, "+31612345678", tone=500) as caller:
        caller.call(BAKERY).wait_for("talking")
        house.wait_until(lambda: len(caller.heard) > 4000, what="a greeting")
        caller.dial("*" + code)
        caller.wait_for_beep()
        caller.wait_sent(2)
        caller.press("#")
        house.wait_until(lambda: caller.level(500) > LOUD, what="his own words")
        caller.press("1")
        window.wait_for_label("Your callers hear it from now on.", 20)
        pictures.take("done")
        caller.wait_for("ended", seconds=20)
    window.press("Escape")
    window.wait_for_label("Recorded by phone")
    assert hears(here, 500)


def upload(here, window, pictures):
    """By the file chooser: a path typed into it, as people do who know it."""
    path = os.path.join(here.folder, "hello.wav")
    with wave.open(path, "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(array.array("h", (int(12000 * math.sin(2 * math.pi * 900 * i / 8000))
                                          for i in range(16000))).tobytes())
    window.click("Upload a file: Greeting")
    window.find(window.buttons(), "Open")
    pictures.take("chooser")
    subprocess.run(["xdotool", "mousemove", "300", "200", "type", "--delay", "30", path], check=True)
    window.press("Return")
    window.wait_for_label("Uploaded")
    assert hears(here, 900)


def main():
    build = sys.argv[1]
    with house.House(build) as here, driver.Window(
            os.path.join(build, "centrale"), "--server", here.start().url, "--domain", here.domain(),
            "--user", "jansen",
            environment={"CENTRALE_AUDIO": "test", "CENTRALE_AUDIO_TONE": str(TONE)}) as window:
        pictures = Pictures(window, sys.argv[2:])
        open_sounds(window, pictures)
        assert not hears(here, TONE)
        record(window, pictures)
        assert hears(here, TONE)
        window.click("Remove the recording: Greeting")
        window.click("Undo")  # which is offered for some seconds only
        window.wait_for_label("Recorded here")
        assert hears(here, TONE)
        window.click("Remove the recording: Greeting")
        window.wait_for_label("The recording was removed.")
        pictures.take("removed")
        assert not hears(here, TONE)
        by_phone(here, window, pictures)
        upload(here, window, pictures)
    print("sounds: good")


if __name__ == "__main__":
    driver.run(main, os.environ.get("CENTRALE_TEST_SIZE", "1280x800"))
