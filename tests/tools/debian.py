# SPDX-License-Identifier: GPL-3.0-or-later
"""A fresh Debian in a folder of its own (debootstrap), for the parts of `make check-long` that want a
machine with nothing on it. A part is a program with a main(), ended by

    if __name__ == "__main__":
        debian.run(main)

run() starts it again in namespaces of its own: mounts, process numbers. Whatever way the part ends, all
that it started ends with it and all that it mounted is gone, so that the folder can be removed without
reaching into the machine's own. Needs root; without it the part is skipped, and says so. Packages come
from where the machine's own come from; what runs without network=True sees nothing but loopback."""
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SKIPPED = 77
INSIDE = "CENTRALE_TEST_ROOT"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SPACE = 6  # GB
KEPT = ("Acquire::http::Proxy", "Acquire::https::Proxy", "Acquire::Check-")


class Failed(Exception):
    """A promise that is not kept, said for a person."""


def skip(reason):
    print("skipped:", reason, flush=True)
    sys.exit(SKIPPED)


def stop(number, frame):
    sys.exit(128 + number)


def run(main, tools=()):
    if os.environ.get(INSIDE):
        try:
            main()
        except Failed as failed:
            sys.exit(str(failed))
        return
    if os.geteuid() != 0:
        skip("needs root")
    for tool in ("debootstrap", "unshare", *tools):
        if shutil.which(tool) is None:
            skip(f"needs {tool}")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    folder = tempfile.mkdtemp(prefix="centrale-debian-")
    try:
        if shutil.disk_usage(folder).free < SPACE << 30:
            skip(f"needs {SPACE} GB in {os.path.dirname(folder)} (TMPDIR names another place)")
        sys.exit(subprocess.run(
            ["unshare", "--mount-proc", "--pid", "--fork", "--kill-child", "--propagation", "private",
             "/usr/bin/python3", *sys.argv], env={**os.environ, INSIDE: folder}, check=False).returncode)
    finally:
        subprocess.run(["rm", "-rf", "--one-file-system", folder], check=False)


def mirror():
    """Where this machine has Debian itself from."""
    told = subprocess.run(["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)",
                           "Created-By: Packages"], capture_output=True, text=True, check=False).stdout
    for line in told.splitlines():
        origin, label, uri = line.split("|")
        if origin == label == "Debian":
            return uri
    return skip("this machine's apt knows no Debian mirror (apt-get update?)")


class Debian:
    def __init__(self, suite):
        self.folder = os.path.join(os.environ[INSIDE], suite)
        began = time.monotonic()
        done = subprocess.run(["debootstrap", "--variant=minbase", suite, self.folder, mirror()],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failed(f"debootstrap {suite}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        self._bring_settings()
        self._mount()
        say(f"a fresh Debian {self.read('etc/debian_version')}", began)

    def _bring_settings(self):
        """The machine's way to its mirror is the root's; its own name is known, as an installer sees to;
        packages start no services, since there is no init that would end them."""
        with open(self.path("etc/hosts"), "w", encoding="utf-8") as out:
            out.write(f"127.0.0.1 localhost {self.read('etc/hostname')}\n")
        told = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
        with open(self.path("etc/apt/apt.conf.d/90machine"), "w", encoding="utf-8") as out:
            out.writelines(line + "\n" for line in told.splitlines() if line.startswith(KEPT))
        policy = self.path("usr/sbin/policy-rc.d")
        with open(policy, "w", encoding="utf-8") as out:
            out.write("#!/bin/sh\nexit 101\n")
        os.chmod(policy, 0o755)

    def _mount(self):
        for kind, place, options in (
                ("proc", "proc", ""), ("sysfs", "sys", "ro"), ("tmpfs", "dev", "mode=755"),
                ("devpts", "dev/pts", "newinstance,ptmxmode=0666,mode=620"), ("tmpfs", "dev/shm", "mode=1777")):
            os.makedirs(self.path(place), exist_ok=True)
            subprocess.run(["mount", "-t", kind, *(["-o", options] if options else []), kind,
                            self.path(place)], check=True)
            if place == "dev":
                for name in ("null", "zero", "full", "random", "urandom", "tty"):
                    number = os.stat("/dev/" + name).st_rdev
                    os.mknod(self.path("dev", name), 0o20666, number)
                    os.chmod(self.path("dev", name), 0o666)
                for name, target in (("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "fd/0"),
                                     ("stdout", "fd/1"), ("stderr", "fd/2")):
                    os.symlink(target, self.path("dev", name))

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as text:
            return text.read().strip()

    def run(self, command, user=None, folder="/", network=False, expect=0, **environment):
        """Runs a shell command in it, and gives back what it said. @expect None: whatever it ends with;
        "trouble": anything but 0."""
        inside = ["chroot", *(["--userspec", user] if user else []), self.folder, "env", "-i", "PATH=" + PATH,
                  "LANG=C.UTF-8", "HOME=" + (f"/srv/{user}" if user else "/root"),
                  *(f"{name}={value}" for name, value in environment.items()),
                  "sh", "-c", f"cd {folder} && {command}"]
        if not network:
            inside = ["unshare", "--net", "sh", "-c", "ip link set lo up && exec " + shlex.join(inside)]
        done = subprocess.run(inside, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", check=False)
        if expect == "trouble" and done.returncode == 0 or expect == 0 and done.returncode != 0:
            raise Failed(f"{command}: ended with {done.returncode}:\n{done.stdout[-8000:]}")
        return done.stdout

    def install(self, *packages):
        self.run("apt-get update -qq && apt-get install -y -qq --no-install-recommends "
                 + shlex.join(packages), network=True, DEBIAN_FRONTEND="noninteractive")

    def add_user(self, name):
        os.makedirs(self.path("srv"), exist_ok=True)
        self.run(f"useradd --create-home --home-dir /srv/{name} --shell /bin/bash {name}")

    def allow_sudo(self, user):
        with open(self.path("etc/sudoers.d", user), "w", encoding="utf-8") as out:
            out.write(f"{user} ALL=(ALL) NOPASSWD: ALL\n")

    def clone(self, user, place):
        """What is committed here, as a newcomer would get it; the commit's name."""
        copy = self.path(place.lstrip("/"))
        subprocess.run(["git", "clone", "-q", "--no-local", ROOT, copy], check=True)
        self.run(f"chown -R {user}: {place}")
        return subprocess.run(["git", "-C", ROOT, "log", "-1", "--format=%h"], capture_output=True,
                              text=True, check=True).stdout.strip()

    def processes(self):
        """What runs in it now, beside this program."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink(f"/proc/{pid}/root").startswith(self.folder):
                    with open(f"/proc/{pid}/cmdline", "rb") as line:
                        found.append(line.read().replace(b"\0", b" ").decode(errors="replace").strip())
            except OSError:
                continue
        return found


def say(what, began=None):
    print(what + (f" ({time.monotonic() - began:.0f} s)" if began is not None else ""), flush=True)
