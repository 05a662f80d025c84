"""P9: navigation → grids drawn and figures visible, for 1,300 grids, in a real browser; a grid
chosen → its card and the map at rest. Against a static page that draws the same GeoJSON.

Real processes: `wangge serve web`, PostGIS, Chromium; cold is a profile that never saw the site.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import async_playwright

from dashboard.embedded import Store
from data import actors
from data.database import Database
from tests.benchmarks._role import role
from tests.benchmarks._town import BOX, add_grids, store, tiling
from tests.benchmarks.live import ARGUMENTS, CHROMIUM
from tests.benchmarks.run import Figure
from tests.waiting import free_port

BAR = "P9"
GRIDS, VERTICES, EVENTS, PEOPLE, TURNS = 1_300, 130, 400, 480, 5
# Notes when the wall first shows both; asked at every frame, from before the page's own scripts.
SEEN = """
const look = () => {
  const wall = document.getElementById("wall"), open = document.querySelector('[data-figure="events.open"]');
  if (wall && wall.dataset.grids > 0 && wall.dataset.drawn > 0 && open && /^[0-9]/.test(open.textContent))
    window.shownAt = performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""  # noqa: E501
DRILL = """id => new Promise((done) => {
  const w = window.wangge, began = performance.now(), card = document.getElementById("card");
  let rested = false;
  w.map.leaflet.once("moveend", () => { rested = true; });
  w.select({ kind: "grid", id });
  const look = () => (rested && !card.hidden && card.querySelector("h2")
    ? done(performance.now() - began) : requestAnimationFrame(look));
  look();
})"""
STATIC = """<!doctype html><meta charset="utf-8"><canvas width="1340" height="932"></canvas><script>
fetch("grids.geojson").then((r) => r.json()).then((data) => {
  const c = document.querySelector("canvas").getContext("2d"), [w, s, e, n] = BOX;
  for (const f of data.features) {
    c.beginPath();
    for (const polygon of f.geometry.coordinates) for (const ring of polygon)
      ring.forEach(([x, y], i) => c[i ? "lineTo" : "moveTo"](
        (x - w) / (e - w) * 1340, (n - y) / (n - s) * 932));
    c.fillStyle = "#303768"; c.fill("evenodd"); c.stroke();
  }
  requestAnimationFrame(() => { window.shownAt = performance.now(); });
});
</script>"""


async def run() -> list[Figure]:
    """Cold, warm and a choice, in seconds: medians, with the worst in the note."""
    async with store() as made, AsyncDirectory() as folder:
        secret = await _prepare(made)
        async with role(made, "web", "PORT") as (_, port):
            base = f"http://127.0.0.1:{port}"
            bytes_ = await _layer(base, secret, folder)
            async with _files(folder) as reference, _chromium() as browser:
                cold, warm, drill = await _wall(browser, f"{base}/kiosk/{secret}", f"{base}/screen")
                bare_cold, bare_warm, _ = await _wall(browser, reference, reference, drill=False)
    what = f"{GRIDS} grids drawn and figures visible"
    size = f"{bytes_ / 1e6:.1f} MB of GeoJSON"
    return [
        _figure(f"{what}, cold", cold, 3.0, bare_cold, size),
        _figure(f"{what}, warm", warm, 2.0, bare_warm, size),
        replace(_figure("a grid chosen → card, map at rest", drill, 1.0, [], ""), note=""),
    ]


class AsyncDirectory(tempfile.TemporaryDirectory[str]):
    """A temporary directory for `async with`."""

    async def __aenter__(self) -> Path:
        return Path(self.name)

    async def __aexit__(self, *_: object) -> None:
        self.cleanup()


def _figure(what: str, found: list[float], limit: float, bare: list[float], size: str) -> Figure:
    return Figure(
        BAR, what, statistics.median(found), "s", limit, True,
        reference=statistics.median(bare) if bare else None,
        reference_what="s, static page with the same GeoJSON" if bare else "",
        note=f"of {len(found)}, worst {max(found):.2f} s; {size}",
    )  # fmt: skip


async def _prepare(made: Store) -> str:
    """Grids, open events in them and people on shift; the secret of a kiosk."""
    async with Database(made.app_url, made.readonly_url) as database:
        await add_grids(database, tiling(GRIDS, VERTICES))
        async with database.acting(None) as link:
            system = await actors.system_actor(link)
        now = datetime.now(UTC)
        async with database.acting(system.id) as link:
            given = {
                "events": EVENTS, "people": PEOPLE, "at": now, "area": system.area_id,
                "source": await actors.ensure_source(link, "bench"),
                "start": now - timedelta(hours=1),
            }  # fmt: skip
            for sql in SEED:
                await link.execute(sql, given)
            box = "UPDATE area SET geom = ST_Multi(ST_MakeEnvelope(%s, %s, %s, %s, 4326))"
            await link.execute(box, list(BOX))
            _, secret = await actors.create_token(link, role="kiosk")
    return secret


SEED = (
    "INSERT INTO event_type (code, name_zh, name_en, limit_s) VALUES ('t', '事件', 'Event', 14400)",
    "INSERT INTO event (source_id, source_key, type_id, area_id, grid_ids, geom, opened_at, due_at)"
    " SELECT %(source)s, 'e' || n, t.id, %(area)s, ARRAY[g.id], ST_PointOnSurface(g.geom),"
    " %(at)s - n * interval '1 minute', %(at)s + (200 - n) * interval '1 minute'"
    " FROM event_type t, generate_series(1, %(events)s) n"
    " JOIN (SELECT id, geom, row_number() OVER (ORDER BY id) AS k FROM grid) g ON g.k = n * 3",
    "INSERT INTO person (code, name, area_id) SELECT 'p' || n, 'p' || n, %(area)s"
    " FROM generate_series(1, %(people)s) n",
    "INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)"
    " SELECT id, area_id, %(start)s, %(at)s + interval '8 hours', %(start)s FROM person",
    "INSERT INTO latest_position (person_id, area_id, at, lon, lat, source_id, original_lon,"
    " original_lat) SELECT p.id, p.area_id, %(at)s, ST_X(g.c),"
    " ST_Y(g.c), %(source)s, ST_X(g.c), ST_Y(g.c) FROM (SELECT id, area_id,"
    " row_number() OVER (ORDER BY id) AS k FROM person) p JOIN (SELECT ST_Centroid(geom) AS c,"
    " row_number() OVER (ORDER BY id) AS k FROM grid) g ON g.k = p.k * 2",
)


async def _layer(base: str, secret: str, folder: Path) -> int:
    """The layer as the product serves it, beside the static page; its size."""
    headers = {"Authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=60) as client:
        answer = await client.get("/api/layers/grids.geojson")
        answer.raise_for_status()
    (folder / "grids.geojson").write_bytes(answer.content)
    page = STATIC.replace("BOX", str(list(BOX)))
    (folder / "index.html").write_text(page, encoding="utf-8")
    return len(answer.content)


@asynccontextmanager
async def _files(folder: Path) -> AsyncIterator[str]:
    """A plain file server on the folder: its address."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1",
        cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}/"
    try:
        async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=10)) as client:
            await client.get(url, timeout=30)
        yield url
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def _chromium() -> AsyncIterator[Any]:
    path = str(CHROMIUM if CHROMIUM.exists() else "/usr/bin/chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


async def _wall(
    browser: Any, door: str, page_url: str, *, drill: bool = True
) -> tuple[list[float], list[float], list[float]]:
    """Seconds of TURNS cold and warm loads and choices; each turn has a profile of its own."""
    cold, warm, chosen = [], [], []
    for turn in range(TURNS):
        viewport = {"width": 1920, "height": 1080}
        context = await browser.new_context(viewport=viewport, bypass_csp=True)
        await context.add_init_script(SEEN if drill else "")
        page = await context.new_page()
        await page.goto(door)
        cold.append(await _shown(page))
        await page.goto(page_url)
        warm.append(await _shown(page))
        if drill:
            grids = await page.evaluate("[...window.wangge.map.grids.layers.keys()]")
            chosen.append(await page.evaluate(DRILL, grids[100 + 200 * turn]) / 1e3)
        await context.close()
    return cold, warm, chosen


async def _shown(page: Any) -> float:
    handle = await page.wait_for_function("window.shownAt", timeout=60_000)
    return float(await handle.json_value()) / 1e3
