"""What was wrong with the ground of an alert, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dashboard.i18n.sentences import tell
from data.events.grounds import WORDS, Fault


def alert_flaws(flaws: Iterable[Mapping[str, str]], lang: str) -> list[dict[str, str]]:
    """{"part", "fault", "message"} each; what is stored and no longer known says its own name."""
    known = {fault.value: tell(WORDS[fault], lang) for fault in Fault}
    return [{**flaw, "message": known.get(flaw["fault"], flaw["fault"])} for flaw in flaws]
