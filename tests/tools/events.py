# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's events, as a client of the WebSocket hears them (RFC 6455, no more of it than that takes)."""
import base64
import json
import os
import socket
import struct
import time


class Events:
    """Of one user, from now on: each event with the second it came at."""

    def __init__(self, house, token):
        self.heard = []
        self.rest = b""
        self.closed = None  # the code
        self.line = socket.create_connection(("127.0.0.1", house.http_port), timeout=10)
        self.line.sendall((f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:{house.http_port}\r\n"
                           f"Authorization: Bearer {token}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                           + base64.b64encode(os.urandom(16)).decode() + "\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.rest:
            self.rest += self._receive()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 101"), head
        self._send(1, b"{}")
        self.wait_for(lambda event: event["type"] in ("reset", "resumed"))

    def _receive(self):
        piece = self.line.recv(65536)
        assert piece, "the server closed the line"
        return piece

    def _send(self, kind, body):
        """A short message; the mask is nought."""
        self.line.sendall(bytes([0x80 | kind, 0x80 | len(body)]) + bytes(4) + body)

    def _take(self):
        """One frame, if it is whole."""
        if len(self.rest) < 2:
            return None
        kind, size, start = self.rest[0] & 15, self.rest[1] & 127, 2
        if size > 125:
            start = 4 if size == 126 else 10
            if len(self.rest) < start:
                return None
            size = struct.unpack(">H" if size == 126 else ">Q", self.rest[2:start])[0]
        if len(self.rest) < start + size:
            return None
        body, self.rest = self.rest[start:start + size], self.rest[start + size:]
        return kind, body

    def wait_for(self, wanted, seconds=15):
        """The first event, of all that were heard, that @wanted says yes to."""
        deadline, looked = time.monotonic() + seconds, 0
        while True:
            for event in self.heard[looked:]:
                if wanted(event):
                    return event
            looked = len(self.heard)
            self._hear(deadline)

    def wait_for_close(self, seconds=15):
        deadline = time.monotonic() + seconds
        while self.closed is None:
            self._hear(deadline)

    def _hear(self, deadline):
        """One frame, or a piece of it."""
        frame = self._take()
        if frame is None:
            left = deadline - time.monotonic()
            assert left > 0, f"not told; heard {self.heard}"
            self.line.settimeout(left)
            try:
                self.rest += self._receive()
            except socket.timeout:
                pass
        elif frame[0] == 8:
            self.closed = struct.unpack(">H", frame[1][:2])[0]
        elif frame[0] == 9:
            self._send(10, frame[1])
        elif frame[0] == 1:
            self.heard.append({**json.loads(frame[1]), "heard": time.monotonic()})

    def close(self):
        self.line.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()
