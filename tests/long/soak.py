#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Calls at a steady rate for 10 minutes (--minutes N, --rate CALLS-A-SECOND); nothing may grow, fail or be left over.
"""Usage: soak.py BUILD [--minutes 10] [--rate 2]. The demo's bakery, with more e-agents: their phones
answer, the script runs, the call is recorded, finished, billed, mailed; some callers give up in the
queue, some leave a voicemail, and one e-agent of the real kind speaks and hears tones all the time. What
the server holds (memory, descriptors, threads) is noted every five seconds: after a warm-up, memory may
grow by no more than GROWTH_MB and the RTP sockets, which rest open for the next call, by no more than
SOCKETS; once all is quiet the rest is what it was before the first call."""
import argparse
import asyncio
import collections
import os
import pathlib
import random
import sqlite3
import statistics
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from crowd import Phones  # noqa: E402
from house import Agent, House, wait_until  # noqa: E402
from phone import express  # noqa: E402
from staff import Staff  # noqa: E402
from stranger import Stranger  # noqa: E402

ORDERS, NOBODY, CLOSED, SOUND = (f"+3120555012{i}" for i in range(4))
SECRET = "a-phone-of-the-test"
AGENTS = 16
GROWTH_MB = 12        # after the warm-up; the first calls fill caches and arenas
SOCKETS = 60          # calls are not spread evenly; a leak would be thousands
SPARE = 4             # other descriptors, and threads, that pools may keep
LOOK_SECONDS = 5
REGISTER_SECONDS = 60


def change(tree):
    tree["pools"] += [{"key": key, "name": key} for key in ("soak", "sound", "none")]
    express(tree, "jansen", ORDERS, needs={"pool": "soak"}, record=True, announcement="recorded",
            max_misses=100)
    express(tree, "jansen", NOBODY, needs={"pool": "none"})
    express(tree, "jansen", CLOSED, hours={"monday": []}, announcement="recorded",
            closed={"kind": "voicemail", "max_seconds": 60})
    express(tree, "jansen", SOUND, needs={"pool": "sound"}, record=True, announcement="recorded")
    jansen = next(company for company in tree["companies"] if company["key"] == "jansen")
    jansen["opening_credit"] = "5000.00"
    zoe = next(user for user in tree["users"] if user["user"] == "zoe")
    tree["users"] += [{**zoe, "user": f"soak{i}", "name": f"Soak {i}", "pools": ["soak"],
                       "phones": [{"sip_user": f"soak{i}", "secret": SECRET}]} for i in range(AGENTS)]
    tree["users"].append({**zoe, "user": "ida", "name": "Ida Bos", "pools": ["sound"]})


