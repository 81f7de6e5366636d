"""The server in a process of its own, and how a test speaks to it.

Not in the test's process: `mssql_python` holds Python's global lock while it waits for rows, so that a server in another
thread could never send them. The process ends with the test, even if that is killed: it ends when nobody holds the other
end of its pipe.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote_plus

from tests.standins.tds.engine import Database, User
from tests.standins.tds.server import PASSWORD, Server

_ROOT = Path(__file__).parents[3]


class TdsServer:
    """A server on a free port of the loopback, from `start` (or `with`) to `stop`.

    Without arguments it has a database `test` and the logins `sa`, who may do anything, and `reader`, who may only read.
    """

    def __init__(
        self,
        databases: Mapping[str, Database] | None = None,
        users: Mapping[str, User] | None = None,
        *,
        supports_tls: bool = True,
    ) -> None:
        self.databases = dict(databases) if databases else {"test": Database()}
        self.users = (
            dict(users)
            if users
            else {"sa": User(PASSWORD), "reader": User(PASSWORD, can_write=False)}
        )
        self.host, self.port = "127.0.0.1", 0
        self._supports_tls = supports_tls
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection[Any, Any] | None = None

    @property
    def database(self) -> str:
        """The first of its databases, which is meant where none is named."""
        return next(iter(self.databases))

    def url(self, dialect: str = "mssql", *, user: str = "sa", database: str | None = None) -> str:
        """A URL of the server, as SQLAlchemy reads it."""
        password = quote_plus(self.users[user].password)
        return f"{dialect}://{user}:{password}@{self.host}:{self.port}/{database or self.database}"

    def define(self, statements: str, *, database: str | None = None) -> None:
        """Runs a batch of T-SQL past the protocol: CREATE TABLE, CREATE SCHEMA, ALTER TABLE, INSERT.

        Raises:
            SqlError: it failed.
        """
        self._ask("define", statements, database=database or self.database)

    def load(self, table: str, rows: Any, *, database: str | None = None) -> int:
        """Puts an Arrow table into a table, column by column by their names; how many rows it had.

        Moments may be timestamps, `uniqueidentifier` text, and what is missing is NULL.
        """
        return int(self._ask("load", table, rows, database=database or self.database))

    def create_table(
        self, definition: str, rows: Any = None, *, database: str | None = None
    ) -> None:
        """A table as CREATE TABLE defines it, with its rows as `load` takes them."""
        self._ask("create_table", definition, rows, database=database or self.database)

    def add_database(self, name: str, database: Database | None = None) -> None:
        """One more database."""
        self._ask("add_database", name, database or Database())
        self.databases[name] = database or Database()

    def add_user(self, name: str, user: User) -> None:
        """One more login."""
        self._ask("add_user", name, user)
        self.users[name] = user

    def plant(self, pattern: str, **failure: Any) -> None:
        """A failure for statements that the pattern, a regular expression, is found in; see `Fault`."""
        self._ask("plant", pattern, **failure)

    def clear_faults(self) -> None:
        """Takes back the failures that no statement has met."""
        self._ask("clear_faults")

    def statements(self) -> list[str]:
        """All batches and statements that have come, in order."""
        return list(self._ask("statements_so_far"))

    def certificate(self) -> str:
        """Its certificate, as PEM, for clients that want to know whom they speak to (`Encrypt=strict`)."""
        return str(self._ask("certificate_pem"))

    def connections(self) -> int:
        """How many clients are connected now."""
        return int(self._ask("open_connections"))

    def start(self) -> "TdsServer":
        here, there = Pipe()
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), *sys.path])}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.standins.tds", str(there.fileno())],
            pass_fds=[there.fileno()],
            cwd=_ROOT,
            env=environment,
        )
        there.close()
        self._pipe = here
        self.port = self._ask(self.databases, self.users, supports_tls=self._supports_tls)
        return self

    def stop(self) -> None:
        """Ends all connections, and the data with them."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def __enter__(self) -> "TdsServer":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _ask(self, *arguments: Any, **named: Any) -> Any:
        assert self._pipe is not None, "the server was not started"
        self._pipe.send((arguments, named))
        went_well, answer = self._pipe.recv()
        if not went_well:
            raise answer
        return answer


def serve(pipe: "Connection[Any, Any]") -> None:
    """Answers the test until it closes the pipe."""
    (databases, users), named = pipe.recv()
    server = Server(databases, users, **named).start()
    pipe.send((True, server.port))
    while True:
        try:
            (name, *arguments), named = pipe.recv()
        except EOFError:
            break
        try:
            pipe.send((True, getattr(server, name)(*arguments, **named)))
        except Exception as failure:  # noqa: BLE001 - it is raised again where the question came from
            pipe.send((False, failure))
    server.stop()
