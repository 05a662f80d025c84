"""Uploads on disk: a folder each, with the file, what is known of it, and a lock while a job runs.

All processes of a machine see the same folders; a job whose lock is free without an end was killed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from data.errors import NotFound, WanggeError
from data.importers.files import MAX_FILE

KEPT = timedelta(hours=24)
MOST_UPLOADS = 10  # of one person; the oldest go
MOST_BYTES = MAX_FILE
RESERVE_BYTES = 1 << 30  # of the disk, which the store needs too
ID = re.compile(r"[A-Za-z0-9_-]{16}")
UNFIT = re.compile(r"[\x00-\x1f\x7f/\\:]")


class Busy(WanggeError):
    """This file is being worked on. Wait until that has ended."""


class NoRoom(WanggeError):
    """There is too little room on the server's disk for this file. Ask an administrator."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload's folder."""

    folder: Path

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def file(self) -> Path:
        """The file under the name that the user knows."""
        return self.folder / "file" / str(self.read()["name"])

    @property
    def report(self) -> Path:
        """The report of the last check or import."""
        return self.folder / "report.json"

    @property
    def rest(self) -> Path:
        """The rejected rows that it does not list, a line of JSON each."""
        return self.folder / "rest.jsonl"

    @property
    def preview(self) -> Path:
        """What the last check or import would put where."""
        return self.folder / "preview.json"

    def read(self) -> dict[str, Any]:
        """What is known; a job that was killed is `interrupted`."""
        try:
            state: dict[str, Any] = orjson.loads((self.folder / "state.json").read_bytes())
        except (OSError, orjson.JSONDecodeError):
            raise NotFound(what="upload", key=self.id) from None
        if state["state"] == "running" and not self._locked():
            # It may have ended between the two looks.
            state = orjson.loads((self.folder / "state.json").read_bytes())
            if state["state"] == "running":
                state["state"] = "interrupted"
        return state

    def change(self, **what: Any) -> dict[str, Any]:
        """Write what is new, at once or not at all."""
        known = self.folder / "state.json"
        before = orjson.loads(known.read_bytes()) if known.exists() else {}
        state = {**before, **what}
        handle, name = tempfile.mkstemp(dir=self.folder)
        with os.fdopen(handle, "wb") as file:
            file.write(orjson.dumps(state))
        Path(name).replace(known)
        return state

    def lock(self) -> int:
        """A descriptor that holds the lock for as long as anybody has it open. Raises Busy."""
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise Busy() from None
        return descriptor

    def _locked(self) -> bool:
        try:
            os.close(self.lock())
        except Busy:
            return True
        return False

    def remove(self) -> None:
        """Forget it. Raises Busy."""
        os.close(self.lock())
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Spool:
    """All uploads, in folders under `root`."""

    root: Path

    def make(self, *, actor_id: int, name: str, at: datetime) -> Upload:
        """Room for an upload. Raises NoRoom."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.spare()
        upload = Upload(self.root / secrets.token_urlsafe(12))
        (upload.folder / "file").mkdir(parents=True, mode=0o700)
        known = {"id": upload.id, "actor_id": actor_id, "name": plain(name), "size": 0}
        upload.change(**known, state="uploading", task=None, at=at.isoformat())
        return upload

    def spare(self) -> None:
        """Asked again while a file comes in: several may. Raises NoRoom."""
        if shutil.disk_usage(self.root).free < RESERVE_BYTES:
            raise NoRoom()

    def find(self, id_: str, actor_id: int) -> Upload:
        """Somebody's own upload. Raises NotFound."""
        upload = Upload(self.root / id_)
        if not ID.fullmatch(id_) or upload.read()["actor_id"] != actor_id:
            raise NotFound(what="upload", key=id_)
        return upload

    def mine(self, actor_id: int) -> list[dict[str, Any]]:
        """What somebody has uploaded, newest first."""
        return [state for _, state in self._all() if state["actor_id"] == actor_id]

    def tidy(self, actor_id: int, at: datetime) -> None:
        """Remove what is old, and of this person's what is too many."""
        own = 0
        for upload, state in self._all():
            own += state["actor_id"] == actor_id
            late = at - datetime.fromisoformat(state["at"]) > KEPT
            if late or (state["actor_id"] == actor_id and own > MOST_UPLOADS):
                with contextlib.suppress(Busy):
                    upload.remove()

    def _all(self) -> list[tuple[Upload, dict[str, Any]]]:
        found = []
        for folder in self.root.iterdir() if self.root.exists() else ():
            with contextlib.suppress(NotFound):
                found.append((Upload(folder), Upload(folder).read()))
        return sorted(found, key=lambda one: str(one[1]["at"]), reverse=True)


def plain(name: str) -> str:
    """A file's name as one that can stand in a folder; the ending stays."""
    path = Path(UNFIT.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" ."))
    return (path.stem[:60] or "file") + path.suffix[:12]
