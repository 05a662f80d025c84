"""What /import says: sentences of the importers name options of the command line, and the page
names its own controls instead."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.i18n import translator

# An option's control on the page, by the English of its label; further ones by the kind of rows.
CONTROLS: Mapping[str, str] = {
    "crs": "Coordinate system",
    "swap": "Exchanged coordinates",
    "encoding": "Encoding",
    "layer": "Layer",
    "key": "Key columns",
    "map": "Column",
    "level": "Level of all rows",
    "kind": "Kind of all rows",
    "value": "Means",
    "source": "Whose file",
    "parent": "Area of all rows",
    "parent-by": "How a row names its area",
    "parent-level": "Level of that area",
    "time-format": "Form of times",
    "day-first": "03/04/2011 is",
    "ending-missing": "End the posts that this source no longer names",
    "strict": "Write nothing if any row is rejected",
}
OF_NOUN: Mapping[tuple[str, str], str] = {
    ("people", "kind"): "Kind of their grids",
    ("people", "source"): "Whose staff file",
    ("events", "source"): "Whose events",
}
NOUNS: Mapping[str, str] = {
    "areas": "Areas",
    "grids": "Grids",
    "facilities": "Facilities",
    "ground": "Roads, waters, buildings",
    "people": "People",
    "events": "Events",
}
FIELDS: Mapping[str, str] = {
    "code": "Code",
    "id": "Number",
    "name": "Name",
    "level": "Level",
    "kind": "Kind",
    "parent": "Belongs to",
    "population": "Population",
    "households": "Households",
    "address": "Address",
    "service_radius_m": "Service radius, m",
    "phone": "Phone",
    "role": "Post",
    "grid": "Grid",
    "grid_kind": "Kind of grid",
    "force_type": "Kind of force",
    "team": "Team",
    "type": "Type",
    "class": "Class",
    "dwellings": "Dwellings",
    "opened": "Reported at",
    "due": "Due at",
    "closed": "Closed at",
    "settled_at": "Settled by",
    "satisfied": "Satisfied?",
    "text": "Text",
    "lon": "Longitude",
    "lat": "Latitude",
    "x": "Easting (x)",
    "y": "Northing (y)",
    "wkt": "Shape (WKT)",
}
ROAD_CLASS = "Class of road"
Rules = Sequence[tuple[re.Pattern[str], str]]


def _rules(*pairs: tuple[str, str]) -> Rules:
    return [(re.compile(pattern), told) for pattern, told in pairs]


# How a sentence asks, and how the page does; [crs] is an option's control, [=word] another word.
FORMS: Mapping[str, Rules] = {
    "en": _rules(
        (
            r"Say --swap to exchange them in this file, --no-swap if they are right",
            "Say under [swap] whether they are to be exchanged in this file",
        ),
        (
            r"Write one of these with --parent-by code, or say the level with --parent-level",
            "Write one of these into the file and choose [=by its code] under [parent-by],"
            " or say the level under [parent-level]",
        ),
        (r"Say what it means: --(level|kind)-value \S+=[A-Z]+", "Choose it under [value]"),
        (r"Say what it means: --class-value .*\{known\}", "Choose it under [value]"),
        (r"Say which column holds which field with --map .*COLUMN", "Choose it under [map]"),
        (r"Say others with --map", "Choose others under [map]"),
        (r"Say (which with )?--map( \S+=COLUMN)?", "Choose it under [map]"),
        (r"Say which kind: --kind KIND", "Say it under [kind]"),
        (r"Say --parent-by name to", "Choose [=by its name] under [parent-by] to"),
        (r"([Ss])ay --(crs|time-format) (\{\w+\})", r"\1ay \3 under [\2]"),
        (r"Say --(crs|encoding) (to|if)", r"Say it under [\1] \2"),
        (r"Say --key COLUMN", "Say it under [key]"),
        (r"([Ss])ay --day-first or --month-first", r"\1ay it under [day-first]"),
        (r"give --crs a", "write under [crs] a"),
        (r"Say it: --encoding (\w+)", r"Say it under [encoding], for instance \1"),
        (r"Choose one with --layer NAME", "Choose one under [layer]"),
        (r"take them with --layer, or replay tracks with: \{how\}", "choose one under [layer]"),
        (r"--strict was given", "[strict] was chosen"),
        (r" \(--dry-run\)", ""),
        (r"levels that this command does not take", "levels that do not belong to this import"),
        (r"which this command does not take", "which does not belong to this import"),
        (r"Import (it|them) with: ", ""),
        (r"raise WANGGE_IMPORT_MB", "ask for a higher limit where this site is run"),
        (r"with --([a-z-]+)", r"under [\1]"),
    ),
    "zh": _rules(
        (r"若确实颠倒，请用 --swap .*--no-swap", "请在[swap]处选择是否对调整个文件"),
        (
            r"请写其中之一并用 --parent-by code，或用 --parent-level 指明层级",
            "请在文件中写其中之一并在[parent-by]处选[=by its code]，或在[parent-level]处指明层级",
        ),
        (r"请说明其含义：--(level|kind)-value [^。]+", "请在[value]一栏选择"),
        (r"请说明其含义：--class-value [^。]+", "请在[value]一栏选择"),
        (r"请用 --map( \S+=\S+)? (指明各列|指明|指定)", "请在[map]一栏选择"),
        (r"用 --parent-by name ?", "在[parent-by]处选[=by its name]"),
        (r"请用 --(crs|time-format) (\{\w+\})", r"请在[\1]处选 \2"),
        (r"用 --day-first.* 或 --month-first ?", "在[day-first]处"),
        (r"用 --day-first（日在前）或 --month-first（月在前）", "在[day-first]处"),
        (r"请指明，例如 --encoding ", "请在[encoding]处指明，例如 "),
        (r"可用 --layer 取用，或用 \{how\} 回放轨迹", "可在[layer]处取用"),
        (r"指定了 --strict", "选了[strict]"),
        (r"（--dry-run）", ""),
        (r"不归本命令导入", "不归这次导入"),
        (r"请用：", ""),
        (r"请?调大 WANGGE_IMPORT_MB", "请管理员调高上限"),
        (r"用 --([a-z-]+) ?", r"在[\1]处"),
    ),
}
ANYWHERE = re.compile(r"--([a-z-]+)(?: \(or .*\)| NAME| KIND)?")
NAMED = re.compile(r"\[(=)?([^\]]+)\]")
ANOTHER = re.compile(r"wangge import (\w+) FILE(.*)")
OF_OPTIONS = frozenset({"option", "what"})  # fields that name an option


@dataclass(frozen=True, slots=True)
class Page:
    """The page in zh or en, with the kind of rows that are told of."""

    lang: str
    noun: str | None

    def sentence(self, told: str) -> str:
        """A sentence of the importers, its fields still in braces, as the page says it."""
        for pattern, ours in FORMS[self.lang]:
            told = pattern.sub(ours, told)
        return self._named(ANYWHERE.sub(r"[\1]", told))

    def fields(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of a sentence: options, commands and our names of fields in its words."""
        told = dict(given)
        for name, one in given.items():
            if name in OF_OPTIONS and isinstance(one, str) and one.startswith("--"):
                told[name] = self._named(ANYWHERE.sub(r"[\1]", one))
            elif name == "how" and isinstance(one, str):
                told[name] = self._another(one)
            elif name == "field" and one in FIELDS:
                told[name] = f"“{self.field_names()[str(one)]}”"
        return told

    def field_names(self) -> dict[str, str]:
        """What it calls the fields of the importers."""
        own = {"class": ROAD_CLASS} if self.noun == "ground" else {}
        return {name: self._t(word) for name, word in {**FIELDS, **own}.items()}

    def _t(self, word: str) -> str:
        return translator(self.lang, "desk", "import")(word)

    def _another(self, how: str) -> str:
        """Which import takes what this one leaves out."""
        if (found := ANOTHER.fullmatch(how)) is None:
            return how
        if "-value" in found[2]:
            return self._t("Choose what it is under {name}.").format(name=self._named("[value]"))
        return self._t("Take the file as: {name}").format(name=self._t(NOUNS[found[1]]))

    def _named(self, told: str) -> str:
        """[…] as the words that stand on the page, in quotes."""

        def word(found: re.Match[str]) -> str:
            own = OF_NOUN.get((self.noun or "", found[2])) or CONTROLS.get(found[2])
            label = found[2] if found[1] else own
            return f"“{self._t(label)}”" if label else found[0]

        return NAMED.sub(word, told)
