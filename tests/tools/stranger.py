# SPDX-License-Identifier: GPL-3.0-or-later
"""A stranger's phone, small and in plain sight: SIP over UDP, G.711 A-law both ways, keys by RFC 4733.
It sends a tone and keeps what it hears, so that a test can measure both."""
import math
import random
import re
import select
import socket
import struct
import threading
import time

FRAME = 160
RATE = 8000


def alaw_encode(sample):
    sign = 0x80 if sample >= 0 else 0
    size = min(abs(int(sample)), 32635) >> 4
    if size < 16:
        value = size
    else:
        exponent = size.bit_length() - 4
        value = (exponent << 4) | ((size >> (exponent - 1)) & 15) if exponent > 0 else size
    return (value | sign) ^ 0x55


def alaw_decode(byte):
    byte ^= 0x55
    exponent = (byte >> 4) & 7
    size = ((byte & 15) << 4) + 8
    if exponent > 0:
        size = (size + 0x100) << (exponent - 1)
    return size if byte & 0x80 else -size


def ulaw_encode(sample):
    sign = 0x80 if sample < 0 else 0
    size = min(abs(int(sample)), 32635) + 132
    exponent = size.bit_length() - 8
    return ~(sign | exponent << 4 | (size >> (exponent + 3)) & 15) & 0xFF


def ulaw_decode(byte):
    byte = ~byte & 0xFF
    size = (((byte & 15) << 3) + 132 << (byte >> 4 & 7)) - 132
    return -size if byte & 0x80 else size


# By RTP payload type.
NAMES = {8: "PCMA", 0: "PCMU"}
ENCODE = {8: alaw_encode, 0: ulaw_encode}
DECODED = {8: [alaw_decode(byte) for byte in range(256)], 0: [ulaw_decode(byte) for byte in range(256)]}


def level(samples, frequency):
    """Power of one frequency among @samples, 0..1 of a full-scale sine (Goertzel)."""
    if not samples:
        return 0.0
    turn = 2 * math.pi * frequency / RATE
    factor = 2 * math.cos(turn)
    one = two = 0.0
    for sample in samples:
        one, two = sample / 32768.0 + factor * one - two, one
    power = one * one + two * two - factor * one * two
    return 2 * math.sqrt(max(power, 0.0)) / len(samples)


