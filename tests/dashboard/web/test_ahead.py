"""What a wall needs most is asked for with its page, and what it needs last is run last."""

from __future__ import annotations

import re
from html import unescape

from data import actors
from tests.dashboard.web.conftest import Served
from tests.factories import Town

AHEAD = re.compile(r'<link rel="preload" as="fetch" crossorigin href="([^"]+)">')


async def test_a_wall_fetches_its_grids_before_its_scripts_have_come(
    web: Served, town: Town
) -> None:
    async with town.database.acting(town.system_id) as link:
        actor, secret = await actors.create_token(link, role="kiosk", area="code-west")
    version = await web.app.state.hub.version()
    grids = f"/api/layers/grids.geojson?v={version}-{actor.area_id}"
    async with web.client() as wall:
        for address in (f"/kiosk/{secret}", "/screen", "/screen?theme=light"):
            page = await wall.get(address)
            assert [unescape(href) for href in AHEAD.findall(page.text)] == [grids], address
        kept = await wall.get(grids)
        assert kept.status_code == 200 and "immutable" in kept.headers["cache-control"]
        for address in ("/screen?area=code-west", "/calls", "/nothing"):
            assert AHEAD.findall((await wall.get(address)).text) == [], address


async def test_the_library_of_charts_is_fetched_and_not_yet_run(web: Served, town: Town) -> None:
    async with town.database.acting(town.system_id) as link:
        _, secret = await actors.create_token(link, role="kiosk")
    async with web.client() as wall:
        page = (await wall.get(f"/kiosk/{secret}")).text
        (library,) = re.findall(
            r'<link rel="preload" as="script" id="charts-library" href="(/assets/[^"]+)">', page
        )
        assert not re.search(r"<script[^>]+plotly", page) and "/wall/charts.js" in page
        assert "plotly" in (await wall.get(library)).text[:200]
