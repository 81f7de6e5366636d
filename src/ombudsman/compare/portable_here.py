"""The portable fingerprint of rows that come here: for a side that would take longer to hash them than to send them.

SQL Server is such a side: its HASHBYTES makes half a million hashes a second and core at the most, and hardly more with
more cores. Its rows pass by once; their canonical texts and MD5 are made here, and are held against the sums that the
other side has made of its own rows where they are.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Numeric,
    String,
    case,
    column,
    literal_column,
    select,
    table,
)

from ombudsman.compare.columns import ComparedColumn
from ombudsman.compare.side import ComparedSide
from ombudsman.compare.sums import Buckets
from ombudsman.compare.typed import decimal_digits, is_counted, is_plain
from ombudsman.connections.workspace_sql import duckdb_sql
from ombudsman.model import types
from ombudsman.model.forms import FormKind
from ombudsman.model.moments import INFINITE_COUNT
from ombudsman.sql.canonical import as_canonical, canonical, row_text
from ombudsman.sql.fingerprint import bucket_of_hash, bucket_of_integer, hash_sums, portable_hash
from ombudsman.sql.native_types import sqlalchemy_type


def portable_sums_sql(side: ComparedSide, rows: str, buckets: Buckets) -> str:
    """The sums of buckets, by portable fingerprints, over the side's raw rows that the workspace reads as `rows`."""
    columns = side.layout.columns
    texts = {c: _text(c) for c in columns}
    if buckets.key is not None:
        bucket = bucket_of_integer(_typed(buckets.key), buckets.shift)
    else:
        keys = [texts[key] for key in side.layout.keys]
        bucket = bucket_of_hash(portable_hash(row_text(keys)), buckets.count)
    whole = portable_hash(row_text(list(texts.values())))
    hashed = select(bucket.label("bucket"), whole.label("h")).select_from(table("typed")).subquery()
    summed = select(hashed.c.bucket, *hash_sums(hashed.c.h)).group_by(hashed.c.bucket)
    typed = side.typed_select(rows, plain_decimals=False)
    return f"WITH typed AS ({typed}) {duckdb_sql(summed)}"


def _text(compared: ComparedColumn) -> ColumnElement[str]:
    form = compared.form
    if is_plain(compared):
        digits = compared.label if not form.scale else _with_zeros(compared.label, form.scale)
        return as_canonical(literal_column(digits, String()), form)
    if is_counted(compared):
        count: ColumnElement[Any] = column(compared.label, Numeric())
        words = ((count == INFINITE_COUNT, "Infinity"), (count == -INFINITE_COUNT, "-Infinity"))
        text = f"CAST({compared.label} // {10 ** (9 - form.digits)} AS VARCHAR)"
        return as_canonical(case(*words, else_=literal_column(text, String())), form)
    return canonical(_typed(compared), form, _type(compared))


def _with_zeros(digits: str, scale: int) -> str:
    """A number's digits, so many of them behind the point at least; NaN and infinities as they are."""
    pointed = (
        f"CASE WHEN REGEXP_MATCHES({digits}, '^-?[0-9]+$') THEN {digits} || '.' ELSE {digits} END"
    )
    length = f"GREATEST(LENGTH({digits}), STRPOS({pointed}, '.') + {scale})"
    return f"CASE WHEN CONTAINS({pointed}, '.') THEN RPAD({pointed}, CAST({length} AS INTEGER), '0') ELSE {digits} END"


def _typed(compared: ComparedColumn) -> ColumnElement[object]:
    return column(compared.label, sqlalchemy_type(_type(compared)))


def _type(compared: ComparedColumn) -> types.DataType:
    """What the workspace's typed column holds."""
    form = compared.form
    match form.kind:
        case FormKind.BOOLEAN:
            return types.Boolean()
        case FormKind.INTEGER:
            return types.Integer()
        case FormKind.DECIMAL:
            return types.Decimal(precision=decimal_digits(compared), scale=form.scale)
        case FormKind.FLOAT64:
            return types.Float()
        case FormKind.FLOAT32:
            return types.Float(bits=32)
        case FormKind.DATE:
            return types.Date()
        case FormKind.TIME:
            return types.Time(precision=form.digits)
        case FormKind.TIMESTAMP | FormKind.INSTANT:
            return types.Timestamp(precision=form.digits, zone=form.kind is FormKind.INSTANT)
        case FormKind.BINARY:
            return types.Binary()
        case _:
            return types.Text()
