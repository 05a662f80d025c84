"""Who runs the server. PostgreSQL refuses root, so root runs it as somebody else."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboard.embedded.errors import HomeUnusable

UNSHARE = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
ELSEWHERE = Path("/var/lib/wangge")  # reachable by the user postgres, whatever the home's rights


@dataclass(frozen=True, slots=True)
class Identity:
    """How to run PostgreSQL's programs: as `uid`, or as ourselves, behind `prefix`."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    def run(
        self, command: Sequence[str], environment: Mapping[str, str], *, timeout_s: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run one program to its end, in a session of its own, so that Ctrl-C passes it by.

        Its output goes to a file: a server that it leaves behind would keep a pipe open.
        """
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            done = subprocess.run(
                [*self.prefix, *command],
                cwd="/",
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=self.uid,
                group=self.gid,
                extra_groups=None if self.uid is None else [],
                start_new_session=True,
                timeout=timeout_s,
            )
            output.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, output.read(), "")

    def own(self, path: Path) -> None:
        """Give a path to the server's user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def settle(home: Path) -> tuple[Path, Identity]:
    """The server's own folder under `home` (made when missing) and who runs the server there.

    An existing folder's owner decides. For a new one: an ordinary user runs it as himself; root
    as the user `postgres` where that user can reach the folder, else in a user namespace, else
    (in a chroot, say) in a folder under /var/lib that `home` then points to.
    """
    folder = home / "postgres"
    if folder.exists():
        return folder.resolve(), _owner(folder)
    folder.mkdir(mode=0o700)
    if os.geteuid() != 0:
        return folder, Identity()
    for identity in _choices():
        identity.own(folder)
        if _can_write(identity, folder):
            return folder, identity
    folder.rmdir()
    return _elsewhere(home, folder)


def _owner(folder: Path) -> Identity:
    status = folder.stat()
    if status.st_uid == os.geteuid():
        return Identity() if status.st_uid != 0 else Identity(prefix=UNSHARE)
    if os.geteuid() == 0:
        return Identity(uid=status.st_uid, gid=status.st_gid)
    raise HomeUnusable(home=folder.parent, why="it belongs to another user")


def _choices() -> list[Identity]:
    return [*_postgres_user(), *([Identity(0, 0, UNSHARE)] if shutil.which("unshare") else [])]


def _postgres_user() -> list[Identity]:
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        return []
    return [Identity(uid=user.pw_uid, gid=user.pw_gid)]


def _can_write(identity: Identity, folder: Path) -> bool:
    """Try it: rights, mounts and namespaces have too many rules to work it out."""
    probe = 'test "$(id -u)" != 0 && test -x "$1" && test -w "$1" && cd "$1"'
    try:
        done = identity.run(["/bin/sh", "-c", probe, "sh", str(folder)], os.environ, timeout_s=10)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _elsewhere(home: Path, folder: Path) -> tuple[Path, Identity]:
    """A fresh folder under /var/lib, with a link at the place where it should have been."""
    for identity in _postgres_user():
        ELSEWHERE.mkdir(mode=0o711, parents=True, exist_ok=True)
        real = Path(tempfile.mkdtemp(prefix="store-", dir=ELSEWHERE))
        identity.own(real)
        if _can_write(identity, real):
            folder.symlink_to(real)
            return real, identity
        real.rmdir()
    why = "PostgreSQL does not run as root, and no other user can reach this directory"
    raise HomeUnusable(home=home, why=why)
