"""The server: who connects, is let in or not, and is served by a thread of his own.

Two threads per connection. One reads, so that a cancel is seen while a statement runs; the other answers.
"""

import queue
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from typing import Any

from tests.standins.tds import tokens
from tests.standins.tds.collations import collation_bytes
from tests.standins.tds.engine import Database, Engine, User
from tests.standins.tds.errors import SqlError, unsupported
from tests.standins.tds.faults import Fault
from tests.standins.tds.login import (
    UTF8_FEATURE,
    Encryption,
    Login,
    prelogin_answer,
    prelogin_encryption,
    read_login,
)
from tests.standins.tds.packets import Disconnected, Kind, Message, PacketWriter, read_message
from tests.standins.tds.parameters import read_calls, skip_headers
from tests.standins.tds.procedures import Procedures
from tests.standins.tds.responses import Response
from tests.standins.tds.session import Session
from tests.standins.tds.state import Cancelled
from tests.standins.tds.tokens import Change
from tests.standins.tds.wire import TLS_HANDSHAKE, Certificate, Wire, self_signed
from typing_extensions import override

PASSWORD = "Str0ng'Pa;ss}word"


class Server:
    """A server on a free port of the loopback, in this process, from `start` to `stop`."""

    def __init__(
        self,
        databases: Mapping[str, Database] | None = None,
        users: Mapping[str, User] | None = None,
        *,
        supports_tls: bool = True,
    ) -> None:
        self.users = (
            dict(users)
            if users is not None
            else {"sa": User(PASSWORD), "reader": User(PASSWORD, can_write=False)}
        )
        self._names = list(databases) if databases else ["test"]
        self.engine = Engine(databases or {"test": Database()}, self.users)
        self.supports_tls = supports_tls
        self.host, self.port = "127.0.0.1", 0
        self._certificate: Certificate | None = None
        self._listener: socket.socket | None = None
        self._connections: set[Connection] = set()
        self._guard = threading.Lock()
        self.logins = 0
        self.statements: list[str] = []
        """All batches and statements that came, in order."""

    # ------------------------------------------------------------ for tests

    def define(self, definition: str, *, database: str | None = None) -> None:
        """Runs T-SQL past the protocol: CREATE TABLE, CREATE SCHEMA, ALTER TABLE, INSERT.

        Raises:
            SqlError: it failed.
        """
        name = database or self._names[0]
        login = Login(
            "sa",
            "",
            name,
            "",
            "",
            "",
            4096,
            is_integrated=False,
            is_read_only=False,
            features=frozenset(),
        )
        session = Session(self.engine, login, User(""), self.engine.catalogues[name.lower()].name)
        try:
            failures: list[SqlError] = []
            response = _Listening(failures)
            session.run(definition, {}, response)
            if failures:
                raise failures[0]
        finally:
            session.close()

    def load(self, table: str, rows: Any, *, database: str | None = None) -> int:
        """Puts an Arrow table (or anything DuckDB reads) into a table by the names of its columns; how many rows."""
        return self.engine.load(database or self._names[0], table, rows)

    def create_table(
        self, definition: str, rows: Any = None, *, database: str | None = None
    ) -> None:
        """A table as T-SQL defines it, with its rows."""
        name = database or self._names[0]
        table = self.engine.create_table(name, definition, self.engine.root)
        if rows is not None:
            self.load(f"{table.schema}.{table.name}", rows, database=name)

    def plant(self, pattern: str, **failure: Any) -> None:
        """A failure for statements that the pattern is found in; see `Fault`."""
        self.engine.faults.plant(Fault(pattern, **failure))

    def add_database(self, name: str, database: Database) -> None:
        self.engine.create_database(name, database)

    def add_user(self, name: str, user: User) -> None:
        self.engine.add_user(name, user)

    def clear_faults(self) -> None:
        self.engine.faults.clear()

    def statements_so_far(self) -> list[str]:
        return list(self.statements)

    def open_connections(self) -> int:
        with self._guard:
            return len(self._connections)

    # ------------------------------------------------------------ life

    def start(self) -> "Server":
        self._certificate = self_signed()
        self._listener = socket.create_server((self.host, 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Ends all connections and the data with them."""
        if self._listener is not None:
            self._listener.close()
        with self._guard:
            connections = list(self._connections)
        for connection in connections:
            connection.stop()
        for connection in connections:
            connection.join()
        self.engine.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(self, client, self._forget)
            with self._guard:
                self._connections.add(connection)
            connection.start()

    def _forget(self, connection: "Connection") -> None:
        with self._guard:
            self._connections.discard(connection)

    @property
    def certificate(self) -> Certificate:
        assert self._certificate is not None
        return self._certificate

    def certificate_pem(self) -> str:
        return self.certificate.pem


class _Listening(Response):
    """Nobody reads it; errors are kept."""

    def __init__(self, failures: list[SqlError]) -> None:
        super().__init__(PacketWriter(lambda content: None))
        self._failures = failures

    @override
    def error(self, failure: SqlError) -> None:
        self._failures.append(failure)


class Connection:
    """One client."""

    def __init__(
        self, server: Server, client: socket.socket, ended: Callable[["Connection"], None]
    ) -> None:
        self._server = server
        self._wire = Wire(client)
        self._writer = PacketWriter(self._wire.write)
        self._ended = ended
        self._messages: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._session: Session | None = None
        self._procedures: Procedures | None = None
        self._awaits_attention = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._reader = threading.Thread(target=self._read, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._wire.close()
        if self._session is not None:
            self._session.cancel()

    def join(self) -> None:
        self._thread.join(5)

    def _serve(self) -> None:
        try:
            if self._greet():
                self._reader.start()
                self._answer_all()
        except (Disconnected, struct.error, IndexError, ValueError):
            pass  # gone, or what came was no TDS
        finally:
            self._wire.close()
            if self._reader.is_alive():
                self._reader.join(5)
            if self._session is not None:
                self._session.close()
            self._ended(self)

    # ------------------------------------------------------------ login

    def _greet(self) -> bool:
        strict = self._wire.first_byte() == TLS_HANDSHAKE
        if strict:
            if not self._server.supports_tls:
                return False
            self._wire.start_tls(self._server.certificate.strict, in_packets=False)
        message = read_message(self._wire.read)
        if message.kind != Kind.PRELOGIN:
            return False
        wanted = prelogin_encryption(message.body)
        answer = Encryption.NOT_SUPPORTED
        if (
            wanted in {Encryption.ON, Encryption.REQUIRED}
            and self._server.supports_tls
            and not strict
        ):
            answer = Encryption.ON
        self._send(prelogin_answer(answer))
        if answer == Encryption.ON:
            self._wire.start_tls(self._server.certificate.in_packets, in_packets=True)
        message = read_message(self._wire.read)
        if message.kind != Kind.LOGIN:
            return False
        return self._log_in(read_login(message.body))

    def _send(self, content: bytes) -> None:
        self._writer.add(content)
        self._writer.finish()

    def _log_in(self, login: Login) -> bool:
        response = Response(self._writer)
        engine = self._server.engine
        user = engine.users.get(login.user.lower())
        database = login.database or "master"
        catalogue = engine.catalogues.get(database.lower())
        if user is None or user.password != login.password or login.is_integrated:
            return self._refuse(
                response, SqlError(18456, f"Login failed for user '{login.user}'.", severity=14)
            )
        may_enter = user.databases is None or database.lower() in {
            name.lower() for name in user.databases
        }
        if catalogue is None or not catalogue.is_online or not may_enter:
            refusal = SqlError(
                4060,
                f'Cannot open database "{database}" requested by the login. The login failed.',
                severity=11,
            )
            return self._refuse(response, refusal)
        self._session = Session(engine, login, user, catalogue.name)
        self._procedures = Procedures(self._session)
        self._server.logins += 1
        size = min(max(login.packet_size, 512), 32_767)
        response.add(tokens.changed(Change.DATABASE, catalogue.name, "master"))
        response.message(
            5701, f"Changed database context to '{catalogue.name}'.", severity=0, state=2
        )
        response.add(
            tokens.changed_bytes(Change.COLLATION, collation_bytes(catalogue.collation), b"")
        )
        response.add(tokens.changed(Change.LANGUAGE, "us_english", ""))
        response.message(5703, "Changed language setting to us_english.", severity=0)
        response.add(tokens.login_acknowledged())
        if UTF8_FEATURE in login.features:
            response.add(tokens.features_acknowledged())
        response.add(tokens.changed(Change.PACKET_SIZE, str(size), "4096"))
        response.finish()
        self._writer.size = size
        return True

    def _refuse(self, response: Response, refusal: SqlError) -> bool:
        response.error(refusal)
        response.finish()
        return False

    # ------------------------------------------------------------ requests

    def _read(self) -> None:
        """Hands messages to the other thread; a cancel acts at once."""
        try:
            while True:
                message = read_message(self._wire.read)
                if message.kind == Kind.ATTENTION and self._session is not None:
                    self._session.cancel()
                self._messages.put(message)
        except (Disconnected, struct.error):
            if self._session is not None:
                self._session.cancel()
            self._messages.put(None)

    def _answer_all(self) -> None:
        while (message := self._messages.get()) is not None:
            response = Response(self._writer)
            session = self._session
            assert session is not None
            if message.kind == Kind.ATTENTION:
                session.cancelled.clear()
                if self._awaits_attention:
                    self._awaits_attention = False
                else:
                    response.cancelled()
                continue
            if message.resets:
                session.reset()
                response.add(tokens.changed_bytes(Change.RESET, b"", b""))
            response.in_transaction = session.depth > 0
            try:
                self._answer(message, session, response)
                response.in_transaction = session.depth > 0
                response.finish()
            except Cancelled:
                self._awaits_attention = True
                response.cancelled()

    def _answer(self, message: Message, session: Session, response: Response) -> None:
        match message.kind:
            case Kind.BATCH:
                text = message.body[skip_headers(message.body) :].decode("utf-16-le")
                self._server.statements.append(text)
                session.run(text, {}, response)
            case Kind.RPC:
                assert self._procedures is not None
                for call in read_calls(message.body):
                    self._server.statements.extend(
                        str(each.value) for each in call.parameters if isinstance(each.value, str)
                    )
                    self._procedures.run(call, response)
            case Kind.TRANSACTION:
                self._transaction(message.body, session, response)
            case _:
                response.error(
                    SqlError(
                        4002, "The incoming tabular data stream (TDS) protocol stream is incorrect."
                    )
                )

    def _transaction(self, body: bytes, session: Session, response: Response) -> None:
        try:
            self._transact(body, skip_headers(body), session, response)
        except SqlError as failure:
            response.error(failure)
        else:
            response.statement_done()

    def _transact(self, body: bytes, position: int, session: Session, response: Response) -> None:
        """A request of the transaction manager; the end of one may ask for the next to begin."""
        request = struct.unpack_from("<H", body, position)[0]
        match request:
            case 5:
                session.begin(response)
                return
            case 7:
                session.commit(response)
            case 8:
                session.roll_back(response)
            case _:
                raise unsupported(f"the transaction request {request}")
        name_length = body[position + 2]
        if body[position + 3 + name_length] & 1:
            session.begin(response)
