# SPDX-License-Identifier: GPL-3.0-or-later
"""baresip, a VoIP phone of others, as an e-agent's: answers by itself, says a tone, keeps what it hears."""
import json
import math
import os
import shutil
import socket
import struct
import subprocess
import wave

from programs import end, free_port
from stranger import level

MODULES = "/usr/lib/baresip/modules"


def is_there():
    return shutil.which("baresip") is not None and os.path.isdir(MODULES)


def write_tone(path, frequency, seconds=60):
    with wave.open(path, "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        turn = [int(12000 * math.sin(2 * math.pi * frequency * i / 8000)) for i in range(8000)]
        out.writeframes(struct.pack("<8000h", *turn) * seconds)


class Baresip:
    """One run of baresip: says a tone, keeps what it hears, obeys over its control port."""

    def __init__(self, house, name, user, secret, authority=None):
        """@authority: the file it trusts; it then speaks TLS."""
        self.folder = os.path.join(house.folder, name)
        self.heard = os.path.join(self.folder, "heard")
        os.makedirs(self.heard)
        self.control = free_port(kind=socket.SOCK_STREAM)
        write_tone(os.path.join(self.folder, "tone.wav"), 1000)
        self._write("config", f"""poll_method epoll
sip_listen 127.0.0.1:{free_port()}
sip_trans_def udp
{f"sip_cafile {authority}" if authority else "# no TLS"}
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
        where = f"{house.sips_port};transport=tls" if authority else str(house.sip_port)
        self._write("accounts", f"<sip:{user}@127.0.0.1:{where}>;auth_user={user};"
                    f"auth_pass={secret};answermode=auto;audio_codecs=PCMA;regint=60\n")
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
        end(self.process, 5)
