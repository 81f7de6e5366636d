"""What does one connection do? Its state, and the statements that it runs."""

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import ClassVar

import duckdb
import pyarrow as pa
from sqlglot import exp
from sqlglot.tokenizer_core import Token
from tests.standins.tds import tokens
from tests.standins.tds.batches import Block, Choice, Node, Statement, read_batch
from tests.standins.tds.catalogue import Catalogue, Column, Table
from tests.standins.tds.changes import Change, delete, insert, last_identity_sql, update
from tests.standins.tds.constants import constants
from tests.standins.tds.definitions import (
    Words,
    storage_name,
)
from tests.standins.tds.engine import Engine, User
from tests.standins.tds.errors import (
    SqlError,
    denied,
    no_object,
    of_duckdb,
    of_itself,
    syntax,
    unsupported,
)
from tests.standins.tds.expressions import bind_name, condition
from tests.standins.tds.faults import Fault
from tests.standins.tds.login import Login
from tests.standins.tds.packets import Disconnected
from tests.standins.tds.parsing import tokens_of, tree_of
from tests.standins.tds.queries import query
from tests.standins.tds.responses import Response
from tests.standins.tds.scope import Environment, Query, Scope
from tests.standins.tds.settings import (
    accept,
    assign_selected,
    declare,
    end,
    print_text,
    raise_error,
    set_option,
    use,
    wait,
)
from tests.standins.tds.state import ISOLATION_LEVELS, SNAPSHOT, Cancelled, Options, Variable
from tests.standins.tds.structure import alter, create, drop_object, must_write, truncate
from tests.standins.tds.system_views import VIEWS, as_arrow, database_rows
from tests.standins.tds.tokens import Change as Told
from tests.standins.tds.typeinfo import ResultColumn

ROWS_AT_A_TIME = 16_384


