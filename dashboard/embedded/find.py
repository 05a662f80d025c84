"""Find a PostgreSQL that can load PostGIS, without starting anything."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dashboard.embedded import debian

OLDEST_MAJOR = 15
UNPACKED = "postgresql"  # its folder in the user's cache
BIN_PATTERNS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # the packages of the PostgreSQL project for Fedora and its kin
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)


@dataclass(frozen=True, slots=True)
class Installation:
    """PostgreSQL's programs, and what must stand in their environment for PostGIS to load."""

    bindir: Path
    major: int
    environment: Mapping[str, str] = field(default_factory=dict)

    def program(self, name: str) -> str:
        """The path of `initdb`, `pg_ctl`, …"""
        return str(self.bindir / name)


def find(major: int | None = None) -> Installation | None:
    """The newest system PostgreSQL (15 or later) beside whose extensions PostGIS lies, if any;
    else the one that was unpacked for this user before. With `major` only that version: the files
    of a cluster belong to one.
    """
    candidates = [*map(inspect, _bindirs()), unpacked(debian.cache() / UNPACKED)]
    found = [one for one in candidates if one and major in (None, one.major)]
    return max(found, key=lambda one: one.major, default=None)


def inspect(bindir: Path, environment: Mapping[str, str] | None = None) -> Installation | None:
    """`bindir` as an installation, or None when it is too old, incomplete or without PostGIS."""
    environment = dict(environment or {})
    if not all((bindir / name).is_file() for name in ("postgres", "initdb", "pg_ctl")):
        return None
    major = _major(bindir / "postgres", environment)
    if major is None or major < OLDEST_MAJOR:
        return None
    if not any((share / "extension" / "postgis.control").is_file() for share in _shares(bindir)):
        return None
    return Installation(bindir=bindir, major=major, environment=environment)


def unpacked(prefix: Path) -> Installation | None:
    """The server unpacked under `prefix`, if it is whole."""
    for extension in prefix.glob("usr/share/postgresql/*/extension"):
        # Debian makes this name in a script that runs after the installation.
        named = extension / "postgis-3.control"
        if named.exists() and not (extension / "postgis.control").exists():
            shutil.copyfile(named, extension / "postgis.control")
    # For the server's processes only: nothing else may meet these libraries.
    environment = {
        "LD_LIBRARY_PATH": debian.library_path(prefix),
        "PROJ_DATA": str(prefix / "usr/share/proj"),
    }
    found = (inspect(bindir, environment) for bindir in prefix.glob("usr/lib/postgresql/*/bin"))
    return next((one for one in found if one is not None), None)


def _bindirs() -> Iterator[Path]:
    """Candidates: what pg_config names, then the usual places."""
    named = _said("pg_config", "--bindir") if shutil.which("pg_config") else None
    if named:
        yield Path(named)
    for pattern in BIN_PATTERNS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")))


def _shares(bindir: Path) -> Iterator[Path]:
    """Where this installation may keep its `extension/` folder."""
    if (bindir / "pg_config").is_file():
        named = _said(str(bindir / "pg_config"), "--sharedir")
        if named:
            yield Path(named)
    version = bindir.parent.name  # Debian: …/lib/postgresql/15/bin → …/share/postgresql/15
    yield (
        bindir.parents[3] / "share" / "postgresql" / version if len(bindir.parents) > 3 else bindir
    )
    for name in ("share/postgresql", "share"):
        yield bindir.parent / name
    # Homebrew's pg_config names the shared folder, which older formulas do not link.
    yield from Path("/opt/homebrew/share").glob("postgresql*")


def _major(postgres: Path, environment: Mapping[str, str]) -> int | None:
    said = _said(str(postgres), "--version", environment=environment)
    match = re.search(r"\(PostgreSQL\) (\d+)", said or "")
    return int(match[1]) if match else None


def _said(*command: str, environment: Mapping[str, str] | None = None) -> str | None:
    """A program's first words, or None when it cannot run."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=20,
            env={**os.environ, **(environment or {})},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
