#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIP over TLS: baresip as an e-agent's phone registers over it; a call, sound both ways, a reload within
it; the phone is killed and finds its caller again. Old versions of TLS are refused. A certificate that is missing or wrong ends the start with the configuration's file and line."""
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from authority import Authority  # noqa: E402
from baresip import Baresip, is_there  # noqa: E402
from house import House, wait_until  # noqa: E402
from phone import Owner, express  # noqa: E402
from stranger import Stranger  # noqa: E402

BAKERY = "+31205550120"
SIP_USER, SECRET = "zoe-voip", "a-secret-of-the-phone"


def change(tree):
    express(tree, "jansen", BAKERY)
    zoe = next(user for user in tree["users"] if user["user"] == "zoe")
    zoe["phones"] = [{"sip_user": SIP_USER, "secret": SECRET}]


def refused_start(house):
    """What the server says that does not start."""
    done = subprocess.run([os.path.join(house.build, "centrale-server"), "--config", house.config],
                          capture_output=True, text=True, timeout=30, env=house.environment(), check=False)
    assert done.returncode not in (0, 1) and done.returncode > 0, (done.returncode, done.stderr)
    return done.stderr


def wrong_certificates(house, certificate, key, other_key):
    with open(house.config, encoding="utf-8") as text:
        good = text.read()
    line = good.splitlines().index(f"certificate={certificate}") + 1
    for setting, value, words in (
            ("certificate", "/nowhere.pem", f":{line}: certificate: /nowhere.pem: No such file"),
            ("certificate", house.config, f":{line}: certificate: {house.config} holds no certificate"),
            ("key", certificate, f":{line + 1}: key: {certificate} holds no private key"),
            ("key", other_key, f":{line + 1}: key: {other_key} does not belong to {certificate}")):
        old = certificate if setting == "certificate" else key
        with open(house.config, "w", encoding="utf-8") as out:
            out.write(good.replace(f"\n{setting}={old}\n", f"\n{setting}={value}\n"))
        said = refused_start(house)
        assert house.config + words in said, (words, said)
    with open(house.config, "w", encoding="utf-8") as out:
        out.write(good)


def speaks(house, version, authority=None):
    """Does it take a TLS connection of this version, and is @authority's its certificate?"""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if authority is None:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    else:
        context.load_verify_locations(authority.certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    warnings.simplefilter("ignore", DeprecationWarning)  # of old versions: they are to be refused
    context.minimum_version = context.maximum_version = version
    try:
        with socket.create_connection(("127.0.0.1", house.sips_port), 5) as plain, \
                context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
            return secure.version() is not None
    except (ssl.SSLError, ConnectionError):
        return False


def both_ways(caller, phone):
    wait_until(lambda: caller.level(1000) > 0.2, what="the phone's tone at the caller")
    wait_until(lambda: phone.level(440) > 0.2, what="the caller's tone at the phone")


def one_call(house, owner, presence, authority, phones):
    with Stranger(house.sip_port) as caller:
        caller.call(BAKERY).wait_for("talking")
        call = owner.wait_live("talking")["id"]
        both_ways(caller, phones[0])
        authority.sign()
        house.server.send_signal(signal.SIGHUP)
        wait_until(lambda: "plan 2: " in house.log(), what="the reload")
        assert "is for SIP from the next start on" in house.log()
        phones[0].say("hold")
        owner.wait_live("held")
        phones[0].say("resume")
        owner.wait_live("talking")
        both_ways(caller, phones[0])
        print("a call and a reload good", flush=True)
        phones[0].kill()
        owner.wait_live("parked")
        phones.append(Baresip(house, "phone-2", SIP_USER, SECRET, authority.certificate))
        assert owner.wait_live("talking", 25)["id"] == call
        both_ways(caller, phones[1])
        print("a lost phone good", flush=True)
        caller.hang_up()
        caller.wait_for("ended")
    wait_until(lambda: presence()["state"] == "wrap_up", what="the wrap-up")
    assert owner.ended(call)["cause"] == "caller"


def run(house, authority, stranger):
    owner = Owner(house, "jansen")
    token = house.sign_in("zoe")["token"]

    def presence():
        return house.request("GET", "/api/v1/me/presence", token=token)

    assert [speaks(house, version) for version in (ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2)] \
        == [False, True]
    assert speaks(house, ssl.TLSVersion.TLSv1_2, authority)
    assert not speaks(house, ssl.TLSVersion.TLSv1_2, stranger)
    phones = [Baresip(house, "phone-1", SIP_USER, SECRET, authority.certificate)]
    try:
        wait_until(lambda: presence()["registered"], what="baresip registered")
        assert " at tls:127.0.0.1:" in house.log()
        house.request("PUT", "/api/v1/me/presence", {"state": "available"}, token=token)
        one_call(house, owner, presence, authority, phones)
    finally:
        for phone in phones:
            phone.close()


def main(build):
    if not is_there():
        print("baresip is not installed")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(folder)
        stranger = Authority(os.path.join(folder, "stranger"), "Somebody else")
        certificate, key = authority.sign()
        with House(build, change=change,
                   extra=f"[sip]\ncertificate={certificate}\nkey={key}\ntls-port=0\n") as house:
            wrong_certificates(house, certificate, key, stranger.key)
            house.start()
            assert "sip-tls" not in os.listdir(os.path.join(house.folder, "data"))
            run(house, authority, stranger)
            house.stop()
            assert "0 faults" in house.command("check", "--deep")


if __name__ == "__main__":
    main(sys.argv[1])