class Stranger:
    """@codec: 8 is PCMA, 0 PCMU; @address: what its SDP claims (behind a NAT: another than it has)."""

    def __init__(self, server_port, caller="+31612345678", tone=440, rtp=True, codec=8,
                 address="127.0.0.1"):
        self.codec, self.address = codec, address
        self.server = ("127.0.0.1", server_port)
        self.caller = caller
        self.sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sip.bind(("127.0.0.1", 0))
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp.bind(("127.0.0.1", 0))
        self.port = self.sip.getsockname()[1]
        self.rtp_port = self.rtp.getsockname()[1]
        self.call_id = f"{random.getrandbits(64):x}@127.0.0.1"
        self.tag = f"{random.getrandbits(32):x}"
        self.cseq = 0
        self.to_tag = None
        self.target = None
        self.state = "idle"
        self.final = None
        self.heard = bytearray()
        self.sent = 0
        self.keys = []
        self.said = 0
        self.tone = tone
        self.sending = rtp
        self.changed = threading.Condition()
        self.closing = False
        self.remote = None
        self.branch = None
        self.invite = None
        self.reanswered = None
        self.sound = bytes(ENCODE[codec](12000 * math.sin(2 * math.pi * tone * i / RATE))
                           for i in range(RATE))  # a second: whole turns of any whole frequency
        self.threads = [threading.Thread(target=self._run_sip, daemon=True),
                        threading.Thread(target=self._run_rtp, daemon=True)]
        for thread in self.threads:
            thread.start()

    # SIP

    def _who(self):
        """How this phone writes itself."""
        return '"Anonymous" <sip:anonymous@anonymous.invalid>' if self.caller is None else \
            f"<sip:{self.caller}@127.0.0.1>"

    def _send(self, method, uri, cseq, branch, extra="", body=""):
        to_tag = f";tag={self.to_tag}" if self.to_tag else ""
        kind = "Content-Type: application/sdp\r\n" if body and "Content-Type" not in extra else ""
        text = (f"{method} {uri} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch={branch};rport\r\n"
                f"Max-Forwards: 70\r\nFrom: {self._who()};tag={self.tag}\r\nTo: <{self.to}>{to_tag}\r\n"
                f"Call-ID: {self.call_id}\r\nCSeq: {cseq} {method}\r\n"
                f"Contact: <sip:stranger@127.0.0.1:{self.port}>\r\n{extra}{kind}"
                f"Content-Length: {len(body)}\r\n\r\n{body}")
        self.sip.sendto(text.encode(), self.server)
        return text

    def _new_branch(self):
        return f"z9hG4bK{random.getrandbits(64):x}"

    def _sdp(self, direction="sendrecv"):
        self.version = getattr(self, "version", 0) + 1
        return (f"v=0\r\no=- 1 {self.version} IN IP4 {self.address}\r\ns=-\r\nc=IN IP4 {self.address}\r\n"
                f"t=0 0\r\nm=audio {self.rtp_port} RTP/AVP {self.codec} 101\r\n"
                f"a=rtpmap:{self.codec} {NAMES[self.codec]}/8000\r\n"
                f"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na={direction}\r\n")

    def call(self, number):
        self.to = f"sip:{number}@127.0.0.1:{self.server[1]}"
        self.cseq += 1
        self.branch = self._new_branch()
        self.state = "calling"
        self.invite = (self.to, self.cseq, self.branch)
        self._send("INVITE", self.to, self.cseq, self.branch, body=self._sdp())
        return self

    def cancel(self):
        uri, cseq, branch = self.invite
        saved, self.to_tag = self.to_tag, None
        if self.state in ("calling", "ringing"):
            self._set("giving up")
        self._send("CANCEL", uri, cseq, branch)
        self.to_tag = saved

    def hang_up(self):
        self.cseq += 1
        self._set("ending")
        self._send("BYE", self.target or self.to, self.cseq, self._new_branch())

    def reoffer(self, direction):
        """A re-INVITE: "sendonly" holds, "sendrecv" resumes; waits for its answer."""
        self.cseq += 1
        self.reanswered = None
        self._send("INVITE", self.target, self.cseq, self._new_branch(), body=self._sdp(direction))
        with self.changed:
            if not self.changed.wait_for(lambda: self.reanswered is not None, 5):
                raise AssertionError("no answer to a re-INVITE")
        return self.reanswered

    def vanish(self):
        """Says nothing more, as a phone without power."""
        self.sending = False
        self.state = "vanished"

    def _set(self, state):
        with self.changed:
            self.state = state
            self.changed.notify_all()

    def wait_for(self, *states, seconds=15):
        with self.changed:
            if not self.changed.wait_for(lambda: self.state in states, seconds):
                raise AssertionError(f"the stranger's phone is {self.state} ({self.final}), not {states}")

    def _answer(self, text, status, phrase, body=""):
        headers = re.findall(r"(?im)^((?:Via|Record-Route|From|To|Call-ID|CSeq):.*)\r$", text)
        headers = [header + f";tag={self.tag}" if re.match(r"(?i)To:(?!.*;tag=)", header) and status > 100
                   else header for header in headers]
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self.sip.sendto((f"SIP/2.0 {status} {phrase}\r\n" + "".join(h + "\r\n" for h in headers)
                         + f"Contact: <sip:stranger@127.0.0.1:{self.port}>\r\n{kind}"
                         + f"Content-Length: {len(body)}\r\n\r\n{body}").encode(), self.server)

    def _handle(self, text):
        first = text.split("\r\n", 1)[0]
        if self.state == "vanished":
            return
        if not first.startswith("SIP/2.0"):
            method = first.split(" ", 1)[0]
            if method == "BYE":
                self._answer(text, 200, "OK")
                self._set("ended")
            elif method in ("INVITE", "UPDATE"):
                self._answer(text, 200, "OK", self._sdp())
            elif method != "ACK":
                self._answer(text, 200, "OK")
            return
        status = int(first.split()[1])
        cseq = re.search(r"(?im)^CSeq:\s*(\d+)\s+(\w+)", text)
        tag = re.search(r"(?im)^To:.*;tag=([^;\r]+)", text)
        if cseq.group(2) == "INVITE":
            self._invite_answered(text, status, int(cseq.group(1)), tag)
        elif cseq.group(2) == "BYE" and status >= 200:
            self._set("ended")

    def _invite_answered(self, text, status, cseq, tag):
        if status < 200:
            if status > 100 and self.state == "calling":
                self._set("ringing")
            return
        if self.invite is None or cseq != self.invite[1]:
            self._send("ACK", self.target, cseq, self._new_branch())
            with self.changed:
                self.reanswered = status
                self.changed.notify_all()
            return
        self.final = status
        if tag:
            self.to_tag = tag.group(1)
        if status < 300:
            contact = re.search(r"(?im)^Contact:\s*<([^>]+)>", text)
            self.target = contact.group(1) if contact else self.to
            media = re.search(r"m=audio (\d+) ", text)
            if media:
                self.remote = ("127.0.0.1", int(media.group(1)))
            self._send("ACK", self.target, cseq, self._new_branch())
            if self.state in ("calling", "ringing"):
                self._set("talking")
            elif self.state == "giving up":  # answered before the CANCEL was read
                self.hang_up()
        else:
            self._send("ACK", self.to, cseq, self.branch)
            self._set("refused")

    def _run_sip(self):
        while not self.closing:
            if select.select([self.sip], [], [], 0.1)[0]:
                try:
                    self._handle(self.sip.recv(65535).decode(errors="replace"))
                except OSError:
                    return

    # RTP

    def press(self, key):
        with self.changed:
            self.keys.append("0123456789*#".index(key))

    def dial(self, keys):
        for key in keys:
            self.press(key)

    def next_frame(self):
        """The next 20 ms it says."""
        start, self.said = self.said, (self.said + FRAME) % RATE
        return self.sound[start:start + FRAME]

    def _run_rtp(self):
        sequence, stamp = random.getrandbits(15), random.getrandbits(31)
        ssrc = random.getrandbits(32)
        event = None
        due = time.monotonic()
        while not self.closing:
            wait = max(0.0, due - time.monotonic())
            if select.select([self.rtp], [], [], wait)[0]:
                packet = self.rtp.recv(2048)
                if len(packet) > 12 and packet[1] & 0x7F == self.codec:
                    self.heard += packet[12:]
                continue
            due += 0.02
            stamp += FRAME
            if self.remote is None or not self.sending:
                continue
            if event is None and self.keys:
                event = [self.keys.pop(0), 0, stamp]
            sequence = (sequence + 1) & 0xFFFF
            if event is not None:
                event[1] += 1
                ended = event[1] > 5
                head = struct.pack("!BBHII", 0x80, 101 | (0x80 if event[1] == 1 else 0), sequence,
                                   event[2] & 0xFFFFFFFF, ssrc)
                body = struct.pack("!BBH", event[0], (0x80 if ended else 0) | 10, min(event[1], 6) * FRAME)
                self.rtp.sendto(head + body, self.remote)
                if event[1] >= 8:
                    event = None
                continue
            samples = self.next_frame()
            head = struct.pack("!BBHII", 0x80, self.codec, sequence, stamp & 0xFFFFFFFF, ssrc)
            self.rtp.sendto(head + samples, self.remote)
            with self.changed:
                self.sent += 1
                self.changed.notify_all()

    def samples(self, seconds=0.5, end=None):
        """The last heard, or those before sample @end."""
        end = len(self.heard) if end is None else end
        return [DECODED[self.codec][byte] for byte in bytes(self.heard[max(end - int(seconds * RATE), 0):end])]

    def level(self, frequency, seconds=0.5, end=None):
        """Of these @seconds; what it has not heard yet counts as silence."""
        samples = self.samples(seconds, end)
        return level(samples, frequency) * len(samples) / int(seconds * RATE)

    def wait_for_beep(self, frequency=1000, loud=0.15, since=0, seconds=15):
        """A fifth of a second of a tone, in all that was heard after sample @since: it is not missed when
        nobody listened as it came. No voice is so much of one tone."""
        deadline, end = time.monotonic() + seconds, since
        while True:
            while end + RATE // 10 <= len(self.heard):
                end += RATE // 10
                if self.level(frequency, 0.2, end) > loud:
                    return
            if time.monotonic() > deadline:
                raise AssertionError(f"no beep in {seconds} s")
            time.sleep(0.02)

    def wait_sent(self, seconds):
        """Until so much more of its tone is sent."""
        with self.changed:
            until = self.sent + int(seconds * RATE / FRAME)
            if not self.changed.wait_for(lambda: self.sent >= until, seconds * 5 + 5):
                raise AssertionError("the tone is not sent")

    def close(self):
        self.closing = True
        for thread in self.threads:
            thread.join(2)
        self.sip.close()
        self.rtp.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()
