"""The reference of P4: GEOSEARCH of a Redis of its own, on a unix socket, ended with the block.

Debian's package is unpacked into the user's cache where Redis is not installed: no service starts.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dashboard.embedded import EmbeddedError, debian

MISSING = "no reference: redis-server is not here (apt-get install redis-server)"
WITHIN_S = 20.0


@contextmanager
def redis() -> Iterator[Client | None]:
    """A client of a fresh server, None where there is none to be had."""
    found = _program()
    if found is None:
        yield None
        return
    program, environment = found
    with tempfile.TemporaryDirectory(prefix="wangge-redis-") as name:
        path = f"{name}/socket"
        settings = ("--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "no")
        process = subprocess.Popen(
            [program, *settings, "--dir", name], env=environment, stdout=subprocess.DEVNULL
        )
        try:
            yield Client(path)
        finally:
            process.terminate()
            process.wait()


class Client:
    """As little as a client can cost: one socket, RESP by hand."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        end = time.monotonic() + WITHIN_S
        while True:
            try:
                self._socket.connect(path)
                break
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        self._file = self._socket.makefile("rb")

    def ask(self, *words: str | float) -> object:
        """One command and its answer."""
        parts = [str(word).encode() for word in words]
        body = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
        self._socket.sendall(b"*%d\r\n%s" % (len(parts), body))
        return self._answer()

    def _answer(self) -> object:
        line = self._file.readline()
        kind, rest = line[:1], line[1:].strip()
        if kind == b"*":
            return [self._answer() for _ in range(int(rest))]
        if kind == b"$":
            return self._file.read(int(rest) + 2)[:-2]
        if kind == b"-":
            raise RuntimeError(rest.decode())
        return int(rest) if kind == b":" else rest


def _program() -> tuple[str, dict[str, str]] | None:
    """The server and its environment: the system's, or one unpacked for this user."""
    program = shutil.which("redis-server", path="/usr/local/bin:/usr/bin:/usr/sbin")
    if program:
        return program, dict(os.environ)
    prefix = debian.cache() / "redis"
    if not prefix.exists():
        if not debian.here():
            return None
        try:
            debian.unpack(prefix, _packages, without="systemd.*|lsb-base|init-.*")
        except EmbeddedError:
            return None
    unpacked = next(Path(prefix).glob("usr/bin/redis-server"), None)
    libraries = debian.library_path(prefix)
    return (str(unpacked), {**os.environ, "LD_LIBRARY_PATH": libraries}) if unpacked else None


def _packages(_: Sequence[str]) -> list[str]:
    return ["redis-server", "redis-tools"]
