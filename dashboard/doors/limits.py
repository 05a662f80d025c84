"""How often one may try: guesses at passwords are slowed down per address and per account."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

NETWORK_BITS = 64  # of IPv6: who has one address there has them all


def address_of(connection: HTTPConnection) -> str:
    """Where a request comes from, as limits count it: an address, of IPv6 its network."""
    said = connection.client.host if connection.client else ""
    try:
        found = ipaddress.ip_address(said)
    except ValueError:
        return said
    if found.version == 4 or found.ipv4_mapped:
        return str(found if found.version == 4 else found.ipv4_mapped)
    network = ipaddress.ip_network((int(found), NETWORK_BITS), strict=False)
    return str(network.network_address)


@dataclass(slots=True)
class Limit:
    """At most `most` tries of one key in `within_s`; remembers `most_keys` keys."""

    most: int
    within_s: float
    most_keys: int = 10_000
    clock: Callable[[], float] = time.monotonic
    _tries: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def wait_s(self, key: str) -> float:
        """Seconds until this key may try again, 0 = now."""
        tries = self._tries.get(key)
        if tries is None:
            return 0.0
        now = self.clock()
        while tries and tries[0] <= now - self.within_s:
            tries.popleft()
        return 0.0 if len(tries) < self.most else tries[0] + self.within_s - now

    def tried(self, key: str) -> None:
        """Count a try."""
        self._tries.setdefault(key, deque(maxlen=self.most)).append(self.clock())
        self._tries.move_to_end(key)
        while len(self._tries) > self.most_keys:
            self._tries.popitem(last=False)

    def forgive(self, key: str) -> None:
        """The last try was no guess: a whole shift signs in from behind one address."""
        if self._tries.get(key):
            self._tries[key].pop()

    def forget(self, key: str) -> None:
        """It was the right one."""
        self._tries.pop(key, None)
