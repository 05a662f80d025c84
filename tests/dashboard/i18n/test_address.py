"""How the product speaks to people: staff are told what to do, residents are addressed by 您."""

from __future__ import annotations

from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[3]
TO_RESIDENTS = {"Too many reports came from your address. Try again in {minutes} minutes."}


def test_only_residents_are_addressed_and_by_one_word() -> None:
    """In every catalogue, and in what Python says without one."""
    addressed = set()
    for path in (ROOT / "dashboard").rglob("*.po"):
        with path.open("rb") as file:
            for one in read_po(file, locale="zh"):
                assert "你" not in str(one.string), one.string
                addressed |= {str(one.id)} if "您" in str(one.string) else set()
    assert addressed == TO_RESIDENTS
    for path in (*(ROOT / "dashboard").rglob("*.py"), *(ROOT / "dashboard/assets").glob("*.js")):
        text = path.read_text("utf-8")
        assert "你" not in text and "您" not in text, path
