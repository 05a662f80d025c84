"""Which scripts and style sheets a page loads: Dash would give each page all of them."""

from __future__ import annotations

import re

SHARED = ("core.js", "css/tokens.css")
WALL = (*SHARED, "css/", "live.js", "map/", "vendor/", "wall/")
BASEMAP = ("css/basemap.css", "map/shifted.js", "map/tiles.js")
TAG = re.compile(
    r'\s*<(?:script src|link rel="stylesheet" href)="/assets/([^"?]+)[^"]*">(?:</script>)?'
)

OF_OTHERS = {  # what a desk page shows as the wall or another page does
    "calls": ("map/02_rings.js",),
    "contacts": ("desk/phones/phones.css",),
}


def of_desk(name: str) -> tuple[str, ...]:
    """What a desk page loads: what all share, the shell, and its own folder `desk/NAME/`."""
    return (*SHARED, *BASEMAP, *OF_OTHERS.get(name, ()), "desk/_shell/", f"desk/{name}/")


def only(html: str, wanted: tuple[str, ...]) -> str:
    """A page of Dash without the assets whose path begins with none of `wanted`."""
    return TAG.sub(lambda tag: tag[0] if tag[1].startswith(wanted) else "", html)
