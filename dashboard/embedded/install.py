"""Bring PostGIS to a Debian or Ubuntu: by apt-get as root, else unpacked into the user's cache."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dashboard.embedded.errors import NoPostgis
from dashboard.embedded.find import OLDEST_MAJOR, Installation, find, inspect

Say = Callable[[str], None]

# What a server of ours never loads: the compiler for JIT (off), rasters, solids, Debian's own
# cluster manager. Without them the download is a third.
NOT_NEEDED = re.compile(
    r"libllvm.*|libgdal.*|libsfcgal.*|postgresql-common.*|postgresql-client-common|ssl-cert"
    r"|locales.*|c?debconf.*|perl.*|libjson-perl|ucf|sensible-utils|adduser|libc-bin|mailcap"
)
CLUSTER_CONF = Path("/etc/postgresql-common/createcluster.conf")


def install(say: Say) -> Installation:
    """Install PostGIS and return it. Raises NoPostgis with the reason and the remedies."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise NoPostgis(why="this is neither Debian nor Ubuntu")
    if os.geteuid() == 0:
        return _install_as_root(say)
    return _install_in_cache(say)


def _install_as_root(say: Say) -> Installation:
    say("installing PostgreSQL with PostGIS (apt-get)")
    if not CLUSTER_CONF.exists():
        # Otherwise Debian starts a cluster of its own on port 5432.
        CLUSTER_CONF.parent.mkdir(parents=True, exist_ok=True)
        CLUSTER_CONF.write_text("create_main_cluster = false\n", encoding="utf-8")
    apt = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
    _run([*apt, "update"])
    keep = ["-o", "Dpkg::Options::=--force-confold"]
    packages = _packages(_newest_major([]))
    _run([*apt, *keep, "install", "-y", "--no-install-recommends", *packages])
    found = find()
    if found is None:
        raise NoPostgis(why=f"apt-get installed {packages[-1]}, but PostGIS is still not there")
    return found


def _install_in_cache(say: Say) -> Installation:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wangge"
    for prefix in sorted(cache.glob("postgresql-*"), reverse=True):
        found = _unpacked(prefix)
        if found is not None:
            return found
    say(f"bringing PostgreSQL with PostGIS into {cache} (no root needed)")
    try:
        cache.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix="fetch-", dir=cache))
    except OSError as error:
        raise NoPostgis(why=f"{cache} cannot be written: {error.strerror}") from error
    try:
        prefix = cache / f"postgresql-{_fetch(work)}"
        shutil.rmtree(prefix, ignore_errors=True)
        (work / "root").rename(prefix)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    found = _unpacked(prefix)
    if found is None:
        raise NoPostgis(why=f"the packages unpacked into {prefix} do not make a server")
    return found


def _fetch(work: Path) -> int:
    """Download and unpack the packages under `work`/root; return PostgreSQL's major version."""
    options = _private_apt(work)
    _run(["apt-get", "-q", *options, "update"])
    major = _newest_major(options)
    debs = work / "debs"
    debs.mkdir()
    _run(["apt-get", "-q", *options, "download", *_wanted(_packages(major), options)], cwd=debs)
    for deb in sorted(debs.glob("*.deb")):
        _run(["dpkg-deb", "-x", str(deb), str(work / "root")])
    # Debian's package makes this link in its post-installation script.
    extension = work / "root" / "usr/share/postgresql" / str(major) / "extension"
    if not (extension / "postgis.control").exists():
        shutil.copyfile(extension / "postgis-3.control", extension / "postgis.control")
    return major


def _unpacked(prefix: Path) -> Installation | None:
    """The server unpacked under `prefix`, if it is whole."""
    for bindir in prefix.glob("usr/lib/postgresql/*/bin"):
        libraries = [
            str(folder)
            for pattern in ("usr/lib/*-linux-gnu*", "lib/*-linux-gnu*", "usr/lib")
            for folder in sorted(prefix.glob(pattern))
        ]
        # For the server's processes only: nothing else may meet these libraries.
        environment = {
            "LD_LIBRARY_PATH": os.pathsep.join(libraries),
            "PROJ_DATA": str(prefix / "usr/share/proj"),
        }
        return inspect(bindir, environment)
    return None


def _private_apt(work: Path) -> list[str]:
    """Options that keep apt's lists and cache in `work`, so that no root is needed."""
    for name in ("lists/partial", "cache/archives/partial"):
        (work / name).mkdir(parents=True)
    settings = {
        "Dir::State::Lists": work / "lists",
        "Dir::Cache": work / "cache",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Debug::NoLocking": "1",
    }
    return [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]


def _newest_major(options: Sequence[str]) -> int:
    """The newest PostgreSQL for which this distribution has PostGIS."""
    listed = _run(["apt-cache", *options, "pkgnames", "postgresql-"])
    majors = [int(m) for m in re.findall(r"^postgresql-(\d+)-postgis-3$", listed, re.MULTILINE)]
    newest = max(majors, default=0)
    if newest < OLDEST_MAJOR:
        raise NoPostgis(
            why=f"this distribution has no PostGIS for PostgreSQL {OLDEST_MAJOR} or newer"
        )
    return newest


def _packages(major: int) -> list[str]:
    return [f"postgresql-{major}", f"postgresql-{major}-postgis-3"]


def _wanted(packages: Sequence[str], options: Sequence[str]) -> list[str]:
    """`packages` and what they need that is not installed yet, less what we never load."""
    plan = _run(["apt-get", *options, "-s", "install", "--no-install-recommends", *packages])
    missing = set(re.findall(r"^Inst (\S+)", plan, re.MULTILINE))
    graph = _dependencies(packages, options)
    reached: set[str] = set()
    queue = list(packages)
    while queue:
        name = queue.pop()
        if name in reached or NOT_NEEDED.fullmatch(name):
            continue
        reached.add(name)
        queue.extend(graph.get(name, ()))
    return sorted(reached & missing | set(packages))


def _dependencies(packages: Sequence[str], options: Sequence[str]) -> Mapping[str, list[str]]:
    hidden = ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")
    said = _run(
        ["apt-cache", *options, "depends", "--recurse", *(f"--no-{h}" for h in hidden), *packages]
    )
    graph: dict[str, list[str]] = {}
    current = ""
    for line in said.splitlines():
        if line and not line[0].isspace():
            current = line.strip()
            graph[current] = []
        elif match := re.match(r"\s*\|?(?:Pre)?Depends: (\S+)", line):
            graph[current].append(match[1])
    return graph


def _run(command: Sequence[str], cwd: Path | None = None) -> str:
    """Run a packaging command; its own last words become the reason when it fails."""
    environment = {
        **os.environ,
        "DEBIAN_FRONTEND": "noninteractive",
        "UCF_FORCE_CONFFOLD": "1",
        "LC_ALL": "C",
    }
    done = subprocess.run(
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
        raise NoPostgis(why=f"{' '.join(command[:1])} failed: {' '.join(last)}")
    return done.stdout
