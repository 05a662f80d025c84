"""The calls that screens know: those that run, and the newest of those that have ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.i18n.reasons import worded
from dashboard.live.told import Told
from data.calls import view
from data.calls.model import Moment
from data.database import Connection

MOST_ENDED = 50


@dataclass(frozen=True, slots=True)
class Card:
    """A session's card as it was read at a real time."""

    body: dict[str, Any]
    real: datetime

    def as_json(self, real: datetime) -> dict[str, Any]:
        """The card at a later time: what it rings has grown shorter."""
        left = self.body["remaining_s"] - (real - self.real).total_seconds()
        return {**self.body, "remaining_s": round(max(0.0, left), 1)}


class Calls:
    """`cards` by session, oldest first, as the store last had them."""

    def __init__(self) -> None:
        self.cards: dict[int, Card] = {}

    async def read(self, connection: Connection, told: Told, when: Moment) -> list[dict[str, Any]]:
        """The cards that were told of, as the store has them."""
        if told.all_calls:
            return await view.current(connection, when, most=MOST_ENDED)
        found = await view.sessions(connection, told.calls, when) if told.calls else []
        return [card for card in found if card["purpose"] == "call"]

    def take(self, found: Collection[Mapping[str, Any]], real: datetime) -> list[Card]:
        """Take over cards; those that are newer than what was known."""
        news: list[Card] = []
        for body in found:
            known = self.cards.get(body["id"])
            if known is None or known.body["line"] < body["line"]:
                news.append(Card(worded(dict(body)), real))
                self.cards[body["id"]] = news[-1]
        ended = sorted(id_ for id_, card in self.cards.items() if card.body["state"] != "running")
        for id_ in ended[:-MOST_ENDED]:
            del self.cards[id_]
        return news
