#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Spoils the running server's disk, mail server, decoder, trunk and clock: calls go on, errors are clear, all is posted after.
"""Usage: faults.py BUILD [PART...]. Each part begins with a healthy house and leaves one; the books are
proved at the end. The disk and the wall clock are spoiled by tests/long/faulty.c, preloaded."""
import array
import io
import mmap
import os
import signal
import struct
import sys
import threading
import time
import wave

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from house import House, Problem, wait_until  # noqa: E402
from phone import Owner, Phone, Seat, express  # noqa: E402
from stranger import Stranger  # noqa: E402

BAKERY, EMERGENCY = "+31205550120", "+390655501120"
RATE = 20_000
HEALTHY, FULL, BROKEN = 0, 1, 2
OUTAGE = 15  # seconds


def change(tree, plumber):
    tree["trunks"][0]["port"] = plumber.port
    express(tree, "jansen", BAKERY, record=True, announcement="recorded")
    express(tree, "fontana", EMERGENCY)
    script = tree["companies"][1]["scripts"][0]["body"]
    script.update(start="connect", outputs=[],
                  steps={name: script["steps"][name] for name in ("connect", "noted")})
    zoe = next(user for user in tree["users"] if user["user"] == "zoe")
    tree["users"].append({**zoe, "user": "ida", "name": "Ida Bos"})


class Spoiled(House):
    """A house whose server's disk and clock can be spoiled."""

    def environment(self):
        control = os.path.join(self.folder, "faulty")
        if not hasattr(self, "control"):
            with open(control, "wb") as out:
                out.write(bytes(16))
            with open(control, "r+b") as file:
                self.control = mmap.mmap(file.fileno(), 16)
        return {**super().environment(), "FAULTY_CONTROL": control,
                "FAULTY_FOLDER": os.path.join(self.folder, "data"),
                "LD_PRELOAD": os.path.join(self.build, "tests", "long", "faulty.so")}

    def spoil(self, disk=HEALTHY, clock_seconds=0):
        self.control[:] = struct.pack("qq", disk, clock_seconds * 1_000_000)


