# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate authority of one's own, made with openssl: for the demo and for tests of HTTPS. It signs
certificates for this machine only (localhost, 127.0.0.1)."""
import os
import subprocess


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.strip()}")
    return done.stdout


class Authority:
    """Its files stand in @folder: `.certificate` is what a client trusts."""

    def __init__(self, folder, name="Practice authority"):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        self.certificate = os.path.join(folder, "ca.pem")
        self.key = os.path.join(folder, "ca.key")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-days", "30", "-subj", "/CN=" + name, "-keyout", self.key, "-out", self.certificate,
                "-addext", "keyUsage=critical,keyCertSign,cRLSign")
        os.chmod(self.key, 0o600)

    def sign(self, name="server"):
        """A new key and a certificate for it: the paths of both. The same name replaces them."""
        paths = {kind: os.path.join(self.folder, f"{name}.{kind}") for kind in ("pem", "key", "csr", "ext")}
        with open(paths["ext"], "w", encoding="utf-8") as out:
            out.write("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n"
                      "extendedKeyUsage=serverAuth\n")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", "/CN=localhost", "-keyout", paths["key"], "-out", paths["csr"])
        os.chmod(paths["key"], 0o600)
        openssl("x509", "-req", "-in", paths["csr"], "-CA", self.certificate, "-CAkey", self.key,
                "-CAcreateserial", "-days", "30", "-extfile", paths["ext"], "-out", paths["pem"])
        return paths["pem"], paths["key"]
