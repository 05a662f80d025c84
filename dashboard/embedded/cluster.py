"""One private PostgreSQL cluster: made once, started when it is down, adopted when it is up."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dashboard.embedded.errors import HomeUnusable, StartFailed
from dashboard.embedded.find import Installation
from dashboard.embedded.identity import Identity, settle

ADMIN = "wangge_admin"
PORT = 5432  # names the socket's file; nothing listens on TCP
SPACE_NEEDED_MB = 200

CONFIG = """\
# Written by wangge at each start; a change here does not last.
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
port = {port}
max_connections = 200
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
wal_compression = on
jit = off
random_page_cost = 1.1
timezone = 'UTC'
log_timezone = 'UTC'
log_min_duration_statement = 5000
log_parameter_max_length = 0
"""
# For tests only: their data is worth nothing after a crash, and they make a database each. All
# servers' processes have a word in dropping one: nobody may sleep, or sign in, for a minute.
# What was committed is handed to the system at once all the same: it outlives a killed server.
CARELESS = """\
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
wal_compression = off
max_wal_size = 256MB
shared_buffers = 64MB
shared_preload_libraries = 'postgis-3'
autovacuum_naptime = 15s
authentication_timeout = 20s
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where a cluster's files are and who runs it."""

    home: Path
    folder: Path
    identity: Identity
    installation: Installation

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def sockets(self) -> Path:
        return socket_directory(self.folder)

    def pg_ctl(self, *arguments: str) -> tuple[int, str]:
        """Run pg_ctl on this cluster; its exit code and what it said."""
        command = [self.installation.program("pg_ctl"), "-D", str(self.data), *arguments]
        done = self.identity.run(command, self.environment())
        return done.returncode, done.stdout.strip()

    def environment(self) -> dict[str, str]:
        """The server's environment: nothing of the caller's but PATH, so that no PG* leaks in."""
        kept: Mapping[str, str] = {"PATH": os.environ.get("PATH", "/usr/bin:/bin")}
        return {**kept, "LC_ALL": "C.UTF-8", **self.installation.environment}


def socket_directory(folder: Path) -> Path:
    """A short path (a socket's has at most 107 bytes) that belongs to this folder alone."""
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    # Not TMPDIR: every command must find the same place, whatever its environment.
    return Path("/tmp") / f"wangge-{digest}"


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the home's lock: two commands that start at once make one cluster."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / "lock").open("a")
    except OSError as error:
        raise HomeUnusable(home=home, why=error.strerror or str(error)) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def prepare(home: Path, installation: Installation, password: str) -> Cluster:
    """The cluster under `home`, initialised when it is new (0.3–0.7 s). Call it under the lock."""
    try:
        folder, identity = settle(home)
    except OSError as error:
        raise HomeUnusable(home=home, why=error.strerror or str(error)) from error
    cluster = Cluster(home, folder, identity, installation)
    if not (cluster.data / "PG_VERSION").exists():
        _initialise(cluster, password)
    return cluster


def start(cluster: Cluster, *, careless: bool = False) -> None:
    """Start the server, which must be down. Call it under the lock."""
    _forget_the_dead(cluster)
    _make_socket_directory(cluster)
    settings = CONFIG.format(sockets=cluster.sockets, port=PORT) + (CARELESS if careless else "")
    _write(cluster, cluster.data / "postgresql.auto.conf", settings)
    code, said = cluster.pg_ctl("-l", str(cluster.log), "-w", "-t", "60", "start")
    if code:
        raise _failure(cluster, "start", said)


def halt(cluster: Cluster) -> bool:
    """Stop the server at once but in order; False when it was not running."""
    if not alive(cluster.data):
        return False
    code, said = cluster.pg_ctl("-m", "fast", "-w", "-t", "60", "stop")
    if code and alive(cluster.data):
        raise _failure(cluster, "stop", said)
    shutil.rmtree(cluster.sockets, ignore_errors=True)
    return True


def alive(data: Path) -> bool:
    """Whether the server of this very folder runs (its process id may have been given away)."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return True  # no /proc here: believe the file
    return str(data).encode() in words


def _initialise(cluster: Cluster, password: str) -> None:
    """Make the cluster beside its place and move it there whole: a killed initdb leaves nothing."""
    free_mb = shutil.disk_usage(cluster.folder).free // 2**20
    if free_mb < SPACE_NEEDED_MB:
        why = f"only {free_mb} MB are free, a new database needs {SPACE_NEEDED_MB} MB"
        raise HomeUnusable(home=cluster.home, why=why)
    new = cluster.folder / "data.new"
    shutil.rmtree(new, ignore_errors=True)
    secret = cluster.folder / "password"
    _write(cluster, secret, password + "\n")
    options = ["--encoding=UTF8", "--locale=C.UTF-8", f"--username={ADMIN}"]
    options += ["--auth=scram-sha-256", f"--pwfile={secret}", "--no-instructions"]
    command = [cluster.installation.program("initdb"), "-D", str(new), *options]
    try:
        done = cluster.identity.run(command, cluster.environment())
    finally:
        secret.unlink()
    if done.returncode:
        shutil.rmtree(new, ignore_errors=True)
        raise _failure(cluster, "initialise", done.stdout)
    new.rename(cluster.data)


def _make_socket_directory(cluster: Cluster) -> None:
    """A directory that only the server's user may enter; a foreign one in its place is refused."""
    sockets = cluster.sockets
    owner = cluster.identity.uid if cluster.identity.uid is not None else os.geteuid()
    try:
        sockets.mkdir(mode=0o700)
        cluster.identity.own(sockets)
    except FileExistsError:
        status = sockets.lstat()
        if sockets.is_symlink() or status.st_uid != owner or status.st_mode & 0o077:
            why = f"{sockets} exists and is not ours. Remove it and try again."
            raise StartFailed(action="start", why=why, log=cluster.log) from None


def _forget_the_dead(cluster: Cluster) -> None:
    """Remove what a killed server left: PostgreSQL believes a pid that now is somebody else's."""
    if not alive(cluster.data):
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)
        for leftover in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (cluster.sockets / leftover).unlink(missing_ok=True)


def _write(cluster: Cluster, path: Path, text: str) -> None:
    try:
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        cluster.identity.own(path)
    except OSError as error:
        raise HomeUnusable(home=cluster.home, why=error.strerror or str(error)) from error


def _failure(cluster: Cluster, action: str, said: str) -> HomeUnusable | StartFailed:
    """The error that tells most: a full disk is the home's trouble, not PostgreSQL's."""
    log = cluster.log.read_text(errors="replace")[-2000:] if cluster.log.exists() else ""
    full = shutil.disk_usage(cluster.folder).free < 2**20  # then the log itself stays silent
    if full or "No space left on device" in said + log:
        return HomeUnusable(home=cluster.home, why="No space left on device")
    lines = [
        line for line in (said + "\n" + log).splitlines() if "FATAL" in line or "error" in line
    ]
    why = lines[-1] if lines else (said.splitlines() or ["it gave no reason"])[-1]
    return StartFailed(action=action, why=why.strip(), log=cluster.log)
