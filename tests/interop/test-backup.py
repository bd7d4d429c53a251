#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A backup of a running server, with a recorded call in it, restored into an empty folder: nothing is
lost, nothing there is overwritten, and without the master key it says what is missing. A damaged one is told
from a good one, also before the key is there."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from house import ROOT, Agent, House, wait_until  # noqa: E402
from stranger import Stranger  # noqa: E402


def damaged(house, made):
    """Its pages are not what they were; it ends early; it is empty."""
    for size, expect in ((None, 74), (40960, 74), (0, 65)):
        copy = os.path.join(house.folder, f"damaged-{size}")
        shutil.copytree(made, copy)
        path = os.path.join(copy, "centrale.db")
        if size is not None:
            os.truncate(path, size)
        else:
            with open(path, "r+b") as database:
                for page in range(8, os.path.getsize(path) // 4096, 2):
                    database.seek(page * 4096)
                    database.write(b"\xff" * 4096)
        shutil.rmtree(os.path.join(house.folder, "data"), ignore_errors=True)
        said = house.command("restore", copy, expect=expect)
        assert "It is restored" not in said, said
    shutil.rmtree(os.path.join(house.folder, "data"), ignore_errors=True)


def wrong_file(house):
    """A tenant file that is wrong leaves an old database as it is, for the program that it belongs to."""
    data = os.path.join(house.folder, "data")
    path = os.path.join(data, "centrale.db")
    os.makedirs(data)
    shutil.copy(os.path.join(ROOT, "tests/db/0.1.0.db"), path)
    wrong = os.path.join(house.folder, "wrong.yaml")
    with open(wrong, "w", encoding="utf-8") as out:
        out.write("nonsense: 1\n")
    with open(path, "rb") as database:
        before = database.read()
    assert "wrong.yaml:1" in house.command("apply", wrong, expect=65)
    with open(path, "rb") as database:
        assert database.read() == before
    shutil.rmtree(data)


def main(build):
    with House(build).start() as house:
        token = house.sign_in("jansen")["token"]
        with Agent(house, "zoe", "--answer-after", 0, "--talk", 2, "--script", "auto", "--calls", 1) as agent:
            agent.wait_for(event="presence", state="available")
            with Stranger(house.sip_port) as caller:
                caller.call("+31205550118").wait_for("talking")
                wait_until(lambda: len(caller.heard) > 8000, what="a greeting")
                caller.press("2")
                agent.wait_for(event="finish", seconds=40)
        call = wait_until(lambda: next((call for call in house.request(
            "GET", "/api/v1/calls", token=token)["items"] if call.get("recorded")), None), what="a recording")
        made = house.command("backup", os.path.join(house.folder, "backups")).strip().splitlines()[-1]
        assert sorted(os.listdir(made)) == ["blobs", "centrale.db", "prompts"], os.listdir(made)
        refused = house.command("restore", made, expect=69)
        assert "nothing is overwritten" in refused, refused
        house.stop()
        data = os.path.join(house.folder, "data")
        os.rename(data, data + "-lost")
        damaged(house, made)
        wrong_file(house)
        shutil.copytree(os.path.join(made, "prompts"), os.path.join(data, "prompts"))  # of one that ran out of disk
        said = house.command("restore", made)
        assert "Put master.key" in said, said
        shutil.copy2(data + "-lost/master.key", data)
        assert "0 faults" in house.command("check", "--deep")
        house.start()
        token = house.sign_in("jansen")["token"]
        again = house.request("GET", f"/api/v1/calls/{call['id']}", token=token)
        assert again["seconds"] == call["seconds"], (call, again)
        _, _, sound = house.request("GET", f"/api/v1/calls/{call['id']}/recording", token=token, raw=True)
        assert sound[:4] == b"RIFF" and len(sound) > 16000, len(sound)
        nonsense = subprocess.run([os.path.join(build, "centrale-server"), "--config", house.config, "restore",
                                   "/nonexistent"], capture_output=True, text=True, check=False)
        assert nonsense.returncode == 65 and "is no backup" in nonsense.stderr, nonsense
    print("backup and restore: good")


if __name__ == "__main__":
    main(sys.argv[1])
