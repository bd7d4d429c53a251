#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Peers that are odd, but within their rights: other codecs, no offer, TCP, a NAT, a second INVITE of
the same call, keys by INFO, hold and a new port from the caller's side, extensions nobody knows."""
import os
import re
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from house import House, wait_until  # noqa: E402
from phone import Owner, Seat, express  # noqa: E402
from stranger import Stranger  # noqa: E402

BAKERY, EXPRESS = "+31205550118", "+31205550120"


def change(tree):
    for step in tree["companies"][0]["lines"][0]["steps"]:
        if "wait_ms" in step:
            step["wait_ms"] = 8000
    express(tree, "jansen", EXPRESS)


class WithoutOffer(Stranger):
    """Its INVITE has no SDP: the server offers, the ACK answers."""

    def _sdp(self, direction="sendrecv"):
        return "" if self.state == "calling" else super()._sdp(direction)

    def _send(self, method, uri, cseq, branch, extra="", body=""):
        if method == "ACK":
            body = super()._sdp()
        return super()._send(method, uri, cseq, branch, extra, body)


class OverTcp(Stranger):
    """SIP over one TCP connection."""

    def __init__(self, server_port, **more):
        self.stream = socket.create_connection(("127.0.0.1", server_port))
        super().__init__(server_port, **more)
        self.sip.close()
        self.sip = self
        self.port = self.stream.getsockname()[1]

    def sendto(self, data, _server):
        text = data.decode().replace("SIP/2.0/UDP", "SIP/2.0/TCP")
        self.stream.sendall(re.sub(r"(Contact: <[^>]*)>", r"\1;transport=tcp>", text).encode())

    def _run_sip(self):
        self.stream.settimeout(0.1)
        rest = b""
        while not self.closing:
            try:
                rest += self.stream.recv(65535)
            except TimeoutError:
                continue
            while b"\r\n\r\n" in rest:
                head, tail = rest.split(b"\r\n\r\n", 1)
                length = int(re.search(rb"(?im)^(?:Content-Length|l)\s*:\s*(\d+)", head).group(1))
                if len(tail) < length:
                    break
                rest = tail[length:]
                self._handle((head + b"\r\n\r\n" + tail[:length]).decode())

    def close(self):
        self.closing = True
        for thread in self.threads:
            thread.join(2)
        self.stream.close()
        self.rtp.close()


def both_ways(caller, zoe):
    wait_until(lambda: caller.level(1000) > 0.2, what="her tone at the caller")
    wait_until(lambda: zoe.phone.level(440) > 0.2, what="his tone at her phone")


def talk(house, owner, zoe, caller, meanwhile=None, who_ends="caller"):
    """One call with sound both ways; @meanwhile while they talk."""
    caller.call(EXPRESS).wait_for("talking")
    zoe.phone.wait_for("talking")
    call = zoe.call()["id"]
    both_ways(caller, zoe)
    if meanwhile is not None:
        meanwhile(caller)
    if who_ends == "caller":
        caller.hang_up()
        zoe.phone.wait_for("ended")
    else:
        zoe.phone.hang_up()
    caller.wait_for("ended")
    zoe.finish(call)
    assert owner.ended(call)["cause"] == who_ends


def two_codecs(house, owner, zoe):
    with Stranger(house.sip_port, codec=0) as caller:
        talk(house, owner, zoe, caller)


def without_offer(house, owner, zoe):
    with WithoutOffer(house.sip_port) as caller:
        talk(house, owner, zoe, caller, who_ends="agent")


def over_tcp(house, owner, zoe):
    with OverTcp(house.sip_port) as caller:
        talk(house, owner, zoe, caller, who_ends="agent")
    with OverTcp(house.sip_port) as caller:
        talk(house, owner, zoe, caller)


def behind_a_nat(house, owner, zoe):
    """His SDP claims an address that does not lead to him: the server answers where his sound is from."""
    with Stranger(house.sip_port, address="10.255.255.1") as caller:
        talk(house, owner, zoe, caller)


