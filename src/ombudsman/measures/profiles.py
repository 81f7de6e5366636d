"""What do the values of a side's columns look like? Reads the profiles that the search for a mapping can use.

Where the engine makes canonical texts it makes the hashes too, and sends at most 96 of them for a column; of any other
engine the different values are read and hashed here, in the same way. A table is read whole, column by column: so
larger ones are left out, and said to be.
"""

import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column as SqlColumn
from sqlalchemy import MetaData, select
from sqlalchemy import Table as SqlTable

from ombudsman.connections.reader import Reader
from ombudsman.model.canonical_values import canonical_text
from ombudsman.model.errors import OmbudsmanError, QueryFailed, Unsupported
from ombudsman.model.forms import Form, FormKind
from ombudsman.model.profile import SKETCH_SIZE, ColumnProfile
from ombudsman.model.tables import Column, Table, TableRef
from ombudsman.sql.canonical import ENGINES
from ombudsman.sql.expressions import count_of
from ombudsman.sql.native_types import sqlalchemy_type
from ombudsman.sql.sketches import least_hashes, sketch_form

MOST_ROWS = 1_000_000
"""Tables with more rows are not read."""

MOST_VALUES = 200_000
"""Of an engine without canonical texts: columns with more different values have no sketch."""

_QUANTILES = 7
_COUNTED_AT_ONCE = 200
_HASH_DIGITS = 15

Detail = tuple[int, Any]


@dataclass(frozen=True)
class ReadProfiles:
    """The profiles of a side, and in words what could not be read."""

    profiles: Mapping[TableRef, Mapping[str, ColumnProfile]]
    notes: tuple[str, ...] = ()


def read_profiles(
    reader: Reader, tables: Iterable[Table], *, most_rows: int = MOST_ROWS, threads: int = 4
) -> ReadProfiles:
    """Reads the profiles of the columns of these tables; views are left out.

    A table or a column that the login may not read, or the engine cannot hash, is left out; a note says so.

    Raises:
        ConnectionFailed: the database has gone away.
    """
    wanted = [table for table in tables if table.kind == "table"]
    with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="profiles") as pool:
        read = list(pool.map(lambda table: _table(reader, table, most_rows), wanted))
    profiles = {table.ref: found for table, (found, _) in zip(wanted, read, strict=True) if found}
    return ReadProfiles(profiles, tuple(note for _, notes in read for note in notes))


def _table(
    reader: Reader, table: Table, most_rows: int
) -> tuple[dict[str, ColumnProfile], list[str]]:
    bare = _bare(table)
    if table.row_estimate is not None and table.row_estimate > 2 * most_rows:
        return {}, [
            f"{table.ref}: its values were not read, for it has more than {most_rows:,} rows"
        ]
    try:
        rows, values = _counts(reader, bare, table)
    except QueryFailed as error:
        return {}, [f"{table.ref}: its values were not read: {error.message}"]
    if rows > most_rows:
        return {}, [f"{table.ref}: its values were not read, for it has {rows:,} rows"]
    found: dict[str, ColumnProfile] = {}
    notes: list[str] = []
    for column in table.columns:
        try:
            found[column.name] = _column(reader, bare, column, rows, rows - values[column.name])
        except (QueryFailed, Unsupported) as error:
            notes.append(f"{table.ref}: the values of {column.name!r} were not read: {_why(error)}")
    return found, notes


def _why(error: OmbudsmanError) -> str:
    return error.message


def _bare(table: Table) -> SqlTable:
    columns: list[SqlColumn[Any]] = [
        SqlColumn(column.name, sqlalchemy_type(column.data_type), quote=True)
        for column in table.columns
    ]
    ref = table.ref
    return SqlTable(
        ref.name, MetaData(), *columns, schema=ref.schema_name, quote=True, quote_schema=True
    )


def _counts(reader: Reader, bare: SqlTable, table: Table) -> tuple[int, dict[str, int]]:
    """How many rows there are, and how many of them have a value in each column."""
    rows = 0
    values: dict[str, int] = {}
    names = list(table.column_names)
    for start in range(0, max(1, len(names)), _COUNTED_AT_ONCE):
        part = names[start : start + _COUNTED_AT_ONCE]
        counts = [count_of(bare.c[name]).label(f"c{i}") for i, name in enumerate(part)]
        answer = reader.query(select(count_of().label("n"), *counts).select_from(bare)).rows[0]
        rows = int(answer[0])
        values |= {name: int(count) for name, count in zip(part, answer[1:], strict=True)}
    return rows, values


def _column(reader: Reader, bare: SqlTable, column: Column, rows: int, nulls: int) -> ColumnProfile:
    form = sketch_form(column.data_type)
    if form is None or rows == nulls:
        return ColumnProfile(rows=rows, nulls=nulls, sketch=None if rows > nulls else ())
    if reader.connection.engine in ENGINES:
        statement = least_hashes(
            bare, bare.c[column.name], column.data_type, form, size=SKETCH_SIZE
        )
        details = [(int(h), detail) for h, detail in reader.query(statement).rows]
    else:
        hashed = _hashed_here(reader, bare, column, form)
        if hashed is None:
            return ColumnProfile(rows=rows, nulls=nulls, sketch=None)
        details = hashed
    return ColumnProfile(
        rows=rows,
        nulls=nulls,
        sketch=tuple(h for h, _ in details),
        quantiles=_quantiles(details, form),
        mean_length=_mean_length(details, form),
    )


def _hashed_here(reader: Reader, bare: SqlTable, column: Column, form: Form) -> list[Detail] | None:
    """The same from the different values themselves; None when there are too many of them."""
    value = bare.c[column.name]
    statement = select(value).where(value.is_not(None)).distinct().limit(MOST_VALUES + 1)
    rows = reader.query(statement).rows
    if len(rows) > MOST_VALUES:
        return None
    texts = {_text(row[0], form) for row in rows}
    is_text = form.kind in {FormKind.TEXT, FormKind.UUID}
    found = {hash_of(text): len(text) if is_text else text for text in texts}
    return sorted(found.items())[:SKETCH_SIZE]


def _text(value: Any, form: Form) -> str:
    told = canonical_text(value, form) or ""
    return told.rstrip(" ") if form.padded else told


def hash_of(text: str) -> int:
    """The hash of a text that `portable_hash` makes on every engine."""
    digest = hashlib.md5(text.encode("utf-8"), usedforsecurity=False).hexdigest()
    return int(digest[-_HASH_DIGITS:], 16)


def _quantiles(details: list[Detail], form: Form) -> tuple[float, ...]:
    """Seven of the values in the sketch, from the least to the greatest."""
    if form.kind in {FormKind.TEXT, FormKind.UUID}:
        return ()
    numbers = sorted(n for _, told in details if (n := _number(told)) is not None)
    if not numbers:
        return ()
    last = len(numbers) - 1
    return tuple(numbers[round(q * last / (_QUANTILES - 1))] for q in range(_QUANTILES))


def _number(told: Any) -> float | None:
    """None for what is not finite, or was no number or moment."""
    try:
        number = float(told)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def _mean_length(details: list[Detail], form: Form) -> float | None:
    if form.kind not in {FormKind.TEXT, FormKind.UUID} or not details:
        return None
    return sum(int(length) for _, length in details) / len(details)
