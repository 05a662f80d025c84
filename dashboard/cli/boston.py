"""`wangge boston`: a real city from its own files, by the commands that anybody can type."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from pathlib import Path

import click

from dashboard import settings as settings_
from dashboard.cli.up import print_welcome, say
from dashboard.embedded import Store
from dashboard.roles import launch
from dashboard.roles.supervisor import wangge
from dashboard.settings import Settings
from data import actors
from data.database import Database
from data.errors import NotFound, WanggeError
from data.events import bulk
from data.places import site

SOURCE = "boston-311"
NAME_EN = "Boston"
DISTRICTS, NEIGHBORHOODS, REQUESTS = (
    "boston_police_districts_SHP.zip",
    "neighborhoods.geojson",
    "311_service_requests_2011.zip",
)
SITE = "site create --name 波士顿 --name-en Boston --timezone America/New_York"
IMPORTS = (
    "import grids {0} --kind police --kind-name 警区 --kind-name-en 'Police district'"
    " --map code=ID --map name=DISTRICT",
    "import grids {1} --kind neighborhood --kind-name 街区 --kind-name-en Neighborhood --key name",
    "import events {2} --source boston-311 --crs EPSG:4326 --map id=case_enquiry_id"
    " --map opened=open_dt --map due=target_dt --map closed=closed_dt --map class=subject"
    " --map address=location --map text=case_title",
)
REPLAY = "replay events boston-311 --from {start} --speed {speed:g}"


class FilesMissing(WanggeError):
    """{folder} lacks {missing}. Say where the files of Boston are: make boston DATA=folder"""


class OtherSite(WanggeError):
    """The store under {home} holds {name}. Set WANGGE_HOME to another place for Boston."""


class StepFailed(WanggeError):
    """This step failed, see above: wangge {step}"""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--from", "start", default="2011-10-15", show_default=True, help="Begin here.")
@click.option("--speed", default=600.0, show_default=True, help="How fast the clock runs.")
def boston(folder: Path, start: str, speed: float) -> None:
    """Build a site from the files of Boston in FOLDER, start it, and replay its events.

    It lives under WANGGE_HOME where that is set, else beside the demo's home.
    """
    files = [folder / name for name in (DISTRICTS, NEIGHBORHOODS, REQUESTS)]
    missing = ", ".join(file.name for file in files if not file.is_file())
    if missing:
        raise FilesMissing(folder=folder, missing=missing)
    if not os.environ.get("WANGGE_HOME"):
        home = settings_.home()
        os.environ["WANGGE_HOME"] = str(home.with_name(f"{home.name}-boston"))
    replay = REPLAY.format(start=shlex.quote(start), speed=speed)
    asyncio.run(_boston(Settings.load(), files, replay))


async def _boston(settings: Settings, files: list[Path], replay: str) -> None:
    async with launch.opened(settings, say) as store:
        settings = await launch.claim_ports(settings)
        if not await _built(store, settings):
            await _run(SITE, may_fail=True)
            for step in IMPORTS:
                await _run(step.format(*(shlex.quote(str(file)) for file in files)))

        async def greet() -> None:
            await _run(replay)
            await print_welcome(settings, store)

        await launch.run(settings, store, say=say, welcome=greet)


async def _built(store: Store, settings: Settings) -> bool:
    """Whether the store holds Boston with its events. Raises OtherSite."""
    async with Database(store.app_url, store.readonly_url, size=2) as database:
        try:
            async with database.acting(None) as connection:
                system = await actors.system_actor(connection)
        except NotFound:
            return False
        async with database.acting(system.id) as connection:
            found = await site.read(connection)
            if found.name_en != NAME_EN:
                raise OtherSite(home=settings.home, name=found.name_en)
            span = await bulk.span(connection, SOURCE)
            return span is not None and span.events > 0


async def _run(step: str, *, may_fail: bool = False) -> None:
    """One command of ours, as if typed; its output is progress and goes to stderr."""
    click.echo(f"$ wangge {step}", err=True)
    process = await asyncio.create_subprocess_exec(*wangge(*shlex.split(step)), stdout=sys.stderr)
    if await process.wait() and not may_fail:
        raise StepFailed(step=step)
