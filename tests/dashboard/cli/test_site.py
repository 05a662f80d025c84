"""What a site is told by the command line: when its grids should be manned."""

from __future__ import annotations

from datetime import time
from pathlib import Path

from data.events import types
from data.places import site
from tests.dashboard.cli.conftest import wangge
from tests.factories import Town


async def hours(town: Town) -> tuple[time | None, time | None]:
    async with town.database.acting(town.system_id) as link:
        found = await site.read(link)
    return found.duty_from, found.duty_to


async def test_what_open311_lets_anybody_do(town: Town, tmp_path: Path) -> None:
    """Nothing, until it is said; each setting by itself. A type's questions come from a file."""

    async def found() -> tuple[bool, int, str | None]:
        async with town.database.acting(town.system_id) as link:
            one = await site.read(link)
            await types.ensure(link, {"wish": None})
        return one.open311_public, one.open311_daily, one.open311_jurisdiction

    assert await found() == (False, 0, None)
    said = ("--open311-anonymous", "20", "--open311-jurisdiction", "town.gov.cn")
    assert (await wangge("site", "set", *said)).exit_code == 0
    assert (await wangge("site", "set", "--open311-public")).exit_code == 0
    assert await found() == (True, 20, "town.gov.cn")
    assert "open311: read public, 20 anonymous a day" in (await wangge("site", "show")).output
    for last in ("--no-open311-public", "--open311-anonymous=0", "--open311-jurisdiction="):
        assert (await wangge("site", "set", last)).exit_code == 0
    assert await found() == (False, 0, None)
    assert (await wangge("site", "set", "--open311-anonymous", "-1")).exit_code == 2
    file = tmp_path / "asked.json"
    for text, exit_code in (('[{"code": "BAGS", "datatype": "number"}]', 0), ("[", 1), ("[{}]", 1)):
        file.write_text(text, encoding="utf-8")
        told = await wangge("types", "ask", "wish", str(file))
        assert (told.exit_code, "Traceback" in told.output) == (exit_code, False), told.output
    assert "wish\twish\twish\t\tBAGS" in (await wangge("types", "list")).output
    file.write_text("[]", encoding="utf-8")
    assert (await wangge("types", "ask", "none", str(file))).exit_code == 1


async def test_duty_hours(town: Town) -> None:
    assert await hours(town) == (None, None)
    assert (await wangge("site", "set", "--duty-hours", "07:30-18:30")).exit_code == 0
    assert await hours(town) == (time(7, 30), time(18, 30))
    assert "duty hours: 07:30-18:30" in (await wangge("site", "show")).output
    for wrong in ("8", "08:00", "08:00-08:00", "25:00-26:00", "day-night", ""):
        said = await wangge("site", "set", "--duty-hours", wrong)
        assert said.exit_code == 2 and "Traceback" not in said.output, wrong
    assert await hours(town) == (time(7, 30), time(18, 30))
    assert (await wangge("site", "set", "--duty-hours", "20:00-06:00")).exit_code == 0
    assert (await wangge("site", "set", "--load-kind", "service")).exit_code == 0
    assert await hours(town) == (time(20), time(6))
    assert (await wangge("site", "set", "--duty-hours", "always")).exit_code == 0
    assert await hours(town) == (None, None)
    assert "duty hours: always" in (await wangge("site", "show")).output


async def test_how_long_contacts_are_kept(town: Town) -> None:
    said = (await wangge("site", "show")).output
    assert "contacts: kept 180 days after closing, 0 held, 0 deleted" in said
    assert (await wangge("site", "set", "--contacts-days", "90")).exit_code == 0
    assert "kept 90 days" in (await wangge("site", "show")).output
    for wrong in ("-1", "4000", "long"):
        assert (await wangge("site", "set", "--contacts-days", wrong)).exit_code == 2
    assert "kept 90 days" in (await wangge("site", "show")).output
