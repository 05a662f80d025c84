"""Whatever a file holds, each row ends in exactly one state, and the totals add up."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.embedded import Store
from data import actors
from data.database import Database
from data.importers.errors import ImportRefused
from data.importers.reasons import REASONS, WARNINGS
from data.importers.report import Ledger, State
from data.places import site
from tests.data.importers.conftest import Importer, box, point

NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-200, 200),
    st.just(None),
    st.text(max_size=3),
)
PAIRS = st.lists(NUMBERS, min_size=0, max_size=3)
BOXES = st.builds(
    lambda x, y, w: box(x, y, x + w, y + w),
    *(st.floats(-190, 190), st.floats(-95, 95), st.floats(-1, 30)),
)
GEOMETRIES = st.one_of(
    st.none(),
    BOXES,
    st.builds(point, st.floats(-200, 200), st.floats(-100, 100)),
    st.builds(
        lambda kind, rings: {"type": kind, "coordinates": rings},
        st.sampled_from(["Polygon", "MultiPolygon", "Point", "Surface", None]),
        st.lists(st.one_of(st.lists(PAIRS, max_size=6), PAIRS), max_size=3),
    ),
)
VALUES = st.one_of(
    st.sampled_from(["A", "B", "C", "", " ", "\u0000", "x" * 400]),
    st.none(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    st.lists(st.integers(), max_size=2),
)
TIMES = st.one_of(
    VALUES,
    st.sampled_from(["2011-11-06 01:30", "2011-11-06", "2011-10-01T00:00Z", "99999999999999"]),
)
PROPERTIES = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("code", "id", "name", "kind", "level", "type", "class", "text"), VALUES),
        **dict.fromkeys(("population", "parent", "phone", "grid", "service_radius_m"), VALUES),
        **dict.fromkeys(("opened", "closed", "due"), TIMES),
    },
)
FEATURES = st.lists(
    st.one_of(
        st.fixed_dictionaries({"properties": PROPERTIES, "geometry": GEOMETRIES}),
        st.sampled_from([None, 1, "x", {}, {"properties": []}]),
    ),
    max_size=12,
)
NOUNS = ("areas", "grids", "facilities", "ground", "people", "events")


@pytest.fixture
def bare(store: Store) -> Store:
    asyncio.run(
        site.create(store.admin_url, name_zh="空", name_en="Bare", timezone="America/New_York")
    )
    return store


@settings(max_examples=80)
@given(noun=st.sampled_from(NOUNS), features=FEATURES, strict=st.booleans())
def test_totals_add_up_for_any_file(bare: Store, noun: str, features: Any, strict: bool) -> None:
    """`Importer` asserts the sums; here also that nothing escapes as an error."""
    group = {"areas": "town", "grids": "k", "facilities": "k", "ground": "water"}.get(noun)

    async def go(path: Path) -> None:
        async with Database(bare.app_url, bare.readonly_url, size=2) as database:
            async with database.acting(None) as link:
                system = await actors.system_actor(link)
            importer = Importer(database, system.id)
            try:
                report = await importer(noun, path, group=group, source="s", strict=strict)
            except ImportRefused:
                return
            assert report["rows"] == len(features)
            again = await importer(noun, path, group=group, source="s", strict=strict)
            if not strict or not report["rows_rejected"]:
                assert again["rows_rejected"] == report["rows_rejected"]
                assert again["rows_imported"] == 0

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        asyncio.run(go(path))


def test_a_row_is_rejected_for_its_first_reason_only() -> None:
    ledger = Ledger([("one", 2), ("two", 3)])
    ledger.reject(4, "nameless")
    ledger.reject(4, "no_code", column="x")
    assert [one.reason for one in ledger.rejected] == ["nameless"]
    assert (ledger.count(State.REJECTED), ledger.place(4), ledger.place(1)) == (
        1,
        ("two", 3),
        ("one", 2),
    )
    assert ledger.open_rows() == [0, 1, 2, 3]


def test_every_sentence_can_be_filled_in() -> None:
    """Braces are fields, nothing else."""
    import string

    for sentence in (*REASONS.values(), *WARNINGS.values()):
        assert all(
            name is None or name.isidentifier()
            for _, name, _, _ in string.Formatter().parse(sentence)
        )
