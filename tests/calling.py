"""A town with a dispatcher in the west, and calls with a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard.embedded import Store
from data import actors
from data.access import Actor
from data.calls import answers, dial, policies, presence, sessions, timers, view
from data.calls.channel import MemoryChannel
from data.calls.model import Moment, Rules, Step, Subject, SubjectKind, Target
from data.calls.policies import Policy
from data.database import Database
from tests.factories import NOON, Town, make_town

REAL = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@dataclass
class Desk:
    """The dispatcher's desk and the phones of the town; `advance` moves both clocks."""

    town: Town
    dispatcher: Actor
    elapsed: timedelta = timedelta(0)
    channel: MemoryChannel = field(default_factory=MemoryChannel)
    real: datetime = REAL  # where real time begins
    site: datetime = NOON  # and that of the site

    @property
    def when(self) -> Moment:
        return Moment(site=self.site + self.elapsed, real=self.real + self.elapsed)

    def advance(self, seconds: float) -> None:
        self.elapsed += timedelta(seconds=seconds)

    def _system(self) -> Any:
        return self.town.database.acting(self.town.system_id)

    async def open_page(self, *people: str) -> None:
        async with self._system() as link:
            for name in people:
                await presence.opened(
                    link,
                    process="web",
                    key=name,
                    person_id=self.town.people[name],
                    real=self.when.real,
                )

    async def click(
        self, kind: str, id_: int | None, key: str = "k", actor: Actor | None = None, **more: Any
    ) -> int:
        """Start a session as the dispatcher and fire it, as the API does."""
        who = actor or self.dispatcher
        urgent = more.pop("urgent", False)
        async with self.town.database.acting(who.id) as link:
            session = await sessions.start(
                link,
                actor=who,
                request_key=key,
                subject=Subject(SubjectKind(kind), id_, **more),
                when=self.when,
                urgent=urgent,
            )
        await self.go_on(session)
        return session

    async def go_on(self, session: int) -> None:
        """Carry it forward at once, as the API does after what the caller did."""
        async with self._system() as link:
            await sessions.advance(link, session, self.when)

    async def by_policy(self, *steps: Step, **rules: Any) -> None:
        """From now on this policy fits everything; without steps the product's own does."""
        async with self._system() as link:
            system = await actors.system_actor(link)
            if not steps:
                await policies.remove(link, system, ALL_ON_THE_GRID.rules.code)
                return
            named = {"code": "all", "name_zh": "全格", "name_en": "All", **rules}
            await policies.write(link, system, Policy(Rules(**named), steps))

    async def stand(self, person: str, lon: float, lat: float = 35.605, age_s: float = 5) -> None:
        """A person's newest position."""
        async with self._system() as link:
            await link.execute(STAND, {
                "person": self.town.people[person], "lon": lon, "lat": lat,
                "at": self.when.site - timedelta(seconds=age_s),
            })  # fmt: skip

    async def workers(self, n: int) -> None:
        """So many more who work the grid W-1, on duty and near its middle: m0, m1, …"""
        given = {
            "n": n,
            "area": self.town.areas["west"],
            "grid": self.town.grids["W-1"],
            "start": self.when.site - timedelta(hours=4),
            "end": self.when.site + timedelta(hours=6),
        }
        async with self._system() as link:
            rows = await (await link.execute(WORKERS, given)).fetchall()
        self.town.people |= {f"m{number}": person for number, (person,) in enumerate(rows)}
        for number in range(n):
            await self.stand(f"m{number}", 112.9051)

    async def escalate(self, session: int, step: int) -> None:
        async with self.town.database.acting(self.dispatcher.id) as link:
            await sessions.escalate(
                link, actor=self.dispatcher, session_id=session, step=step, when=self.when
            )
        await self.go_on(session)

    async def end(self, session: int) -> None:
        async with self.town.database.acting(self.dispatcher.id) as link:
            await sessions.end(link, actor=self.dispatcher, session_id=session, when=self.when)
        await self.go_on(session)

    async def rings(self, attempt: int, person: str) -> str:
        """His page says that it rings."""
        async with self._system() as link:
            return await answers.rings(
                link, attempt_id=attempt, person_id=self.town.people[person], when=self.when
            )

    async def add(self, session: int, person: str) -> None:
        async with self.town.database.acting(self.dispatcher.id) as link:
            await sessions.add_person(
                link,
                actor=self.dispatcher,
                session_id=session,
                person_id=self.town.people[person],
                when=self.when,
            )

    async def dial(self, session: int, owner: str = "web") -> list[int]:
        rings = await dial.dial(
            self.town.database,
            self.channel,
            session_id=session,
            system_id=self.town.system_id,
            owner=owner,
            now=lambda: self.when,
        )
        return [ring.person_id for ring in rings]

    async def engine(self) -> int:
        """One pass of the engine: all that is due; how many sessions."""
        n = 0
        while True:
            async with self._system() as link:
                if await timers.advance_one_due(link, self.when) is None:
                    return n
            n += 1

    async def lost(self) -> int:
        """The engine looks for what rings on pages that nobody holds; how many calls."""
        async with self._system() as link:
            return await dial.lost(link, channel="page", when=self.when)

    async def tick(self) -> None:
        """What the engine looks for beside what is due: a clock that was set back."""
        async with self._system() as link:
            await timers.set_back(link, self.when)

    async def acknowledge(self, attempt: int, person: str) -> str:
        async with self._system() as link:
            reply = await answers.acknowledge(
                link, attempt_id=attempt, person_id=self.town.people[person], when=self.when
            )
        return reply.said

    async def decline(self, attempt: int, person: str, reason: str = "far away") -> str:
        async with self._system() as link:
            reply = await answers.decline(
                link,
                attempt_id=attempt,
                person_id=self.town.people[person],
                reason=reason,
                when=self.when,
            )
        return reply.said

    async def seen(self, session: int, actor: Actor | None = None) -> dict[str, Any]:
        who = actor or self.dispatcher
        async with self.town.database.acting(who.id) as link:
            (card,) = await view.sessions(link, [session], self.when)
        return card

    async def states(self, session: int) -> dict[str, str]:
        """State by the person's name."""
        card = await self.seen(session)
        return {a["person"]["name"]: a["state"] for a in card["attempts"]}

    async def attempt(self, session: int, person: str) -> int:
        card = await self.seen(session)
        return int(next(a["id"] for a in card["attempts"] if a["person"]["name"] == person))

    async def lines(self, session: int, action: str) -> list[dict[str, Any]]:
        """What the ledger says of each such act."""
        async with self._system() as link:
            every = await view.lines(link, session)
        return [line["detail"] for line in every if line["action"] == action]

    async def ledger(self, session: int) -> list[str]:
        async with self._system() as link:
            return [line["action"] for line in await view.lines(link, session)]


