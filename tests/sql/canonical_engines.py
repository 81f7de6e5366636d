"""The engines on which canonical texts and fingerprints are executed, and the values that are given to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, column
from sqlalchemy.dialects.mssql.base import MSDialect
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.default import DefaultDialect

from ombudsman.connections.duckdb_dialect import duckdb_dialect
from ombudsman.model.types import DataType
from ombudsman.sql.native_types import read_type, sqlalchemy_type

Run = Callable[[str], list[tuple[Any, ...]]]


class NamedSnowflake(DefaultDialect):
    """Shares with the Snowflake dialect its name alone: it renders what we wrote for that name."""

    name = "snowflake"


DIALECTS: dict[str, Any] = {
    "duckdb": duckdb_dialect(),
    "postgresql": PGDialect_psycopg(paramstyle="named"),  # type: ignore[no-untyped-call]
    "mssql": MSDialect(),  # type: ignore[no-untyped-call]
    "snowflake": NamedSnowflake(),
}


def sql(expression: ColumnElement[Any], engine: str) -> str:
    return str(expression.compile(dialect=DIALECTS[engine], compile_kwargs={"literal_binds": True}))


@dataclass(frozen=True)
class Typed:
    """A column of a native type, called `x` or otherwise."""

    engine: str
    native: str
    name: str = "x"

    @property
    def data_type(self) -> DataType:
        return read_type(self.engine, self.native)

    @property
    def column(self) -> ColumnElement[Any]:
        return column(self.name, sqlalchemy_type(self.data_type))

    def cast(self, written: str | None) -> str:
        """A value that is written so, as this type."""
        return f"CAST({literal(written, self.engine)} AS {self.native})"


def literal(text: str | None, engine: str) -> str:
    if text is None:
        return "NULL"
    if engine == "postgresql":
        return "U&'" + "".join(f"\\+{ord(c):06x}" for c in text) + "'"
    return "'" + text.replace("'", "''") + "'"


def texts_of(
    run: Run, typed: Typed, expression: ColumnElement[Any], written: Sequence[str | None]
) -> list[Any]:
    """What the expression makes of each value, in their order."""
    values = " UNION ALL ".join(
        f"SELECT {i} AS i, {typed.cast(each)} AS {typed.name}" for i, each in enumerate(written)
    )
    rows = run(f"SELECT {sql(expression, typed.engine)} FROM ({values}) AS v ORDER BY i")
    return [row[0] for row in rows]
