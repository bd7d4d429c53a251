# SPDX-License-Identifier: GPL-3.0-or-later
"""Many phones in one Python process: SIP over UDP without sound, on asyncio. Callers share one socket
and e-agents' phones another, so a hundred calls cost little. What the phones do is said by coroutines
of the test; here is only the signalling, and when each thing happened."""
import asyncio
import hashlib
import random
import re
import time

SDP = ("v=0\r\no=- {number} 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
       "m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
       "a=ptime:20\r\na=sendrecv\r\n")


def header(text, name):
    found = re.search(rf"(?im)^{name}\s*:\s*(.*?)\r$", text)
    return found.group(1) if found else None


class Dialog:
    """A call as one phone sees it. `times` says when what happened (monotonic): sent, ringing,
    answering (our 200 left), answered, acknowledged, bye_sent, bye_confirmed, bye_received."""

    def __init__(self, phones, call_id, peer, local, remote, target):
        self.phones, self.call_id, self.peer = phones, call_id, peer
        self.local, self.remote, self.target = local, remote, target
        self.cseq = 1
        self.times = {}
        self.status = None
        self.ended = False
        self.changed = asyncio.Event()

    def mark(self, what):
        self.times.setdefault(what, time.monotonic())
        self.changed.set()

    async def until(self, *what, seconds=None):
        """Until one of @what happened (or "ended"); FALSE when the time is over."""
        try:
            async with asyncio.timeout(seconds):
                while not any(name in self.times for name in what) and not self.ended:
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            return False
        return not self.ended

    def over(self):
        self.ended = True
        self.phones.dialogs.pop(self.call_id, None)
        self.changed.set()

    def request(self, method, branch=None, cseq=None, body=""):
        self.phones.send(
            f"{method} {self.target} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self.phones.address}:{self.phones.port};branch={branch or new_branch()};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: {self.local}\r\nTo: {self.remote}\r\n"
            f"Call-ID: {self.call_id}\r\nCSeq: {cseq or self.cseq} {method}\r\n"
            f"Contact: <sip:crowd@{self.phones.address}:{self.phones.port}>\r\n", body, self.peer)

    def hang_up(self):
        if "bye_sent" in self.times or "bye_received" in self.times or self.ended:
            return
        self.cseq += 1
        self.mark("bye_sent")
        self.request("BYE")

    def answer(self):
        """The phone was picked up."""
        if self.ended:
            return
        self.mark("answering")
        self.reply(200, "OK", SDP.format(number=random.getrandbits(30), port=self.phones.sound_port))

    def reply(self, status, phrase, body=""):
        self.phones.reply(self.invite, status, phrase, self.peer, self.tag, body)


def new_branch():
    return f"z9hG4bK{random.getrandbits(64):x}"


