"""`wangge contacts`: which are verified, verifying one, and why another is not."""

from __future__ import annotations

import pytest

from tests.dashboard.cli.conftest import wangge
from tests.factories import Town


async def test_contacts_are_listed_verified_and_taken_back(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_LANG", "en")
    told = (await wangge("contacts", "list", "--search", "west_chief")).output
    code, name, channel, number, why = told.splitlines()[0].split("\t")
    assert (code, channel, why) == ("west_chief", "phone", "Nobody has verified it yet.")
    assert name and "0 verified, 4 not verified, 0 people without a number" in told
    wrong = await wangge("contacts", "verify", code, "--address", number + "0")
    assert wrong.exit_code == 1 and "it has changed meanwhile" in wrong.output
    assert "west_chief: phone is verified" in (await wangge("contacts", "verify", code)).output
    assert "west_chief" not in (await wangge("contacts", "list", "--unverified")).output
    assert (await wangge("contacts", "withdraw", code)).exit_code == 0
    monkeypatch.setenv("WANGGE_LANG", "zh")
    assert "核验已撤销" in (await wangge("contacts", "list", "--unverified")).output
    assert "没有" in (await wangge("contacts", "verify", "nobody")).output
    assert (await wangge("contacts", "verify", code, "--channel", "fax")).exit_code == 1
