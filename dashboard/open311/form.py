"""A report as a form: its fields, its attributes, and a digest by which it is known again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from urllib.parse import parse_qsl

from data.errors import Invalid, Said

MOST_FIELDS = 200
LENGTHS = {"description": 4_000, "address_string": 500, "media_url": 2_000}
OTHER_LENGTH = 200
ATTRIBUTE = re.compile(r"attribute\[([^\]]+)\](\[\])?")
CONTACT = ("first_name", "last_name", "phone", "email", "account_id", "device_id")
KNOWN = frozenset(
    (*CONTACT, *LENGTHS, "api_key", "jurisdiction_id", "service_code", "lat", "long", "address_id")
)


@dataclass(frozen=True, slots=True)
class Form:
    """`fields` without the empty ones; `attributes` with all their values; `digest` of both."""

    fields: dict[str, str]
    attributes: dict[str, list[str]] = field(default_factory=dict)
    digest: str = ""

    @property
    def contact(self) -> dict[str, str]:
        """What it says of the person."""
        return {name: self.fields[name] for name in CONTACT if name in self.fields}


def read(pairs: Sequence[tuple[str, str]]) -> Form:
    """What a form says. Raises Invalid."""
    fields: dict[str, str] = {}
    attributes: dict[str, list[str]] = {}
    for name, value in pairs:
        if (found := ATTRIBUTE.fullmatch(name)) is not None:
            attributes.setdefault(_short(found[1], "attribute"), []).append(_short(value, name))
        elif name in KNOWN and value:
            if fields.get(name, value) != value:
                raise Invalid(what=name, why="it is said twice, and differently")
            fields[name] = _short(value, name)
    said = sorted(pair for pair in pairs if pair[0] != "api_key" and pair[1])
    digest = hashlib.sha256(repr(said).encode()).hexdigest()[:40]
    return Form(fields, attributes, digest)


def pairs_of(body: bytes) -> list[tuple[str, str]]:
    """The names and values of a form in UTF-8. Raises Invalid."""
    try:
        return parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except UnicodeDecodeError:
        raise Invalid(what="form", why="write it in UTF-8") from None
    except ValueError:
        why = Said("at most {n} fields are possible", n=MOST_FIELDS)
        raise Invalid(what="form", why=why) from None


def _short(value: str, name: str) -> str:
    most = LENGTHS.get(name, 4_000 if name.startswith("attribute") else OTHER_LENGTH)
    if len(value) > most:
        raise Invalid(
            what=name, why=Said("at most {max_length} characters are possible", max_length=most)
        )
    if "\0" in value:
        raise Invalid(what=name, why="a character here is not possible")
    return value


def point(form: Form) -> tuple[float | None, float | None]:
    """Longitude and latitude, or none where the form names a place in words. Raises Invalid."""
    lon, lat = (_degrees(form, name, most) for name, most in (("long", 180.0), ("lat", 90.0)))
    if (lon is None) != (lat is None):
        raise Invalid(what="lat/long", why="give both or none")
    if lon is None and not {"address_string", "address_id"} & form.fields.keys():
        raise Invalid(what="lat/long", why="give lat and long, or address_string")
    return lon, lat


def _degrees(form: Form, name: str, most: float) -> float | None:
    if name not in form.fields:
        return None
    try:
        value = float(form.fields[name])
    except ValueError:
        raise Invalid(what=name, why="a number is needed") from None
    if not isfinite(value) or abs(value) > most:
        raise Invalid(what=name, why=Said("a number of at most {le} is needed", le=most))
    return value
