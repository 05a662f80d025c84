"""Processor time of processes, by which figures of a busy machine can still be compared."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def seconds(pid: int, *, children: bool = False) -> float:
    """User and system seconds of a process, with its living and its ended children if asked."""
    fields = _fields(pid)
    if not fields:
        return 0.0
    used = sum(map(int, fields[11 : 15 if children else 13]))
    found = used * TICK_S
    if children:
        living = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
        found += sum(seconds(one) for one in living if (_fields(one) or ["", "0"])[1] == str(pid))
    return found


def postmaster(url: str) -> int:
    """The process whose children serve a local database; 0 where that cannot be seen."""
    with psycopg.connect(url) as link:
        fields = _fields(link.info.backend_pid)
    return int(fields[1]) if fields else 0


def _fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; none where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
