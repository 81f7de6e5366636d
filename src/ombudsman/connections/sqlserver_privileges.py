"""What could a login of SQL Server do beyond reading?

The server itself is asked, right by right, for what a login holds through roles and groups is in no table that it may
read. Rights on single tables are asked of every table and view, and of those that nobody may write to as a whole the
right to change single columns, column by column: UPDATE is the only one that can be granted so and writes.
"""

from collections.abc import Sequence
from typing import Any

from ombudsman.connections.privileges import Privileges
from ombudsman.connections.settings import SqlServerSettings
from ombudsman.model.counts import counted

_DATABASE_RIGHTS = {
    "CONTROL": "do anything in the database",
    "ALTER": "change the database",
    "INSERT": "insert rows",
    "UPDATE": "change rows",
    "DELETE": "delete rows",
    "EXECUTE": "execute any procedure",
    "CREATE TABLE": "create tables",
    "TAKE OWNERSHIP": "take ownership",
    "BACKUP DATABASE": "write backups",
}
_SERVER_RIGHTS = {
    "CONTROL SERVER": "do anything on the server",
    "ALTER ANY LOGIN": "change logins",
    "ALTER ANY DATABASE": "change any database",
    "ADMINISTER BULK OPERATIONS": "read files of the server",
    "SHUTDOWN": "shut the server down",
}
_ON_TABLES = ("INSERT", "UPDATE", "DELETE", "ALTER")

_asked = [
    *(
        f"HAS_PERMS_BY_NAME(QUOTENAME(DB_NAME()), 'DATABASE', '{right}')"
        for right in _DATABASE_RIGHTS
    ),
    *(f"HAS_PERMS_BY_NAME(NULL, NULL, '{right}')" for right in _SERVER_RIGHTS),
]
_name = "QUOTENAME(s.name) + '.' + QUOTENAME(o.name)"
_on_table = " OR ".join(
    f"HAS_PERMS_BY_NAME({_name}, 'OBJECT', '{right}') = 1" for right in _ON_TABLES
)
_on_column = f"HAS_PERMS_BY_NAME({_name}, 'OBJECT', 'UPDATE', c.name, 'COLUMN') = 1"
"""A column is named there without brackets, whatever its name is."""

RIGHTS = f"""
SELECT SUSER_SNAME(), {", ".join(_asked)},
       (SELECT COUNT(*) FROM sys.objects AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id
        WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0 AND ({_on_table})),
       (SELECT COUNT(*) FROM sys.columns AS c JOIN sys.objects AS o ON o.object_id = c.object_id
        JOIN sys.schemas AS s ON s.schema_id = o.schema_id
        WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0
        AND CASE WHEN {_on_table} THEN 1 ELSE 0 END = 0 AND {_on_column})
"""  # noqa: S608 - of our own words
"""One row: the login, each right as 1 or 0, how many tables and views it may write to, and single columns of others."""

_WORDS = (*_DATABASE_RIGHTS.values(), *_SERVER_RIGHTS.values())


def privileges_of(rows: Sequence[Sequence[Any]], settings: SqlServerSettings) -> Privileges:
    """What the answer to `RIGHTS` says."""
    login, *held, tables, columns = rows[0]
    beyond = [words for words, is_held in zip(_WORDS, held, strict=True) if is_held == 1]
    if tables and not {"insert rows", "do anything in the database"} & set(beyond):
        beyond.append(f"write to {counted(tables, 'table or view', 'tables or views')}")
    if columns and not {"change rows", "do anything in the database"} & set(beyond):
        beyond.append(f"change the values of {counted(columns, 'column')}")
    return Privileges(
        login=str(login), beyond=tuple(beyond), least=least_privileges(settings.database)
    )


def least_privileges(database: str) -> tuple[str, ...]:
    """The statements that make a login which may only read this database."""
    return (
        "CREATE LOGIN ombudsman_reader WITH PASSWORD = '...'",
        f"USE {_bracketed(database)}",
        "CREATE USER ombudsman_reader FOR LOGIN ombudsman_reader",
        "ALTER ROLE db_datareader ADD MEMBER ombudsman_reader",
        "GRANT VIEW DEFINITION TO ombudsman_reader",
        "GRANT VIEW DATABASE STATE TO ombudsman_reader",
        "DENY INSERT, UPDATE, DELETE, EXECUTE, ALTER TO ombudsman_reader",
    )


def _bracketed(name: str) -> str:
    return "[" + name.replace("]", "]]") + "]"
