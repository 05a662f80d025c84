"""One demo town for all tests of this folder: building it takes seconds."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest
from filelock import FileLock

from data.demo.incidents import IncidentWorld
from data.demo.model import Town
from data.demo.stage import Stage, make_stage
from data.demo.town import make_town
from data.demo.walkers import Walkers, make_walkers
from tests.clones import HOME


@pytest.fixture(scope="session")
def town() -> Town:
    """Made by whichever worker comes first; test_town makes it a second time and compares."""
    kept = Path(os.environ[HOME]) / "town.pickle"
    with FileLock(kept.with_suffix(".lock")):
        if not kept.exists():
            new = kept.with_suffix(".new")
            new.write_bytes(pickle.dumps(make_town(seed=7)))
            new.rename(kept)
    found: Town = pickle.loads(kept.read_bytes())
    return found


@pytest.fixture(scope="session")
def stage(town: Town) -> Stage:
    return make_stage(town=town)


@pytest.fixture(scope="session")
def world(stage: Stage) -> IncidentWorld:
    return IncidentWorld(stage=stage)


@pytest.fixture(scope="session")
def walkers(town: Town) -> Walkers:
    return make_walkers(town=town)
