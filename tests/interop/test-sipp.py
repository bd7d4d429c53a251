#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIPp as the telephone network: twenty callers hear the greeting, press 1 and a number, wait and hang
up. Beside them a stranger sends what is no SIP: each is refused or dropped, and nobody notices. SIPp
does the signalling; the sound is the test's own, at ports that SIPp announces."""
import os
import random
import select
import socket
import struct
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tools"))
from house import House, wait_until  # noqa: E402
from phone import Owner  # noqa: E402
from programs import sipp_counts  # noqa: E402
from stranger import Stranger  # noqa: E402

CALLS, BAKERY = 20, "+31205550118"
EVENT = 96


def change(tree):
    for step in tree["companies"][0]["lines"][0]["steps"]:
        if "wait_ms" in step:
            step["wait_ms"] = 8000


class Ear:
    """Where one caller hears and presses keys: counts packets, by codec."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.heard = {}
        self.loudest = 0
        self.remote = None
        self.keys = []
        self.event = None
        self.head = [random.getrandbits(15), random.getrandbits(31), random.getrandbits(32)]

    def read(self):
        packet, self.remote = self.socket.recvfrom(2048)
        kind = packet[1] & 0x7F
        self.heard[kind] = self.heard.get(kind, 0) + 1

    def tick(self):
        """Every 20 ms: silence (mu-law), or a piece of a key by RFC 4733."""
        if self.remote is None:
            return
        sequence, stamp, ssrc = self.head
        self.head = [(sequence + 1) & 0xFFFF, (stamp + 160) & 0xFFFFFFFF, ssrc]
        if self.event is None and self.keys:
            self.event = [self.keys.pop(0), 0, stamp]
        if self.event is None:
            packet = struct.pack("!BBHII", 0x80, 0, sequence, stamp, ssrc) + b"\xff" * 160
        else:
            key, count, began = self.event
            packet = struct.pack("!BBHIIBBH", 0x80, EVENT | (0x80 if count == 0 else 0), sequence, began,
                                 ssrc, key, (0x80 if count >= 5 else 0) | 10, (count + 1) * 160)
            self.event = [key, count + 1, began] if count < 7 else None
        self.socket.sendto(packet, self.remote)


class Ears(threading.Thread):
    def __init__(self, number):
        super().__init__(daemon=True)
        self.ears = [Ear() for _ in range(number)]
        self.closing = False

    def run(self):
        due = time.monotonic()
        by_socket = {ear.socket: ear for ear in self.ears}
        while not self.closing:
            for ready in select.select(list(by_socket), [], [], max(0, due - time.monotonic()))[0]:
                by_socket[ready].read()
            if time.monotonic() >= due:
                due += 0.02
                for ear in self.ears:
                    ear.tick()

    def close(self):
        self.closing = True
        self.join(5)
        for ear in self.ears:
            ear.socket.close()


def start_sipp(house, ears, seconds):
    numbers = os.path.join(house.folder, "callers.csv")
    with open(numbers, "w", encoding="utf-8") as out:
        out.write("SEQUENTIAL\n" + "".join(f"+316123450{index:02};{ear.port};{BAKERY};\n"
                                           for index, ear in enumerate(ears)))
    return subprocess.Popen(
        ["sipp", "-sf", os.path.join(HERE, "sipp", "caller.xml"), "-inf", numbers, "-i", "127.0.0.1", "-mi",
         "127.0.0.1", "-m", str(len(ears)), "-r", "10", "-d", str(seconds * 1000), "-nostdin", "-timeout",
         "60", "-trace_stat", "-stf", os.path.join(house.folder, "sipp.csv"), "-fd", "1",
         f"127.0.0.1:{house.sip_port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd=house.folder)


def request(method, port, *, uri=None, body="", kind="application/sdp", drop=(), **headers):
    """One request, with headers replaced or left out."""
    fields = {"Via": f"SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{random.getrandbits(64):x};rport",
              "Max-Forwards": "70", "From": "<sip:+31612345678@127.0.0.1>;tag=a",
              "To": f"<sip:{BAKERY}@127.0.0.1>", "Call-ID": f"{random.getrandbits(64):x}",
              "CSeq": f"1 {method}", "Contact": f"<sip:x@127.0.0.1:{port}>",
              **({"Content-Type": kind} if body else {}), "Content-Length": str(len(body)),
              **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"{method} {uri or 'sip:' + BAKERY + '@127.0.0.1'} SIP/2.0"]
    lines += [f"{name}: {value}" for name, value in fields.items() if name not in drop]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def malformed(port):
    """What is sent, and whether it must be answered (4xx or 5xx): what names no way back is dropped."""
    sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    return [
        ("no Call-ID", request("INVITE", port, drop=("Call-ID",)), False),
        ("no Via", request("INVITE", port, drop=("Via",)), False),
        ("a CSeq of another method", request("INVITE", port, CSeq="1 BYE"), True),
        ("a CSeq of no number", request("INVITE", port, CSeq="one INVITE"), True),
        ("a broken From", request("INVITE", port, From="<<<>>>;;tag"), True),
        ("a broken request URI", request("INVITE", port, uri="sip:@@@:::"), False),
        ("a scheme nobody speaks", request("INVITE", port, uri="gopher:bakery"), True),
        ("more body promised than sent", request("INVITE", port, body=sdp, Content_Length="5000"), True),
        ("a negative length", request("INVITE", port, body=sdp, Content_Length="-1"), True),
        ("SDP without a medium", request("INVITE", port, body=sdp), True),
        ("SDP that is none", request("INVITE", port, body="\x01\x02 nothing of the kind"), True),
        ("SDP with a foreign codec", request("INVITE", port, body=sdp + "m=audio 4000 RTP/AVP 97\r\n"
                                             "a=rtpmap:97 unheard/8000\r\n"), True),
        ("SDP with port 99999", request("INVITE", port, body=sdp + "m=audio 99999 RTP/AVP 8\r\n"), True),
        ("a body of another kind", request("INVITE", port, body="<x/>", kind="text/xml"), True),
        ("an unknown method", request("FROB", port), True),
        ("a BYE of no dialog", request("BYE", port, To=f"<sip:{BAKERY}@127.0.0.1>;tag=none"), True),
        ("a CANCEL of nothing", request("CANCEL", port), True),
        ("an ACK of nothing", request("ACK", port), False),
        ("no hops left", request("INVITE", port, Max_Forwards="0", body=sdp), True),
        ("noise", random.Random(1).randbytes(400), False),
        ("one byte", b"\0", False),
        ("only a line", b"INVITE sip:a@b SIP/2.0\r\n\r\n", False),
        ("SIP/9.0", request("INVITE", port).replace(b"SIP/2.0\r\nVia", b"SIP/9.0\r\nVia"), False),
    ]


def send_malformed(house):
    """One after the other; returns what was wrong with the answers."""
    faults = []
    for what, message, answered in malformed(0):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind(("127.0.0.1", 0))
            port = sender.getsockname()[1]
            sender.sendto(message.replace(b"127.0.0.1:0", f"127.0.0.1:{port}".encode()),
                          ("127.0.0.1", house.sip_port))
            status = final_status(sender, 5 if answered else 0.3)
        if (answered and status is None) or (status is not None and not 400 <= status < 700):
            faults.append(f"{what}: {status}")
    return faults


def final_status(sender, seconds):
    deadline = time.monotonic() + seconds
    while True:
        if not select.select([sender], [], [], max(0, deadline - time.monotonic()))[0]:
            return None
        first = sender.recv(65535).split(b"\r\n", 1)[0].split()
        if first[0] == b"SIP/2.0" and int(first[1]) >= 200:
            return int(first[1])


def main(build):
    with House(build, change=change).start() as house:
        owner = Owner(house, "jansen")
        ears = Ears(CALLS)
        ears.start()
        sipp = start_sipp(house, ears.ears, 18)
        try:
            wait_until(lambda: len(owner.live()) == CALLS, what="twenty calls")
            wait_until(lambda: all(ear.heard.get(0, 0) + ear.heard.get(8, 0) > 50 for ear in ears.ears),
                       what="the greeting at each")
            for ear in ears.ears:
                ear.keys += [1, 0, 4, 2, 7, 11]
            faults = send_malformed(house)
            assert not faults, faults
            print("malformed good", flush=True)
            wait_until(lambda: [call["state"] for call in owner.live()].count("queued") == CALLS, 20,
                       "twenty calls in the queue")
            live = owner.live()
            for call in live:
                assert [(key["name"], key["value"]) for key in call["keyed"]] == [
                    ("reason", "1"), ("customer-number", "0427")], call
            assert sorted(call["place"] for call in live) == list(range(1, CALLS + 1))
            assert len({call["caller"] for call in live}) == CALLS
            sipp.wait(60)
            counts = sipp_counts(os.path.join(house.folder, "sipp.csv"))
            assert counts == (CALLS, 0), counts
            print("twenty callers good", flush=True)
        finally:
            if sipp.poll() is None:
                sipp.kill()
                sipp.wait()
            ears.close()
        owner.wait_quiet()
        with Stranger(house.sip_port) as caller:
            caller.call(BAKERY).wait_for("talking")
            wait_until(lambda: len(caller.heard) > 4000, what="the greeting, after all that")
            caller.hang_up()
            caller.wait_for("ended")
        owner.wait_quiet()
        house.stop()
        assert "0 faults" in house.command("check", "--deep")


if __name__ == "__main__":
    main(sys.argv[1])
