#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a whole call costs, beside what the bare SIP stack and a stateful proxy cost.

    call.py BUILD [--rates 200,500] [--rounds 3] [--seconds 10] [--talk 1.2] [--agents N] [--only ours,bare,kamailio]
    call.py BUILD --sound [--rates 20,40] [--talk 5] ...

SIPp calls at each rate, another SIPp answers as the e-agents' phones, the same scenarios for all three:
ours is the whole server (queue, choice among the e-agents, reserve, settle, call record, message sent to
a mail server), bare is tests/interop/sip/bare-b2b, the yardstick, and Kamailio a proxy that keeps
transactions. Prints the CPU of the server process for a call, the ratio to bare (target 2.5), and the
failures (target 0): calls that SIPp counts as failed, and those that no e-agent answered.

With --sound the caller talks, the e-agent's phone echoes, and the server relays and records both; the
yardstick is the bare stack plus load-bare-relay, which writes the same sound to WAV (target 1.6).

They take turns, round after round, and the medians are compared: a slow moment of the machine would
otherwise fall on one of them alone. Our server stays up; the yardsticks begin each round anew, for the
timers that its last calls left make the bare stack dearer by a third.
"""
import argparse
import asyncio
import collections
import concurrent.futures
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))
from crowd import Phones  # noqa: E402
from house import House, wait_until  # noqa: E402
from programs import Program, cpu_seconds, free_port, memory_mb, sipp_counts  # noqa: E402

SERVER, CALLER, PHONE = "127.0.0.1", "127.0.0.2", "127.0.0.3"
FRAME = 160  # bytes of G.711 in 20 ms
TARGET, SOUND_TARGET = 2.5, 1.6
TALK = """<nop><action><exec rtp_stream="talk.alaw,-1,8,PCMA/8000"/></action></nop>
  <pause/>
  <nop><action><exec rtp_stream="pause"/></action></nop>"""
NUMBER, SECRET = "+31880001", "a-phone-of-the-test"  # the number that uac.xml dials
SCENARIOS = HERE.parent / "interop" / "sip"


def calibrate():
    """CPU seconds for the same work each time: what the machine is worth just now."""
    before = time.process_time()
    hashlib.pbkdf2_hmac("sha256", b"centrale", b"calibration", 400_000)
    return time.process_time() - before


def tenant_file(folder, agents, sound):
    words = lambda text: {"en": text}
    script = {"languages": ["en"], "difficulty": 1, "start": "end",
              "dispositions": [{"code": "done", "label": words("Done")}],
              "steps": {"end": {"kind": "end", "disposition": "done", "say": words("Goodbye.")}}}
    line = {"number": NUMBER, "label": "load", "script": "plain", "wrap_up_seconds": 0,
            "max_misses": 100, "needs": {"pool": "all"}}
    if sound:  # nothing is recorded that was not announced
        line["announcement"] = "announced"
    tenant = {
        "name": "Load", "time_zone": "Europe/Amsterdam", "language": "en", "country_prefix": "31",
        "currency": "EUR", "mail_from": "house@load.example",
        "trunks": [{"key": "carrier", "host": CALLER, "port": 9, "sources": [CALLER],
                    "country_prefix": "31", "max_calls": 100000}],
        "pools": [{"key": "all", "name": "All"}],
        "prompts": [{"key": "announced", "builtin": "beep"}],
        "companies": [{"key": "shop", "name": "The Shop", "client_code": "0427", "language": "en",
                       "mail": ["shop@shop.example"], "rate": "0.02", "pay_rate": "0.01",
                       "opening_credit": "1000000.00", "lines": [line],
                       "scripts": [{"key": "plain", "name": "Plain", "body": script}]}],
        "users": [{"user": f"agent{i}", "name": f"Agent {i}", "password": "demo-demo",
                   "roles": ["e-agent"], "languages": ["en"], "level": 3, "pools": ["all"],
                   "phones": [{"sip_user": f"agent{i}", "secret": SECRET}]} for i in range(agents)]}
    path = pathlib.Path(folder) / "load.yaml"
    path.write_text("domain: load.example\n"
                    + "".join(f"{key}: {json.dumps(value)}\n" for key, value in tenant.items()))
    return str(path)


class Peer:
    """What SIPp calls: a process, and the port of the phones that it calls in turn."""

    name = ""

    def __init__(self):
        self.phone_port = free_port(PHONE)

    def prepare(self):
        """Before each round; it costs nothing that is measured."""

    def settle(self, calls):
        """Waits for all that the last calls left to do; (how many it lost that SIPp thinks well, what to tell)."""
        return 0, ""


class Bare(Peer):
    name = "bare"

    def __init__(self, options, scratch):
        super().__init__()
        self.port = free_port(SERVER)
        self.program = Program(os.path.join(options.build, "tests", "interop", "bare-b2b"), f"{SERVER}:{self.port}",
                               f"{PHONE}:{self.phone_port}")
        self.pid = self.program.pid

    def close(self):
        self.program.close()


class Kamailio(Peer):
    name = "kamailio"

    def __init__(self, options, scratch):
        super().__init__()
        self.port = free_port(SERVER)
        config = scratch / "kamailio.cfg"
        modules = next(pathlib.Path("/usr/lib").glob("*/kamailio/modules"))
        config.write_text(f"""#!KAMAILIO
