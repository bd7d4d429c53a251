#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls server/sip with SIPp, on loopback only.

    run.py --build BUILD [--calls 1000] [--rate 100]

Three runs: calls answered by server/sip itself; calls joined back to back (a phone of SIPp's at the
other end); callers who give up while it rings. Then the bare stack (bare-b2b) does the joined run
again, and the CPU a call cost is printed beside ours. Ends with "N passed, N failed", exit code 1
when any call failed.
"""
import argparse
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SERVER, CALLER, PHONE = "127.0.0.1", "127.0.0.2", "127.0.0.3"


def free_port(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_kb(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text).group(1))


class Program:
    """A program that says "ready" and is ended by the end of the with block."""

    def __init__(self, *command):
        self.command = [str(part) for part in command]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.strip() == "ready":
                return self.process
        raise SystemExit(f"{self.command[0]} did not start")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def sipp(scratch, name, scenario, address, port, remote, *more):
    """SIPp in the background; its statistics go to a file of @name."""
    command = ["sipp", "-sf", str(HERE / scenario), "-i", address, "-p", str(port), "-mi", address,
               "-nostdin", "-trace_stat", "-stf", str(scratch / name), "-fd", "1",
               "-trace_err", "-error_file", str(scratch / (name + ".err")), *more, remote]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            cwd=scratch)


def results(scratch, name):
    """(passed, failed) of the last line of the statistics."""
    lines = (scratch / name).read_text().splitlines()
    row = dict(zip(lines[0].split(";"), lines[-1].split(";")))
    return int(row["SuccessfulCall(C)"]), int(row["FailedCall(C)"])


def call(scratch, name, server, scenario, options, phone=None):
    """One run against @server (its process and port); prints and returns what came of it."""
    process, port = server
    listener = None
    if phone:
        listener = sipp(scratch, name + "-phone", phone[0], PHONE, phone[1], SERVER)
    before = cpu_seconds(process.pid)
    caller = sipp(scratch, name, scenario, CALLER, free_port(CALLER), f"{SERVER}:{port}",
                  "-m", str(options.calls), "-r", str(options.rate), "-d", "200",
                  "-timeout", str(options.calls // options.rate + 60))
    caller.wait()
    cpu = cpu_seconds(process.pid) - before
    if listener:
        listener.terminate()
        listener.wait()
    passed, failed = results(scratch, name)
    failed = max(failed, options.calls - passed)
    print(f"{name:10} {passed} passed, {failed} failed, {1e6 * cpu / options.calls:.0f} µs of CPU a call, "
          f"{memory_kb(process.pid)} kB")
    return passed, failed, cpu / options.calls


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--rate", type=int, default=100)
    options = parser.parse_args()
    tools = options.build / "tests" / "interop"
    outcome = []
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        port, phone = free_port(SERVER), free_port(PHONE)
        with Program(tools / "sip-echo", "--listen", f"{SERVER}:{port}", "--from", CALLER) as echo:
            outcome.append(call(scratch, "answered", (echo, port), "uac.xml", options))
        port = free_port(SERVER)
        with Program(tools / "sip-echo", "--listen", f"{SERVER}:{port}", "--from", CALLER,
                     "--to", f"{PHONE}:{phone}") as echo:
            ours = call(scratch, "joined", (echo, port), "uac.xml", options, ("uas.xml", phone))
            outcome.append(ours)
            outcome.append(call(scratch, "given-up", (echo, port), "cancel.xml", options,
                                ("silent.xml", phone)))
        port = free_port(SERVER)
        with Program(tools / "bare-b2b", f"{SERVER}:{port}", f"{PHONE}:{phone}") as bare:
            yardstick = call(scratch, "bare", (bare, port), "uac.xml", options, ("uas.xml", phone))
    print(f"ratio to the bare stack: {ours[2] / max(yardstick[2], 1e-9):.2f}")
    passed = sum(run[0] for run in outcome)
    failed = sum(run[1] for run in outcome)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
