#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real mail server (aiosmtpd) for tests: prints its port, writes each mail it accepts to FOLDER as
1.eml, 2.eml..., and ends when its standard input does. What it thinks of a mail its recipient's name says:

    refuse@...     550 to RCPT          spam@...    554 after the mail
    later-N@...    451 to RCPT, N times, then accepted
    full-N@...     452 after the mail, N times, then accepted
    drop-N@...     closes the connection after the mail without a word, N times; the mail is kept

    smtp-sink.py FOLDER [--port PORT] [--tls CERTIFICATE KEY] [--auth USER PASSWORD]
"""
import argparse
import asyncio
import os
import re
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Sink:
    def __init__(self, folder):
        self.folder = folder
        self.kept = len([name for name in os.listdir(folder) if name.endswith(".eml")])  # started anew
        self.tries = {}

    def again(self, address, kind):
        """True while this address's N is not used up."""
        match = re.match(kind + r"-(\d+)@", address)
        if match is None:
            return False
        self.tries[address] = self.tries.get(address, 0) + 1
        return self.tries[address] <= int(match.group(1))

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refuse@"):
            return "550 5.1.1 no such mailbox"
        if self.again(address, "later"):
            return "451 4.7.1 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        address = envelope.rcpt_tos[0]
        if address.startswith("spam@"):
            return "554 5.7.1 not this one"
        if self.again(address, "full"):
            return "452 4.2.2 mailbox full"
        self.keep(envelope)
        if self.again(address, "drop"):
            server.transport.abort()
        return "250 OK"

    def keep(self, envelope):
        self.kept += 1
        path = os.path.join(self.folder, "%d.eml" % self.kept)
        head = "X-From: %s\r\nX-To: %s\r\n" % (envelope.mail_from, ",".join(envelope.rcpt_tos))
        with open(path + ".part", "wb") as file:
            file.write(head.encode() + envelope.content)
        os.rename(path + ".part", path)


async def serve(args):
    sink = Sink(args.folder)
    options = {}
    if args.tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*args.tls)
        options.update(tls_context=context, require_starttls=True)
    if args.auth:
        good = tuple(word.encode() for word in args.auth)

        def authenticate(server, session, envelope, mechanism, data):
            return AuthResult(success=(data.login, data.password) == good, handled=False)

        options.update(authenticator=authenticate, auth_required=True,
                       auth_require_tls=bool(args.tls))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink.test", **options),
                                      "127.0.0.1", args.port)
    print(server.sockets[0].getsockname()[1], flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
    server.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--auth", nargs=2)
    asyncio.run(serve(parser.parse_args()))


main()