class Session:
    """One client's session."""

    _numbers = itertools.count(51)

    def __init__(self, engine: Engine, login: Login, user: User, database: str) -> None:
        self.engine = engine
        self.login = login
        self.user = user
        self.database = self._first_database = database
        self.number = next(self._numbers)
        self.options = Options()
        self.depth = 0
        """@@TRANCOUNT."""
        self.row_count = 0
        self.last_identity: int | None = None
        self.cancelled = threading.Event()
        self._cursor = engine.cursor()
        self._has_written = False
        self._undo: list[tuple[Catalogue, Table]] = []
        self._descriptors = itertools.count(1)
        self._descriptor = b""
        self._registered: dict[str, int] = {}
        self._fault: Fault | None = None

    def cancel(self) -> None:
        """Stops what runs; called from another thread."""
        self.cancelled.set()
        with suppress(duckdb.Error):  # it may have been closed just now
            self._cursor.interrupt()

    def reset(self) -> None:
        """As after login: for the next one who takes the connection from a pool."""
        if self.depth:
            self._cursor.execute("ROLLBACK")
            self.depth = 0
            self._registered.clear()
        self.options = Options()
        self.database = self._first_database
        self.last_identity = None

    def close(self) -> None:
        try:
            if self.depth:
                self._cursor.execute("ROLLBACK")
        except duckdb.Error:
            pass
        self._cursor.close()

    @property
    def catalogue(self) -> Catalogue:
        return self.engine.catalogues[self.database.lower()]

    # ------------------------------------------------------------ batches

    def run(self, text: str, variables: dict[str, Variable], response: Response) -> bool:
        """Runs a batch; whether all of it went well. Errors are told in the response.

        Raises:
            Cancelled: the client asked to stop.
            Disconnected: the connection broke, on purpose or not.
        """
        try:
            self._node(read_batch(text), variables, response)
        except SqlError as failure:
            self._failed(response)
            response.error(failure)
            return False
        except duckdb.Error as failure:
            if self.cancelled.is_set():
                self._failed(response)
                raise Cancelled from failure
            self._failed(response)
            response.error(of_duckdb(str(failure)))
            return False
        except (Cancelled, Disconnected):
            raise
        except Exception as failure:
            if self.cancelled.is_set():
                raise Cancelled from failure
            self._failed(response)
            response.error(of_itself(failure))
            return False
        return True

    def _failed(self, response: Response) -> None:
        """After an error DuckDB's transaction is lost: one that only read begins anew, one that wrote is rolled back."""
        if not self.depth:
            return
        try:
            self._cursor.execute("SELECT 1")
        except duckdb.Error:
            self._cursor.execute("ROLLBACK")
            self._registered.clear()
            if self._has_written:
                self._rolled_back(response)
            else:
                self._cursor.execute("BEGIN")

    def _node(self, node: Node, variables: dict[str, Variable], response: Response) -> None:
        match node:
            case Block(nodes):
                for each in nodes:
                    self._node(each, variables, response)
            case Choice(words, text, then, otherwise):
                if self._holds(words, text, variables):
                    self._node(then, variables, response)
                elif otherwise is not None:
                    self._node(otherwise, variables, response)
            case Statement():
                self._statement(node, variables, response)

    def _holds(self, words: Sequence[Token], text: str, variables: dict[str, Variable]) -> bool:
        select = tokens_of("SELECT 1 WHERE ")
        tree = tree_of([*select, *words], text)
        environment = self._environment(variables)
        sql = f"SELECT CASE WHEN {condition(tree.args['where'].this, Scope(environment))} THEN 1 ELSE 0 END"
        found = self._execute(sql, environment, variables).fetchone()
        return bool(found and found[0])

    def _statement(
        self, statement: Statement, variables: dict[str, Variable], response: Response
    ) -> None:
        if self.cancelled.is_set():
            raise Cancelled
        written = statement.text[statement.tokens[0].start : statement.tokens[-1].end + 1]
        self._meet(self.engine.faults.take(written))
        run = self._verbs.get(statement.verb)
        if run is None:
            if statement.verb.lower().startswith("sp_"):
                self._procedure(Words(statement.tokens, statement.text), variables, response)
                return
            raise syntax(statement.tokens[0].text)
        run(self, statement, variables, response)

    def _meet(self, fault: Fault | None) -> None:
        self._fault = fault
        if fault is None:
            return
        if fault.delay and self.cancelled.wait(fault.delay):
            raise Cancelled
        if fault.waits_for_lock:
            patience = self.options.lock_timeout_ms
            if self.cancelled.wait(patience / 1000 if patience >= 0 else None):
                raise Cancelled
            raise SqlError(1222, "Lock request time out period exceeded.", state=51)
        if fault.error is not None:
            raise SqlError(fault.error, fault.text, severity=fault.severity)

    # ------------------------------------------------------------ queries

    def _select(
        self, statement: Statement, variables: dict[str, Variable], response: Response
    ) -> None:
        tree = tree_of(statement.tokens, statement.text)
        if isinstance(tree, exp.Insert | exp.Update | exp.Delete):
            self._change(statement, variables, response)
            return
        if isinstance(tree, exp.Select) and _assigns(tree):
            assign_selected(self, tree, variables, response)
            return
        if tree.args.get("into") is not None:
            self._select_into(tree, variables, response)
            return
        environment = self._environment(variables)
        found = query(tree, None, environment)
        self._may_read(environment)
        self._begin_implicitly(environment, response)
        columns = [
            ResultColumn(
                column.name, column.type, column.is_nullable, column.is_identity, column.is_computed
            )
            for column in found.columns
        ]
        if self.options.describes_only:
            response.result(columns, [])
            response.statement_done(count=0, is_query=True)
            return
        reader = self._execute(_as_carriers(found), environment, variables).to_arrow_reader(
            ROWS_AT_A_TIME
        )
        self.row_count = response.result(columns, self._watched(reader))
        response.statement_done(count=self.row_count, is_query=True)

    def _watched(self, reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        sent = 0
        fault = self._fault
        for batch in reader:
            if self.cancelled.is_set():
                raise Cancelled
            yield batch
            sent += batch.num_rows
            if (
                fault is not None
                and fault.drop_after_rows is not None
                and sent >= fault.drop_after_rows
            ):
                raise Disconnected
        if fault is not None and fault.drop_after_rows is not None:
            raise Disconnected
        if self.cancelled.is_set():
            raise Cancelled

    def _execute(
        self, sql: str, environment: Environment, variables: Mapping[str, Variable]
    ) -> duckdb.DuckDBPyConnection:
        self._show(environment)
        values = {bind_name(name): variables[name].value for name in environment.used}
        return self._cursor.execute(sql, values) if values else self._cursor.execute(sql)

    def _show(self, environment: Environment) -> None:
        """Puts the system views that the statement reads where DuckDB finds them."""
        for relation in sorted(environment.relations):
            database, _, view = relation.partition(".")
            catalogue = self.engine.catalogues[database.lower()]
            counted = view in {"sys.partitions", "sys.dm_db_partition_stats"}
            if (
                not counted
                and view not in _OF_THE_SERVER
                and self._registered.get(relation) == catalogue.version
            ):
                continue
            if view == "sys.databases":
                rows = database_rows(self.engine.catalogues)
            elif view == "sys.dm_exec_sessions":
                rows = [
                    (
                        self.number,
                        ISOLATION_LEVELS[self.options.isolation],
                        self.login.user,
                        "running",
                        self.login.application,
                        self.login.host,
                        self.depth,
                    )
                ]
            else:
                counts = self.engine.counts(catalogue, self._cursor) if counted else {}
                seen = catalogue if self.user.reads is None else catalogue.only(self.user.may_read)
                rows = list(VIEWS[view][1](seen, counts))
            self._cursor.register(relation, as_arrow(view, rows))
            self._registered[relation] = catalogue.version

    def _environment(self, variables: Mapping[str, Variable]) -> Environment:
        types = {name: variable.type for name, variable in variables.items()}
        return Environment(self.engine.catalogues, self.database, types, constants(self), query)

    def _may_read(self, environment: Environment) -> None:
        for catalogue, schema, name in environment.read_tables:
            if not self.user.may_read(schema, name):
                raise denied("SELECT", name, catalogue.name, schema)
        if not self.user.sees_state and any(
            each.endswith(".sys.dm_db_partition_stats") for each in environment.relations
        ):
            raise SqlError(
                262,
                f"VIEW DATABASE STATE permission denied in database '{self.catalogue.name}'.",
                severity=14,
            )
        if self.options.isolation != SNAPSHOT:
            return
        for catalogue, _, _ in environment.read_tables:
            if not catalogue.allows_snapshot:
                raise SqlError(
                    3952,
                    f"Snapshot isolation transaction failed accessing database '{catalogue.name}' because snapshot isolation is not allowed in this database. Use ALTER DATABASE to allow snapshot isolation.",
                )

    # ------------------------------------------------------------ changes

    def _change(
        self, statement: Statement, variables: dict[str, Variable], response: Response
    ) -> None:
        tree = tree_of(statement.tokens, statement.text)
        environment = self._environment(variables)
        if not self.user.can_write:
            from tests.standins.tds.changes import target

            catalogue, table = target(tree.this, environment)
            raise denied(type(tree).__name__.upper(), table.name, catalogue.name, table.schema)
        change: Change
        match tree:
            case exp.Insert():
                name = tree.this.this.name if isinstance(tree.this, exp.Schema) else tree.this.name
                allowed = (self.options.identity_insert or "").lower() == name.lower()
                change = insert(tree, environment, identity_allowed=allowed)
            case exp.Update():
                change = update(tree, environment)
            case exp.Delete():
                change = delete(tree, environment)
            case _:
                raise unsupported(type(tree).__name__)
        self._begin_implicitly(environment, response, writes=True)
        done = self._execute(change.sql, environment, variables)
        self._has_written = True
        if change.output:
            rows = done.to_arrow_reader(ROWS_AT_A_TIME)
            self.row_count = response.result([*change.output], rows)
        else:
            found = done.fetchone()
            self.row_count = int(found[0]) if found else 0
        if change.has_identity and not self.options.identity_insert:
            last = self._cursor.execute(last_identity_sql(change)).fetchone()
            self.last_identity = int(last[0]) if last else None
        response.statement_done(count=self.row_count if self.options.counts else None)

    def _select_into(
        self, tree: exp.Expr, variables: dict[str, Variable], response: Response
    ) -> None:
        into = tree.args["into"]
        tree.set("into", None)
        environment = self._environment(variables)
        found = query(tree, None, environment)
        must_write(self, "CREATE TABLE")
        node = into.this
        schema, name = node.text("db") or "dbo", node.name
        columns = [Column(column.name, column.type, column.is_nullable) for column in found.columns]
        table = Table(self.catalogue.next_number(), schema, name, columns)
        if self.catalogue.table(schema, name) is not None:
            raise SqlError(2714, f"There is already an object named '{name}' in the database.")
        self._begin_implicitly(environment, response, writes=True)
        self.engine.add_table(table, self.catalogue, self._cursor)
        self._undo.append((self.catalogue, table))
        sql = f"INSERT INTO {storage_name(table, self.catalogue)} {_as_carriers(found)}"
        result = self._execute(sql, environment, variables).fetchone()
        self.row_count = int(result[0]) if result else 0
        response.statement_done(count=self.row_count if self.options.counts else None)

    def _table(self, names: Sequence[str]) -> Table:
        schema = names[-2] if len(names) > 1 and names[-2] else "dbo"
        table = self.catalogue.table(schema, names[-1])
        if table is None:
            raise no_object(".".join(names))
        return table

    # ------------------------------------------------------------ transactions

    def begin(self, response: Response) -> None:
        """BEGIN TRANSACTION, by statement or by request."""
        if not self.depth:
            self._cursor.execute("BEGIN")
            self._has_written = False
            self._undo.clear()
            self._descriptor = next(self._descriptors).to_bytes(8, "little")
            response.in_transaction = True
            response.add(tokens.changed_bytes(Told.BEGIN, self._descriptor, b""))
        self.depth += 1

    def commit(self, response: Response) -> None:
        """COMMIT of the innermost transaction; the outermost one counts."""
        if not self.depth:
            raise SqlError(
                3902, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION."
            )
        self.depth -= 1
        if not self.depth:
            self._cursor.execute("COMMIT")
            response.in_transaction = False
            response.add(tokens.changed_bytes(Told.COMMIT, b"", self._descriptor))
            self._undo.clear()

    def roll_back(self, response: Response) -> None:
        if not self.depth:
            raise SqlError(
                3903, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION."
            )
        self._cursor.execute("ROLLBACK")
        self._rolled_back(response)

    def _rolled_back(self, response: Response) -> None:
        self.depth = 0
        self._registered.clear()  # they are views of DuckDB's, and were rolled back too
        for catalogue, table in self._undo:
            catalogue.drop(table)
        self._undo.clear()
        response.in_transaction = False
        response.add(tokens.changed_bytes(Told.ROLLBACK, b"", self._descriptor))

    def _begin_implicitly(
        self, environment: Environment, response: Response, *, writes: bool = False
    ) -> None:
        if self.options.implicit and not self.depth and (writes or environment.read_tables):
            self.begin(response)

    def _begin(
        self, statement: Statement, variables: dict[str, Variable], response: Response
    ) -> None:
        self.begin(response)
        response.statement_done()

    def _commit(
        self, statement: Statement, variables: dict[str, Variable], response: Response
    ) -> None:
        self.commit(response)
        response.statement_done()

    def _rollback(
        self, statement: Statement, variables: dict[str, Variable], response: Response
    ) -> None:
        self.roll_back(response)
        response.statement_done()

    def enter(self, name: str, response: Response) -> None:
        """Makes the database the present one.

        Raises:
            SqlError: 911 there is none, 916 it is not this login's, 942 it is offline.
        """
        catalogue = self.engine.catalogues.get(name.lower())
        if catalogue is None:
            raise SqlError(
                911,
                f"Database '{name}' does not exist. Make sure that the name is entered correctly.",
            )
        if not catalogue.is_online:
            raise SqlError(
                942, f"Database '{name}' cannot be opened because it is offline.", severity=14
            )
        old, self.database = self.database, catalogue.name
        response.add(tokens.changed(Told.DATABASE, catalogue.name, old))
        response.message(
            5701, f"Changed database context to '{catalogue.name}'.", severity=0, state=2
        )

    def _execute_procedure(
        self, statement: Statement, variables: dict[str, Variable], response: Response
    ) -> None:
        self._procedure(Words(statement.tokens[1:], statement.text), variables, response)

    def _procedure(self, words: Words, variables: dict[str, Variable], response: Response) -> None:
        from tests.standins.tds.procedures import run_written

        run_written(self, words, variables, response)

    _verbs: ClassVar[dict[str, Callable[..., None]]] = {
        "SELECT": _select, "WITH": _select, "INSERT": _change, "UPDATE": _change, "DELETE": _change,
        "TRUNCATE": truncate, "CREATE": create, "ALTER": alter, "DROP": drop_object, "BEGIN": _begin, "COMMIT": _commit,
        "ROLLBACK": _rollback, "SET": set_option, "DECLARE": declare, "USE": use, "PRINT": print_text, "WAITFOR": wait,
        "RAISERROR": raise_error, "THROW": raise_error, "GRANT": accept, "DENY": accept, "REVOKE": accept, "RETURN": end,
        "EXEC": _execute_procedure, "EXECUTE": _execute_procedure,
    }  # fmt: skip


_OF_THE_SERVER = {"sys.databases", "sys.dm_exec_sessions"}


def _as_carriers(found: Query) -> str:
    """The query with each column in exactly the carrier of its type, under names of our own."""
    names = [f"c{index}" for index in range(len(found.columns))]
    cells = ", ".join(
        f"CAST({name} AS {column.type.carrier}) AS {name}"
        for name, column in zip(names, found.columns, strict=True)
    )
    return f"SELECT {cells} FROM ({found.sql}) AS result({', '.join(names)})"


def _assigns(tree: exp.Select) -> bool:
    """Whether it is SELECT @x = ..."""
    first = tree.expressions[0] if tree.expressions else None
    return isinstance(first, exp.EQ) and isinstance(first.this, exp.Parameter)