debug=-1
log_stderror=yes
children=2
disable_tcp=yes
auto_aliases=no
listen=udp:{SERVER}:{self.port}
mpath="{modules}/"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
request_route {{
  if (!mf_process_maxfwd_header("10")) exit;
  if (has_totag() && loose_route()) {{ t_relay(); exit; }}
  if (is_method("INVITE")) record_route();
  t_relay_to_udp("{PHONE}", "{self.phone_port}");
}}
""")
        self.process = subprocess.Popen(
            ["kamailio", "-f", str(config), "-DD", "-E", "-m", "128", "-P", str(scratch / "kamailio.pid"),
             "-Y", str(scratch)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        self.pid = self.process.pid
        wait_until(lambda: f":{self.port:04X} " in pathlib.Path("/proc/net/udp").read_text(), 10,
                   "Kamailio")

    def close(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()


class LoadHouse(House):
    """With a mail server that costs next to nothing: all that runs here is measured by each other's noise."""

    def start_mail(self, port=0):
        self.mail = subprocess.Popen([os.path.join(self.build, "tests", "load", "load-mail-sink")],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return int(self.mail.stdout.readline())

    def count_mails(self):
        """What the mail server took; it has ended then."""
        return int(self.mail.communicate()[0])


class Ours(Peer):
    name = "ours"

    def __init__(self, options, scratch):
        super().__init__()
        self.answered = self.billed = self.recorded = 0
        self.house = LoadHouse(options.build, tenant_file(scratch, options.agents, options.sound), log="warning",
                           ports=(10000, 19998), extra="[sip]\nmax-calls=100000\n")
        self.house.start()
        self.port, self.pid = self.house.sip_port, self.house.server.pid
        self.agents = options.agents
        self.prepare()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(self.set_available, range(self.agents)))

    def prepare(self):
        asyncio.run(self.register())

    async def register(self):
        """Each e-agent's phone is the SIPp that will stand at this port; it registers for two minutes."""
        phones = await Phones(self.port, address=PHONE, port=self.phone_port).open()
        for i in range(self.agents):
            await phones.register(f"agent{i}", SECRET)
        phones.close()

    def set_available(self, i):
        """From an address of his own, as the server's limits expect."""
        token = None
        for method, path, body in (
                ("POST", "/api/v1/sessions", {"domain": "load.example", "user": f"agent{i}",
                                              "password": "demo-demo"}),
                ("PUT", "/api/v1/me/presence", {"state": "available"})):
            connection = http.client.HTTPConnection(
                SERVER, self.house.http_port, timeout=30,
                source_address=(f"127.1.{i // 200}.{1 + i % 200}", 0))
            connection.request(method, path, json.dumps(body), {
                "Content-Type": "application/json", "Authorization": f"Bearer {token}"})
            reply = connection.getresponse()
            answer = json.loads(reply.read())
            connection.close()
            assert reply.status < 300, answer
            token = answer.get("token")

    def query(self, sql):
        path = os.path.join(self.house.folder, "data", "centrale.db")
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            return db.execute(sql).fetchone()

    def settle(self, calls):
        began = time.monotonic()
        wait_until(lambda: self.query("SELECT count(*) FROM call WHERE finished IS NULL") == (0,), 60,
                   "the end of all calls")
        wait_until(lambda: self.query("SELECT count(*) FROM message WHERE state <> 'sent'") == (0,), 120,
                   "an empty outbox")
        took = time.monotonic() - began
        answered, billed, recorded = self.query(
            "SELECT count(answered), ifnull(sum(seconds), 0), ifnull(sum(recording_samples), 0) / 8000 FROM call")
        assert self.query("SELECT count(*) FROM message") == (answered,)
        lost = calls - (answered - self.answered)
        told = f", {billed - self.billed} s billed, {recorded - self.recorded} s recorded, all mail sent {took:.1f} s later"
        self.answered, self.billed, self.recorded = answered, billed, recorded
        return lost, told

    def close(self):
        try:
            self.house.stop()
            assert "0 faults" in self.house.command("check")
            assert self.house.count_mails() == self.answered
        finally:
            self.house.close()


def sipp(scratch, name, text, address, port, remote, *more):
    scenario = scratch / f"{name}.xml"
    scenario.write_text(text)
    return subprocess.Popen(
        ["sipp", "-sf", str(scenario), "-i", address, "-p", str(port), "-mi", address, "-nostdin",
         "-trace_stat", "-stf", str(scratch / name), "-fd", "1", "-buff_size", "4000000", *more, remote],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=scratch)


