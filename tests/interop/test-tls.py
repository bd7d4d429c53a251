#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTPS: the e-agent works over it and trusts the given authority only; a new certificate is taken at
SIGHUP without a call or a session noticing, and one that cannot be read leaves the old one in service."""
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from authority import Authority  # noqa: E402
from house import PASSWORD, Agent, House, wait_until  # noqa: E402
from stranger import Stranger  # noqa: E402

BAKERY = "+31205550118"


def sign_in_with(house, ca):
    """Exit code and words of an e-agent who trusts @ca."""
    password = os.path.join(house.folder, "agent-password")
    with open(password, "w", encoding="utf-8") as out:
        out.write(PASSWORD + "\n")
    done = subprocess.run(
        [os.path.join(house.build, "centrale-agent"), "--server", house.url, "--ca", ca, "--domain",
         house.domain(), "--user", "tom", "--password-file", password, "--timeout", "5", "--tone", "0"],
        capture_output=True, text=True, timeout=30, env=house.environment(), check=False)
    return done.returncode, done.stdout + done.stderr


def main(build):
    folder = tempfile.mkdtemp(prefix="centrale-tls-")
    try:
        authority = Authority(folder)
        stranger = Authority(os.path.join(folder, "stranger"), "Somebody else")
        certificate, key = authority.sign()
        os.environ["SSL_CERT_FILE"] = authority.certificate
        with House(build, extra=f"[http]\ncertificate={certificate}\nkey={key}\n").start() as house:
            house.url = f"https://127.0.0.1:{house.http_port}"
            run(house, authority, stranger, certificate)
    finally:
        shutil.rmtree(folder)


def shown(house):
    return ssl.get_server_certificate(("127.0.0.1", house.http_port))


def run(house, authority, stranger, certificate):
    code, words = sign_in_with(house, stranger.certificate)
    assert code != 0 and '"available"' not in words, (code, words)

    with Agent(house, "zoe", "--ca", authority.certificate, "--answer-after", 0.2, "--tone", 1000,
               "--script", "auto", "--calls", 1) as agent:
        agent.wait_for(event="presence", state="available")
        with Stranger(house.sip_port, tone=440) as caller:
            caller.call(BAKERY).wait_for("talking")
            agent.wait_for(event="phone", state="talking", seconds=40)
            wait_until(lambda: caller.level(1000) > 0.05, what="the e-agent's tone at the caller")

            first = shown(house)
            authority.sign()
            house.server.send_signal(signal.SIGHUP)
            wait_until(lambda: shown(house) != first, what="the new certificate")
            second = shown(house)

            with open(certificate, "w", encoding="utf-8") as out:
                out.write("no certificate\n")
            house.server.send_signal(signal.SIGHUP)
            wait_until(lambda: "reload: " in house.log(), what="the refusal in the log")
            assert shown(house) == second

            caller.heard.clear()
            wait_until(lambda: len(caller.heard) > 8000, what="sound after the reload")
            assert caller.level(1000) > 0.05, "the call lost its sound"
            caller.hang_up()
            caller.wait_for("ended")
        finished = agent.wait_for(event="finish", seconds=20)
    token = house.sign_in("jansen")["token"]
    call = house.request("GET", f"/api/v1/calls/{finished['call']}", token=token)
    assert call["state"] == "ended" and call["settled"], call
    print("HTTPS: a stranger's authority refused, two certificates in one call of", call["seconds"], "s")


if __name__ == "__main__":
    main(sys.argv[1])
