"""What an alert says on the screens: in each language, or in the one that there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LANGUAGES = ("zh", "en")
SEVERITIES = ("extreme", "severe", "moderate", "minor")
UNKNOWN = "unknown"  # also where the sender says none

Cap = Mapping[str, Any]


def brief(cap: Cap) -> dict[str, Any]:
    """{"severity", "zh": {"headline", "area"}, "en": …} of what an event keeps as `detail.cap`."""
    infos = cap.get("infos") or [{}]
    said = {lang: _headline(_in(infos, lang)) for lang in LANGUAGES}
    return {"severity": severity(cap), **said}


def full(cap: Cap) -> dict[str, Any]:
    """The same with `text`, who issued it (`sender`), and the flaws of its ground."""
    infos = cap.get("infos") or [{}]
    found = brief(cap)
    for lang in LANGUAGES:
        found[lang]["text"] = _text(_in(infos, lang))
    return {**found, "sender": cap.get("senderName", ""), "flaws": cap.get("flaws", [])}


def severity(cap: Cap) -> str:
    """One of SEVERITIES, or UNKNOWN."""
    said = str(cap.get("severity", "")).lower()
    return said if said in SEVERITIES else UNKNOWN


def _in(infos: Sequence[Cap], lang: str) -> Cap:
    """What is said in a language, else in the first that there is."""
    spoken = (one for one in infos if str(one.get("language", "")).lower().startswith(lang))
    return next(spoken, infos[0])


def _headline(info: Cap) -> dict[str, str]:
    return {
        "headline": info.get("headline") or info.get("event") or "",
        "area": info.get("area", ""),
    }


def _text(info: Cap) -> str:
    return "\n".join(
        filter(None, dict.fromkeys((info.get("description"), info.get("instruction"))))
    )
