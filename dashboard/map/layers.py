"""The layers of the map: a table. Each key is what the scripts ask and the URL carries."""

from __future__ import annotations

LAYERS: dict[str, str] = {
    "load": "Grid load",
    "light": "Overdue grids",
    "borders": "Borders",
    "circles": "Service circles",
    "facilities": "Stations",
    "people": "People",
    "clusters": "Clusters",
    "overdue": "Overdue events",
    "events": "Other events",
    "labels": "Names",
}
