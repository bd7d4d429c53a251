# SPDX-License-Identifier: GPL-3.0-or-later
"""Phones that are called: an e-agent's VoIP phone, registered with digest, and a third party's on the
trunk. And the e-agent who sits before one: signed in over the API, doing what a test tells him."""
import hashlib
import random
import re

from house import Problem, wait_until
from stranger import Stranger


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


class Phone(Stranger):
    """A phone that is rung. @mode is what it does then: answer, ring (until told), busy, refuse."""

    def __init__(self, server_port, user="phone", secret=None, realm=None, tone=1000, mode="answer",
                 codec=8):
        super().__init__(server_port, tone=tone, codec=codec)
        self.user, self.secret, self.realm = user, secret, realm
        self.mode = mode
        self.offers = 0
        self.own = None
        self.request = None
        self.register_id = f"{random.getrandbits(64):x}"
        self.register_cseq = 0
        self.registered = None

    # Registration (RFC 3261 10.2, RFC 2617)

    def _send_register(self, expires, answer=""):
        self.register_cseq += 1
        who = f"<sip:{self.user}@127.0.0.1>"
        self.sip.sendto((f"REGISTER sip:127.0.0.1:{self.server[1]} SIP/2.0\r\n"
                         f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch={self._new_branch()};rport\r\n"
                         f"Max-Forwards: 70\r\nFrom: {who};tag=r{self.tag}\r\nTo: {who}\r\n"
                         f"Call-ID: {self.register_id}\r\nCSeq: {self.register_cseq} REGISTER\r\n"
                         f"Contact: <sip:{self.user}@127.0.0.1:{self.port}>\r\nExpires: {expires}\r\n"
                         f"{answer}Content-Length: 0\r\n\r\n").encode(), self.server)

    def _answer_challenge(self, text):
        challenge = dict(re.findall(r'(\w+)="([^"]*)"', re.search(r"(?im)^WWW-Auth.*$", text).group(0)))
        uri, nc, cnonce = f"sip:127.0.0.1:{self.server[1]}", "00000001", self._new_branch()
        ha1 = md5(f"{self.user}:{challenge['realm']}:{self.secret}")
        response = md5(f"{ha1}:{challenge['nonce']}:{nc}:{cnonce}:auth:{md5('REGISTER:' + uri)}")
        return (f'Authorization: Digest username="{self.user}", realm="{challenge["realm"]}", '
                f'nonce="{challenge["nonce"]}", uri="{uri}", response="{response}", algorithm=MD5, '
                f'qop=auth, nc={nc}, cnonce="{cnonce}"\r\n')

    def try_register(self, expires=120):
        """The final status."""
        self.registered = None
        self.expires = expires
        self.challenged = False
        self._send_register(expires)
        with self.changed:
            self.changed.wait_for(lambda: self.registered is not None, 3)
        return self.registered

    def register(self, expires=120):
        wait_until(lambda: self.try_register(expires) == 200, 10, f"registering {self.user}")
        return self

    def _register_answered(self, text, status):
        if status == 401 and not self.challenged:
            self.challenged = True
            self._send_register(self.expires, self._answer_challenge(text))
        elif status >= 200:
            with self.changed:
                self.registered = status
                self.changed.notify_all()

    # Being called

    def _who(self):
        return self.own or super()._who()

    def _handle(self, text):
        first = text.split("\r\n", 1)[0]
        if self.state == "vanished":
            return
        if first.startswith("SIP/2.0") and re.search(r"(?im)^CSeq:\s*\d+\s+REGISTER", text):
            self._register_answered(text, int(first.split()[1]))
        elif first.startswith("INVITE ") and not re.search(r"(?im)^To:.*;tag=", text):
            self._rung(text)
        elif first.startswith("CANCEL "):
            self._answer(text, 200, "OK")
            if self.state == "ringing":
                self._answer(self.request, 487, "Request Terminated")
                self._set("cancelled")
        elif first.startswith("ACK ") and self.state == "answering":
            self._set("talking")
        else:
            super()._handle(text)

    def _rung(self, text):
        call_id = re.search(r"(?im)^Call-ID:\s*(\S+)", text).group(1)
        if self.request is not None and call_id == self.call_id:
            return  # sent again
        if self.state in ("ringing", "answering", "talking"):
            self._answer(text, 486, "Busy Here")
            return
        self.offers += 1
        self.request, self.call_id = text, call_id
        self.tag = f"{random.getrandbits(32):x}"
        self.own = re.search(r"(?im)^To:\s*(<[^>]*>)", text).group(1)
        peer = re.search(r"(?im)^From:\s*(?:\"[^\"]*\"\s*)?<([^>]*)>.*;tag=([^;\r]+)", text)
        self.to, self.to_tag = peer.group(1), peer.group(2)
        self.target = re.search(r"(?im)^Contact:\s*<([^>]+)>", text).group(1)
        self.remote = None
        self.offered_remote = ("127.0.0.1", int(re.search(r"m=audio (\d+) ", text).group(1)))
        self.heard.clear()
        if self.mode in ("busy", "refuse"):
            self._set("declined")
            self._answer(text, *((486, "Busy Here") if self.mode == "busy" else (603, "Decline")))
            return
        self._set("ringing")
        self._answer(text, 180, "Ringing")
        if self.mode == "answer":
            self.answer()

    def answer(self):
        self._set("answering")
        self.remote = self.offered_remote
        self._answer(self.request, 200, "OK", self._sdp())