class Phones(asyncio.DatagramProtocol):
    """One socket. @on_invite: called with the Dialog of a call that comes."""

    def __init__(self, server_port, on_invite=None, address="127.0.0.1", port=0):
        self.server = ("127.0.0.1", server_port)
        self.address, self.port = address, port
        self.on_invite = on_invite
        self.dialogs = {}
        self.waiting = {}  # Call-ID of a REGISTER -> future
        self.sound_port = 9  # nobody listens there, and nobody speaks

    async def open(self):
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(lambda: self, (self.address, self.port))
        self.port = self.transport.get_extra_info("sockname")[1]
        return self

    def close(self):
        self.transport.close()

    def send(self, head, body="", to=None):
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self.transport.sendto(f"{head}{kind}Content-Length: {len(body)}\r\n\r\n{body}".encode(),
                              to or self.server)

    def reply(self, text, status, phrase, to, tag=None, body=""):
        lines = re.findall(r"(?im)^((?:Via|From|To|Call-ID|CSeq|Record-Route)\s*:.*)\r$", text)
        if tag:
            lines = [line + f";tag={tag}" if re.match(r"(?i)To\s*:", line) and "tag=" not in line
                     else line for line in lines]
        self.send(f"SIP/2.0 {status} {phrase}\r\n" + "".join(line + "\r\n" for line in lines)
                  + f"Contact: <sip:crowd@{self.address}:{self.port}>\r\n", body, to)

    # What a test asks for

    def call(self, number, caller):
        """A stranger dials; the Dialog tells what comes of it."""
        dialog = Dialog(self, f"{random.getrandbits(64):x}@crowd", self.server,
                        f"<sip:{caller}@{self.address}>;tag={random.getrandbits(32):x}",
                        f"<sip:{number}@127.0.0.1>", f"sip:{number}@127.0.0.1:{self.server[1]}")
        dialog.caller = caller
        dialog.branch = new_branch()
        self.dialogs[dialog.call_id] = dialog
        dialog.mark("sent")
        dialog.request("INVITE", dialog.branch,
                       body=SDP.format(number=random.getrandbits(30), port=self.sound_port))
        return dialog

    async def register(self, user, secret, realm="centrale.test"):
        call_id, tag = f"{random.getrandbits(64):x}@crowd", f"{random.getrandbits(32):x}"
        authorization = ""
        for cseq in (1, 2, 3):
            future = asyncio.get_running_loop().create_future()
            self.waiting[call_id] = future
            self.send(f"REGISTER sip:{realm} SIP/2.0\r\n"
                      f"Via: SIP/2.0/UDP {self.address}:{self.port};branch={new_branch()};rport\r\n"
                      f"Max-Forwards: 70\r\nFrom: <sip:{user}@{realm}>;tag={tag}\r\n"
                      f"To: <sip:{user}@{realm}>\r\nCall-ID: {call_id}\r\nCSeq: {cseq} REGISTER\r\n"
                      f"Contact: <sip:{user}@{self.address}:{self.port}>\r\nExpires: 120\r\n{authorization}")
            text = await asyncio.wait_for(future, 10)
            status = int(text.split()[1])
            if status == 200:
                return
            if status != 401:
                break
            nonce = re.search(r'nonce="([^"]*)"', text).group(1)
            authorization = digest(user, realm, secret, nonce)
        raise AssertionError(f"{user} could not register: {text.splitlines()[0]}")

    # What the wire brings

    def datagram_received(self, data, address):
        text = data.decode(errors="replace")
        first = text.split("\r\n", 1)[0]
        call_id = header(text, "Call-ID")
        if first.startswith("SIP/2.0"):
            self.answered(text, int(first.split()[1]), call_id)
        else:
            self.asked(text, first.split()[0], call_id, address)

    def answered(self, text, status, call_id):
        method = header(text, "CSeq").split()[1]
        if method == "REGISTER":
            future = self.waiting.pop(call_id, None)
            if future is not None and not future.done():
                future.set_result(text)
            return
        dialog = self.dialogs.get(call_id)
        if dialog is None:
            return
        if method == "INVITE":
            self.invite_answered(dialog, text, status)
        elif method == "BYE" and status >= 200:
            dialog.mark("bye_confirmed")
            dialog.over()

    def invite_answered(self, dialog, text, status):
        if status < 200:
            if status > 100:
                dialog.mark("ringing")
            return
        dialog.remote = header(text, "To")
        if status >= 300:
            dialog.request("ACK", dialog.branch, 1)
            dialog.status = status
            dialog.over()
            return
        contact = re.search(r"<([^>]+)>", header(text, "Contact") or "")
        dialog.target = contact.group(1) if contact else dialog.target
        dialog.request("ACK", cseq=1)
        dialog.mark("answered")

    def asked(self, text, method, call_id, address):
        dialog = self.dialogs.get(call_id)
        if method == "INVITE" and dialog is None:
            self.invited(text, call_id, address)
        elif method == "INVITE":
            if "answering" in dialog.times:  # again: our answer was lost, or it is a new offer
                dialog.invite = text
                dialog.reply(200, "OK", SDP.format(number=1, port=self.sound_port))
        elif method == "ACK":
            if dialog is not None:
                dialog.mark("acknowledged")
        elif method == "CANCEL":
            self.reply(text, 200, "OK", address)
            if dialog is not None and "answering" not in dialog.times:
                dialog.reply(487, "Request Terminated")
                dialog.over()
        else:
            self.reply(text, 200, "OK", address)
            if method == "BYE" and dialog is not None:
                dialog.mark("bye_received")
                dialog.over()

    def invited(self, text, call_id, address):
        tag = f"{random.getrandbits(32):x}"
        contact = re.search(r"<([^>]+)>", header(text, "Contact") or "")
        dialog = Dialog(self, call_id, address, header(text, "To") + f";tag={tag}",
                        header(text, "From"), contact.group(1) if contact else "sip:127.0.0.1")
        dialog.invite, dialog.tag = text, tag
        dialog.user = re.match(r"INVITE sip:([^@]+)@", text).group(1)
        dialog.call = header(text, "X-Centrale-Call")
        self.dialogs[call_id] = dialog
        dialog.reply(180, "Ringing")
        dialog.mark("ringing")
        if self.on_invite is not None:
            self.on_invite(dialog)


def digest(user, realm, secret, nonce):
    def md5(*words):
        return hashlib.md5(":".join(words).encode()).hexdigest()
    uri, count, own = f"sip:{realm}", "00000001", f"{random.getrandbits(32):x}"
    response = md5(md5(user, realm, secret), nonce, count, own, "auth", md5("REGISTER", uri))
    return (f'Authorization: Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
            f'response="{response}", algorithm=MD5, qop=auth, nc={count}, cnonce="{own}"\r\n')