def said_twice(house, owner, zoe):
    """A retransmitted INVITE is the same call, also after the answer."""
    with Stranger(house.sip_port) as caller:
        def again(caller):
            uri, cseq, branch = caller.invite
            saved, caller.to_tag = caller.to_tag, None
            for _ in range(3):
                caller._send("INVITE", uri, cseq, branch, body=caller._sdp())
            caller.to_tag = saved
            both_ways(caller, zoe)
            assert len(owner.live()) == 1 and zoe.phone.state == "talking"
        talk(house, owner, zoe, caller, again)


def hears_nothing(caller):
    """For half a second; the first time there may be what was on its way."""
    caller.heard.clear()
    caller.wait_sent(0.5)
    return caller.level(1000) < 0.05


def held_and_moved(house, owner, zoe):
    """The caller holds, resumes, and goes on at another port (his telephone network moved him)."""
    with Stranger(house.sip_port) as caller:
        def move(caller):
            assert caller.reoffer("sendonly") == 200
            wait_until(lambda: hears_nothing(caller), what="no more of what he put on hold")
            assert caller.reoffer("sendrecv") == 200
            both_ways(caller, zoe)
            moved = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            moved.bind(("127.0.0.1", 0))
            caller.rtp_port = moved.getsockname()[1]
            old, caller.rtp = caller.rtp, moved
            assert caller.reoffer("sendrecv") == 200
            caller.heard.clear()
            both_ways(caller, zoe)
            old.close()
        talk(house, owner, zoe, caller, move)


def keys_by_info(house, owner, zoe):
    zoe.be("paused")
    with Stranger(house.sip_port) as caller:
        caller.call(BAKERY).wait_for("talking")
        for key in "10427#":
            caller.cseq += 1
            caller._send("INFO", caller.target, caller.cseq, caller._new_branch(),
                         extra="Content-Type: application/dtmf-relay\r\n",
                         body=f"Signal={key}\r\nDuration=160\r\n")
        keyed = owner.wait_live("queued", 20)["keyed"]
        assert [key["value"] for key in keyed] == ["1", "0427"], keyed
        caller.hang_up()
        caller.wait_for("ended")
    owner.wait_quiet()
    zoe.be("available")


def unknown_extensions(house, owner, zoe):
    """OPTIONS are answered; what requires an extension nobody has is told so (RFC 3261 8.2.2.3)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(10)
        port = peer.getsockname()[1]
        for method, extra, wanted in (("OPTIONS", "", "200"), ("INVITE", "Require: telepathy\r\n", "420"),
                                      ("SUBSCRIBE", "Event: telepathy\r\n", "4")):
            peer.sendto((f"{method} sip:{EXPRESS}@127.0.0.1 SIP/2.0\r\n"
                         f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK-{method};rport\r\n"
                         f"Max-Forwards: 70\r\nFrom: <sip:+31612345678@127.0.0.1>;tag=x\r\n"
                         f"To: <sip:{EXPRESS}@127.0.0.1>\r\nCall-ID: {method}-{port}\r\n"
                         f"CSeq: 1 {method}\r\nContact: <sip:x@127.0.0.1:{port}>\r\n{extra}"
                         f"Content-Length: 0\r\n\r\n").encode(), ("127.0.0.1", house.sip_port))
            status = "100"
            while status.startswith("1"):
                status = peer.recv(65535).decode().split()[1]
            assert status.startswith(wanted), (method, status)


def main(build):
    with House(build, change=change).start() as house:
        owner = Owner(house, "jansen")
        with Seat(house, "zoe") as zoe:
            for scenario in (two_codecs, without_offer, over_tcp, behind_a_nat, said_twice, held_and_moved,
                             keys_by_info, unknown_extensions):
                scenario(house, owner, zoe)
                owner.wait_quiet()
                print(scenario.__name__, "good", flush=True)
        house.stop()
        assert "0 faults" in house.command("check", "--deep")


if __name__ == "__main__":
    main(sys.argv[1])
