"""A web process of its own on a free port, that can be killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from dashboard.embedded import Store
from tests.browser.wall_town import PASSWORD, WallTown
from tests.waiting import LONGEST_S, free_port

STARTS = 3


class Web:
    """`wangge serve web` on a store; the same port after a restart."""

    def __init__(self, store: Store, town: WallTown, home: Path, port: int | None = None) -> None:
        self.store, self.town, self.home = store, town, home
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Web:
        """Start and wait until it answers; again where the store did not answer in time, as its
        supervisor does."""
        for _ in range(STARTS):
            if self._started():
                return self
        raise RuntimeError(f"no server:\n{(self.home / 'web.log').read_text()[-2000:]}")

    def _started(self) -> bool:
        """Whether it answers; else it has ended."""
        environment = {
            **os.environ,
            "PORT": str(self.port),
            "WANGGE_HOME": str(self.home),
            "DATABASE_URL": self.store.app_url,
            "DATABASE_READONLY_URL": self.store.readonly_url,
        }
        with (self.home / "web.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dashboard.cli", "serve", "web"],
                env=environment,
                stdout=log,
                stderr=log,
            )
        transport = httpx.HTTPTransport(retries=8)  # backs off up to a minute in all
        with httpx.Client(transport=transport, trust_env=False, timeout=LONGEST_S) as client:
            for _ in range(400):
                try:
                    if client.get(f"{self.url}/healthz").status_code == 200:
                        return True
                except httpx.TransportError:
                    if self.process.poll() is not None:
                        break
        self.kill()
        return False

    def kill(self) -> None:
        """End it without a word, as a power cut does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """End it in order."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(LONGEST_S)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None

    def cookies(self, account: str = "dora") -> list[dict[str, str]]:
        """A signed-in session for a browser context."""
        with httpx.Client(base_url=self.url, trust_env=False, timeout=LONGEST_S) as client:
            answer = client.post("/sign-in", data={"account": account, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            return [{"name": k, "value": v, "url": self.url} for k, v in client.cookies.items()]

    def client(self, account: str = "dora") -> httpx.Client:
        """HTTP as this account."""
        client = httpx.Client(base_url=self.url, trust_env=False, timeout=LONGEST_S)
        client.post("/sign-in", data={"account": account, "password": PASSWORD})
        return client
