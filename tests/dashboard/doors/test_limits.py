"""How often one may try."""

from __future__ import annotations

import pytest
from starlette.requests import HTTPConnection

from dashboard.doors.limits import Limit, address_of


def test_a_limit_forgets_with_time_and_is_bounded() -> None:
    now = [0.0]
    limit = Limit(most=2, within_s=60, most_keys=3, clock=lambda: now[0])
    for _ in range(2):
        assert limit.wait_s("a") == 0
        limit.tried("a")
    assert limit.wait_s("a") == 60
    now[0] = 45.0
    assert limit.wait_s("a") == 15
    now[0] = 60.0
    assert limit.wait_s("a") == 0
    for key in "bcdef":
        limit.tried(key)
    assert len(limit._tries) == 3


def test_a_try_that_was_right_is_taken_back() -> None:
    limit = Limit(most=1, within_s=60, clock=lambda: 0.0)
    limit.forgive("nobody")
    limit.tried("a")
    assert limit.wait_s("a") > 0
    limit.forgive("a")
    assert limit.wait_s("a") == 0


@pytest.mark.parametrize(
    ("client", "counted"),
    [
        (("192.0.2.7", 5), "192.0.2.7"),
        (("::ffff:192.0.2.7", 5), "192.0.2.7"),
        (("2001:db8:0:1::7", 5), "2001:db8:0:1::"),
        (("2001:db8:0:1:ffff::8", 5), "2001:db8:0:1::"),
        (("2001:db8:0:2::7", 5), "2001:db8:0:2::"),
        (("fe80::1%eth0", 5), "fe80::"),
        (("no address", 0), "no address"),
        (None, ""),
    ],
)
def test_who_has_many_addresses_is_one(client: tuple[str, int] | None, counted: str) -> None:
    """A household of IPv6 has 2^64 addresses: each would have been a guesser of his own."""
    assert address_of(HTTPConnection({"type": "http", "client": client})) == counted
