"""What /import says names its controls, never an option of the command line."""

from __future__ import annotations

import inspect
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import data.importers
from dashboard import i18n
from dashboard.imports import telling
from dashboard.imports.wording import CONTROLS, FIELDS, OF_NOUN, Page
from data.errors import Invalid, Said
from data.importers import errors, groups
from data.importers.reasons import REASONS, WARNINGS
from data.importers.run import NOUNS

OF_A_COMMAND = re.compile(r"--|wangge|WANGGE|=[A-Z]{3,}|\b(NAME|KIND|COLUMN|FILE)\b|[\[\]{}]")
SCRIPTS = Path(i18n.__file__).parents[1] / "assets" / "desk" / "import"
COMMANDS = (groups.AREAS, groups.GRIDS, groups.VALUE.format(noun="grids", value="x"))


def filled(sentence: str, **given: str) -> dict[str, str]:
    names = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
    return {name: given.get(name, "x") for name in names}


def options() -> Iterator[str]:
    """What the importers put into a field `option` or `what`."""
    for path in Path(data.importers.__file__).parent.glob("*.py"):
        for told in re.findall(r'(?:option|what)=f?"(--[^"]+)"', path.read_text("utf-8")):
            yield re.sub(r"\{.*\}", "x", told)
    yield "--kind (or --map kind=COLUMN)"


def said_in_code() -> Iterator[str]:
    for path in Path(data.importers.__file__).parent.glob("*.py"):
        text = re.sub(r'"\s*\n\s*"', "", path.read_text("utf-8"))
        yield from re.findall(r'Said\(\s*"((?:[^"\\]|\\.)*)"', text)


def sentences() -> Iterator[Said]:
    """All that can come to the page."""
    for one in vars(errors).values():
        if isinstance(one, type) and issubclass(one, errors.ImportRefused):
            told = inspect.cleandoc(one.__doc__ or "")
            yield Said(told, **filled(told))
    for told in said_in_code():
        yield Said(told, **filled(told, how="wangge replay positions FILE"))
    for option in options():
        yield errors.MissingOption(option=option, why="the file has no column for it").said
        yield Invalid(what=option, why="no area has this code").said


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
@pytest.mark.parametrize("noun", NOUNS)
def test_no_sentence_on_the_page_names_an_option(noun: str, lang: str) -> None:
    page = Page(lang, noun)
    said = [telling.error(telling.packed(one), page) for one in sentences()]
    for name, catalogue in {"rejected": REASONS, "warnings": WARNINGS}.items():
        for reason, sentence in catalogue.items():
            for how in COMMANDS if "{how}" in sentence else ("",):
                one = {"reason": reason, "fields": filled(sentence, how=how, field="opened")}
                told = telling.report({name: [one]}, lang, page=page)
                said.append(told[name][0]["message"])
    assert len(said) > 100
    assert not [one for one in said if OF_A_COMMAND.search(one)]


def test_the_words_of_files_stay_as_they_are() -> None:
    page = Page("en", "events")
    one = {"reason": "bad_time", "fields": {"field": "opened", "value": "--crs [crs] FILE"}}
    assert telling.remark(one, "en", page) == (
        "“Reported at” is not a time that can be read: --crs [crs] FILE."
        " Say the form under “Form of times”."
    )
    missing = errors.MissingOption(option="--source NAME", why="it is the key").said
    assert telling.error(telling.packed(missing), page) == "Say “Whose events”: it is the key."


def test_a_word_of_ours_is_said_in_the_language_of_the_page() -> None:
    one = {"reason": "orphan", "fields": {"what": "grid", "key": "grid"}}
    said = telling.remark(one, "zh", Page("zh", "people"))
    assert said == "找不到所属的上级（网格 grid）。请先导入上级，或更正该行。"


def test_each_control_that_is_named_stands_on_the_page() -> None:
    script = "".join(file.read_text("utf-8") for file in SCRIPTS.glob("*.js"))
    chinese = i18n.catalogue("zh", "desk", "import")
    for label in {*CONTROLS.values(), *OF_NOUN.values(), "by its code", "by its name"}:
        assert f'w.t("{label}")' in script and label in chinese
    assert {name for noun in NOUNS.values() for name in noun.fields} <= set(FIELDS)
