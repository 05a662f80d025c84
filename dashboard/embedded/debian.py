"""Debian's packages: installed by root, or unpacked into a folder of the user's without root."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dashboard.embedded.errors import EmbeddedError


class PackageTrouble(EmbeddedError):
    """{command} failed: {why}"""


# Programs of the package manager and of Debian's own set-up scripts, which never run here.
NEVER = r"perl.*|libjson-perl|c?debconf.*|ucf|sensible-utils|adduser|libc-bin|mailcap|netbase"


def here() -> bool:
    """Whether this is a Debian, or one of its children."""
    return all(map(shutil.which, ("apt-get", "apt-cache", "dpkg-deb")))


def cache() -> Path:
    """The user's cache folder of this product."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wangge"


def run(command: Sequence[str], cwd: Path | None = None) -> str:
    """Run a packaging command without questions; PackageTrouble carries its own last words."""
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
        raise PackageTrouble(command=command[0], why=" ".join(last))
    return done.stdout


def install_as_root(choose: Callable[[Sequence[str]], Sequence[str]]) -> None:
    """`apt-get install` what `choose` names once the package lists are fresh."""
    apt = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
    run([*apt, "update"])
    # Without the wait for the disk after each file; what is half written is fetched again.
    keep = ["-o", "Dpkg::Options::=--force-confold", "-o", "Dpkg::Options::=--force-unsafe-io"]
    run([*apt, *keep, "install", "-y", "--no-install-recommends", *choose([])])


def unpack(
    prefix: Path, choose: Callable[[Sequence[str]], Sequence[str]], *, without: str
) -> Sequence[str]:
    """Unpack packages and what they need that is not installed into `prefix`; no root needed.

    `choose` gets apt's options and names the packages; `without` is a pattern of dependencies to
    leave out, with all that only they need. Returns the chosen packages.
    """
    prefix.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=prefix.parent) as name:
        work = Path(name)
        options = _private_apt(work)
        run(["apt-get", "-q", *options, "update"])
        packages = choose(options)
        debs = work / "debs"
        debs.mkdir()
        wanted = _wanted(packages, options, re.compile(f"{NEVER}|{without}"))
        run(["apt-get", "-q", *options, "download", *wanted], cwd=debs)
        for deb in sorted(debs.glob("*.deb")):
            run(["dpkg-deb", "-x", str(deb), str(work / "root")])
        shutil.rmtree(prefix, ignore_errors=True)
        (work / "root").rename(prefix)  # whole or not at all
    return packages


def library_path(prefix: Path) -> str:
    """LD_LIBRARY_PATH for a program unpacked under `prefix`."""
    patterns = ("usr/lib/*-linux-gnu*", "lib/*-linux-gnu*", "usr/lib")
    folders = [folder for pattern in patterns for folder in sorted(prefix.glob(pattern))]
    # Some libraries keep private parts in a folder below, found by a path built into them.
    below = {part.parent for folder in folders[:-1] for part in folder.glob("*/lib*.so*")}
    return os.pathsep.join(map(str, [*folders, *sorted(below)]))


def _private_apt(work: Path) -> list[str]:
    """Options that keep apt's lists and cache in `work`."""
    for name in ("lists/partial", "cache/archives/partial"):
        (work / name).mkdir(parents=True)
    settings = {
        "Dir::State::Lists": work / "lists",
        "Dir::Cache": work / "cache",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Debug::NoLocking": "1",
    }
    return [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]


def _wanted(packages: Sequence[str], options: Sequence[str], without: re.Pattern[str]) -> list[str]:
    """`packages` and what they need that is not installed yet."""
    plan = run(["apt-get", *options, "-s", "install", "--no-install-recommends", *packages])
    missing = set(re.findall(r"^Inst (\S+)", plan, re.MULTILINE))
    graph = _dependencies(packages, options)
    reached: set[str] = set()
    queue = list(packages)
    while queue:
        name = queue.pop()
        if name in reached or without.fullmatch(name):
            continue
        reached.add(name)
        queue.extend(graph.get(name, ()))
    return sorted(reached & missing | set(packages))


def _dependencies(packages: Sequence[str], options: Sequence[str]) -> Mapping[str, list[str]]:
    hidden = ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")
    quiet = [f"--no-{one}" for one in hidden]
    said = run(["apt-cache", *options, "depends", "--recurse", *quiet, *packages])
    graph: dict[str, list[str]] = {}
    current = ""
    for line in said.splitlines():
        if line and not line[0].isspace():
            current = line.strip()
            graph[current] = []
        elif match := re.match(r"(?:\s*\|?(?:Pre)?Depends:|   ) (\S+)$", line):
            graph[current].append(match[1])  # four spaces: who provides a virtual package
    return graph
