"""`python -m tests.browser.shots OUT [NAME …]`: pictures of every page, with the whole town.

The site's clock stands at the same instant in every picture. A picture of a broken page is no
picture: errors on the console, dashes and zeros, an empty map, letters without a glyph fail.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from dashboard.embedded import Store, ensure, stop
from dashboard.town import NAME_EN, NAME_ZH, TIMEZONE, on_duty
from data import actors, migrate
from data.database import Database
from data.demo import seed
from data.demo.scene import make_scene
from data.demo.town import make_town
from data.places import site
from tests.browser import boxes
from tests.browser.conftest import ARGUMENTS, CHROMIUM, until_drawn
from tests.browser.serve import Web
from tests.browser.wall_town import PASSWORD, WallTown, apart

AT = datetime.fromisoformat("2026-07-14T09:42:00+08:00")
SIZES = ((1920, 1080), (3840, 2160), (390, 844))


@dataclass(frozen=True, slots=True)
class Shot:
    """A page as one account sees it; `key` is pressed when it stands."""

    name: str
    path: str
    account: str | None = "dora"
    key: str = ""
    sizes: tuple[tuple[int, int], ...] = SIZES


SHOTS = (
    Shot("screen-zh", "/screen"),
    Shot("screen-en", "/screen?lang=en"),
    Shot("screen-light", "/screen?theme=light", sizes=SIZES[:1]),
    Shot("card-zh", "/screen", key="n"),
    Shot("card-en", "/screen?lang=en", key="n"),
    Shot("layers-zh", "/screen", key="l", sizes=SIZES[:1]),
    Shot("duty-zh", "/duty", account="worker"),
    Shot("duty-en", "/duty?lang=en", account="worker", sizes=SIZES[2:]),
    Shot("import-zh", "/import", account="admin", sizes=(SIZES[0], SIZES[2])),
    Shot("import-en", "/import?lang=en&theme=light", account="admin", sizes=SIZES[:1]),
    Shot("grids-zh", "/grids", account="admin", sizes=(SIZES[0], SIZES[2])),
    Shot("grids-en", "/grids?lang=en&theme=light", account="admin", sizes=SIZES[:1]),
    Shot("basemaps-zh", "/basemaps", account="admin", sizes=(SIZES[0], SIZES[2])),
    Shot("contacts-zh", "/contacts", account="admin", sizes=(SIZES[0], SIZES[2])),
    Shot("phones-zh", "/phones", account="admin", sizes=(SIZES[0], SIZES[2])),
    Shot("policies-zh", "/policies", account="admin", sizes=(SIZES[0], SIZES[2])),
    Shot("policies-en", "/policies?lang=en&theme=light", account="admin", sizes=SIZES[:1]),
    Shot("drills-zh", "/drills", account="admin", sizes=(SIZES[0], SIZES[2])),
    Shot("sign-in-zh", "/sign-in", account=None),
    Shot("sign-in-en", "/sign-in?lang=en", account=None, sizes=SIZES[2:]),
)
# Letters that look like the one that no font has.
BOXES = """() => {
  const c = Object.assign(document.createElement('canvas'), { width: 40, height: 40 })
    .getContext('2d', { willReadFrequently: true });
  c.font = '24px ' + getComputedStyle(document.body).fontFamily;
  c.textBaseline = 'top';
  const picture = (letter) => { c.clearRect(0, 0, 40, 40); c.fillText(letter, 4, 4);
    return c.getImageData(0, 0, 40, 40).data.join(); };
  const missing = picture('\\u{10FFFE}');
  return [...new Set(document.body.innerText)].filter((l) => l.trim() && picture(l) === missing);
}"""
BLANK = """() => [...document.querySelectorAll('canvas.marks, .leaflet-choropleth-pane canvas')]
  .filter((e) => !e.getContext('2d').getImageData(0, 0, e.width, e.height).data.some((v) => v))
  .map((e) => e.className)"""
EMPTY = """() => [...document.querySelectorAll('.figures [data-figure]')]
  .filter((e) => /^(0|–)$/.test(e.textContent)).map((e) => e.dataset.figure)"""


def main(out: Path, names: list[str]) -> None:
    """Build the town, take all pictures (or those whose name begins so), and say what is wrong."""
    out.mkdir(parents=True, exist_ok=True)
    faults = []
    with served() as web, sync_playwright() as playwright:
        path = str(CHROMIUM if CHROMIUM.exists() else "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        for shot in SHOTS:
            if names and not shot.name.startswith(tuple(names)):
                continue
            for size in shot.sizes:
                file = out / f"{shot.name}-{size[0]}x{size[1]}.png"
                found = take(browser, web, shot, size, file)
                print(file, "; ".join(found) or "ok", flush=True)
                faults += found
        browser.close()
    if faults:
        raise SystemExit(f"{len(faults)} faults")


@contextmanager
def served() -> Iterator[Web]:
    """A store with the town at AT, and a web process on it."""
    home = Path(tempfile.mkdtemp(prefix="wangge-shots-"))
    home.chmod(0o711)  # the server's user must be able to pass
    try:
        print("building the town", flush=True)
        store = apart(lambda: ensure(home, careless=True))
        apart(lambda: build(store))
        web = Web(store, WallTown(), home)
        try:
            yield web.start()
        finally:
            web.stop()
    finally:
        apart(lambda: stop(home))
        shutil.rmtree(home, ignore_errors=True)


async def build(store: Store) -> None:
    """The invented town with its past year, and those who look at it."""
    await migrate.apply(store.admin_url)
    await site.create(store.admin_url, name_zh=NAME_ZH, name_en=NAME_EN, timezone=TIMEZONE)
    town = make_town()
    scene = make_scene(town=town)
    async with Database(store.app_url, store.readonly_url, size=2) as database:
        async with database.acting(None) as link:
            system = await actors.system_actor(link)
        async with database.acting(system.id) as link:
            await seed.seed(link, town, scene, at=AT)
            worker = await actors.person_id(link, on_duty(scene, AT)[0])
            for name, role, person in (
                ("dora", "duty_officer", None),
                ("worker", "grid_worker", worker),
                ("admin", "administrator", None),
            ):
                await actors.create_account(
                    link, name=name, password=PASSWORD, role=role, area=None, person_id=person
                )
    await seed.analyze(store.admin_url)


async def set_back(store: Store) -> None:
    """The clock at AT again, so that each picture shows the same moment."""
    async with Database(store.app_url, store.readonly_url, size=1) as database:
        async with database.acting(None) as link:
            system = await actors.system_actor(link)
        async with database.acting(system.id) as link:
            await site.set_clock(link, site.Clock(1.0, datetime.now(UTC), AT))


def take(browser: Browser, web: Web, shot: Shot, size: tuple[int, int], file: Path) -> list[str]:
    """One picture, and what is wrong with the page that it shows."""
    apart(lambda: set_back(web.store))
    viewport: Any = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=viewport, reduced_motion="reduce")
    if shot.account is not None:
        cookies: Any = web.cookies(shot.account)
        context.add_cookies(cookies)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(web.url + shot.path)
    found = faults_of(page, shot, lambda: apart(lambda: set_back(web.store)))
    page.screenshot(path=str(file), full_page=size[0] < 800 and not shot.key)
    context.close()
    return [*said, *found]


def faults_of(page: Page, shot: Shot, again: Callable[[], None]) -> list[str]:
    """Wait until the page stands, and look at it; `again` sets the clock back once more, since
    marks grow old while a slow machine loads the page."""
    found = []
    if shot.path.startswith("/screen"):
        until_drawn(page)
        page.wait_for_selector("#trend .bars path")
        if shot.key:
            page.keyboard.press(shot.key)
        if shot.key == "n":
            page.wait_for_selector("#card .who, #card .nothing")
        again()
        page.wait_for_timeout(2500)  # the flight and the charts' last frame
        found += [f"empty canvas {name}" for name in page.evaluate(BLANK)]
        found += [f"nothing in {name}" for name in page.evaluate(EMPTY)]
        found += [f"cut: {words}" for words in page.evaluate(boxes.CLIPPED, True)]
    elif shot.account == "admin":  # a desk page
        page.wait_for_selector("#desk[data-ground], #desk:not(:has(.map))")
        page.wait_for_function("() => !document.querySelector('#desk .busy')")  # a check that runs
        page.wait_for_timeout(1000)
        found += [f"cut: {words}" for words in page.evaluate(boxes.CLIPPED, True)]
    elif shot.account:
        page.wait_for_selector("#name:not(:empty)")
        page.wait_for_timeout(1000)
    text = page.inner_text("body")
    found += [
        f"says {word}" for word in ("Loading", "正在载入", "undefined", "NaN") if word in text
    ]
    return found + [f"no glyph for {letter}" for letter in page.evaluate(BOXES)]


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "shots"), sys.argv[2:])
