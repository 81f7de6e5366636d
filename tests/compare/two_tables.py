"""Two tables, each on an engine, made of SQL that both engines read, and compared."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from tests.postgres_server import PostgresServer

from ombudsman.compare.engine import RowsAnswer, RowsQuestion, compare_rows
from ombudsman.connections.connection import Connection, connect
from ombudsman.connections.reader import Reader
from ombudsman.connections.settings import ConnectionSettings, DuckDbSettings
from ombudsman.measures.relation import Relation
from ombudsman.measures.under_way import UnderWay
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.mapping import ColumnMapping, TableMapping
from ombudsman.model.tables import Side


@dataclass
class TwoTables:
    """The table `t` of two databases; an engine each, in the order source, target."""

    engines: tuple[str, str]
    folder: Path
    postgres: PostgresServer
    settings: list[ConnectionSettings] = field(default_factory=list)

    def make(self, source: Sequence[str], target: Sequence[str]) -> "TwoTables":
        """Runs the statements on new databases."""
        self.settings = []
        for side, engine, statements in zip(Side, self.engines, (source, target), strict=True):
            if engine == "duckdb":
                path = self.folder / f"{side}.duckdb"
                path.unlink(missing_ok=True)
                self.settings.append(DuckDbSettings(path=path))
            else:
                self.settings.append(self.postgres.create_database(f"two_tables_{side}"))
            self.run(side, statements)
        return self

    def run(self, side: Side, statements: Sequence[str] | str) -> None:
        """What only a person may do: it writes."""
        whole = statements if isinstance(statements, str) else ";\n".join(statements)
        settings = self.settings[list(Side).index(side)]
        if isinstance(settings, DuckDbSettings):
            with duckdb.connect(str(settings.path)) as database:
                database.execute("SET TimeZone = 'UTC'")
                database.execute(whole)
        else:
            self.postgres.execute(f"two_tables_{side}", whole)

    def rows(self, side: Side, sql: str) -> list[tuple[Any, ...]]:
        with connect("reader", self.settings[list(Side).index(side)]) as there, there.open() as it:
            return it.query(sql).rows

    @contextmanager
    def open(self) -> Iterator["OpenTables"]:
        source, target = (
            connect(str(side), settings) for side, settings in zip(Side, self.settings, strict=True)
        )
        with source, target, source.open() as ours, target.open() as theirs:
            yield OpenTables((source, target), (ours, theirs))

    def compared(self, **question: Any) -> RowsAnswer:
        with self.open() as tables:
            return tables.compared(**question)


@dataclass
class OpenTables:
    """Both tables, as of the moment when they were opened."""

    connections: tuple[Connection, Connection]
    readers: tuple[Reader, Reader]
    schemas: tuple[str | None, str | None] = (None, None)
    """Where each table is; None: there is one of this name."""

    def compared(self, *, under_way: UnderWay | None = None, **question: Any) -> RowsAnswer:
        """Compares the columns of the source, by `id` unless told otherwise. Further arguments are the question's."""
        source, target = map(_table, self.readers, self.schemas)
        mapping = TableMapping(
            source=source.ref,
            target=target.ref,
            columns=tuple(ColumnMapping(source=c, target=c) for c in source.column_names),
        )
        relations = tuple(
            Relation(
                side,
                table,
                source_table=source,
                mapping=mapping,
                dialect=reader.connection.sql_dialect,
                source_dialect=self.readers[0].connection.sql_dialect,
            )
            for side, table, reader in zip(Side, (source, target), self.readers, strict=True)
        )
        told = {"key": ("id",), "columns": source.column_names} | question
        return compare_rows(
            RowsQuestion(**told), (relations[0], relations[1]), self.readers, under_way=under_way
        )


def _table(reader: Reader, schema: str | None) -> Any:
    catalogue = read_catalogue(reader, schemas=None if schema is None else [schema])
    return next(table for table in catalogue.tables if table.ref.name == "t")
