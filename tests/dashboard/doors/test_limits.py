"""How often one may try."""

from __future__ import annotations

from dashboard.doors.limits import Limit


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
