"""What a source's JSON means, and its signature, by the command line."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import Result

from data.events import hooks
from data.events.hooks import Hook
from tests.dashboard.cli.conftest import wangge
from tests.factories import Town


async def source(*arguments: str) -> Result:
    return await wangge("source", *arguments)


async def found(town: Town) -> Hook | None:
    async with town.database.acting(town.system_id) as link:
        return await hooks.find(link, name="cameras")


async def test_a_mapping_by_words_and_by_a_file(town: Town, tmp_path: Path) -> None:
    """The words of the command go over those of the file; what is wrong changes nothing."""
    file = tmp_path / "cameras.json"
    file.write_text(json.dumps({"items": "list", "map": {"id": "no", "type": "kind"}}))
    said = await source("map", "cameras", "--file", str(file), "--map", "id=data.id",
                        "--constant", "text=seen", "--value", "type:3=litter")  # fmt: skip
    assert said.exit_code == 0, said.output
    hook = await found(town)
    assert hook is not None and hook.mapping.items == ("list",) and hook.secret is None
    assert hook.mapping.fields == {"id": (("data", "id"),), "type": (("kind",),)}
    assert hook.mapping.values == {"type": {"3": "litter"}}
    file.write_text("[")
    for wrong, exit_code in (
        (("--map", "type=kind"), 1),
        (("--map", "id=a..b", "--map", "type=kind"), 1),
        (("--map", "id=a", "--map", "kind=b"), 1),
        (("--map", "id"), 2),
        (("--file", str(file)), 1),
    ):
        told = await source("map", "cameras", *wrong)
        assert (told.exit_code, "Traceback" in told.output) == (exit_code, False), told.output
    assert await found(town) == hook


async def test_a_signature_comes_and_goes(town: Town) -> None:
    assert (await source("sign", "cameras")).exit_code == 1
    await source("map", "cameras", "--map", "id=id", "--constant", "type=litter")
    told = await source("sign", "cameras", "--timestamp-header", "X-Time")
    hook = await found(town)
    assert hook is not None and told.output == f"secret: {hook.secret}\n"
    assert (hook.signature_header, hook.timestamp_header) == ("X-Signature-256", "X-Time")
    told = await source("sign", "cameras", "--secret", "theirs", "--header", "X-Hub-Signature-256")
    assert told.output == ""
    await source("map", "cameras", "--map", "id=key", "--constant", "type=litter")
    hook = await found(town)
    assert hook is not None and (hook.secret, hook.timestamp_header) == ("theirs", None)
    assert (await source("sign", "cameras", "--off")).exit_code == 0
    hook = await found(town)
    assert hook is not None and hook.secret is None
