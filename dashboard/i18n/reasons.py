"""The reasons of calls in both languages: on cards that all screens share, and in dry runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dashboard.i18n.sentences import tell
from data.calls import reasons
from data.errors import Said


def both(said: Iterable[Said]) -> dict[str, str]:
    """Sentences in a row, by language."""
    known = list(said)
    return {
        "zh": "，".join(tell(one, "zh") for one in known),
        "en": ", ".join(tell(one, "en") for one in known),
    }


def worded(card: dict[str, Any]) -> dict[str, Any]:
    """A call's card whose attempts say in words why they stand where they stand."""
    told = [{**one, "words": both(reasons.reasons(one["why"]))} for one in card["attempts"]]
    return {**card, "attempts": told}


def previewed(preview: dict[str, Any]) -> dict[str, Any]:
    """A dry run whose people have their reasons in words, and those left out theirs."""
    return {**preview, "steps": [_stage(one) for one in preview["steps"]]}


def _stage(stage: dict[str, Any]) -> dict[str, Any]:
    people = [
        {
            **one,
            "words": both(reasons.reasons(one["why"])),
            "reach": both(reasons.reach(one["why"])),
        }
        for one in stage["people"]
    ]
    skipped = [{**one, "words": both([reasons.left_out(one["why"])])} for one in stage["skipped"]]
    return {**stage, "people": people, "skipped": skipped}
