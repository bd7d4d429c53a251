#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Kills a program that posts at random moments, 20 seeds, and proves the ledger after each.
"""Usage: kill-ledger.py BUILD [SEEDS]. One database through all seeds, so each start recovers what the
kill before it left. What the program said before it died is its own log; the check compares with all
of it."""
import os
import random
import signal
import subprocess
import sys
import tempfile
import time


def kill_once(program, database, seed, log):
    child = subprocess.Popen([program, database, "run", str(seed)], stdout=log)
    time.sleep(random.Random(seed).uniform(0.05, 1.0))
    if child.poll() is not None:
        sys.exit(f"kill-ledger: seed {seed}: it ended by itself with {child.returncode}")
    child.send_signal(signal.SIGKILL)
    child.wait()


def main():
    program = os.path.join(sys.argv[1], "tests", "long", "kill-ledger")
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    with tempfile.TemporaryDirectory() as folder:
        database = os.path.join(folder, "kill.db")
        log = os.path.join(folder, "log")
        for seed in range(1, seeds + 1):
            with open(log, "ab") as out:
                kill_once(program, database, seed, out)
            done = subprocess.run([program, database, "check", log], stdout=subprocess.PIPE, text=True)
            if done.returncode != 0:
                sys.exit(f"kill-ledger: seed {seed} failed")
            print(f"seed {seed}: {done.stdout.strip()}", flush=True)
    print(f"kill-ledger: {seeds} seeds, nothing lost, nothing twice")


if __name__ == "__main__":
    main()
