"""What could a login of SQL Server do beyond reading?

The server itself is asked, right by right, for what a login holds through roles and groups is in no table that it may
read. Rights on single tables are asked of every table and view. Of rights on single columns nothing is asked.
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
_on_table = " OR ".join(
    f"HAS_PERMS_BY_NAME(QUOTENAME(s.name) + '.' + QUOTENAME(o.name), 'OBJECT', '{right}') = 1"
    for right in _ON_TABLES
)
RIGHTS = f"""
SELECT SUSER_SNAME(), {", ".join(_asked)},
       (SELECT COUNT(*) FROM sys.objects AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id
        WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0 AND ({_on_table}))
"""  # noqa: S608 - of our own words
"""One row: the login, each right as 1 or 0, and how many tables and views it may write to."""

_WORDS = (*_DATABASE_RIGHTS.values(), *_SERVER_RIGHTS.values())


def privileges_of(rows: Sequence[Sequence[Any]], settings: SqlServerSettings) -> Privileges:
    """What the answer to `RIGHTS` says."""
    login, *held, tables = rows[0]
    beyond = [words for words, is_held in zip(_WORDS, held, strict=True) if is_held == 1]
    if tables and not {"insert rows", "do anything in the database"} & set(beyond):
        beyond.append(f"write to {counted(tables, 'table or view', 'tables or views')}")
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
