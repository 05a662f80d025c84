"""All people of the site as arrays: where they are, since when, and in which state at t."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.live.protocol import (
    OUTSIDE,
    ROW,
    Box,
    Rows,
    State,
    accuracy_class,
    quantize,
)
from data.feed.people import FeedPerson, FeedPosition, FeedShift
from data.query.summary import SHIFT_AFTER, SHIFT_BEFORE

Floats = npt.NDArray[np.float64]
NEVER = np.nan


class People:
    """Row i of every array is `people[i]`. Times are unix seconds, NaN = never."""

    def __init__(self, people: Sequence[FeedPerson]) -> None:
        self.people = list(people)
        self.index = {person.id: i for i, person in enumerate(self.people)}
        count = len(self.people)
        self.area = np.array([p.area_id for p in self.people], np.int64)
        self.at, self.lon, self.lat, self.accuracy_m = (np.full(count, NEVER) for _ in range(4))
        self.set_shifts([])

    def set_shifts(self, shifts: Sequence[FeedShift]) -> None:
        """Replace all shifts; those of unknown people are left out."""
        known = [s for s in shifts if s.person_id in self.index]
        self._who = np.array([self.index[s.person_id] for s in known], np.int64)
        self._planned_start = _seconds([s.planned_start for s in known])
        self._planned_end = _seconds([s.planned_end for s in known])
        self._started = _seconds([s.started_at for s in known])
        self._ends = _seconds([s.ends_at for s in known])

    def set_positions(self, positions: Sequence[FeedPosition]) -> None:
        """Take over fixes; those of unknown people are left out."""
        known = [p for p in positions if p.person_id in self.index]
        if not known:
            return
        who = np.array([self.index[p.person_id] for p in known], np.int64)
        self.at[who] = _seconds([p.at for p in known])
        self.lon[who] = [p.lon for p in known]
        self.lat[who] = [p.lat for p in known]
        self.accuracy_m[who] = [NEVER if p.accuracy_m is None else p.accuracy_m for p in known]

    def duty(self, at: float) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Per person: when the shift that he is on began (NaN = off duty), and rostered or not."""
        window = (self._planned_start > at - SHIFT_BEFORE.total_seconds()) & (
            self._planned_start <= at + SHIFT_AFTER.total_seconds()
        )
        on = window & (self._started <= at) & (self._ends > at)
        since = np.full(len(self.people), -np.inf)
        np.maximum.at(since, self._who[on], self._started[on])
        since[np.isneginf(since)] = NEVER
        rostered = np.zeros(len(self.people), bool)
        covers = window & (self._planned_start <= at) & (self._planned_end > at)
        rostered[self._who[covers]] = True
        return since, rostered

    def states(
        self, *, at: float, since: Floats, fresh_s: int, ageing_s: int, offline_s: int
    ) -> npt.NDArray[np.uint8]:
        """The State of each person; only fixes since his shift began count."""
        age = np.where(self.at >= since, at - self.at, NEVER)
        state = np.full(len(age), State.OFFLINE, np.uint8)
        state[age <= offline_s] = State.STALE
        state[age <= ageing_s] = State.AGEING
        state[age <= fresh_s] = State.FRESH
        state[np.isnan(age)] = State.NO_POSITION
        state[np.isnan(since)] = State.OFF_DUTY
        return state

    def rows(self, *, states: npt.NDArray[np.uint8], box: Box) -> Rows:
        """One ROW per person, `index` being the person's row here. No place without a position."""
        west, south, east, north = box
        rows = np.zeros(len(self.people), ROW)
        shown = states < State.NO_POSITION
        x, x_outside = quantize(self.lon, low=west, high=east)
        y, y_outside = quantize(self.lat, low=south, high=north)
        rows["index"] = np.arange(len(self.people))
        rows["x"] = np.where(shown, x, 0)
        rows["y"] = np.where(shown, y, 0)
        rows["at"] = np.where(shown, np.nan_to_num(self.at), 0)
        rows["accuracy"] = np.where(shown, accuracy_class(self.accuracy_m), 0)
        rows["flags"] = np.where(shown & (x_outside | y_outside), OUTSIDE, 0)
        rows["state"] = states
        return rows


def count(states: npt.NDArray[np.uint8], rostered: npt.NDArray[np.bool_]) -> dict[str, int]:
    """The wall's figures: on_duty = fresh + ageing + stale + offline (no_position within)."""
    n = np.bincount(states, minlength=6)
    fresh, ageing, stale, silent, none = (int(x) for x in n[:5])
    return {
        "on_duty": fresh + ageing + stale + silent + none,
        "rostered": int(rostered.sum()),
        "online": fresh + ageing + stale,
        "fresh": fresh,
        "ageing": ageing,
        "stale": stale,
        "offline": silent + none,
        "no_position": none,
    }


def _seconds(times: Sequence[datetime | None]) -> Floats:
    values: list[Any] = [NEVER if t is None else t.timestamp() for t in times]
    return np.array(values, np.float64)
