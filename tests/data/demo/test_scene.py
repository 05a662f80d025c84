"""The kept scene: the same after a restart, made anew when it is damaged or of other code."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from data.demo import scene
from data.demo.model import Town
from data.demo.scene import Scene
from data.demo.stage import Stage
from data.demo.walkers import Walkers

MORNING = datetime(2026, 7, 14, 1, 42, tzinfo=UTC)  # 09:42 in the town


@pytest.fixture(scope="module")
def whole(town: Town, stage: Stage, walkers: Walkers) -> Scene:
    return Scene(town.people, stage, walkers)


@pytest.fixture
def making(whole: Scene, town: Town, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often a scene is made; making it takes seconds."""
    made: list[str] = []

    def make_scene(*, town: Town) -> Scene:
        made.append("made")
        return whole

    monkeypatch.setattr(scene, "make_town", lambda: town)
    monkeypatch.setattr(scene, "make_scene", make_scene)
    return made


def test_what_is_kept_comes_back(whole: Scene, making: list[str], tmp_path: Path) -> None:
    scene.load(tmp_path)
    back = scene.load(tmp_path)
    assert making == ["made"]
    assert (tmp_path / scene.FILE).stat().st_mode & 0o077 == 0
    hour = {"start": MORNING - timedelta(minutes=3), "end": MORNING}
    assert (back.fixes(**hour).lon == whole.fixes(**hour).lon).all()


@pytest.mark.parametrize(
    "content", [b"", b"\x80", b"no pickle", pickle.dumps(1), pickle.dumps(("older", None))]
)
def test_what_cannot_be_used_is_made_anew(
    making: list[str], tmp_path: Path, content: bytes
) -> None:
    (tmp_path / scene.FILE).write_bytes(content)
    scene.load(tmp_path)
    scene.load(tmp_path)
    assert making == ["made"]


def test_who_is_silent_was_heard_before_on_this_very_shift(whole: Scene) -> None:
    """Nobody is counted twice, and hardly anybody on shift was never heard."""
    hour = {"start": MORNING - timedelta(hours=1), "end": MORNING}
    heard = set(whole.fixes(**hour).person)
    silent = whole.silent(**hour)
    assert not heard & set(silent.person)
    day = whole.shifts([MORNING.date()])
    came = {s.person_code: s for s in day if s.started_at and s.planned_start <= MORNING}
    begun = np.array([came[code].planned_start.timestamp() for code in silent.person])
    assert (silent.at_s > begun - 900).all() and (silent.at_s <= hour["start"].timestamp()).all()
    on_now = {code for code, s in came.items() if s.kind == "day"}
    assert len(on_now - heard - set(silent.person)) <= 6
