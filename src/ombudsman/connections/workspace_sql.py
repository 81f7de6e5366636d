"""SQL for a DuckDB of this program's own: statements that run over what was brought here."""

from sqlalchemy import Executable

from ombudsman.connections.duckdb_dialect import duckdb_dialect
from ombudsman.connections.literals import whole_sql, writing_dialect

_WRITING = writing_dialect(duckdb_dialect)


def duckdb_sql(statement: Executable) -> str:
    """The statement as DuckDB's whole SQL, its values written into it.

    Raises:
        Unsupported: a value of the statement cannot be written in DuckDB's SQL.
    """
    return whole_sql(statement, _WRITING)
