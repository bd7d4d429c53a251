# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of other people's programs share: a port, a start that is heard of, what it cost, and what
SIPp counted."""
import os
import pathlib
import re
import socket
import subprocess


def free_port(address="127.0.0.1", kind=socket.SOCK_DGRAM):
    """Free for this kind only: a program that takes UDP and TCP needs luck."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


def cpu_seconds(pid):
    """Of a process and its children."""
    children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    total = 0
    for one in [str(pid), *children]:
        fields = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def memory_mb(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    held = re.search(r"VmRSS:\s+(\d+)", text)
    if held is None:
        raise AssertionError(f"process {pid} has ended")
    return int(held.group(1)) / 1024


def end(process, seconds=10):
    """As it is asked to, or else."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Program:
    """A program that says "ready" once it serves."""

    def __init__(self, *command):
        self.command = [str(part) for part in command]
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        self.pid = self.process.pid
        if not any(line.strip() == "ready" for line in self.process.stdout):
            raise AssertionError(f"{self.command} did not start: it ended with {self.process.wait()}")

    def close(self):
        end(self.process)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()


def sipp_counts(path):
    """Calls that went well and calls that failed, by the last line of SIPp's statistics."""
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    row = dict(zip(lines[0].split(";"), lines[-1].split(";")))
    return int(row["SuccessfulCall(C)"]), int(row["FailedCall(C)"])
