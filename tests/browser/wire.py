"""The wire between a phone and the server: passes, swallows what is sent, or is cut."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

from tests.waiting import LONGEST_S, free_port


class Wire:
    """A TCP relay to a local port. `swallow()` is a tunnel: nothing comes through and nobody is
    told; `cut()` ends every connection and takes no new one; `mend()` passes again."""

    def __init__(self, to: int) -> None:
        self.port = free_port()
        self._to = ("127.0.0.1", to)
        self._state = "passes"
        self._open: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", self.port))
        self._threads: list[threading.Thread] = []
        self._start(self._take)

    def swallow(self) -> None:
        self._state = "swallows"

    def cut(self) -> None:
        self._state = "cut"
        self._end()

    def mend(self) -> None:
        """What was swallowed is lost, so its connections end."""
        if self._state == "swallows":
            self._end()
        self._state = "passes"

    def close(self) -> None:
        """All is ended, and nothing of it is left."""
        self._state = "cut"
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._end()
        for thread in self._threads:
            thread.join(LONGEST_S)

    def _end(self) -> None:
        for one in list(self._open):
            _shut(one)

    def _start(self, work: Callable[..., None], *given: socket.socket) -> threading.Thread:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _take(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            self._start(self._connect, near)

    def _connect(self, near: socket.socket) -> None:
        """One connection from its beginning to its end."""
        with near, contextlib.suppress(OSError), socket.create_connection(self._to) as far:
            self._open |= {near, far}
            if self._state != "cut":
                back = self._start(self._relay, far, near)
                self._relay(near, far)
                back.join()
            self._open -= {near, far}

    def _relay(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self._state == "passes":
                    sink.sendall(data)
        _shut(source)
        _shut(sink)


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
