"""Why somebody stands where he stands, or is left out, in sentences. Pure.

The figures are those that the ledger keeps of an attempt (`Leg.reason`); what an older attempt does
not say is not said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.calls.ranking import BY_COST, Skip, burden_m
from data.errors import Said

MINUTE_S, HOUR_S, KM = 60, 3600, 1000

LEFT_OUT = {
    Skip.CALLED: Said("an earlier step of this call rings this person"),
    Skip.OFF_DUTY: Said("off duty"),
    Skip.QUIET_HOURS: Said("quiet hours, and the call is not urgent"),
    Skip.TOO_OFTEN: Said("called too often within the hour"),
    Skip.SURPLUS: Said("others come first, and no more ring at once"),
}


def reasons(who: Mapping[str, Any]) -> tuple[Said, ...]:
    """The reasons of a rank, each a short sentence: duty, age of the position, distance, load."""
    if "on_duty" not in who:
        return ()
    said = [Said("on duty") if who["on_duty"] else Said("off duty"), _age(who.get("age_s"))]
    if who.get("distance_m") is not None:
        said.append(_metres(who["distance_m"]))
    said += [_calls(who.get("calls_today", 0)), _events(who.get("open_events", 0))]
    ranked = _ranked(who)
    if ranked is not None:
        said.append(ranked)
    if who.get("busy") is not None:
        said.append(Said("in another call"))
    return (*said, *reach(who))


def reach(who: Mapping[str, Any]) -> tuple[Said, ...]:
    """What reaches somebody, or why nothing does: his page, then his contacts."""
    if "page_open" not in who:
        unknown = who.get("reachable") is False
        return (Said("no channel reaches this person now"),) if unknown else ()
    if who["page_open"]:
        return (Said("page open"),)
    closed = _closed(who["page_left_min"])
    if who["verified"]:
        return (closed, Said("no line is set up for the verified contact"))
    return (closed, Said("no verified contact"))


def _closed(minutes: int | None) -> Said:
    """A page that is not open: since when."""
    if minutes is None:
        return Said("page not open")
    if minutes < 2:
        return Said("page closed just now")
    if minutes < 120:
        return Said("page closed for {n} min", n=minutes)
    if minutes < 48 * 60:
        return Said("page closed for {n} h", n=minutes // 60)
    return Said("page closed for {n} days", n=minutes // (24 * 60))


def _age(age_s: float | None) -> Said:
    if age_s is None:
        return Said("no position of this shift")
    if age_s < 2 * MINUTE_S:
        return Said("position {n} s ago", n=round(age_s))
    if age_s < 2 * HOUR_S:
        return Said("position {n} min ago", n=round(age_s / MINUTE_S))
    return Said("position {n} h ago", n=round(age_s / HOUR_S))


def _metres(distance_m: float) -> Said:
    if distance_m < KM:
        return Said("{n} m", n=round(distance_m))
    return Said("{n} km", n=f"{distance_m / KM:.1f}")


def _calls(n: int) -> Said:
    if n == 0:
        return Said("not called today")
    return Said("called once today") if n == 1 else Said("called {n} times today", n=n)


def _events(n: int) -> Said:
    if n == 0:
        return Said("no open event")
    return Said("one open event") if n == 1 else Said("{n} open events", n=n)


def _ranked(who: Mapping[str, Any]) -> Said | None:
    """Where the order is by distance and load: what both come to."""
    weight = burden_m(who.get("calls_today", 0), who.get("open_events", 0))
    if who.get("distance_m") is None or not weight or who.get("target") not in BY_COST:
        return None
    return Said("with that as far as {n} m", n=round(who["distance_m"] + weight))


def left_out(why: str) -> Said:
    """Why somebody whom a rule found is not rung."""
    return LEFT_OUT[Skip(why)]