class Seat:
    """An e-agent at his VoIP phone."""

    def __init__(self, house, user, tone=1000, mode="answer", available=True):
        self.house, self.name = house, user
        session = house.sign_in(user)
        self.token, self.user = session["token"], session["user"]
        device = self.api("POST", "/api/v1/me/device")
        self.phone = Phone(house.sip_port, device["sip_user"], device["secret"], device["realm"], tone,
                           mode).register()
        wait_until(lambda: self.presence()["registered"], what="the registration known to the switch")
        if available:
            self.be("available")

    def api(self, method, path, body=None, **more):
        return self.house.request(method, path, body, token=self.token, **more)

    def presence(self):
        return self.api("GET", "/api/v1/me/presence")

    def state(self):
        return self.presence()["state"]

    def be(self, state, reason=None):
        return self.api("PUT", "/api/v1/me/presence",
                        {"state": state, **({"reason": reason} if reason else {})})

    def wait_until(self, state, seconds=15):
        wait_until(lambda: self.state() == state, seconds, f"{self.name} {state}")

    def call(self):
        try:
            return self.api("GET", "/api/v1/me/call")
        except Problem as problem:
            if problem.status != 404:
                raise
            return None

    def finish(self, call, disposition="message", pause=False):
        """Out of the wrap-up, once there."""
        self.wait_until("wrap_up")
        self.api("POST", f"/api/v1/calls/{call}/finish", {"disposition": disposition, "pause": pause})
        self.wait_until("paused" if pause else "available")

    def close(self):
        self.phone.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()


class Owner:
    """A company's owner, who looks at the dashboard."""

    def __init__(self, house, user):
        self.house = house
        session = house.sign_in(user)
        self.token, self.company = session["token"], session["company"]

    def api(self, method, path, body=None, **more):
        return self.house.request(method, path, body, token=self.token, **more)

    def board(self):
        return self.api("GET", f"/api/v1/companies/{self.company}/dashboard")

    def live(self):
        return self.board()["live"]

    def wait_live(self, state, seconds=15):
        """The call that is in @state now."""
        return wait_until(lambda: next((call for call in self.live() if call["state"] == state), None),
                          seconds, f"a call {state}")

    def wait_quiet(self, seconds=15):
        """No call left, nothing held."""
        wait_until(lambda: not self.live() and self.board()["reserved"] == 0, seconds,
                   "no call left and nothing reserved")

    def ended(self, call, seconds=15):
        """The closed record."""
        def closed():
            record = self.api("GET", f"/api/v1/calls/{call}")
            return record if record["state"] == "ended" and record.get("cause") else None
        return wait_until(closed, seconds, f"the end of call {call}")


def express(tree, company, number, **fields):
    """One more line of @company in the tree of a tenant file: straight to the queue, not recorded."""
    found = next(entry for entry in tree["companies"] if entry["key"] == company)
    line = {name: value for name, value in found["lines"][0].items()
            if name not in ("greeting", "steps", "announcement")}
    line.update({"number": number, "label": number, "record": False, **fields})
    found["lines"].append(line)
    return line
