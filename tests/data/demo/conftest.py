"""One demo town for all tests of this folder: building it takes seconds."""

from __future__ import annotations

import pytest

from data.demo.incidents import IncidentWorld
from data.demo.model import Town
from data.demo.stage import Stage, make_stage
from data.demo.town import make_town
from data.demo.walkers import Walkers, make_walkers


@pytest.fixture(scope="session")
def town() -> Town:
    return make_town(seed=7)


@pytest.fixture(scope="session")
def stage(town: Town) -> Stage:
    return make_stage(town=town)


@pytest.fixture(scope="session")
def world(stage: Stage) -> IncidentWorld:
    return IncidentWorld(stage=stage)


@pytest.fixture(scope="session")
def walkers(town: Town) -> Walkers:
    return make_walkers(town=town)
