"""Secrets to actors, remembered for a moment."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dashboard.together import Together
from data import actors, logins
from data.access import Actor
from data.database import Database
from data.places.site import Site

CACHE_S = 60.0  # a revocation is notified; one that is not, or that nobody heard, is seen by then
SPREAD = 0.5  # 1,000 pages that opened together do not ask together again
MOST_CACHED = 10_000

Key = tuple[str, bytes]  # "session" or "secret", and the secret's digest


@dataclass(slots=True)
class Identities:
    """Who asks: the store is asked at most once in a while for each, and for many in one question.

    2,000 duty pages that are open are asked for now and then whether they still may, and those
    questions must not stand before a click.
    """

    database: Database
    site: Callable[[], Site]
    _known: dict[Key, tuple[float, Actor]] = field(default_factory=dict)
    _forgot: int = 0  # how often: what was read before is not remembered after
    _asked: Together[Key, Actor] = field(init=False)

    def __post_init__(self) -> None:
        self._asked = Together(self._ask)

    @property
    def session_cookie(self) -> str:
        """Each site has names of its own: a browser brings the cookies of a host to every port."""
        return f"wangge_session_{self.site().mark}"

    @property
    def kiosk_cookie(self) -> str:
        """Where a screen keeps its link's secret."""
        return f"wangge_kiosk_{self.site().mark}"

    async def session(self, secret: str) -> Actor | None:
        """The actor of a session cookie; a pending one uses up its code."""
        return await self._find("session", secret)

    async def secret(self, secret: str) -> Actor | None:
        """The actor of a bearer token or kiosk link."""
        return await self._find("secret", secret)

    def forget(self) -> None:
        """Something was revoked somewhere, or may have been while nobody heard."""
        self._forgot += 1
        self._known.clear()

    async def _find(self, kind: str, secret: str) -> Actor | None:
        key = (kind, actors.digest(secret))
        until, known = self._known.get(key, (0.0, None))
        if known is not None and until > time.monotonic() and known.good(datetime.now(UTC)):
            return known
        return await self._asked.of(key)

    async def _ask(self, keys: Sequence[Key]) -> dict[Key, Actor]:
        """Those of the keys that are good now; they are remembered."""
        now, forgot = datetime.now(UTC), self._forgot
        digests = {kind: [d for k, d in keys if k == kind] for kind in ("session", "secret")}
        async with self.database.acting(None) as connection:
            found = {
                ("session", digest): actor
                for digest, actor in await logins.sessions(connection, digests["session"], now)
            } | {
                ("secret", digest): actor
                for digest, actor in await actors.of_secrets(connection, digests["secret"], now)
            }
        for key in keys:
            self._keep(key, found.get(key), forgot)
        return found

    def _keep(self, key: Key, actor: Actor | None, forgot: int) -> None:
        if actor is None:
            self._known.pop(key, None)
        elif forgot == self._forgot:
            if len(self._known) >= MOST_CACHED:
                self._known.clear()
            lasts = CACHE_S * random.uniform(SPREAD, 1.0)
            self._known[key] = (time.monotonic() + lasts, actor)