WORKERS = """
WITH p AS (INSERT INTO person (code, name, area_id)
           SELECT 'm' || n, 'm' || n, %(area)s FROM generate_series(0, %(n)s - 1) n RETURNING id),
s AS (INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)
      SELECT id, %(area)s, %(start)s, %(end)s, %(start)s FROM p)
INSERT INTO post (person_id, role, grid_id, area_id)
SELECT id, 'grid_worker', %(grid)s, %(area)s FROM p RETURNING person_id"""
STAND = """
INSERT INTO latest_position (person_id, area_id, at, lon, lat, source_id, original_lon,
                             original_lat, grid_ids)
SELECT p.id, p.area_id, %(at)s, %(lon)s, %(lat)s, s.id, %(lon)s, %(lat)s,
       ARRAY(SELECT g.id FROM grid g
             WHERE ST_Intersects(g.geom, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)))
FROM person p, (SELECT min(id) AS id FROM source) s WHERE p.id = %(person)s
ON CONFLICT (person_id) DO UPDATE SET at = excluded.at, lon = excluded.lon,
    lat = excluded.lat, grid_ids = excluded.grid_ids"""
ALL_ON_THE_GRID = Policy(
    Rules(code="all", name_zh="全格", name_en="All"), (Step(Target.RESPONSIBLE),)
)


async def make_desk(database: Database, store: Store) -> Desk:
    town = await make_town(database, store.admin_url)
    async with database.acting(town.system_id) as link:
        await policies.write(link, await actors.system_actor(link), ALL_ON_THE_GRID)
        await link.execute("INSERT INTO source (name, area_id) VALUES ('gps', 1)")
        dispatcher, _ = await actors.create_token(
            link, name="dora", role="duty_officer", area="code-west"
        )  # an account's password would cost each test a second
    return Desk(town, dispatcher)
