"""Addresses of services: what is given, what is made of it, and what is refused in words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dashboard.basemaps import remote as remote_tiles
from dashboard.basemaps.remote import Remote, address_of, key_in, labels_template, template
from data.tiles.errors import BadAddress, LabelsElsewhere
from tests import tile_sets

TIANDITU = "https://t0.tianditu.gov.cn/vec_c/wmts"


def test_a_wmts_address_gets_its_parameters() -> None:
    made = address_of(template(TIANDITU), "a b/+", 12, 3372, 570)
    assert made == (
        TIANDITU + "?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=vec&STYLE=default"
        "&TILEMATRIXSET=c&FORMAT=tiles&TILEMATRIX=12&TILEROW=570&TILECOL=3372&tk=a%20b%2F%2B"
    )
    other = template("http://map.local/ows?map=town&tk=k", layer="base", matrix_set="EPSG:3857")
    made = address_of(other, None, 1, 0, 1)
    assert "map=town&" in made and "LAYER=base" in made and "TILEMATRIXSET=EPSG%3A3857" in made
    assert "tk=" not in made and key_in("http://map.local/ows?map=town&tk=k") == "k"
    assert key_in(TIANDITU) is None


def test_a_template_is_taken_as_it_is() -> None:
    given = "https://tiles.example/{TileMatrix}/{TileCol}/{TileRow}.png?k={key}"
    assert address_of(template(given), "s&x", 3, 2, 1) == "https://tiles.example/3/2/1.png?k=s%26x"
    plain = template("http://map.local/{z}/{x}/{y}.png")
    assert address_of(plain, None, 3, 2, 1) == "http://map.local/3/2/1.png"
    assert address_of(plain, "k", 3, 2, 1) == "http://map.local/3/2/1.png?tk=k"


def test_labels_are_another_layer_of_the_same_service() -> None:
    named = labels_template(TIANDITU, "cva")
    assert (
        named
        == template(TIANDITU.replace("vec", "cva"))
        == labels_template(TIANDITU, TIANDITU.replace("vec", "cva"))
    )
    assert "/cva_c/wmts?" in named and "LAYER=cva&" in named and "TILEMATRIXSET=c&" in named
    other = labels_template("http://map.local/ows", "names", layer="base", matrix_set="EPSG:3857")
    assert other == template("http://map.local/ows", layer="names", matrix_set="EPSG:3857")
    pattern = "http://map.local/base/{z}/{x}/{y}"
    assert labels_template(pattern, "http://map.local/names/{z}/{x}/{y}").count("names") == 1
    with pytest.raises(LabelsElsewhere):
        labels_template(TIANDITU, TIANDITU.replace("vec_c", "cva_w"))
    with pytest.raises(BadAddress):
        labels_template(pattern, "names")  # a template says nothing of layers


@pytest.mark.parametrize(
    "bad",
    [
        *("file:///etc/{z}/{x}/{y}", "ftp://h/{z}/{x}/{y}", "//h/{z}/{x}/{y}", "tiles/{z}/{x}/{y}"),
        *("http://h/{z}/{x}", "http://h/{z}/{x}/{y}/{s}", "http:///{z}/{x}/{y}", "http://h/wmts"),
    ],
)
def test_what_is_no_address_of_tiles_is_refused(bad: str) -> None:
    with pytest.raises(BadAddress):
        template(bad)


def test_the_oldest_tiles_are_forgotten_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_tiles, "MOST_KEPT", 3)
    monkeypatch.setattr(remote_tiles, "LOOK_EVERY", 5)
    remote = Remote("http://127.0.0.1/{z}/{x}/{y}", None, kept=tmp_path)
    red = tile_sets.plain((200, 0, 0))
    for row in range(5):
        if row == 4:
            for old, file in enumerate(sorted(tmp_path.rglob("3/1/*"))):
                os.utime(file, (1_000_000 + old, 1_000_000 + old))
        remote._keep(red, 3, 1, row)
    assert sorted(one.name for one in tmp_path.rglob("3/1/*")) == ["2", "3", "4"]
