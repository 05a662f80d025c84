"""What the user says about an import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from data.importers.table import Reading

PARENT_BY = ("code", "name", "location")


@dataclass(frozen=True, slots=True)
class Options:
    """`maps` is field → column; `key` the columns that together make the code.

    `group` is the level (areas) or kind (grids, facilities) of rows whose file does not say it;
    `group_name` its name in (zh, en) where it is new; `values` is what a file's own words for
    levels or kinds mean, `classes` what those for classes of roads do.
    `swap` exchanges longitude and latitude; None = look whether they are exchanged, and say so.
    `parent` is the code of one area for all rows, `parent_by` how a row names its own,
    `parent_level` the level of those that are named.
    `day_first` says how 03/04/2011 is meant; None = as the file's other dates say, or ask.
    `source_crs` is the system that the source has declared, for files that are silent.
    `ending_missing` ends the posts of `source` that its newest file of people does not name.
    """

    reading: Reading = field(default_factory=Reading)
    maps: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    group: str | None = None
    group_name: tuple[str | None, str | None] = (None, None)
    values: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    tiles: bool = False
    swap: bool | None = None
    parent: str | None = None
    parent_by: str | None = None
    parent_level: str | None = None
    source: str | None = None
    source_crs: str | None = None
    ending_missing: bool = False
    timezone: str | None = None
    time_format: str | None = None
    day_first: bool | None = None
    strict: bool = False
    dry_run: bool = False
