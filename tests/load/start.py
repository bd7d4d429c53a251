#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How soon the server is ready, and how much memory it holds before the first sign-in.

    start.py BUILD [--times 5]

Starts a house with the demo tenants as tests do and prints the best and the median time to "ready"
(target 300 ms), the CPU it took, and the resident memory then (target 60 MB), beside a calibration loop.
"""
import argparse
import pathlib
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tools"))
sys.path.insert(0, str(HERE))
from call import calibrate  # noqa: E402
from house import House  # noqa: E402
from programs import cpu_seconds, memory_mb  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    took, cpu, memory = [], [], []
    with House(options.build, log="warning") as house:
        house.command("apply", str(HERE.parent.parent / "data" / "demo" / "sudest.yaml"))
        for _ in range(options.times):
            began = time.monotonic()
            house.start()
            took.append(1000 * (time.monotonic() - began))
            pid = house.server.pid
            cpu.append(1000 * cpu_seconds(pid))
            memory.append(memory_mb(pid))
            house.stop()
    print(f"ready in {min(took):.0f} ms at best, {statistics.median(took):.0f} ms in the median (target 300), "
          f"{statistics.median(cpu):.0f} ms of CPU, {max(memory):.0f} MB before the first sign-in (target 60), "
          f"calibration {1000 * calibrate():.0f} ms")


if __name__ == "__main__":
    main()
