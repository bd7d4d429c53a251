#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares every statement of the server on a real PostgreSQL: run.py PROGRAM, which prints the script.

The cluster is its own, in a temporary folder, reached by a socket there and by nothing else. PostgreSQL
refuses to run as root, so as root another user is taken. Exit 77 (skipped) where it is not installed."""
import glob
import os
import pwd
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77


def find_binaries():
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb") or [shutil.which("initdb") or ""]
    newest = max(found, key=lambda path: int(path.split("/")[4]) if path.count("/") > 4 else 0)
    if not newest:
        print("PostgreSQL is not installed")
        sys.exit(SKIPPED)
    return os.path.dirname(newest)


def find_user():
    """Keywords for subprocess that make it another user's, when we are root."""
    if os.geteuid() != 0:
        return {}, os.getuid()
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}, entry.pw_uid
    sys.exit("no user to run PostgreSQL as")


class Cluster:
    def __init__(self):
        self.binaries = find_binaries()
        self.as_user, uid = find_user()
        self.folder = tempfile.mkdtemp(prefix="centrale-pg-", dir="/tmp")
        os.chown(self.folder, uid, -1)
        self.data = os.path.join(self.folder, "data")

    def call(self, program, *arguments, **more):
        return subprocess.run([os.path.join(self.binaries, program), *arguments], cwd=self.folder,
                              text=True, **self.as_user, **more)

    def __enter__(self):
        quiet = {"stdout": subprocess.DEVNULL, "check": True}
        try:
            self.call("initdb", "-D", self.data, "-A", "trust", "-U", "centrale", "-E", "UTF8",
                      "--no-locale", "--no-sync", **quiet)
            options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off"
            self.call("pg_ctl", "start", "-w", "-D", self.data, "-o", options,
                      "-l", os.path.join(self.folder, "log"), **quiet)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def __exit__(self, *_):
        self.call("pg_ctl", "stop", "-w", "-m", "immediate", "-D", self.data, stdout=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def run_script(self, script):
        return self.call("psql", "-X", "-q", "-h", self.folder, "-U", "centrale", "-d", "postgres",
                         input=script, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE).stderr


def read_faults(output):
    """The script says "@ kind name" before each part; what follows up to the next is its fault."""
    counts = {"step": 0, "statement": 0}
    faults = []
    name = "?"
    for line in output.splitlines():
        if line.startswith("@ "):
            kind, name = line[2:].split(" ", 1)
            counts[kind] += 1
        elif "ERROR:" in line:
            faults.append(f"{name}: {line[line.index('ERROR:') + 7:].strip()}")
    return counts, faults


def main():
    script = subprocess.run([sys.argv[1]], stdout=subprocess.PIPE, text=True, check=True).stdout
    with Cluster() as cluster:
        counts, faults = read_faults(cluster.run_script(script))
    for fault in faults:
        print(fault)
    print(f"PostgreSQL took {counts['step']} schema steps and {counts['statement']} statements, "
          f"{len(faults)} faults")
    sys.exit(1 if faults or counts["statement"] == 0 else 0)


if __name__ == "__main__":
    main()
