"""Statements that the emulator does not know, or answers otherwise than Snowflake.

Answered here: ALTER SESSION, SHOW ... KEYS, SHOW GRANTS, SHOW WAREHOUSES, USE ROLE/WAREHOUSE, QUERY_HISTORY_BY_USER.
Mended: time travel, of which there is only the present, and functions of the session. Everything else goes on as it is.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from tests.standins.snowflake.sessions import Refused, Session
from tests.standins.snowflake.tables_made import HOME
from tests.standins.snowflake.world import GRANTS, WAREHOUSES

Rows = tuple[Sequence[str], Sequence[Sequence[Any]]]
Answer = Callable[[Session, re.Match[str]], Rows]

_PLACE = r"(?:\s+IN\s+(?P<scope>ACCOUNT|DATABASE|SCHEMA|TABLE)(?:\s+(?P<place>\S+))?)?"
_STRING = r"'(?:[^'\\]|''|\\.)*'"
_TIMESTAMP = (
    rf"(?:(?:TO_TIMESTAMP_\w+|CAST)\()?(?P<moment>{_STRING})(?:\s*AS\s+\w+)?\)?(?:::\s*\w+)?"
)
_AT = re.compile(rf"\s+(?:AT|BEFORE)\s*\(\s*TIMESTAMP\s*=>\s*{_TIMESTAMP}\s*\)", re.IGNORECASE)
_TABLE_AT = re.compile(
    r'(?P<table>(?:"(?:[^"]|"")+"|\w+)(?:\.(?:"(?:[^"]|"")+"|\w+))*)' + _AT.pattern, re.IGNORECASE
)
_BINARY_COLLATION = re.compile(
    rf"\bCOLLATE\(((?:[^()']|{_STRING}|\((?:[^()]|\([^()]*\))*\))*),\s*'utf8'\)", re.IGNORECASE
)
"""The order of bytes is the only one that the emulator has, and it knows no name for it."""

_READS = re.compile(r"\bFROM\b", re.IGNORECASE)
_CATALOGUE = re.compile(r"\bINFORMATION_SCHEMA\b", re.IGNORECASE)


def answered(sql: str, session: Session) -> Rows | None:
    """The answer to a statement that is answered here; None: it goes to the emulator."""
    for pattern, answer in _ANSWERS:
        if found := pattern.fullmatch(sql.strip().rstrip(";")):
            return answer(session, found)
    return None


def mended(sql: str, session: Session) -> str:
    """A statement as the emulator understands it.

    Raises:
        Refused: it reads tables without a warehouse, or as of a moment that there is no more.
    """
    if _READS.search(sql) and not _CATALOGUE.search(sql):
        _check_warehouse(session)
    for found in _TABLE_AT.finditer(sql):
        _check_moment(session, found["table"], found["moment"])
    sql = _AT.sub("", sql)
    while (plain := _BINARY_COLLATION.sub(r"(\1)", sql)) != sql:
        sql = plain  # one lies within another
    return _FUNCTIONS.sub(lambda found: _session_value(session, found[1].upper()), sql)


def _check_warehouse(session: Session) -> None:
    if session.warehouse is None:
        raise Refused(
            "000606",
            "No active warehouse selected in the current session.  Select an active warehouse with the "
            "'use warehouse' command.",
            "57P03",
        )


def _check_moment(session: Session, table: str, moment: str) -> None:
    asked = dt.datetime.fromisoformat(moment.strip("'"))
    asked = asked if asked.tzinfo else asked.replace(tzinfo=dt.UTC)
    now = dt.datetime.now(dt.UTC)
    name = re.findall(r'"(?:[^"]|"")+"|\w+', table)[-1]
    spelt = name[1:-1].replace('""', '"') if name.startswith('"') else name.upper()
    found = session.connection._duck_conn.execute(
        f"SELECT kind, retention, made FROM {HOME}._kinds WHERE table_name = ? ORDER BY made DESC",
        [spelt],
    ).fetchone()
    kept, made = (found[1], found[2].replace(tzinfo=dt.UTC)) if found else (1, now)
    if found and found[0] == "EXTERNAL":
        raise Refused(
            "002141",
            "SQL compilation error: time travel is not supported on external tables",
            "42601",
        )
    if (
        asked > now + dt.timedelta(seconds=1)
        or kept == 0
        or (found and asked < made - dt.timedelta(hours=1))
    ):
        raise Refused(
            "000707",
            f"Time travel data is not available for table {spelt}. The requested time is either beyond the allowed "
            "time travel period or before the object creation time.",
            "02000",
        )


def _session_value(session: Session, name: str) -> str:
    values = {
        "ROLE": session.role,
        "USER": session.user,
        "WAREHOUSE": session.warehouse,
        "ACCOUNT": "STANDIN",
        "SESSION": str(session.number),
        "VERSION": "9.36.1",
        "REGION": "LOOPBACK",
        "SECONDARY_ROLES": '{"roles":"","value":""}',
    }
    value = values[name]
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"


_FUNCTIONS = re.compile(
    r"\bCURRENT_(ROLE|USER|WAREHOUSE|ACCOUNT|SESSION|VERSION|REGION|SECONDARY_ROLES)\s*\(\s*\)",
    re.IGNORECASE,
)

DONE: Rows = (("status",), (("Statement executed successfully.",),))


def _alter_session(session: Session, found: re.Match[str]) -> Rows:
    for name, value in re.findall(rf"(\w+)\s*=\s*({_STRING}|[\w.]+)", found["settings"]):
        session.parameters[name.upper()] = (
            value[1:-1].replace("''", "'") if value.startswith("'") else value
        )
    return DONE


def _use(session: Session, found: re.Match[str]) -> Rows:
    name = found["name"].strip('"').upper()
    if found["kind"].upper() == "WAREHOUSE":
        if name not in WAREHOUSES:
            raise Refused(
                "002043",
                "SQL compilation error:\nObject does not exist, or operation cannot be performed.",
                "02000",
            )
        session.warehouse = name
    else:
        session.role = name
    return DONE


def _keys(session: Session, found: re.Match[str]) -> Rows:
    kind = found["kind"].upper()
    wanted = {"PRIMARY": "PRIMARY", "UNIQUE": "UNIQUE", "IMPORTED": "FOREIGN"}[kind]
    where, values = _where(session, found)
    rows = session.connection._duck_conn.execute(
        f"SELECT * FROM {HOME}._keys WHERE kind = ? {where} ORDER BY ALL", [wanted, *values]
    ).fetchall()
    if kind == "IMPORTED":
        return _IMPORTED, [line for row in rows for line in _imported(row)]
    return _OWN, [
        (_EPOCH, *row[:3], column, number, row[4], "false", None)
        for row in rows
        for number, column in enumerate(json.loads(row[5]), start=1)
    ]


def _where(session: Session, found: re.Match[str]) -> tuple[str, list[str]]:
    scope, place = (found["scope"] or "DATABASE").upper(), found["place"]
    if scope == "ACCOUNT":
        return "", []
    parts = [
        each[1:-1].replace('""', '"') if each.startswith('"') else each.upper()
        for each in re.findall(r'"(?:[^"]|"")+"|[^."]+', place or "")
    ]
    depth = {"DATABASE": 1, "SCHEMA": 2, "TABLE": 3}[scope]
    here = [session.connection.database or "", session.connection.schema or ""]
    whole = [*here[: depth - len(parts)], *parts]
    names = ["db", "schema_name", "table_name"][:depth]
    return "".join(f" AND {name} = ?" for name in names), whole


_EPOCH = "2026-01-01 00:00:00.000 +0000"
_OWN = (
    "created_on", "database_name", "schema_name", "table_name", "column_name", "key_sequence", "constraint_name",
    "rely", "comment",
)  # fmt: skip
_IMPORTED = (
    "created_on", "pk_database_name", "pk_schema_name", "pk_table_name", "pk_column_name", "fk_database_name",
    "fk_schema_name", "fk_table_name", "fk_column_name", "key_sequence", "update_rule", "delete_rule", "fk_name",
    "pk_name", "deferrability", "rely", "comment",
)  # fmt: skip


def _imported(row: Sequence[Any]) -> list[tuple[Any, ...]]:
    target, referred, own = json.loads(row[6]), json.loads(row[7]), json.loads(row[5])
    return [
        (_EPOCH, *target, there, *row[:3], here, number, "NO ACTION", "NO ACTION", row[4], "PK", "NOT DEFERRABLE",
         "false", None)
        for number, (here, there) in enumerate(zip(own, referred, strict=True), start=1)
    ]  # fmt: skip


_GRANTED = (
    "created_on", "privilege", "granted_on", "name", "granted_to", "grantee_name", "grant_option", "granted_by",
)  # fmt: skip


def _grants(session: Session, found: re.Match[str]) -> Rows:
    role = found["role"].strip('"')
    role = role if found["role"].startswith('"') else role.upper()
    if role not in GRANTS:
        raise Refused(
            "002003",
            f"SQL compilation error:\nRole '{role}' does not exist or not authorized.",
            "02000",
        )
    return _GRANTED, [
        (_EPOCH, privilege, on, name, "ROLE", role, "false", "SECURITYADMIN")
        for privilege, on, name in GRANTS[role]
    ]


def _warehouses(session: Session, found: re.Match[str]) -> Rows:
    rows = [(name, "STARTED", "STANDARD", size, 60, "true") for name, size in WAREHOUSES.items()]
    like = (found["like"] or "'%'").strip("'").replace("\\\\", "\\").replace("\\_", "_")
    return ("name", "state", "type", "size", "auto_suspend", "auto_resume"), [
        row for row in rows if like == "%" or row[0].upper() == like.upper()
    ]


def _history(session: Session, found: re.Match[str]) -> Rows:
    """The user's own statements, the last ones first; Snowflake wants a warehouse for it, and knows seven days."""
    _check_warehouse(session)
    since = dt.datetime.fromisoformat(found["since"].strip("'"))
    if since < dt.datetime.now(dt.UTC) - dt.timedelta(days=7):
        raise Refused(
            "001003", "Cannot retrieve data from more than 7 days ago for QUERY_HISTORY.", "42000"
        )
    own = [each for each in session.history if each.user == session.user and each.ended >= since]
    return ("QUERY_ID", "BYTES_SCANNED"), [
        (each.number, each.scanned) for each in own[::-1][: int(found["limit"])]
    ]


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.DOTALL)