class Watch:
    """What the server process holds, over time."""

    def __init__(self, pid):
        self.proc = pathlib.Path("/proc") / str(pid)
        self.rows = []

    def look(self):
        status = (self.proc / "status").read_text()
        row = {"at": time.monotonic(), "mb": int(status.split("VmRSS:")[1].split()[0]) / 1024,
               "threads": int(status.split("Threads:")[1].split()[0]),
               **self.descriptors()}
        self.rows.append(row)
        return row

    def descriptors(self):
        udp = {line.split()[9] for line in (self.proc / "net/udp").read_text().splitlines()[1:]}
        held = []
        for name in os.listdir(self.proc / "fd"):
            try:
                held.append(os.readlink(self.proc / "fd" / name))
            except FileNotFoundError:
                continue
        sockets = sum(one.startswith("socket:[") and one[8:-1] in udp for one in held)
        return {"sockets": sockets, "descriptors": len(held) - sockets}

    def cpu_seconds(self):
        fields = (self.proc / "stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def middle(self, what, since, until):
        """Of what it held in that part of the time, from 0 to 1."""
        began, took = self.rows[0]["at"], self.rows[-1]["at"] - self.rows[0]["at"]
        return statistics.median(row[what] for row in self.rows
                                 if since <= (row["at"] - began) / took <= until)


class Town(Staff):
    """The e-agents at their phones, and the callers."""

    def __init__(self, house):
        super().__init__(house)
        self.counts = collections.Counter()
        self.callers = 0
        self.met = {}  # caller's number -> event: an e-agent is there
        self.quiet = threading.Event()  # no new calls any more

    async def open(self):
        names = [f"soak{i}" for i in range(AGENTS)]
        await self.sign_in(names)
        self.strangers = await Phones(self.house.sip_port).open()
        self.phones = await Phones(self.house.sip_port, self.on_invite).open()
        for name in names:
            await self.phones.register(name, SECRET)
        await asyncio.gather(*(self.api(name, "PUT", "/api/v1/me/presence", {"state": "available"})
                               for name in names))
        self.start(self.register_again(names))

    async def register_again(self, names):
        while True:
            await asyncio.sleep(REGISTER_SECONDS)
            for name in names:
                await self.phones.register(name, SECRET)
                self.counts["registrations"] += 1

    def on_invite(self, dialog):
        self.start(self.serve(dialog))

    async def serve(self, dialog):
        """An e-agent: picks up, runs the script's beginning, listens until the caller has had enough."""
        await asyncio.sleep(random.uniform(0.1, 0.6))
        if dialog.ended:
            return
        dialog.answer()
        assert await dialog.until("acknowledged", seconds=10), "no ACK to an e-agent's answer"
        call = await self.api(dialog.user, "GET", f"/api/v1/calls/{dialog.call}")
        await self.api(dialog.user, "GET", f"/api/v1/calls/{dialog.call}/script")
        self.met[call["caller"]].set()
        assert await dialog.until("bye_received", seconds=60) or dialog.ended, "an e-agent's call never ended"
        for _ in range(100):
            if (await self.api(dialog.user, "GET", "/api/v1/me/presence"))["state"] == "wrap_up":
                break
            await asyncio.sleep(0.05)
        await self.api(dialog.user, "POST", f"/api/v1/calls/{dialog.call}/finish",
                       {"disposition": "message", "note": f"note {random.getrandbits(32):x}"})
        self.counts["finished"] += 1

    def dial(self, number):
        self.callers += 1
        return self.strangers.call(number, f"+316{self.callers:08d}")

    async def hang_up(self, dialog, kind):
        dialog.hang_up()
        await dialog.until("bye_confirmed", "bye_received", seconds=10)
        assert dialog.ended and dialog.status is None, f"a call for {kind} failed: {dialog.status} {dialog.times}"
        self.counts[kind] += 1

    async def talk(self):
        dialog = self.dial(ORDERS)
        met = self.met[dialog.caller] = asyncio.Event()
        assert await dialog.until("answered", seconds=30), f"a caller heard nothing: {dialog.status}"
        await asyncio.wait_for(met.wait(), 90)
        del self.met[dialog.caller]
        await asyncio.sleep(random.uniform(3, 7))
        await self.hang_up(dialog, "talks")

    async def give_up(self):
        dialog = self.dial(NOBODY)
        assert await dialog.until("answered", seconds=30), f"a caller heard nothing: {dialog.status}"
        await asyncio.sleep(random.uniform(2, 8))
        await self.hang_up(dialog, "given up")

    async def leave_voicemail(self):
        dialog = self.dial(CLOSED)
        assert await dialog.until("answered", seconds=30), f"a caller heard nothing: {dialog.status}"
        await asyncio.sleep(random.uniform(5, 8))
        await self.hang_up(dialog, "voicemails")

    def speak(self):
        """On a thread: one caller after the other who is heard, and hears."""
        while not self.quiet.is_set():
            with Stranger(self.house.sip_port, "+31612340000", tone=440) as caller:
                caller.call(SOUND).wait_for("talking")
                wait_until(lambda: caller.level(1000) > 0.05, 60, "the e-agent's tone")
                caller.wait_sent(4)
                caller.hang_up()
                caller.wait_for("ended")
            self.counts["heard"] += 1

    async def ring(self, seconds, rate, watch, agent):
        """New callers at random moments, @rate a second in the mean."""
        end = time.monotonic() + seconds
        due = time.monotonic()
        looked = 0.0
        while (now := time.monotonic()) < end:
            if now >= due:
                due += random.expovariate(rate)
                kind = random.choices((self.talk, self.give_up, self.leave_voicemail), (80, 12, 8))[0]
                self.start(kind())
            if now - looked >= LOOK_SECONDS:
                looked = now
                watch.look()
                agent.poll()  # or it waits for us to read
                self.check_tasks()
            await asyncio.sleep(min(0.05, max(0, due - time.monotonic())))


async def live(house, agent, options, watch):
    town = Town(house)
    await town.open()
    sound = town.start(asyncio.to_thread(town.speak))
    try:
        before = watch.look()
        await town.ring(options.minutes * 60, options.rate, watch, agent)
        town.quiet.set()
        deadline = time.monotonic() + 90
        while town.phones.dialogs or town.strangers.dialogs or not sound.done():
            town.check_tasks()
            assert time.monotonic() < deadline, "calls that do not end"
            await asyncio.sleep(0.2)
        await asyncio.sleep(1)
        town.check_tasks()
    finally:
        town.quiet.set()
        await town.cancel_tasks()
    town.strangers.close()
    town.phones.close()
    return town.counts, before


def all_is_posted(house, counts):
    """Each call is in the books as its people know it, and each message has left."""
    path = os.path.join(house.folder, "data", "centrale.db")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        def count(sql):
            return db.execute(sql).fetchone()[0]
        wait_until(lambda: count("SELECT count(*) FROM call WHERE finished IS NULL") == 0, 60, "the end of all calls")
        wait_until(lambda: count("SELECT count(*) FROM message WHERE state <> 'sent'") == 0, 120, "an empty outbox")
        answered = count("SELECT count(*) FROM call WHERE answered IS NOT NULL")
        assert answered == counts["talks"] + counts["heard"], (answered, counts)
        assert len(house.mails()) == count("SELECT count(*) FROM message") == answered + counts["voicemails"]
    wait_until(lambda: not os.listdir(os.path.join(house.folder, "data", "spool")), 120, "an empty spool")


def nothing_grew(watch, before, after):
    grown = {}
    for what, name in (("mb", "MB"), ("sockets", "RTP sockets"), ("descriptors", "other descriptors"),
                       ("threads", "threads")):
        warm, late = watch.middle(what, 0.2, 0.4), watch.middle(what, 0.8, 1)
        grown[what] = late - warm
        print(f"  {name}: {before[what]:.0f} before, {warm:.0f} warm, {late:.0f} late, "
              f"{max(row[what] for row in watch.rows):.0f} at most, {after[what]:.0f} after", flush=True)
    assert grown["mb"] <= GROWTH_MB, f"the memory grew by {grown['mb']:.1f} MB"
    assert grown["sockets"] <= SOCKETS, f"{grown['sockets']:.0f} more RTP sockets"
    for what in ("descriptors", "threads"):
        assert after[what] <= before[what] + SPARE, f"{what} are left over"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("build")
    arguments.add_argument("--minutes", type=float, default=10)
    arguments.add_argument("--rate", type=float, default=2)
    options = arguments.parse_args()
    with House(options.build, change=change, log="warning").start() as house:
        watch = Watch(house.server.pid)
        with Agent(house, "ida", "--tone", 1000, "--script", "auto", "--disposition", "message") as agent:
            agent.wait_for(event="presence", state="available")
            try:
                counts, before = asyncio.run(live(house, agent, options, watch))
            except BaseException:
                print("the e-agent with a voice said last:", *agent.poll()[-12:], sep="\n  ", file=sys.stderr)
                raise
        all_is_posted(house, counts)
        after = watch.look()
        cpu = watch.cpu_seconds()
        calls = sum(counts[kind] for kind in ("talks", "given up", "voicemails", "heard"))
        print(f"{calls} calls in {options.minutes:g} minutes: " + ", ".join(
            f"{number} {kind}" for kind, number in sorted(counts.items())) + f"; {1000 * cpu / calls:.1f} ms of CPU each",
            flush=True)
        nothing_grew(watch, before, after)
        house.stop()
        assert "0 faults" in house.command("check", "--deep")
        loud = [line for line in house.log().splitlines() if "CRITICAL" in line.upper()]
        assert not loud, loud[:5]
    print("soak: none failed, nothing left over, the books are right")


if __name__ == "__main__":
    main()
