"""What the living town is drawn from: its people, its stage and its walkers, kept in a file.

Making the town takes seconds; a later start and the simulator only need this part of it. The
file says which code made it, so that one of another version is made anew.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from data.demo import duty_rooms
from data.demo.clockwork import day_of
from data.demo.model import Person, Shift, Town
from data.demo.people import shifts_of
from data.demo.stage import Stage, make_stage
from data.demo.town import make_town
from data.demo.walkers import Fixes, Walkers, make_walkers

FILE = "demo-town.pickle"


@dataclass(frozen=True, slots=True)
class Scene:
    """People, places where things happen, and rounds: all that time needs."""

    people: tuple[Person, ...]
    stage: Stage
    walkers: Walkers

    def shifts(self, days: Iterable[date]) -> tuple[Shift, ...]:
        """The rosters of some days of the site."""
        rosters = (shifts_of, duty_rooms.shifts_of)
        return tuple(
            shift
            for day in days
            for roster in rosters
            for shift in roster(people=self.people, day=day)
        )

    def fixes(self, *, start: datetime, end: datetime) -> Fixes:
        """What the phones of those on shift send in (start, end]."""
        return self.walkers.fixes(shifts=self._around(start, end), start=start, end=end)

    def silent(self, *, start: datetime, end: datetime) -> Fixes:
        """What those on shift at `end` had sent before `start`, if they sent nothing since."""
        heard = set(self.fixes(start=start, end=end).person.tolist())
        shifts = [s for s in self._around(start, end) if s.planned_start <= end < s.planned_end]
        quiet = [shift for shift in shifts if shift.person_code not in heard]
        began = min((s.started_at for s in quiet if s.started_at), default=start)
        return self.walkers.fixes(shifts=quiet, start=began, end=start)

    def _around(self, start: datetime, end: datetime) -> tuple[Shift, ...]:
        first = day_of(start) - timedelta(days=1)  # the night before lasts into the morning
        return self.shifts(first + timedelta(days=k) for k in range((day_of(end) - first).days + 1))


def make_scene(*, town: Town) -> Scene:
    """The scene of a town; about a second."""
    return Scene(town.people, make_stage(town=town), make_walkers(town=town))


@cache
def version() -> str:
    """A digest of the code that makes the town."""
    made = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        made.update(file.read_bytes())
    return made.hexdigest()


def keep(scene: Scene, folder: Path) -> None:
    """Write the scene where only this user writes; whole or not at all."""
    new = folder / f"{FILE}.new"
    new.touch(mode=0o600)
    new.write_bytes(pickle.dumps((version(), scene), pickle.HIGHEST_PROTOCOL))
    new.replace(folder / FILE)


def load(folder: Path) -> Scene:
    """The scene that was kept, or one made now and kept for the next time."""
    kept = _kept(folder / FILE)
    if kept is not None:
        return kept
    scene = make_scene(town=make_town())
    if folder.is_dir():
        keep(scene, folder)
    return scene


def _kept(path: Path) -> Scene | None:
    """What is in the file, None where it is missing, damaged or of another version."""
    try:
        made_by, scene = pickle.loads(path.read_bytes())
    except Exception:  # unpickling damaged bytes may raise anything, and the answer is the same
        return None
    return scene if made_by == version() and isinstance(scene, Scene) else None
