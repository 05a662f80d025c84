"""The site of a store: its names, time zone, thresholds and its one clock.

The clock is real, or anchored: site time = anchor_site + (real − anchor_real) × speed. Every
process reads the same row, so a replay or a drill moves all of them together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection

from data.database import Connection, fetch_one
from data.errors import Invalid, NoSite
from data.queries import load
from data.tiles import basemap as basemaps
from data.tiles.basemap import Basemap

SQL = load(__file__)
PUBLIC_URL = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?/?")

LEVELS = (
    ("site", 0, "全域", "Site"),
    ("district", 1, "区县", "District"),
    ("subdistrict", 2, "街道", "Subdistrict"),
    ("town", 3, "镇", "Town"),
    ("sector", 4, "片区", "Sector"),
    ("community", 5, "村社", "Community"),
    ("village", 6, "村", "Village"),
    ("division", 11, "总队", "Division"),
    ("battalion", 12, "大队", "Battalion"),
    ("company", 13, "中队", "Company"),
)


@dataclass(frozen=True, slots=True)
class Clock:
    """Real when `anchor_real` is None, else anchored and running at `speed`."""

    speed: float = 1.0
    anchor_real: datetime | None = None
    anchor_site: datetime | None = None

    def at(self, real: datetime) -> datetime:
        """Site time at a real (aware) time."""
        if self.anchor_real is None or self.anchor_site is None:
            return real
        return self.anchor_site + (real - self.anchor_real) * self.speed

    @property
    def mode(self) -> str:
        return "real" if self.anchor_real is None else "replay"


@dataclass(frozen=True, slots=True)
class Site:
    """What a store is about; thresholds in seconds, `zone` for what "today" means."""

    name_zh: str
    name_en: str
    timezone: str
    fresh_s: int
    ageing_s: int
    offline_s: int
    load_kind: str
    clock: Clock
    duty_from: time | None = None
    duty_to: time | None = None
    mark: str = ""  # in the names of its cookies
    open311_public: bool = False  # whether anybody may read requests, without texts and persons
    open311_daily: int = 0  # reports a day without a key
    open311_jurisdiction: str | None = None  # None: whatever is said is ignored
    contacts_days: int = 180  # after closing, a reporter's contact is kept so long
    public_url: str = ""  # where phones find it; empty: unknown
    basemap: Basemap | None = None  # None: our own ground is all there is

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def in_duty_hours(self, at: datetime) -> bool:
        """Whether each grid should have somebody on duty at `at`."""
        if self.duty_from is None or self.duty_to is None:
            return True
        local = at.astimezone(self.zone).time()
        if self.duty_from < self.duty_to:
            return self.duty_from <= local < self.duty_to
        return local >= self.duty_from or local < self.duty_to

    def day_of(self, at: datetime) -> tuple[datetime, datetime]:
        """The half-open day [start, end) of the site's zone that contains `at`."""
        day = at.astimezone(self.zone).date()
        return self.midnight(day), self.midnight(day + timedelta(days=1))

    def midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone)


async def create(
    admin_url: str, *, name_zh: str, name_en: str, timezone: str, root_code: str = "000000000000"
) -> bool:
    """Make the site, its root area and the system actor as the migrator; False if there is one.

    Raises Invalid for a time zone that the IANA database does not know.
    """
    try:
        ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        raise Invalid(what=f"timezone {timezone}", why="not in the IANA database") from None
    async with await AsyncConnection.connect(admin_url) as link:
        row = await (await link.execute(SQL.exists)).fetchone()
        if row and row[0]:
            return False
        names = {"name_zh": name_zh, "name_en": name_en, "timezone": timezone}
        await link.execute(SQL.create_site, names)
        for code, rank, zh, en in LEVELS:
            await link.execute(
                SQL.create_level, {"code": code, "rank": rank, "name_zh": zh, "name_en": en}
            )
        await link.execute(SQL.create_root, {"code": root_code, "name": name_zh})
        await link.execute(SQL.create_system_actor)
    return True


async def read(connection: Connection) -> Site:
    """The site of this store. Raises NoSite."""
    row = await fetch_one(connection, SQL.read)
    if row is None:
        raise NoSite()
    clock = Clock(row.pop("clock_speed"), row.pop("anchor_real"), row.pop("anchor_site"))
    return Site(**row, clock=clock, basemap=await basemaps.read(connection))


async def set_clock(connection: Connection, clock: Clock) -> None:
    """Set the clock that all processes read; `Clock()` is the real one."""
    await connection.execute(
        SQL.set_clock,
        {
            "speed": clock.speed,
            "anchor_real": clock.anchor_real,
            "anchor_site": clock.anchor_site,
        },
    )


async def set_duty_hours(connection: Connection, start: time | None, end: time | None) -> None:
    """When each grid should have somebody on duty; both None: at all times."""
    await connection.execute(SQL.set_duty_hours, {"start": start, "end": end})


async def set_load_kind(connection: Connection, kind: str) -> None:
    """Choose the grid kind that the wall colours first."""
    await connection.execute(SQL.set_load_kind, {"kind": kind})


async def set_open311(connection: Connection, **given: bool | int | str | None) -> None:
    """Change some of what Open311 lets anybody do: public, daily, jurisdiction."""
    kept = await fetch_one(connection, SQL.open311)
    await connection.execute(SQL.set_open311, {**(kept or {}), **given})


async def set_public_url(connection: Connection, url: str) -> None:
    """Where phones find the site, without a path; empty: unknown. Raises Invalid."""
    if url and not PUBLIC_URL.fullmatch(url):
        raise Invalid(what="public-url", why="write https://HOST or https://HOST:PORT")
    await connection.execute(SQL.set_public_url, {"url": url.rstrip("/")})


async def set_contacts_days(connection: Connection, days: int) -> None:
    """How long a reporter's contact is kept after his report was closed."""
    await connection.execute(SQL.set_contacts_days, {"days": days})
