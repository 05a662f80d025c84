"""Who sees what: row-level security as the application's own roles meet it."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from dashboard.embedded import Store
from data import access, actors
from data.database import Database
from tests.factories import Town, make_town, value

REAL = datetime(2026, 7, 14, 4, 0, tzinfo=UTC)
SCOPED = [
    *("area", "grid", "facility", "building", "person", "contact", "post", "shift"),
    *(
        "latest_position",
        "position_history",
        "grid_visit",
        "event",
        "event_log",
        "reporter",
        "hook",
    ),
    *("call_session", "call_attempt", "call_event", "call_drill"),
]


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url)


async def scoped(town: Town, area: str | None, role: str = "duty_officer") -> int:
    async with town.database.acting(town.system_id) as link:
        actor, _ = await actors.create_token(link, role=role, area=area)
        return actor.id


@pytest.mark.parametrize("readonly", [False, True])
async def test_nobody_sees_nothing(town: Town, readonly: bool) -> None:
    """No actor at all: every scoped table is empty, for both roles."""
    async with town.database.acting(None, readonly=readonly) as link:
        for table in set(SCOPED) - ({"contact", "reporter", "hook"} if readonly else set()):
            query = psycopg.sql.SQL("SELECT count(*) FROM {}").format(psycopg.sql.Identifier(table))
            assert await value(link, query) == 0, table


async def test_an_empty_or_revoked_actor_sees_nothing(town: Town) -> None:
    west = await scoped(town, "code-west")
    async with town.database.acting(town.system_id) as link:
        assert await actors.revoke(link, west, REAL)
    for actor in (west, 999_999):
        async with town.database.acting(actor) as link:
            assert await value(link, "SELECT count(*) FROM grid") == 0
            assert await value(link, "SELECT count(*) FROM area") == 0


async def test_a_community_sees_its_own_rows_and_the_names_above(town: Town) -> None:
    west = await scoped(town, "code-west")
    async with town.database.acting(west) as link:
        rows = await (await link.execute("SELECT code FROM person ORDER BY code")).fetchall()
        assert [code for (code,) in rows] == ["west_chief", "west_worker"]
        rows = await (await link.execute("SELECT name FROM area ORDER BY id")).fetchall()
        assert [name for (name,) in rows] == ["示范镇", "west"]


async def test_a_community_cannot_write_into_its_neighbour(town: Town) -> None:
    west = await scoped(town, "code-west")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with town.database.acting(west) as link:
            await link.execute(
                "INSERT INTO person (code, name, area_id) VALUES ('x', 'x', %s)",
                [town.areas["east"]],
            )
    async with town.database.acting(west) as link:
        changed = await link.execute("UPDATE person SET name = 'x' WHERE code = 'east_chief'")
        assert changed.rowcount == 0


@pytest.mark.parametrize("role", sorted(set(access.ROLES) - {"system"}))
async def test_contacts_follow_the_table_of_roles(town: Town, role: str) -> None:
    """The policy in SQL and the table in access.py say the same."""
    actor = await scoped(town, None, role)
    async with town.database.acting(actor) as link:
        seen = await value(link, "SELECT count(*) FROM contact")
    assert seen == (4 if role in access.SEES_CONTACTS else 0)


async def test_the_actor_does_not_outlive_its_transaction(town: Town) -> None:
    async with town.database.acting(town.system_id) as link:
        assert await value(link, "SELECT count(*) FROM grid") == 2
    for _ in range(8):  # whichever pooled connection comes
        async with town.database.acting(None) as link:
            assert await value(link, "SELECT count(*) FROM grid") == 0


async def test_the_readonly_role_cannot_write_even_when_it_tries(town: Town, store: Store) -> None:
    """Neither in the transaction it is given nor in one of its own that asks for more."""
    async with town.database.acting(town.system_id, readonly=True) as link:
        assert await value(link, "SHOW transaction_read_only") == "on"
    async with await psycopg.AsyncConnection.connect(store.readonly_url, autocommit=True) as link:
        await link.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await link.execute("UPDATE person SET name = 'x'")


async def test_our_connections_are_bound_by_the_policies(town: Town, store: Store) -> None:
    """No login role of ours is superuser, BYPASSRLS, or owns a scoped table."""
    async with await psycopg.AsyncConnection.connect(store.admin_url) as link:
        rows = await (
            await link.execute(
                "SELECT rolname FROM pg_roles WHERE rolname IN ('wangge_app', 'wangge_readonly')"
                " AND (rolsuper OR rolbypassrls OR oid IN (SELECT relowner FROM pg_class))"
            )
        ).fetchall()
        assert rows == []
        rows = await (
            await link.execute(
                "SELECT relname FROM pg_class WHERE relname = ANY (%s)"
                " AND NOT (relrowsecurity AND relforcerowsecurity)",
                [SCOPED],
            )
        ).fetchall()
        assert rows == []


POINT = "ST_SetSRID(ST_MakePoint(112.905, 35.605), 4326)"
BOX = "ST_MakeEnvelope(112.9, 35.6, 112.901, 35.601, 4326)"
SPATIAL = {
    "grid_geom": f"SELECT id FROM grid WHERE ST_Covers(geom, {POINT})",
    "event_geom": f"SELECT id FROM event WHERE geom && {BOX}",
    "facility_geom": f"SELECT id FROM facility WHERE geom && {BOX}",
    "latest_position_cell": "SELECT person_id FROM latest_position"
    " WHERE cell_y = ANY (ARRAY[14241, 14242]) AND cell_x BETWEEN 45160 AND 45164",
}


@pytest.mark.parametrize("index", sorted(SPATIAL))
async def test_spatial_searches_keep_their_index_under_the_policies(town: Town, index: str) -> None:
    west = await scoped(town, "code-west")
    async with town.database.acting(west) as link:
        await link.execute("SET LOCAL enable_seqscan = off")
        rows = await (await link.execute(f"EXPLAIN {SPATIAL[index]}".encode())).fetchall()
    assert index in "\n".join(line for (line,) in rows)


async def test_the_scope_at_hand_is_the_sum_of_the_paths(town: Town, store: Store) -> None:
    """Also after a community has been moved to another parent, and after one is gone."""

    def differing() -> list[object]:
        with psycopg.connect(store.admin_url) as link:
            return link.execute(
                "SELECT ancestor_id, array_agg(area_id ORDER BY area_id) FROM area_path GROUP BY 1"
                " EXCEPT SELECT area_id, ARRAY(SELECT unnest(area_ids) ORDER BY 1) FROM area_scope"
            ).fetchall()

    with psycopg.connect(store.admin_url) as link:
        assert link.execute("SELECT count(*) FROM area_scope").fetchone() != (0,)
    assert differing() == []
    with psycopg.connect(store.admin_url) as link:
        link.execute(
            "UPDATE area SET parent_id = (SELECT id FROM area WHERE code = 'code-west')"
            " WHERE code = 'code-east'"
        )
    assert differing() == []
    west = await scoped(town, "code-west")
    async with town.database.acting(west) as link:
        assert await value(link, "SELECT count(*) FROM area WHERE code = 'code-east'") == 1