class Call:
    """A caller of the bakery and Zoë, who hear each other; how long that lasted is timed here."""

    def __init__(self, house, owner, zoe):
        self.owner, self.zoe = owner, zoe
        self.caller = Stranger(house.sip_port)
        self.caller.call(BAKERY).wait_for("talking")
        zoe.phone.wait_for("talking", seconds=20)
        self.answered = time.monotonic()
        self.id = zoe.call()["id"]
        self.hear()

    def hear(self):
        self.caller.heard.clear()
        self.zoe.phone.heard.clear()
        wait_until(lambda: self.caller.level(1000) > 0.2 and self.zoe.phone.level(440) > 0.2, what="tones both ways")

    def go_on(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.caller.wait_sent(1)
            self.hear()

    def hang_up(self):
        self.talked = time.monotonic() - self.answered
        self.caller.hang_up()
        self.caller.wait_for("ended")
        self.caller.close()
        wait_until(lambda: self.zoe.phone.state == "ended", what="the end at the e-agent's phone")

    def bill(self):
        try:
            return self.owner.api("GET", f"/api/v1/calls/{self.id}/bill")
        except Problem as problem:
            if problem.status != 404:
                raise
            return None

    def is_posted(self, house, mails, recorded=True):
        """Record, bill, message, recording; nothing reserved."""
        self.zoe.finish(self.id)
        record = self.owner.ended(self.id, 30)
        assert self.talked - 2 <= record["seconds"] <= self.talked, (record["seconds"], self.talked)
        bill = wait_until(self.bill, 30, "the bill")
        assert (bill["seconds"], bill["amount"]) == (record["seconds"], RATE * record["seconds"]), bill
        self.owner.wait_quiet(30)
        if recorded:
            wait_until(lambda: self.owner.api("GET", f"/api/v1/calls/{self.id}").get("recorded"), 30,
                       "the recording")
        wait_until(lambda: len(house.mails()) > mails, 90, "the message to the company")


def refuses(ask, *statuses):
    try:
        ask()
    except Problem as problem:
        assert problem.status in statuses and problem.body.get("title"), problem
        return problem
    raise AssertionError("that cannot have been done")


def disk(house, owner, zoe, kind):
    """15 seconds without a disk in the middle of a call; it ends before the disk comes back."""
    mails = len(house.mails())
    admin = house.sign_in("admin")["token"]
    call = Call(house, owner, zoe)
    with Seat(house, "ida") as ida:
        house.spoil(disk=kind)
        began = time.monotonic()
        call.go_on(2)
        problem = refuses(lambda: house.request(
            "POST", f"/api/v1/companies/{owner.company}/credit", {"amount": 10_000, "reference": "x"},
            token=admin, headers={"Idempotency-Key": f"disk-{kind}"}), 500, 503)
        assert house.request("GET", "/api/v1/me", token=admin)["name"]
        with Stranger(house.sip_port, "+31612340001") as another:
            another.call(BAKERY)
            another.wait_for("talking", "ended")
            call.go_on(4)
            assert ida.phone.offers == 0, "a new paid call without a ledger"
            another.hang_up()
        call.go_on(max(1, OUTAGE - 2 - (time.monotonic() - began)))
        call.hang_up()
        time.sleep(max(0, OUTAGE - (time.monotonic() - began)))
        house.spoil()
        call.is_posted(house, mails, recorded=False)
        ida.be("paused")
    top_up = {"amount": 10_000, "reference": "x"}
    for _ in range(2):  # the same key is booked once
        house.request("POST", f"/api/v1/companies/{owner.company}/credit", top_up, token=admin,
                      headers={"Idempotency-Key": f"disk-{kind}"})
    return f"a call of {call.talked:.0f} s went on and is billed; what wants the disk got {problem.status} {problem.body.get('code')}"


def disk_full(house, owner, zoe, plumber):
    return disk(house, owner, zoe, FULL)


def disk_broken(house, owner, zoe, plumber):
    return disk(house, owner, zoe, BROKEN)


def mail_down(house, owner, zoe, plumber):
    mails = len(house.mails())
    house.mail.kill()
    house.mail.wait()
    call = Call(house, owner, zoe)
    call.go_on(2)
    call.hang_up()
    zoe.finish(call.id)
    owner.wait_quiet()

    def message():
        items = owner.api("GET", f"/api/v1/calls/{call.id}/messages")["items"]
        return next((item for item in items if item["attempts"] > 0 and item["state"] == "queued"), None)
    waiting = wait_until(message, what="a message that waits")
    began = time.monotonic()
    house.start_mail(house.mail_port)
    wait_until(lambda: len(house.mails()) == mails + 1, 120, "the message")
    return f"the message waited ({waiting.get('reason', '')!r}), and left {time.monotonic() - began:.0f} s after the mail server came back"


def sound(seconds):
    """A WAV that is some work to decode."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44100)
        ramp = array.array("h", [(i * 97) % 20000 - 10000 for i in range(44100 * 2)]).tobytes()
        for _ in range(seconds):
            file.writeframes(ramp)
    return out.getvalue()


def kill_decoder(server, over, killed):
    """Each helper as soon as it is there."""
    while not over.is_set():
        for task in os.listdir(f"/proc/{server}/task"):
            try:
                with open(f"/proc/{server}/task/{task}/children", encoding="ascii") as children:
                    pids = [int(pid) for pid in children.read().split()]
                for pid in pids:
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
            except (FileNotFoundError, ProcessLookupError):
                continue


def decoder_killed(house, owner, zoe, plumber):
    admin = house.sign_in("admin")["token"]
    lines = house.request("GET", f"/api/v1/companies/{owner.company}/lines", token=admin)["items"]
    path = f"/api/v1/lines/{lines[0]['id']}/prompts/greeting/nl/sound"
    call = Call(house, owner, zoe)
    over, killed = threading.Event(), []
    killer = threading.Thread(target=kill_decoder, args=(house.server.pid, over, killed))
    killer.start()
    try:
        problem = refuses(lambda: house.request("PUT", path, sound(60), admin, {"If-Match": "0"}), 413, 422, 500, 503)
    finally:
        over.set()
        killer.join()
    assert killed, "no helper was seen"
    call.go_on(1)
    house.request("PUT", path, sound(5), admin, {"If-Match": "0"})
    mails = len(house.mails())
    call.hang_up()
    call.is_posted(house, mails)
    return f"the upload got {problem.status} {problem.body.get('code')}, the next one is taken"


def trunk_down(house, owner, zoe, plumber):
    """The carrier falls silent; the e-agent keeps the caller, and dials again when it is back."""
    fontana = Owner(house, "fontana")
    with Stranger(house.sip_port, "+390612345678") as caller:
        caller.call(EMERGENCY).wait_for("talking")
        zoe.phone.wait_for("talking", seconds=20)
        call = zoe.call()["id"]
        zoe.api("GET", f"/api/v1/calls/{call}/script")
        plumber.state = "vanished"
        began = time.monotonic()
        zoe.api("POST", f"/api/v1/calls/{call}/connect", {"step": "connect"})
        wait_until(lambda: zoe.call()["onward"] == "failed", 60, "the e-agent told")
        told = time.monotonic() - began
        wait_until(lambda: caller.level(1000) > 0.2 and zoe.phone.level(440) > 0.2, what="hers still")
        plumber.state, plumber.request = "idle", None
        zoe.api("POST", f"/api/v1/calls/{call}/connect", {"step": "connect"})
        plumber.wait_for("talking")
        wait_until(lambda: zoe.call()["onward"] == "asked", what="the plumber asked for a 1")
        plumber.press("1")
        zoe.phone.wait_for("ended")
        zoe.finish(call)
        plumber.wait_sent(1)
        plumber.hang_up()
        caller.wait_for("ended")
    fontana.wait_quiet()
    return f"told after {told:.0f} s, connected through once the trunk was back"


def clock_steps(house, owner, zoe, plumber):
    """An hour on, two back, right again, within one call."""
    mails = len(house.mails())
    call = Call(house, owner, zoe)
    for hours in (1, -1, 0):
        house.spoil(clock_seconds=hours * 3600)
        call.go_on(2)
        assert zoe.call()["id"] == call.id and owner.wait_live("talking")["id"] == call.id
    call.hang_up()
    call.is_posted(house, mails)
    return f"a call of {call.talked:.0f} s is billed as it was"


PARTS = (disk_full, disk_broken, mail_down, decoder_killed, trunk_down, clock_steps)


def main():
    names = [part.__name__ for part in PARTS]
    wanted = sys.argv[2:] or names
    if not set(wanted) <= set(names):
        sys.exit(f"faults: its parts are {', '.join(names)}")
    with Phone(0, "plumber", tone=1500) as plumber:
        house = Spoiled(sys.argv[1], change=lambda tree: change(tree, plumber))
        with house.start(), Seat(house, "zoe") as zoe:
            plumber.server = ("127.0.0.1", house.sip_port)
            owner = Owner(house, "jansen")
            for part in PARTS:
                if part.__name__ in wanted:
                    zoe.phone.register()  # as phones do, or she would be gone after two minutes
                    print(f"{part.__name__}: {part(house, owner, zoe, plumber)}", flush=True)
            house.stop()
            assert "0 faults" in house.command("check", "--deep")
    print("faults: the calls went on, and the books are right")


if __name__ == "__main__":
    main()
