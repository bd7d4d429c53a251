#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""baresip as an e-agent's VoIP phone, with credentials of its own from the tenant file: it registers,
answers, holds; it is killed in the middle of a call and started again, and gets its caller back."""
import json
import math
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
import wave

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from house import House, wait_until  # noqa: E402
from phone import Owner, express  # noqa: E402
from stranger import Stranger, level  # noqa: E402

BAKERY = "+31205550120"
SIP_USER, SECRET = "zoe-voip", "a-secret-of-the-phone"
MODULES = "/usr/lib/baresip/modules"


def change(tree):
    express(tree, "jansen", BAKERY)
    zoe = next(user for user in tree["users"] if user["user"] == "zoe")
    zoe["phones"] = [{"sip_user": SIP_USER, "secret": SECRET}]


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_tone(path, frequency, seconds=60):
    with wave.open(path, "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        turn = [int(12000 * math.sin(2 * math.pi * frequency * i / 8000)) for i in range(8000)]
        out.writeframes(struct.pack("<8000h", *turn) * seconds)


class Baresip:
    """One run of baresip: says a tone, keeps what it hears, obeys over its control port."""

    def __init__(self, house, name):
        self.folder = os.path.join(house.folder, name)
        self.heard = os.path.join(self.folder, "heard")
        os.makedirs(self.heard)
        self.control = free_port(socket.SOCK_STREAM)
        write_tone(os.path.join(self.folder, "tone.wav"), 1000)
        self._write("config", f"""poll_method epoll
sip_listen 127.0.0.1:{free_port(socket.SOCK_DGRAM)}
sip_trans_def udp
audio_player aubridge,nobody
audio_source aufile,{self.folder}/tone.wav
audio_alert aubridge,bell
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
rtp_ports 11000-19000
rtcp_mux no
jitter_buffer_delay 2-5
net_interface 127.0.0.1
module_path {MODULES}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module ctrl_tcp.so
module_tmp account.so
module_app menu.so
ctrl_tcp_listen 127.0.0.1:{self.control}
snd_path {self.heard}
""")
        self._write("accounts", f"<sip:{SIP_USER}@127.0.0.1:{house.sip_port}>;auth_user={SIP_USER};"
                    f"auth_pass={SECRET};answermode=auto;audio_codecs=PCMA;regint=60\n")
        self._write("contacts", "")
        self.process = subprocess.Popen(["baresip", "-f", self.folder], stdin=subprocess.DEVNULL,
                                        stdout=open(os.path.join(self.folder, "log"), "wb"),
                                        stderr=subprocess.STDOUT)

    def _write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as out:
            out.write(text)

    def say(self, command):
        body = json.dumps({"command": command, "token": "t"}).encode()
        with socket.create_connection(("127.0.0.1", self.control), 5) as control:
            control.sendall(b"%d:%s," % (len(body), body))
            control.settimeout(5)
            control.recv(65535)

    def level(self, frequency):
        """Of the last half second it heard. The file's head is not yet closed: samples after 44 bytes."""
        for name in os.listdir(self.heard):
            if name.endswith("-dec.wav"):
                with open(os.path.join(self.heard, name), "rb") as file:
                    sound = file.read()[44:]
                tail = sound[:len(sound) // 2 * 2][-8000:]
                return level(struct.unpack(f"<{len(tail) // 2}h", tail), frequency)
        return 0.0

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()


def both_ways(caller, phone):
    wait_until(lambda: caller.level(1000) > 0.2, what="the phone's tone at the caller")
    wait_until(lambda: phone.level(440) > 0.2, what="the caller's tone at the phone")


def main(build):
    if shutil.which("baresip") is None or not os.path.isdir(MODULES):
        print("baresip is not installed")
        sys.exit(77)
    with House(build, change=change).start() as house:
        owner = Owner(house, "jansen")
        token = house.sign_in("zoe")["token"]

        def presence():
            return house.request("GET", "/api/v1/me/presence", token=token)

        def be(state):
            house.request("PUT", "/api/v1/me/presence", {"state": state}, token=token)

        phones = [Baresip(house, "phone-1")]
        try:
            wait_until(lambda: presence()["registered"], what="baresip registered")
            be("available")
            with Stranger(house.sip_port) as caller:
                caller.call(BAKERY).wait_for("talking")
                call = owner.wait_live("talking")["id"]
                both_ways(caller, phones[0])
                print("tones both ways good", flush=True)
                phones[0].say("hold")
                owner.wait_live("held")
                wait_until(lambda: caller.level(1000, 0.3) < 0.1 and
                           max(abs(sample) for sample in caller.samples(0.3)) > 300, what="music on hold")
                held = owner.live()[0].get("seconds", 0)
                wait_until(lambda: owner.live()[0].get("seconds", 0) > held, what="held time billed")
                phones[0].say("resume")
                owner.wait_live("talking")
                both_ways(caller, phones[0])
                print("hold good", flush=True)
                phones[0].kill()
                owner.wait_live("parked")
                parked = time.monotonic()
                phones.append(Baresip(house, "phone-2"))
                assert owner.wait_live("talking", 25)["id"] == call
                assert time.monotonic() - parked < 28
                both_ways(caller, phones[1])
                print("lost phone good", flush=True)
                caller.hang_up()
                caller.wait_for("ended")
            wait_until(lambda: presence()["state"] == "wrap_up", what="the wrap-up")
            assert owner.ended(call)["cause"] == "caller"
            bill = owner.api("GET", f"/api/v1/calls/{call}/bill")
            assert owner.board()["credit"] == 50_000_000 - bill["amount"]
        finally:
            for phone in phones:
                phone.close()
        house.stop()
        assert "0 faults" in house.command("check", "--deep")


if __name__ == "__main__":
    main(sys.argv[1])
