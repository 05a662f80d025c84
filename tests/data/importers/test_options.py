"""Options that do not fit the file are refused with what there is; no rows are no error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from data.importers import errors
from tests.data.importers.conftest import Importer, box, write_geojson

WEST = box(112.901, 35.601, 112.909, 35.609)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"maps": {"code": "NOPE"}, "group": "k"}, errors.NoSuchColumn),
        ({"maps": {"colour": "code"}, "group": "k"}, errors.NoSuchField),
        ({"key": ("NOPE",), "group": "k"}, errors.NoSuchColumn),
        ({}, errors.MissingOption),
        ({"group": "k", "crs": "EPSG:0"}, errors.AskCrs),
        ({"group": "k", "crs": "GCJ-03"}, errors.AskCrs),
    ],
)
async def test_a_wrong_option_says_what_there_is(
    importer: Importer, tmp_path: Path, options: dict[str, Any], error: type[Exception]
) -> None:
    file = write_geojson(tmp_path / "g.geojson", [({"code": "A", "name": "a"}, WEST)])
    with pytest.raises(error):
        await importer("grids", file, **options)


async def test_an_empty_file_is_an_empty_account(importer: Importer, tmp_path: Path) -> None:
    report = await importer("grids", write_geojson(tmp_path / "g.geojson", []), group="k")
    assert (report["rows"], report["units"], report["rejected"]) == (0, 0, [])
