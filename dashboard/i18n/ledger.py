"""The words of the call ledger in both languages: outcomes, steps, lines; on its page and in files.

Keys are those of the catalogues: what the wall's card of a call says too has its Chinese there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.i18n import translator
from dashboard.i18n.reasons import both
from data.calls import reasons
from data.calls.lifecycle import AttemptState

Both = dict[str, str]
STATES = {
    "running": "Calling",
    "acked": "Confirmed",
    "exhausted": "Call without success",
    "cancelled": "Call ended",
}
OUTCOMES = {
    "acknowledged": "Confirmed",
    "nobody_on_duty": "Nobody on duty",
    "unreachable": "Unreachable",
    "no_answer": "Nobody answered",
    "busy": "All in other calls",
    "declined": "All declined",
    "not_allowed": "Not rung at this time",
    "ambiguous": "Unclear whether it rang",
    "too_few": "Too few confirmed",
    "stalled": "Confirmed, but nothing moves",
    "ended": "Ended by the caller",
}
TARGETS = {
    "owner": "those of the grid",
    "responsible": "everybody of the grid",
    "nearest": "the nearest on duty",
    "grid_chief": "grid_chief",
    "community_duty": "duty room of the community",
    "subdistrict_duty": "duty room of the subdistrict",
    "person": "this person",
    "crowd": "the whole group",
}
LINES = {
    "started": "Call started",
    "step": "Rings now",
    "skipped": "Left out",
    "held": "Waits for you",
    "escalated": "Escalated",
    "added": "Person added",
    "note": "Note",
    "stalled": "Confirmed, but nothing moves",
    "under_way": "On the way",
    "unwatched": "Watch ended",
    "arrived": "Arrived",
    "late": "Answered late",
    "page_closed": "Page closed while it rang",
    "waiting": "in another call, waits",
    "acked": "Call confirmed",
    "exhausted": "Call without success",
    "cancelled": "Call ended",
}
PURPOSES = {"call": "Call", "self_test": "Self-test"}
CHANNELS = {"page": "Phone page"}
KINDS = {"ground": "Drawn area"}


def said(key: str) -> Both:
    """A key of the catalogues in both languages; states and posts have the store's names."""
    chinese = translator("zh", "desk", "calls")
    return {"zh": chinese(key), "en": key.replace("_", " ")}


def outcome(session: Mapping[str, Any]) -> Both:
    """How a session stands or ended."""
    if session["waits"]:
        return said("Waits for the dispatcher")
    if session["state"] == "running" or session["outcome"] is None:
        return said(STATES[session["state"]])
    return said(OUTCOMES.get(session["outcome"], session["outcome"]))


def title(session: Mapping[str, Any]) -> Both:
    """What was clicked."""
    kind = session["subject"]["kind"]
    plain = said(KINDS.get(kind, kind))
    return {lang: session["title"][lang] or plain[lang] for lang in ("zh", "en")}


def line(one: Mapping[str, Any], attempt: Mapping[str, Any] | None) -> dict[str, Both]:
    """A line of the ledger: `said` what happened, `more` the particulars."""
    action, detail = one["action"], one["detail"]
    state = action in set(AttemptState) and attempt is not None
    key = action if state else LINES.get(action, action)
    return {"said": said(key), "more": _more(action, detail, attempt)}


def _more(action: str, detail: Mapping[str, Any], attempt: Mapping[str, Any] | None) -> Both:
    if action == "step":
        who, n = said(TARGETS.get(detail["target"], detail["target"])), detail.get("found", 0)
        return {"zh": f"{who['zh']} · {n} 人", "en": f"{who['en']} · {n} found"}
    if action == "skipped":
        return both([reasons.left_out(detail["why"])])
    if action in ("exhausted", "cancelled", "acked") and attempt is None:
        return said(OUTCOMES.get(detail.get("outcome", ""), "")) if detail else _plain("")
    if action == "failed" and detail.get("why") == "waited_too_long":
        return said("Page open, waited too long in the queue")
    if action in ("queued", "offline") and attempt is not None and "rank" in detail:
        return both(reasons.reasons(detail))
    return _plain(
        detail.get("text") or detail.get("reason") or detail.get("by") or detail.get("actor")
    )


def _plain(text: str | None) -> Both:
    return {"zh": text or "", "en": text or ""}
