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
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tools"))
from programs import Program, cpu_seconds, free_port, memory_mb, sipp_counts  # noqa: E402

SERVER, CALLER, PHONE = "127.0.0.1", "127.0.0.2", "127.0.0.3"


def sipp(scratch, name, scenario, address, port, remote, *more):
    """SIPp in the background; its statistics go to a file of @name."""
    command = ["sipp", "-sf", str(HERE / scenario), "-i", address, "-p", str(port), "-mi", address,
               "-nostdin", "-trace_stat", "-stf", str(scratch / name), "-fd", "1",
               "-trace_err", "-error_file", str(scratch / (name + ".err")), *more, remote]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            cwd=scratch)


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
    passed, failed = sipp_counts(scratch / name)
    failed = max(failed, options.calls - passed)
    print(f"{name:10} {passed} passed, {failed} failed, {1e6 * cpu / options.calls:.0f} µs of CPU a call, "
          f"{memory_mb(process.pid):.1f} MB")
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
