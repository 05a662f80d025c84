"""Two areas with one code: a sector `code-west` over the community east, beside the community."""

from __future__ import annotations

from tests.factories import Town, value


async def make_twin(town: Town) -> int:
    """The id of the sector; the community of the same code stays below the site."""
    async with town.database.acting(town.system_id) as link:
        sector = await value(
            link,
            "INSERT INTO area (code, name, level, parent_id)"
            " VALUES ('code-west', '西片区', 'sector', %s) RETURNING id",
            [town.areas["root"]],
        )
        await link.execute(
            "UPDATE area SET parent_id = %s WHERE id = %s", [sector, town.areas["east"]]
        )
    return int(sector)
