"""How is the SQL of one side written, when nothing is asked of it?

A `Writing` is all that a statement needs to become text: what the engine is called, its dialect, and how much one of
its statements may ask. A connection has one; `writing_of` makes one of an engine's name alone, where only a catalogue
is at hand.
"""

from dataclasses import dataclass

from sqlalchemy.engine import Dialect
from sqlalchemy.sql import Executable

from ombudsman.connections.adapter import Adapter
from ombudsman.connections.literals import whole_sql
from ombudsman.connections.rendering import rendering_dialect


@dataclass(frozen=True)
class Writing:
    """One side, as it is written to. `engine` is SQLAlchemy's name of it, `sql_dialect` the parser's."""

    engine: str
    sql_dialect: str
    max_select_list: int
    dialect: Dialect
    is_billed: bool = False

    def sql(self, statement: Executable) -> str:
        """The statement as this engine's whole SQL, its values written into it.

        Raises:
            Unsupported: a value of the statement cannot be written in this engine's SQL.
        """
        return whole_sql(statement, self.dialect)


def writing_of(engine: str) -> Writing:
    """How an engine is written to, called as SQLAlchemy and catalogues call it. Needs no driver.

    Raises:
        Unsupported: no statements are written for it.
    """
    dialect = rendering_dialect(engine)
    adapter = _adapter(engine)
    return Writing(
        engine=engine,
        sql_dialect=adapter.sql_dialect,
        max_select_list=adapter.max_select_list,
        dialect=dialect,
        is_billed=adapter.is_billed,
    )


def _adapter(engine: str) -> type[Adapter]:
    match engine:
        case "postgresql":
            from ombudsman.connections.engine_postgres import PostgresAdapter

            return PostgresAdapter
        case "mssql":
            from ombudsman.connections.engine_sqlserver import SqlServerAdapter

            return SqlServerAdapter
        case "snowflake":
            from ombudsman.connections.engine_snowflake import SnowflakeAdapter

            return SnowflakeAdapter
        case _:
            from ombudsman.connections.engine_duckdb import DuckDbAdapter

            return DuckDbAdapter
