# SPDX-License-Identifier: GPL-3.0-or-later
"""A carrier that wants to be registered with: Kamailio as registrar and proxy, digest for both. A call to
the customer's numbers goes to the contact he registered, all other numbers to a telephone beyond it. It
stays on the route, as carriers do, and holds registrations for seconds only."""
import os
import pathlib
import signal
import shutil
import subprocess

from house import wait_until
from programs import free_port

ADDRESS = "127.0.0.2"
USER, SECRET = "customer-1", "the secret of a trunk"


def is_there():
    return shutil.which("kamailio") is not None


class Carrier:
    """@numbers: how the customer's begin."""

    def __init__(self, folder, numbers, beyond_port, expires=8):
        self.folder = os.path.join(folder, "carrier")
        os.makedirs(self.folder, exist_ok=True)
        self.port = free_port(ADDRESS)
        self.config = os.path.join(self.folder, "kamailio.cfg")
        modules = next(pathlib.Path("/usr/lib").glob("*/kamailio/modules"))
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(f"""#!KAMAILIO
debug=0
log_stderror=yes
children=2
disable_tcp=yes
auto_aliases=no
listen=udp:{ADDRESS}:{self.port}
mpath="{modules}/"
""" + "".join(f'loadmodule "{name}.so"\n' for name in (
                "tm", "sl", "rr", "pv", "maxfwd", "textops", "siputils", "usrloc", "registrar", "auth"))
                      + f"""modparam("registrar", "max_expires", {expires})
modparam("registrar", "min_expires", 1)
modparam("usrloc", "db_mode", 0)
request_route {{
  if (!mf_process_maxfwd_header("10")) exit;
  if (has_totag()) {{ loose_route(); t_relay(); exit; }}
  if (is_method("CANCEL")) {{ t_relay(); exit; }}
  if (is_method("REGISTER")) {{
    if (!pv_www_authenticate("carrier", "{SECRET}", "0")) {{ www_challenge("carrier", "0"); exit; }}
    if ($au != "{USER}" || $tU != "{USER}") {{ sl_send_reply("403", "Not yours"); exit; }}
    save("location");
    exit;
  }}
  if (!is_method("INVITE")) {{ sl_send_reply("200", "OK"); exit; }}
  record_route();
  if ($rU =~ "^{numbers}") {{
    $ru = "sip:{USER}@{ADDRESS}";
    if (!lookup("location")) {{ sl_send_reply("480", "Not registered"); exit; }}
  }} else {{
    if (!pv_proxy_authenticate("carrier", "{SECRET}", "0")) {{ proxy_challenge("carrier", "0"); exit; }}
    consume_credentials();
    $ru = "sip:" + $rU + "@127.0.0.1:{beyond_port}";
  }}
  t_relay();
}}
""")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            ["kamailio", "-f", self.config, "-DD", "-E", "-m", "64", "-P",
             os.path.join(self.folder, "pid"), "-Y", self.folder],
            stdout=subprocess.DEVNULL, stderr=open(os.path.join(self.folder, "log"), "ab"),
            start_new_session=True)
        wait_until(lambda: f":{self.port:04X} " in pathlib.Path("/proc/net/udp").read_text(), 15, "Kamailio")
        return self

    def stop(self):
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait()
            self.process = None

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as text:
            return text.read()

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, value, trace):
        self.stop()
        if kind is not None:
            print("--- Kamailio's log\n" + self.log()[-3000:] + "\n---", flush=True)
