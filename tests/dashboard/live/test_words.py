"""What a page may say, and how much of it."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.live.words import BURST, PER_S, Ear, Flood


def text(words: str) -> dict[str, Any]:
    return {"type": "websocket.receive", "text": words}


@pytest.mark.parametrize(
    "message",
    [
        *(text(words) for words in ("", "{", "[]", "7", "null", '{"a":"' + "x" * 5000 + '"}')),
        text('{"a":' + "[" * 2000 + "]" * 2000 + "}"),
        {"type": "websocket.receive", "bytes": b"\x00"},
        {"type": "websocket.receive", "text": None, "bytes": b'{"type":"ping"}'},
    ],
)
def test_words_that_are_none_are_passed_over(message: dict[str, Any]) -> None:
    assert Ear().hear(message) is None


def test_who_talks_without_end_is_heard_no_longer() -> None:
    now = [0.0]
    ear = Ear(clock=lambda: now[0])
    for _ in range(BURST):
        assert ear.hear(text('{"type":"ping"}')) == {"type": "ping"}
    with pytest.raises(Flood):
        ear.hear(text('{"type":"ping"}'))


def test_a_page_that_pings_is_heard_for_ever() -> None:
    now = [0.0]
    ear = Ear(clock=lambda: now[0])
    for _ in range(20 * BURST):
        now[0] += 1 / PER_S
        assert ear.hear(text('{"type":"ping"}')) is not None
