"""How long does it take to read a large catalogue, and how many queries?

2,000 tables of 20 columns in ten schemas of a PostgreSQL server on this machine, with keys, comments and indexes.
"""

import time
from typing import Any
from unittest.mock import patch

from tests.postgres_server import PostgresServer, running_server

from ombudsman.connections.connection import connect
from ombudsman.connections.settings import PostgresSettings
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.tables import Catalogue

TABLES = 2_000
COLUMNS = 20
SCHEMAS = 10

_SCRIPT = """
DO $$
DECLARE place text;
BEGIN
  FOR s IN 0..{schemas} - 1 LOOP
    EXECUTE format('CREATE SCHEMA area_%s', s);
  END LOOP;
  FOR n IN 0..{tables} - 1 LOOP
    place := format('area_%s.table_%s', n % {schemas}, n);
    EXECUTE format('CREATE TABLE %s (id bigint PRIMARY KEY, parent bigint, %s)', place, (
      SELECT string_agg(format('c%s %s', c, (ARRAY['integer', 'numeric(12,2)', 'varchar(40) NOT NULL', 'timestamp(3)'])
        [c % 4 + 1]), ', ') FROM generate_series(3, {columns}) AS c));
    EXECUTE format('ALTER TABLE %s ADD FOREIGN KEY (parent) REFERENCES %s', place, place);
    EXECUTE format('CREATE INDEX ON %s (parent)', place);
    EXECUTE format('COMMENT ON COLUMN %s.id IS %L', place, 'the number of a row');
    IF n % 50 = 49 THEN COMMIT; END IF;
  END LOOP;
END $$
"""


def many_tables(server: PostgresServer, database: str) -> PostgresSettings:
    """A new database with the tables; its settings."""
    settings = server.create_database(database)
    server.execute(database, _SCRIPT.format(schemas=SCHEMAS, tables=TABLES, columns=COLUMNS))
    return settings


def measured(settings: PostgresSettings) -> tuple[Catalogue, dict[str, Any]]:
    """The catalogue, and the figures of reading it."""
    with connect("large", settings) as connection, connection.open() as reader:
        with patch.object(reader, "query", wraps=reader.query) as query:
            clock = time.perf_counter()
            catalogue = read_catalogue(reader)
            seconds = time.perf_counter() - clock
        return catalogue, {
            "tables": len(catalogue.tables),
            "columns": sum(len(table.columns) for table in catalogue.tables),
            "queries": query.call_count,
            "seconds": round(seconds, 2),
        }


def run() -> dict[str, Any]:
    """Makes the tables on a server of its own and reads their catalogue."""
    with running_server() as server:
        return measured(many_tables(server, "large_catalogue"))[1]
