# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole server in a folder of its own, for tests: initialised, set up from a tenant file, started,
spoken to over its API, stopped. Ports are free ones that the server tells; nothing is shared."""
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import programs

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PASSWORD = "demo-demo"


class Problem(Exception):
    """An API answer that is no success: `.status`, `.body` (the problem, parsed)."""

    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


def wait_until(question, seconds=15, what="it"):
    """Polls a state that has no event of its own, with a deadline."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true in {seconds} s")
        time.sleep(0.02)


def sanitizer_report(text):
    """What ASan, LSan or UBSan said in a program's log, or None."""
    found = re.search(r"(?m)^.*(?:ERROR: (?:Address|Leak)Sanitizer|runtime error:)", text)
    return text[found.start():][:12000] if found else None


class House:
    def __init__(self, build, tenant=None, log="info", extra="", keep=False, change=None, ports=None):
        """@change: a function that alters the tenant file, read as a tree, before it is applied;
        @ports: first and last of the sound; @extra: more groups of the configuration."""
        self.build = os.path.abspath(build)
        self.folder = tempfile.mkdtemp(prefix="centrale-")
        self.keep = keep
        self.log_level = log
        self.server = None
        self.mail = None
        self.tenant = tenant or os.path.join(ROOT, "data/demo/noordster.yaml")
        if change is not None:
            self.tenant = self._vary(change)
        self.mail_folder = os.path.join(self.folder, "mail")
        os.makedirs(self.mail_folder)
        self.mail_port = self.start_mail()
        first = 20000 + (os.getpid() * 400) % 36000
        ports = ports or (first, first + 398)
        self.config = os.path.join(self.folder, "centrale.conf")
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(f"""[server]
data-folder=data
drain-seconds=5
[http]
port=0
hash-memory=8
hash-passes=1
sign-ins-per-minute=1000
[sip]
port=0
realm=centrale.test
source-rate=100000
[media]
port-min={ports[0]}
port-max={ports[1]}
[mail]
host=127.0.0.1
port={self.mail_port}
security=none
{extra}""")
        with open(os.path.join(self.folder, "password"), "w", encoding="utf-8") as out:
            out.write("administrator-1\n")
        self.command("init", self.domain(), "Test", "root", os.path.join(self.folder, "password"))
        with self._shared_prompts():
            self.command("apply", self.tenant)

    @contextlib.contextmanager
    def _shared_prompts(self):
        """To speak the tenant's prompts takes most of a house's beginning. They are named by their words,
        so one house of a build speaks them for all, until a program is built anew."""
        own = os.path.join(self.folder, "data", "prompts")
        shared = os.path.join(self.build, "tests", "prompts")
        built = max(os.path.getmtime(os.path.join(self.build, name))
                    for name in ("centrale-server", "centrale-decode"))

        def good():
            return {name[:-5] for name in os.listdir(shared)
                    if name.endswith(".pcma") and os.path.getmtime(os.path.join(shared, name)) > built}
        os.makedirs(own, exist_ok=True)
        os.makedirs(shared, exist_ok=True)
        there = good()
        for name in there:
            for law in (".pcmu", ".pcma"):
                shutil.copy(os.path.join(shared, name + law), own)
        yield
        for name in {name[:-5] for name in os.listdir(own) if name.endswith(".pcma")} - there:
            for law in (".pcmu", ".pcma"):  # in this order: others look for the latter
                part = os.path.join(shared, f".{os.getpid()}{law}")
                shutil.copy(os.path.join(own, name + law), part)
                os.replace(part, os.path.join(shared, name + law))

    def _vary(self, change):
        import yaml
        with open(self.tenant, encoding="utf-8") as text:
            tree = yaml.load(text, yaml.CSafeLoader)  # libyaml, as the server
        change(tree)
        yaml.SafeDumper.ignore_aliases = lambda *unused: True  # the server reads none
        path = os.path.join(self.folder, "tenant.yaml")
        with open(path, "w", encoding="utf-8") as out:
            yaml.safe_dump(tree, out, allow_unicode=True, sort_keys=False)
        return path

    def domain(self):
        with open(self.tenant, encoding="utf-8") as text:
            for line in text:
                if line.startswith("domain:"):
                    return line.split(":", 1)[1].strip()
        raise AssertionError("no domain in the tenant file")

    def start_mail(self, port=0):
        self.mail = subprocess.Popen(
            ["/usr/bin/python3", os.path.join(HERE, "smtp-sink.py"), self.mail_folder, "--port", str(port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return int(self.mail.stdout.readline().split()[-1])

    def environment(self):
        return {**os.environ, "CENTRALE_LOCALEDIR": os.path.join(self.build, "po"),
                "G_MESSAGES_DEBUG": ""}

    def command(self, *arguments, expect=0):
        done = subprocess.run([os.path.join(self.build, "centrale-server"), "--config", self.config,
                               *arguments], capture_output=True, text=True, env=self.environment())
        if done.returncode != expect:
            raise AssertionError(f"{arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def start(self):
        self.log_path = os.path.join(self.folder, "server.log")
        self.server = subprocess.Popen(
            [os.path.join(self.build, "centrale-server"), "--config", self.config, "--log",
             self.log_level], stdout=subprocess.PIPE, stderr=open(self.log_path, "a", encoding="utf-8"),
            text=True, env=self.environment())
        ready = self.server.stdout.readline()
        if not ready.startswith("ready"):
            raise AssertionError(f"the server did not start ({self.server.wait(10)}):\n" + self.log())
        ports = dict(word.split("=") for word in ready.split()[1:])
        self.http_port, self.sip_port, self.sips_port = (int(ports[name]) for name in ("http", "sip", "sips"))
        self.url = f"http://127.0.0.1:{self.http_port}"
        return self

    def keep_ports(self):
        """A restart then listens where its phones know it."""
        with open(self.config, encoding="utf-8") as text:
            config = text.read()
        for group, port in (("http", self.http_port), ("sip", self.sip_port)):
            config = config.replace(f"[{group}]\nport=0\n", f"[{group}]\nport={port}\n")
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(config)

    def log(self):
        with open(self.log_path, encoding="utf-8") as text:
            return text.read()

    def kill(self):
        """As a power cut would."""
        self.server.kill()
        self.server.wait()
        self.server = None

    def stop(self):
        if self.server is None:
            return
        self.server.send_signal(signal.SIGTERM)
        try:
            code = self.server.wait(20)
        except subprocess.TimeoutExpired:
            self.server.kill()
            raise AssertionError("the server did not stop:\n" + self.log()[-4000:])
        self.server = None
        report = sanitizer_report(self.log())
        if code != 0 or report:
            raise AssertionError(f"the server ended with {code}:\n" + (report or self.log()[-4000:]))

    def close(self):
        try:
            self.stop()
        finally:
            if self.mail is not None:
                self.mail.kill()
                self.mail.wait()
            if not self.keep:
                shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None and hasattr(self, "log_path"):
            told = [line for line in self.log().splitlines() if " http: GET " not in line]
            sys.stderr.write("--- the server's log\n" + "\n".join(told)[-8000:] + "\n---\n")
            if self.server is not None:
                self.server.kill()
                self.server.wait()
                self.server = None
        self.close()

    # The API

    def request(self, method, path, body=None, token=None, headers=None, raw=False):
        data = json.dumps(body).encode() if body is not None and not isinstance(body, bytes) else body
        request = urllib.request.Request(self.url + path, data=data, method=method)
        request.add_header("Accept", "application/json")
        if data is not None:
            request.add_header("Content-Type", "audio/wav" if data is body else "application/json")
        if token is not None:
            request.add_header("Authorization", "Bearer " + token)
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=15) as reply:
                answer = reply.read()
                if raw:
                    return reply.status, dict(reply.headers), answer
                return json.loads(answer) if answer else None
        except urllib.error.HTTPError as error:
            text = error.read()
            try:
                text = json.loads(text)
            except ValueError:
                pass
            raise Problem(error.code, text) from None

    def sign_in(self, user, password=PASSWORD, domain=None):
        return self.request("POST", "/api/v1/sessions",
                            {"domain": domain or self.domain(), "user": user, "password": password})

    def mails(self):
        return sorted(os.path.join(self.mail_folder, name) for name in os.listdir(self.mail_folder)
                      if not name.startswith("."))


class Agent:
    """The headless e-agent, and what it says."""

    def __init__(self, house, user, *arguments):
        self.house = house
        password = os.path.join(house.folder, "agent-password")
        with open(password, "w", encoding="utf-8") as out:
            out.write(PASSWORD + "\n")
        self.events = []
        self.log_path = os.path.join(house.folder, user + ".log")
        self.process = subprocess.Popen(
            [os.path.join(house.build, "centrale-agent"), "--server", house.url, "--domain",
             house.domain(), "--user", user, "--password-file", password, *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=open(self.log_path, "ab"),
            # Libraries of a desk keep things for its life; what else the sanitizers find is told.
            env={**house.environment(), "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"})
        os.set_blocking(self.process.stdout.fileno(), False)
        self.rest = ""

    def poll(self):
        text = (self.process.stdout.read() or b"").decode()
        lines = (self.rest + text).split("\n")
        self.rest = lines.pop()
        self.events += [json.loads(line) for line in lines if line.startswith("{")]
        return self.events

    def wait_for(self, seconds=20, **wanted):
        """The first event with these members."""
        def find():
            return next((event for event in self.poll()
                         if all(event.get(key) == value for key, value in wanted.items())), None)
        try:
            return wait_until(find, seconds, f"event {wanted}")
        except AssertionError as error:
            raise AssertionError(f"{error}; it said {self.events}") from None

    def close(self):
        programs.end(self.process)
        with open(self.log_path, encoding="utf-8", errors="replace") as text:
            report = sanitizer_report(text.read())
        if report:
            raise AssertionError("the e-agent:\n" + report)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()