def failures(scratch, name, calls):
    good, failed = sipp_counts(scratch / name)
    return max(failed, calls - good)


def one_round(peer, options, scratch, rate, number):
    """Calls a peer at one rate: (CPU seconds a call, failures)."""
    calls = int(rate * options.seconds)
    # Every caller is somebody else; the proxy asks to stay on the route.
    caller = (SCENARIOS / "uac.xml").read_text().replace("+31201234567", f"+316{number}000[call_number]")
    phone = (SCENARIOS / "uas.xml").read_text().replace("[last_Via:]", "[last_Via:]\n      [last_Record-Route:]")
    echo = []
    if options.sound and isinstance(peer, Ours):
        (scratch / "talk.alaw").write_bytes(bytes(range(FRAME)) * 50 * int(options.talk + 1))
        caller = caller.replace("<pause/>", TALK).replace("[media_port]", "[rtpstream_audio_port]")
        echo = ["-rtp_echo", "-mp", str(free_port(PHONE))]
    answering = sipp(scratch, "phone", phone, PHONE, peer.phone_port, SERVER, *echo)
    before, began = cpu_seconds(peer.pid), time.monotonic()
    calling = sipp(scratch, "caller", caller, CALLER, free_port(CALLER), f"{SERVER}:{peer.port}",
                   "-m", str(calls), "-r", str(rate), "-d", str(int(options.talk * 1000)),
                   "-l", "100000", "-timeout", str(int(options.seconds * 4 + 30)))
    calling.wait()
    took = time.monotonic() - began
    lost, told = peer.settle(calls)
    cost = (cpu_seconds(peer.pid) - before) / calls
    answering.terminate()
    answering.wait()
    failed = failures(scratch, "caller", calls) + lost
    print(f"  {peer.name:9} {calls} calls in {took:.1f} s, {failed} failed, {1e6 * cost:.0f} µs of CPU a "
          f"call, {memory_mb(peer.pid):.0f} MB{told}", flush=True)
    return cost, failed


def bare_relay(options, rate):
    """CPU seconds of a call's sound, relayed and written to WAV."""
    calls = int(rate * options.talk)
    said = subprocess.run([os.path.join(options.build, "tests", "load", "load-bare-relay"), str(calls),
                           str(int(options.talk))], capture_output=True, text=True, check=True).stdout
    print(f"  relay     {calls} calls at once, {said.strip()}", flush=True)
    return float(said.split()[0]) / 1e6


def ratio(costs, yardstick):
    each = ", ".join(f"{cost / bare:.2f}" for cost, bare in zip(costs, yardstick))
    return f"{statistics.median(costs) / statistics.median(yardstick):.2f} (by round {each})"


def compare(kinds, options, rate):
    """All rounds at one rate, and the ratios of their medians; the failures of ours."""
    costs, failed = collections.defaultdict(list), 0
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        scratch = pathlib.Path(folder)
        ours = stack.enter_context(contextlib.closing(Ours(options, scratch))) if Ours in kinds else None
        for number in range(options.rounds):
            print(f"  round {number + 1}, calibration {1000 * calibrate():.0f} ms", flush=True)
            for kind in kinds:
                with contextlib.nullcontext(ours) if kind is Ours else contextlib.closing(kind(options, scratch)) as peer:
                    peer.prepare()
                    cost, lost = one_round(peer, options, scratch, rate, number)
                costs[kind].append(cost)
                failed += lost if kind is Ours else 0
            if options.sound and Bare in kinds:
                costs[Bare][-1] += bare_relay(options, rate)
    if Bare in kinds:
        target, what = (SOUND_TARGET, "stack and relay") if options.sound else (TARGET, "stack")
        if Ours in kinds:
            print(f"  ratio to the bare {what}: {ratio(costs[Ours], costs[Bare])}, target {target}")
        if Kamailio in kinds:
            print(f"  Kamailio's: {ratio(costs[Kamailio], costs[Bare])}")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--sound", action="store_true")
    parser.add_argument("--rates", help="default: 200,500; 20,40 with sound")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, help="default: 10; 20 with sound")
    parser.add_argument("--talk", type=float, help="default: 1.2 s; 5 with sound")
    parser.add_argument("--agents", type=int, help="default: twice those who talk at once")
    parser.add_argument("--only", default="bare,ours,kamailio")
    options = parser.parse_args()
    options.rates = options.rates or ("20,40" if options.sound else "200,500")
    options.seconds = options.seconds or (20 if options.sound else 10)
    options.talk = options.talk or (5 if options.sound else 1.2)
    kinds = [kind for kind in (Bare, Ours, Kamailio) if kind.name in options.only.split(",")
             and (kind is not Kamailio or (shutil.which("kamailio") and not options.sound))]
    agents, failed = options.agents, 0
    for rate in map(int, options.rates.split(",")):
        options.agents = agents or int(rate * options.talk * 2)
        print(f"{rate} calls/s, {options.agents} e-agents:", flush=True)
        failed += compare(kinds, options, rate)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
