# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's call centre: a data folder, an authority and a certificate of its own, both tenants of this
folder, a mail server that keeps what it gets, the server, and whoever asks it over the API."""
import json
import os
import secrets
import ssl
import subprocess
import sys
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TOOLS = os.path.join(ROOT, "tests", "tools")
sys.path.insert(0, TOOLS)
from authority import Authority  # noqa: E402

PASSWORD = "demo-demo"
DOMAIN = "noordster.example"
TENANTS = ("noordster.yaml", "sudest.yaml")


class Trouble(Exception):
    """Something that ends the demo, said for a person."""


class Processes:
    """All that the demo starts. Each is the head of a process group of its own, so that Ctrl+C reaches the
    demo only, which then stops them in order: the last started first."""

    def __init__(self, folder):
        self.folder = folder
        self.running = []

    def log(self, name):
        return os.path.join(self.folder, name + ".log")

    def start(self, name, *command, env=None, **more):
        with open(self.log(name), "ab") as log:
            process = subprocess.Popen(command, start_new_session=True, stderr=log,
                                       env={**os.environ, **(env or {})},
                                       **{"stdin": subprocess.DEVNULL, "stdout": log, **more})
        self.running.append((name, process))
        return process

    def stop_all(self):
        while self.running:
            _, process = self.running.pop()
            self.stop(process)

    @staticmethod
    def stop(process):
        if process.stdin is not None:
            process.stdin.close()
        for deadline, send in ((5, process.terminate), (10, process.terminate), (5, process.kill)):
            if process.poll() is not None:
                break
            send()
            try:
                process.wait(deadline)
            except subprocess.TimeoutExpired:
                continue
        try:  # what it started itself, as the session bus does
            os.killpg(process.pid, 15)
        except ProcessLookupError:
            pass


class Centre:
    def __init__(self, build, folder, processes):
        self.build = os.path.abspath(build)
        self.folder = folder
        self.processes = processes
        self.env = {"CENTRALE_LOCALEDIR": os.path.join(self.build, "po")}
        self.authority = Authority(os.path.join(folder, "authority"), "Centrale demo authority")
        self.config = os.path.join(folder, "centrale.conf")
        self.mail_folder = None
        self.tokens = {}

    def program(self, name):
        return os.path.join(self.build, name)

    # Setting up

    def _start_mail(self):
        """Its port, or None where no mail server in Python is installed: then messages wait."""
        if subprocess.run(["/usr/bin/python3", "-c", "import aiosmtpd"], capture_output=True,
                          check=False).returncode != 0:
            return None
        self.mail_folder = os.path.join(self.folder, "mail")
        os.makedirs(self.mail_folder, exist_ok=True)
        sink = self.processes.start("mail", "/usr/bin/python3", os.path.join(TOOLS, "smtp-sink.py"),
                                    self.mail_folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                    text=True)
        return int(sink.stdout.readline().split()[-1])

    def _write_config(self):
        certificate, key = self.authority.sign()
        mail_port = self._start_mail()
        text = (f"[server]\ndata-folder=data\ndrain-seconds=3\n"
                f"[http]\nport=0\ncertificate={certificate}\nkey={key}\n"
                f"[sip]\nport=0\nrealm=centrale.demo\n"
                f"[media]\nport-min=42000\nport-max=42999\n")
        if mail_port is not None:
            text += f"[mail]\nhost=127.0.0.1\nport={mail_port}\nsecurity=none\n"
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(text)

    def _write_secret(self, name, text):
        path = os.path.join(self.folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
                  encoding="utf-8") as out:
            out.write(text + "\n")
        return path

    def command(self, *arguments):
        """One command of centrale-server, and what it says."""
        done = subprocess.run([self.program("centrale-server"), "--config", self.config, *arguments],
                              capture_output=True, text=True, env={**os.environ, **self.env}, check=False)
        if done.returncode != 0:
            raise Trouble(f"centrale-server {arguments[0]}: {done.stdout}{done.stderr}".strip())
        return done.stdout

    def set_up(self):
        self._write_config()
        if not os.path.exists(os.path.join(self.folder, "data")):
            password = self._write_secret("administrator-password", secrets.token_urlsafe(16))
            self.command("init", "house.example", "The house itself", "root", password)
        for name in TENANTS:
            self.command("apply", os.path.join(HERE, name))

    def start(self):
        server = self.processes.start("server", self.program("centrale-server"), "--config", self.config,
                                      env=self.env, stdout=subprocess.PIPE, text=True)
        ready = server.stdout.readline()
        if not ready.startswith("ready"):
            with open(self.processes.log("server"), encoding="utf-8") as log:
                raise Trouble("The server did not start:\n" + log.read()[-2000:])
        ports = dict(word.split("=") for word in ready.split()[1:])
        self.sip_port = int(ports["sip"])
        self.url = f"https://127.0.0.1:{ports['http']}"
        self.trust = ssl.create_default_context(cafile=self.authority.certificate)

    def start_agent(self, user, *arguments):
        """An e-agent without a window."""
        password = self._write_secret("password", PASSWORD)
        return self.processes.start(
            "agent-" + user, self.program("centrale-agent"), "--server", self.url, "--ca",
            self.authority.certificate, "--domain", DOMAIN, "--user", user, "--password-file", password,
            *map(str, arguments), env=self.env)

    # The API

    def request(self, method, path, body=None, token=None):
        request = urllib.request.Request(self.url + path, method=method,
                                         data=json.dumps(body).encode() if body is not None else None)
        request.add_header("Content-Type", "application/json")
        if token is not None:
            request.add_header("Authorization", "Bearer " + token)
        with urllib.request.urlopen(request, timeout=10, context=self.trust) as reply:
            return json.loads(reply.read() or b"null")

    def sign_in(self, user):
        return self.request("POST", "/api/v1/sessions",
                            {"domain": DOMAIN, "user": user, "password": PASSWORD})

    def look(self, user, path):
        """What this user sees at @path; {company} is his own."""
        if user not in self.tokens:
            self.tokens[user] = self.sign_in(user)
        session = self.tokens[user]
        try:
            return self.request("GET", path.format(company=session.get("company")), token=session["token"])
        except (urllib.error.URLError, OSError) as error:
            raise Trouble(f"{path}: {error}") from None

    def dashboard(self, owner):
        return self.look(owner, "/api/v1/companies/{company}/dashboard")

    def mails(self):
        return len(os.listdir(self.mail_folder)) if self.mail_folder else 0
