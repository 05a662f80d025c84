"""Which scripts and style sheets a page loads: Dash would give each page all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

SHARED = ("core.js", "css/tokens.css")
WALL = (*SHARED, "css/", "live.js", "map/", "vendor/", "wall/")
BASEMAP = ("css/basemap.css", "map/shifted.js", "map/tiles.js")
TAG = re.compile(
    r'\s*<(?:script src|link rel="stylesheet" href)="/assets/([^"?]+)[^"]*">(?:</script>)?'
)
CHARTS = re.compile(r'<script src="(/assets/vendor/plotly[^"]+)"></script>')

OF_OTHERS = {  # what a desk page shows as the wall or another page does
    "calls": ("map/02_rings.js",),
    "contacts": ("desk/phones/phones.css",),
}


def of_desk(name: str) -> tuple[str, ...]:
    """What a desk page loads: what all share, the shell, and its own folder `desk/NAME/`."""
    return (*SHARED, *BASEMAP, *OF_OTHERS.get(name, ()), "desk/_shell/", f"desk/{name}/")


def only(html: str, wanted: tuple[str, ...]) -> str:
    """A page of Dash without the assets whose path begins with none of `wanted`.

    The library of charts is fetched and not yet run: wall/charts.js does that.
    """
    html = TAG.sub(lambda tag: tag[0] if tag[1].startswith(wanted) else "", html)
    return CHARTS.sub(r'<link rel="preload" as="script" id="charts-library" href="\1">', html)


def ahead(html: str, paths: Sequence[str]) -> str:
    """A page that asks for what its scripts will fetch before these have come."""
    links = (f'<link rel="preload" as="fetch" crossorigin href="{escape(path)}">' for path in paths)
    return html.replace("</head>", "".join(links) + "</head>", 1)
