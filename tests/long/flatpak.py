#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the desk's Flatpak bundle on a runtime made of a local Debian 13, installs it, and finds its window (needs root).
"""Usage: flatpak.py BUILD. No store is asked: a Debian 13 with the project's packages becomes runtime and
SDK, and the manifest is built as it stands but for the runtime and for the modules that this one has.
What is built is what is committed. The desk then runs in its sandbox until a screen reader finds the
sign-in, and says so when the server that it is given is not there."""
import json
import os
import platform
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "tools"), os.path.join(HERE, "..", "ui")]
import debian  # noqa: E402
import driver  # noqa: E402
from debian import Debian, Failed, say  # noqa: E402

APP = "org.centrale.Centrale"
RUNTIME = "org.centrale.TestRuntime"
BRANCH = "13"
ARCH = {"x86_64": "x86_64", "aarch64": "aarch64"}.get(platform.machine(), platform.machine())
MANIFEST = os.path.join(debian.ROOT, "flatpak", APP + ".yaml")
PLACE = "/srv/centrale"
OWN = (f"etc/{name}" for name in ("passwd", "group", "machine-id", "resolv.conf", "hosts", "localtime", "hostname"))


def run(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)}: ended with {done.returncode}:\n{done.stdout[-6000:]}")
    return done.stdout


def make_runtime(folder, repository):
    """The Debian's /usr and /etc as a runtime: nothing setuid, all readable."""
    trixie = Debian("trixie")
    trixie.install("git")
    trixie.clone("root", PLACE)
    began = time.monotonic()
    trixie.run("tools/install-deps build", folder=PLACE, network=True)
    for name in OWN:
        if os.path.lexists(trixie.path(name)):
            os.unlink(trixie.path(name))
    runtime = os.path.join(folder, "runtime")
    for name in ("files", "var"):
        os.makedirs(os.path.join(runtime, name))
    os.rename(trixie.path("usr"), os.path.join(runtime, "usr"))
    os.rename(trixie.path("etc"), os.path.join(runtime, "usr", "etc"))
    run("rm", "-rf", *(os.path.join(runtime, "usr", name) for name in ("share/doc", "share/man", "share/info", "local")))
    run("find", runtime, "-perm", "/7000", "!", "-type", "l", "-exec", "chmod", "ug-s,-t", "{}", "+")
    run("chmod", "-R", "a+rX,u+w", runtime)
    name = f"{RUNTIME}/{ARCH}/{BRANCH}"
    with open(os.path.join(runtime, "metadata"), "w", encoding="utf-8") as out:
        out.write(f"[Runtime]\nname={RUNTIME}\nruntime={name}\nsdk={name}\n\n"
                  "[Environment]\nXDG_DATA_DIRS=/app/share:/usr/share\n")
    run("flatpak", "build-export", "--runtime", "--disable-fsync", repository, runtime, BRANCH)
    say("a runtime of it", began)
    return trixie.path(PLACE.lstrip("/"))


def manifest_for(folder, source):
    """The real one; the runtime swapped, and with it what the real runtime lacks and this one has."""
    import yaml
    with open(MANIFEST, encoding="utf-8") as text:
        manifest = yaml.safe_load(text)
    ours = [module for module in manifest["modules"] if module["name"] == "centrale"]
    ours[0]["sources"] = [{"type": "dir", "path": source}]
    manifest.update({"runtime": RUNTIME, "sdk": RUNTIME, "runtime-version": BRANCH, "modules": ours,
                     "appstream-compose": False})
    path = os.path.join(folder, APP + ".json")
    with open(path, "w", encoding="utf-8") as out:
        json.dump(manifest, out)
    return path


def build_bundle(folder, repository, source):
    began = time.monotonic()
    run("flatpak", "--user", "remote-add", "--no-gpg-verify", "here", repository)
    run("flatpak", "--user", "install", "-y", "--noninteractive", "here", f"{RUNTIME}//{BRANCH}")
    run("flatpak-builder", "--user", "--disable-rofiles-fuse", "--disable-updates", "--force-clean",
        "--state-dir", os.path.join(folder, "state"), "--repo", repository, os.path.join(folder, "desk"),
        manifest_for(folder, source))
    bundle = os.path.join(folder, "centrale.flatpak")
    run("flatpak", "build-bundle", repository, bundle, APP)
    say(f"the bundle, {os.path.getsize(bundle) / 1e6:.1f} MB", began)
    run("flatpak", "--user", "install", "-y", "--noninteractive", "--bundle", bundle)
    say(run("flatpak", "--user", "info", APP).strip().splitlines()[0].strip() + " installed")


class Boxed(driver.Window):
    """In a sandbox the program has another process number; nothing else is on this screen."""

    def pid(self):
        return None


def look():
    """On a screen of its own, in a session of its own."""
    with Boxed("flatpak", "run", "--user", APP, "--server", "http://127.0.0.1:1", "--domain",
               "house.example", "--user", "zoe") as desk:
        desk.type("Password", "demo-demo")
        desk.click("Sign In")
        desk.wait_for_label("cannot be reached", 30)
    print("the desk in its sandbox: signed in as far as there is a server", flush=True)


def main():
    if os.environ.get(driver.INSIDE):
        look()
        return
    folder = os.environ[debian.INSIDE]
    os.environ.update({"FLATPAK_USER_DIR": os.path.join(folder, "installation"), "GIO_USE_VFS": "local",
                       "XDG_CACHE_HOME": os.path.join(folder, "cache")})
    repository = os.path.join(folder, "repository")
    build_bundle(folder, repository, make_runtime(folder, repository))
    session = os.path.join(folder, "session.log")  # a session's services have much to say
    os.dup2(os.open(session, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC), 2)
    try:
        driver.run(main)
    except SystemExit as end:
        if end.code:
            with open(session, encoding="utf-8", errors="replace") as log:
                print(log.read()[-6000:])
        raise


if __name__ == "__main__":
    debian.run(main, tools=("flatpak", "flatpak-builder", "eu-strip", "Xvfb", "dbus-run-session"))
