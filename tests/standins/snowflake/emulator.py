"""Runs statements for the stand-in: each in a thread, so that it can be waited for, stopped, and cut off in time."""

import datetime as dt
import re
import threading
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import duckdb
import snowflake.connector.errors
from fakesnow import converter, transforms
from fakesnow.rowtype import describe_as_rowtype, duckdb_to_sf_type
from sqlglot import exp
from tests.standins.snowflake import tables_made
from tests.standins.snowflake.answers import rows_as_json, table_as_arrow
from tests.standins.snowflake.exact_names import check_names
from tests.standins.snowflake.sessions import Past, Refused, Session
from tests.standins.snowflake.statements import answered, mended

MACROS = """
CREATE OR REPLACE MACRO {db}.MD5_NUMBER_LOWER64(t) AS ('0x' || right(md5(t), 16))::UBIGINT;
CREATE OR REPLACE MACRO {db}.M_D5_NUMBER_LOWER64(t) AS ('0x' || right(md5(t), 16))::UBIGINT;
CREATE OR REPLACE MACRO {db}.MD5_NUMBER_UPPER64(t) AS ('0x' || left(md5(t), 16))::UBIGINT;
CREATE OR REPLACE MACRO {db}.WIDTH_BUCKET(x, low, high, n) AS
  CASE WHEN x < low THEN 0 WHEN x >= high THEN n + 1
       ELSE CAST(floor((x - low) * n / (high - low)) AS INTEGER) + 1 END;
CREATE OR REPLACE MACRO {db}.HEX_ENCODE(x, letters := 1) AS
  CASE WHEN letters = 0 THEN lower(hex(x)) ELSE upper(hex(x)) END;
"""


@dataclass
class Running:
    """One statement: under way, or ended with an answer."""

    session: Session
    sql: str
    tag: str = ""
    number: str = field(default_factory=lambda: str(uuid.uuid4()))
    answer: dict[str, Any] | None = None
    chunks: list[bytes] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    stopped: Refused | None = None
    _executing: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def stop(self, reason: Refused) -> None:
        """Cuts it off. Asked once more, DuckDB may not have heard the first time."""
        with self._lock:
            self.stopped = self.stopped or reason
            if self._executing:
                self.session.connection._duck_conn.interrupt()

    def execute(self, what: Any) -> Any:
        with self._lock:
            if self.stopped:
                raise self.stopped
            self._executing = True
        try:
            return what()
        finally:
            with self._lock:
                self._executing = False


CANCELLED = Refused("000604", "SQL execution canceled", "57014")


def run(running: Running, bindings: dict[str, Any] | None) -> None:
    """Runs a statement to its end, in the thread of the caller."""
    session = running.session
    seconds = int(session.parameters.get("STATEMENT_TIMEOUT_IN_SECONDS") or 172_800)
    too_long = Refused(
        "000630",
        f"Statement reached its statement or warehouse timeout of {seconds} second(s) and was canceled.",
        "57014",
    )
    timer = threading.Timer(min(seconds, 3_600), running.stop, [too_long])
    timer.daemon = True
    timer.start()
    try:
        with session.one_at_a_time:
            data, running.chunks = running.execute(lambda: _answer(running, bindings))
            running.answer = {"data": data, "success": True, "code": None, "message": None}
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the client's to know
        running.answer = _refusal(running.stopped or error, running.number)
    finally:
        timer.cancel()
        running.ended.set()


def _answer(
    running: Running, bindings: dict[str, Any] | None
) -> tuple[dict[str, Any], list[bytes]]:
    session = running.session
    shown = answered(running.sql, session)
    if shown is not None:
        return _common(running) | rows_as_json(*shown), []
    connection = session.connection
    sql = mended(running.sql, session)
    check_names(sql, connection)
    sql = tables_made.noted(sql, connection._duck_conn, connection.database, connection.schema)
    cursor = connection.cursor()
    cursor.execute(sql, server=True, binding_params=_parameters(bindings))
    if made := re.match(
        r"\s*CREATE\s+DATABASE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)", sql, re.IGNORECASE
    ):
        connection._duck_conn.execute(MACROS.format(db=made[1].upper()))
    table = cursor._arrow_table
    rowtype = describe_as_rowtype(cursor._describe_last_sql())
    if table is None or sql.lstrip()[:4].upper() == "SHOW":
        rows = [] if table is None else [list(row.values()) for row in table.to_pylist()]
        names = [] if table is None else table.column_names
        return _common(running) | rows_as_json(names, rows), []
    session.history.append(Past(session.user, running.number, now(), table.nbytes))
    told, chunks = table_as_arrow(table, [dict(each) for each in rowtype])
    return _common(running) | told, chunks


