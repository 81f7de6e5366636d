"""Small catalogues for tests of the mapping."""

import datetime as dt
from typing import Literal

from ombudsman.model.tables import Catalogue, Column, Key, Table, TableRef
from ombudsman.model.types import Integer


def table(
    name: str,
    *columns: str,
    kind: Literal["table", "view"] = "table",
    primary_key: tuple[str, ...] = (),
    unique: tuple[tuple[str, ...], ...] = (),
) -> Table:
    """A table; a column whose name ends in `?` may be NULL."""
    return Table(
        ref=TableRef.parse(name),
        kind=kind,
        columns=tuple(
            Column(
                name=column.removesuffix("?"),
                native_type="int",
                data_type=Integer(),
                nullable=column.endswith("?"),
            )
            for column in columns
        ),
        primary_key=Key(kind="primary", columns=primary_key) if primary_key else None,
        unique_keys=tuple(Key(kind="unique", columns=key) for key in unique),
    )


def catalogue(*tables: Table | str, default: str | None = None) -> Catalogue:
    return Catalogue(
        connection="c",
        engine="duckdb",
        default_schema=default,
        taken_at=dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
        tables=tuple(table(each, "ID") if isinstance(each, str) else each for each in tables),
    )
