"""What tables are there? The catalogue of one side, in a constant number of questions.

Each engine that we know well has a reader of its own; any other is asked through its SQLAlchemy dialect. Names come
back exactly as the engine keeps them. The engine's own schemas are left out.
"""

from collections.abc import Callable, Sequence

from ombudsman.connections.reader import Reader
from ombudsman.metadata.duckdb_catalogue import read_duckdb
from ombudsman.metadata.inspected_catalogue import read_inspected
from ombudsman.metadata.postgres_catalogue import read_postgres
from ombudsman.metadata.snowflake_catalogue import read_snowflake
from ombudsman.metadata.sqlite_catalogue import read_sqlite
from ombudsman.metadata.sqlserver_catalogue import read_sqlserver
from ombudsman.model.tables import Catalogue

READERS: dict[str, Callable[[Reader, Sequence[str] | None], Catalogue]] = {
    "duckdb": read_duckdb,
    "postgresql": read_postgres,
    "snowflake": read_snowflake,
    "sqlite": read_sqlite,
    "mssql": read_sqlserver,
}
"""By the connection's engine."""


def read_catalogue(reader: Reader, schemas: Sequence[str] | None = None) -> Catalogue:
    """Reads tables, columns, keys and indexes of these schemas; None means all schemas of the users.

    What the login may not see is said in the catalogue's notes. Nothing is counted: row estimates are the engine's own.

    Raises:
        ObjectNotFound: there is no such schema.
        QueryFailed: the engine did not answer.
    """
    read = READERS.get(reader.connection.engine, read_inspected)
    return read(reader, schemas)
