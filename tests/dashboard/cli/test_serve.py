"""How the roles listen."""

from __future__ import annotations

import httpx

from dashboard.cli.serve import LISTENING


def test_an_idle_connection_is_ended_by_its_client() -> None:
    """If both end it in the same instant, a request that is on its way is lost."""
    expiry = httpx.Limits().keepalive_expiry
    assert expiry is not None and LISTENING["timeout_keep_alive"] > 60 > expiry  # proxies: 60 s
