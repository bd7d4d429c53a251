#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The prompts of a line (D35): a file of each kind replaces one, and the next caller hears its tone; taken
away, the machine speaks again; recorded by calling in, it is what callers hear, and still is after a
restart and the tenant file applied again. Wrong codes, and codes used twice, open nothing."""
import os
import subprocess
import sys
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from house import House, Problem, wait_until  # noqa: E402
from stranger import Stranger  # noqa: E402

BAKERY = "+31205550118"
LOUD = 0.05
WAYS = {"wav": "wavenc", "opus": "opusenc ! oggmux", "mp3": "lamemp3enc"}


def make(folder, kind, tone):
    path = os.path.join(folder, f"tone.{kind}")
    subprocess.run(f"gst-launch-1.0 -q audiotestsrc freq={tone} num-buffers=100 ! audioconvert ! audioresample !"
                   f" audio/x-raw,rate=48000,channels=1 ! {WAYS[kind]} ! filesink location={path}",
                   shell=True, check=True, stdout=subprocess.DEVNULL)
    with open(path, "rb") as file:
        return file.read()


class Line:
    def __init__(self, house, user):
        self.house = house
        session = house.sign_in(user)
        self.token, self.company = session["token"], session["company"]
        self.line = self.read()

    def read(self):
        lines = self.house.request("GET", f"/api/v1/companies/{self.company}/lines", token=self.token)
        return lines["items"][0]

    def find(self, place="greeting", language="nl"):
        return next(prompt for prompt in self.read()["prompts"]
                    if prompt["place"] == place and prompt["language"] == language)

    def path(self, what, place="greeting", language="nl"):
        place = urllib.parse.quote(place)
        return f"/api/v1/lines/{self.line['id']}/prompts/{place}/{language}/{what}"

    def upload(self, data):
        request = urllib.request.Request(self.house.url + self.path("sound"), data=data, method="PUT")
        request.add_header("Authorization", "Bearer " + self.token)
        request.add_header("If-Match", str(self.find()["version"]))
        with urllib.request.urlopen(request, timeout=15) as reply:
            assert reply.status == 200

    def change(self, method, what):
        return self.house.request(method, self.path(what), token=self.token,
                                  headers={"If-Match": str(self.find()["version"])})

    def code(self, key):
        return self.house.request("POST", self.path("call-in"), token=self.token,
                                  headers={"Idempotency-Key": key})


def hears(house, tone):
    """Whether a caller hears @tone as the greeting."""
    with Stranger(house.sip_port, "+31612345678", tone=300) as caller:
        caller.call(BAKERY).wait_for("talking")
        wait_until(lambda: len(caller.heard) > 8000, what="a greeting")
        level = caller.level(tone, end=8000)
        caller.hang_up()
        caller.wait_for("ended")
        return level > LOUD


def files(house, line):
    assert line.find()["origin"] == "machine" and line.find()["text"].startswith("Welkom")
    for kind, tone in (("wav", 700), ("opus", 900), ("mp3", 1100)):
        line.upload(make(house.folder, kind, tone))
        assert hears(house, tone), kind
        prompt = line.find()
        assert prompt["origin"] == "upload" and prompt["by"] and 1500 < prompt["milliseconds"] < 4000, prompt
    _, headers, sound = house.request("GET", line.path("sound"), token=line.token, raw=True)
    assert headers["Content-Type"] == "audio/x-wav" and sound[:4] == b"RIFF" and len(sound) > 12000
    assert line.change("DELETE", "sound")["origin"] == "machine"
    assert not hears(house, 1100)
    assert line.change("POST", "restore")["origin"] == "upload"
    assert hears(house, 1100)


def enter(caller, code):
    """Types it into the greeting."""
    caller.call(BAKERY).wait_for("talking")
    wait_until(lambda: len(caller.heard) > 4000, what="a greeting")
    caller.dial("*" + code)


def take(caller, since=0):
    """After the tone, a second of his own, closed with hash."""
    caller.wait_for_beep(since=since)
    caller.wait_sent(0.5)  # the tone is shorter
    caller.wait_sent(1.5)
    caller.press("#")


def by_phone(house, line):
    ticket = line.code("first")
    assert ticket["number"] == BAKERY and len(ticket["code"]) == 6, ticket
    with Stranger(house.sip_port, "+31612345678", tone=500) as caller:
        enter(caller, ticket["code"])
        take(caller)
        wait_until(lambda: caller.level(500) > LOUD, what="his own words")
        caller.press("2")  # again
        take(caller, len(caller.heard))
        wait_until(lambda: caller.level(500) > LOUD, what="his own words, again")
        assert line.find()["origin"] == "upload"  # not before he says so
        caller.press("1")
        caller.wait_for("ended", seconds=15)
    prompt = line.find()
    assert prompt["origin"] == "phone" and prompt["by"] and 1000 < prompt["milliseconds"] < 4000, prompt
    assert hears(house, 500)
    # Not a customer: no bill, no part of service quality, nothing left in the spool.
    call = next(call for call in house.request("GET", "/api/v1/calls", token=line.token)["items"]
                if call.get("cause") == "studio")
    assert call.get("seconds", 0) == 0 and "agent" not in call, call
    assert os.listdir(os.path.join(house.folder, "data", "spool")) == []
    return ticket["code"]


def is_let_in(house, line, code):
    """Types a code and hangs up: such a call is told apart by its cause."""
    with Stranger(house.sip_port, "+31687654321", tone=300) as caller:
        enter(caller, code)
        sent = caller.sent
        wait_until(lambda: not caller.keys and caller.sent > sent + 20, what="the code")
        caller.hang_up()
        caller.wait_for("ended")
    last = wait_until(lambda: next((call for call in house.request("GET", "/api/v1/calls", token=line.token)["items"][:1]
                                    if call["state"] == "ended" and call.get("caller") == "+31687654321"), None),
                      what="the call's end")
    return last["cause"] == "studio"


def guarded(house, line, used):
    assert not is_let_in(house, line, used)
    code = line.code("second")["code"]
    wrong = f"{(int(code) + 1) % 1000000:06}"
    assert is_let_in(house, line, code)  # and hangs up: nothing is kept
    assert line.find()["origin"] == "phone" and line.find()["version"] == line.line_version
    code = line.code("third")["code"]
    with Stranger(house.sip_port, "+31687654321", tone=300) as guesser:
        guesser.call(BAKERY).wait_for("talking")
        for _ in range(3):
            sent = guesser.sent
            guesser.dial("*" + wrong)
            wait_until(lambda: not guesser.keys and guesser.sent > sent + 10, what="his guess")
        guesser.hang_up()
        guesser.wait_for("ended")
    assert not is_let_in(house, line, code)
    for user in ("fontana", "zoe"):
        token = house.sign_in(user)["token"]
        try:
            house.request("POST", line.path("call-in"), token=token, headers={"Idempotency-Key": "x"})
        except Problem as problem:
            assert problem.status in (403, 404), problem
        else:
            raise AssertionError(f"{user} got a code")


def main(build):
    with House(build).start() as house:
        line = Line(house, "jansen")
        files(house, line)
        used = by_phone(house, line)
        line.line_version = line.find()["version"]
        guarded(house, line, used)
        assert hears(house, 500)
        house.keep_ports()
        house.stop()
        house.command("apply", house.tenant)
        assert "0 faults" in house.command("check", "--deep")
        house.start()
        line = Line(house, "jansen")
        assert line.find()["origin"] == "phone" and hears(house, 500)
        sounds = os.path.join(house.folder, "data", "prompts")
        os.unlink(next(os.path.join(sounds, name) for name in sorted(os.listdir(sounds))
                       if name.startswith("said-")))
        assert "1 faults" in house.command("check", expect=69)
    print("prompts: uploaded, heard, taken away, recorded by phone")


main(sys.argv[1])