def _common(running: Running) -> dict[str, Any]:
    connection = running.session.connection
    return {
        "parameters": [
            {
                "name": "TIMEZONE",
                "value": running.session.parameters.get("TIMEZONE", "America/Los_Angeles"),
            }
        ],
        "queryId": running.number,
        "finalDatabaseName": connection.database,
        "finalSchemaName": connection.schema,
        "finalRoleName": running.session.role,
        "finalWarehouseName": running.session.warehouse,
        "statementTypeId": 4096,
        "version": 1,
        "sqlState": "00000",
    }


def _parameters(bindings: dict[str, Any] | None) -> Any:
    if not bindings:
        return None
    return tuple(converter.from_binding(bindings[str(at)]) for at in range(1, len(bindings) + 1))


def _refusal(error: BaseException, number: str) -> dict[str, Any]:
    code, message, state = "001003", str(error), "42000"
    if isinstance(error, Refused):
        code, message, state = error.code, error.message, error.sqlstate or "XX000"
    elif isinstance(error, snowflake.connector.errors.Error):
        code, message, state = f"{error.errno:06d}", str(error.msg), error.sqlstate or "XX000"
        if code == "002043":  # a column that is not there is an invalid identifier
            code, state = "000904", "42000"
    elif isinstance(error, duckdb.InterruptException):
        code, message, state = CANCELLED.code, CANCELLED.message, "57014"
    elif isinstance(
        error,
        duckdb.OutOfRangeException | duckdb.InvalidInputException | duckdb.ConversionException,
    ):
        code, message, state = "100038", str(error), "22018"
    told = {
        "errorCode": code,
        "sqlState": state,
        "queryId": number,
        "internalError": False,
        "type": "COMPILATION",
    }
    return {"data": told, "code": code, "message": message, "success": False}


def mend_fakesnow(duck: Any) -> None:
    """What the emulator does otherwise than Snowflake, put right before the first login."""
    tables_made.prepare(duck)
    duckdb_to_sf_type.update({"TINYINT": "fixed", "SMALLINT": "fixed", "UTINYINT": "fixed", "USMALLINT": "fixed",
                              "UINTEGER": "fixed", "UHUGEINT": "fixed", "FLOAT": "real", "TIMESTAMP_S": "timestamp_ntz",
                              "TIMESTAMP_MS": "timestamp_ntz", "UUID": "text"})  # fmt: skip
    transforms.integer_precision = _integers
    transforms.numeric_agg_implicit_cast = _as_it_is  # makes doubles of exact sums
    plain = converter.from_binding
    converter.from_binding = lambda binding: (
        Decimal(binding["value"])
        if binding["type"] == "FIXED" and "." in str(binding["value"])
        else None
        if binding["value"] is None
        else plain(binding)
    )


def _as_it_is(expression: Any) -> Any:
    return expression


def _integers(expression: Any) -> Any:
    """Whole numbers without a precision are NUMBER(38, 0): all 38 digits of them. (Called for every node.)"""
    if isinstance(expression, exp.Collate) and expression.expression.name.lower() == "utf8":
        return expression.this  # the order of code points is DuckDB's own
    words = {
        exp.DataType.Type.INT,
        exp.DataType.Type.SMALLINT,
        exp.DataType.Type.TINYINT,
        exp.DataType.Type.BIGINT,
    }
    if isinstance(expression, exp.DataType) and (
        expression.this in words
        or (expression.this == exp.DataType.Type.DECIMAL and not expression.expressions)
    ):
        return exp.DataType.build("DECIMAL(38, 0)", dialect="duckdb")
    return expression


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
