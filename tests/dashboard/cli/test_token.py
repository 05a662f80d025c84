"""Tokens, kiosk links and accounts by the command line, on a running store."""

from __future__ import annotations

import re

from data import actors
from tests.dashboard.cli.conftest import wangge
from tests.factories import NOON, Town


async def test_a_token_is_the_last_word_and_works(town: Town) -> None:
    said = await wangge("token", "create", "--role", "source", "--area", "code-west")
    assert said.exit_code == 0, said.output
    secret = said.stdout.split()[-1]
    async with town.database.acting(town.system_id) as link:
        actor = await actors.by_secret(link, secret, NOON)
    assert actor is not None and actor.role == "source" and actor.area_id == town.areas["west"]
    assert (await wangge("token", "revoke", secret)).exit_code == 0
    async with town.database.acting(town.system_id) as link:
        assert await actors.by_secret(link, secret, NOON) is None
    assert "ended already" in (await wangge("token", "revoke", secret)).output


async def test_a_token_ends_without_its_secret_on_the_command_line(town: Town) -> None:
    """By its number, its name, or the secret on standard input; two of one name are asked about."""
    secrets = []
    for name in ("one", "two", "two", "three"):
        said = await wangge("token", "create", "--role", "source", "--name", name)
        secrets.append(said.stdout.split()[-1])
    listed = (await wangge("token", "list")).stdout
    assert not any(secret in listed for secret in secrets)
    numbers = {line.split("  ")[0]: line.split("  ")[-1] for line in listed.splitlines()}
    assert list(numbers.values()) == ["one", "two", "two", "three"]
    assert (await wangge("token", "revoke", "one")).exit_code == 0
    asked = await wangge("token", "revoke", "two")
    assert asked.exit_code == 1 and ", ".join(list(numbers)[1:3]) in asked.output
    assert (await wangge("token", "revoke", list(numbers)[1])).exit_code == 0
    assert (await wangge("token", "revoke", given=secrets[3] + "\n")).exit_code == 0
    async with town.database.acting(town.system_id) as link:
        good = [await actors.by_secret(link, one, NOON) is not None for one in secrets]
    assert good == [False, False, True, False]
    assert (await wangge("token", "revoke", given="")).exit_code == 1


async def test_a_persons_own_token(town: Town) -> None:
    given = ("token", "create", "--role", "grid_worker", "--person")
    said = await wangge(*given, "west_worker")
    assert said.exit_code == 0, said.output
    async with town.database.acting(town.system_id) as link:
        actor = await actors.by_secret(link, said.stdout.split()[-1], NOON)
    assert actor is not None and actor.person_id == town.people["west_worker"]
    assert (await wangge(*given, "nobody")).exit_code == 1


async def test_a_kiosk_link(town: Town) -> None:
    said = await wangge("kiosk", "create")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/kiosk/\S+\n", said.stdout)


async def test_an_account_of_a_person(town: Town) -> None:
    words = ("--name", "chief", "--role", "grid_worker", "--password", "long enough")
    said = await wangge("account", "create", *words, "--person", "west_chief")
    assert said.exit_code == 0, said.output
    async with town.database.acting(town.system_id) as link:
        found = await actors.account(link, "chief", NOON)
    assert found is not None and found[0].person_id == town.people["west_chief"]


async def test_an_unknown_area_says_so_without_a_traceback(town: Town) -> None:
    said = await wangge("token", "create", "--role", "source", "--area", "nowhere")
    assert said.exit_code == 1
    assert 'no area "nowhere"' in said.output and "Traceback" not in said.output


async def test_a_source_says_its_coordinate_system(town: Town) -> None:
    """With its token or afterwards; the list shows it, and the audit keeps who said so."""
    create = ("token", "create", "--role", "source", "--source", "gps", "--crs")
    said = await wangge(*create, "gcj02")
    assert said.exit_code == 0 and "GCJ02" in said.stderr, said.output
    assert "gps  GCJ02" in (await wangge("source", "list")).stdout
    assert (await wangge("source", "set", "gps", "--crs", "cgcs2000")).exit_code == 0
    assert "gps  CGCS2000" in (await wangge("source", "list")).stdout
    for wrong in (("gps", "--crs", "nonsense"), ("nobody", "--crs", "gcj02")):
        refused = await wangge("source", "set", *wrong)
        assert refused.exit_code == 1 and "Traceback" not in refused.output
    async with town.database.acting(town.system_id) as link:
        cursor = await link.execute("SELECT detail FROM audit WHERE action = 'set_source_system'")
        assert [one["before"] for (one,) in await cursor.fetchall()] == ["WGS84", "GCJ02"]
    assert (await wangge("token", "create", "--role", "source", "--crs", "gcj02")).exit_code == 2
