"""The layers of the map: a table. Each key is what the scripts ask and the URL carries."""

from __future__ import annotations

from typing import NamedTuple


class Layer(NamedTuple):
    """Its name and what its marks mean; `{…}` stands for one of the site's ages."""

    word: str
    meaning: str = ""


LAYERS: dict[str, Layer] = {
    "load": Layer("Grid load", "open cases per grid worker"),
    "light": Layer("Overdue grids", "a case in it is past its limit"),
    "vacancy": Layer("Grids with nobody", "nobody who answers for it is on duty"),
    "borders": Layer("Borders", "the thicker, the higher the level"),
    "circles": Layer("Service circles", "the radius in true metres"),
    "facilities": Layer("Stations"),
    "people": Layer("People", "fresh {fresh}, ageing {ageing}, stale {offline}, then offline"),
    "clusters": Layer("Clusters", "five or more close together"),
    "overdue": Layer("Overdue events", "past the limit, with the time over"),
    "events": Layer("Other events", "due soon, within limit, no limit"),
    "alerts": Layer("Alerts", "closer lines are more severe"),
    "labels": Layer("Names"),
    "basemap": Layer("Base map", "else our own roads and waters"),
}
