"""Bring PostGIS to a Debian or Ubuntu: by apt-get as root, else unpacked into the user's cache."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from dashboard.embedded import debian
from dashboard.embedded.errors import NoPostgis
from dashboard.embedded.find import OLDEST_MAJOR, UNPACKED, Installation, find, unpacked
from data.errors import Said

Say = Callable[[Said], None]

# What a server of ours never loads: the compiler for JIT (it is off), rasters, solids, Debian's
# own cluster manager. Without them the download is a third.
NOT_NEEDED = (
    r"libllvm.*|libgdal.*|libsfcgal.*|postgresql-c.*-common|postgresql-common.*|ssl-cert|locales.*"
)
CLUSTER_CONF = Path("/etc/postgresql-common/createcluster.conf")


def install(say: Say) -> Installation:
    """Install PostGIS and return it. Raises NoPostgis with the reason and the remedies."""
    if not debian.here():
        raise NoPostgis(why="this is neither Debian nor Ubuntu")
    try:
        found = _as_root(say) if os.geteuid() == 0 else _in_cache(say)
    except (OSError, debian.PackageTrouble) as error:
        raise NoPostgis(why=str(error)) from error
    if found is None:
        raise NoPostgis(why="the packages came, but they do not make a server")
    return found


def _as_root(say: Say) -> Installation | None:
    say(Said("installing PostgreSQL with PostGIS (apt-get)"))
    if not CLUSTER_CONF.exists():
        # Otherwise Debian starts a cluster of its own on port 5432.
        CLUSTER_CONF.parent.mkdir(parents=True, exist_ok=True)
        CLUSTER_CONF.write_text("create_main_cluster = false\n", encoding="utf-8")
    debian.install_as_root(_packages)
    return find()


def _in_cache(say: Say) -> Installation | None:
    prefix = debian.cache() / UNPACKED
    found = unpacked(prefix)
    if found is None:
        say(Said("bringing PostgreSQL with PostGIS into {prefix} (no root needed)", prefix=prefix))
        debian.unpack(prefix, _packages, without=NOT_NEEDED)
        found = unpacked(prefix)
    return found


def _packages(options: Sequence[str]) -> list[str]:
    """The newest PostgreSQL for which this distribution has PostGIS."""
    listed = debian.run(["apt-cache", *options, "pkgnames", "postgresql-"])
    majors = [int(m) for m in re.findall(r"^postgresql-(\d+)-postgis-3$", listed, re.MULTILINE)]
    major = max(majors, default=0)
    if major < OLDEST_MAJOR:
        raise NoPostgis(why=f"this distribution has no PostGIS for PostgreSQL {OLDEST_MAJOR}")
    return [f"postgresql-{major}", f"postgresql-{major}-postgis-3"]