_ANSWERS: list[tuple[re.Pattern[str], Answer]] = [
    (_pattern(r"ALTER\s+SESSION\s+SET\s+(?P<settings>.*)"), _alter_session),
    (_pattern(r'USE\s+(?P<kind>ROLE|WAREHOUSE)\s+(?P<name>"[^"]+"|\w+)'), _use),
    (_pattern(r"SHOW\s+(?:TERSE\s+)?(?P<kind>PRIMARY|UNIQUE|IMPORTED)\s+KEYS" + _PLACE), _keys),
    (_pattern(r'SHOW\s+GRANTS\s+TO\s+ROLE\s+(?P<role>"[^"]+"|\w+)'), _grants),
    (_pattern(rf"SHOW\s+WAREHOUSES(?:\s+LIKE\s+(?P<like>{_STRING}))?"), _warehouses),
    (
        _pattern(
            r"SELECT\s+query_id,\s+bytes_scanned\s+FROM\s+TABLE\(INFORMATION_SCHEMA\.QUERY_HISTORY_BY_USER\(\s*"
            rf"END_TIME_RANGE_START\s+=>\s+(?P<since>{_STRING})::TIMESTAMP_LTZ,\s+RESULT_LIMIT\s+=>\s+(?P<limit>\d+)\)\)"
        ),
        _history,
    ),
    (_pattern(r"ROLLBACK|COMMIT"), lambda *_: DONE),
]
