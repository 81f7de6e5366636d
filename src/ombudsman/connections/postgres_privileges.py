"""What could a role of PostgreSQL do beyond reading?

A read-only transaction does not stop a superuser's COPY TO PROGRAM, and what a role inherits is in no grant of its own:
so the server is asked, for this role and all that it is a member of. A right to one column, or to a view through which
its tables are written to, is a right to write.
"""

from collections.abc import Sequence
from typing import Any

from ombudsman.connections.privileges import Privileges
from ombudsman.connections.settings import PostgresSettings
from ombudsman.model.counts import counted

_ROLES = {
    "pg_write_all_data": "write to every table",
    "pg_read_server_files": "read files of the server",
    "pg_write_server_files": "write files of the server",
    "pg_execute_server_program": "run programs on the server",
    "pg_signal_backend": "end other sessions",
}
_ATTRIBUTES = {
    "rolsuper": "do anything (it is a superuser)",
    "rolcreaterole": "make roles",
    "rolcreatedb": "make databases",
    "rolreplication": "replicate the server",
    "rolbypassrls": "pass by row-level security",
}

_member = ",\n       ".join(
    f"EXISTS (SELECT FROM pg_catalog.pg_roles AS r WHERE r.rolname = '{role}'"
    " AND pg_catalog.pg_has_role(r.oid, 'MEMBER'))"
    for role in _ROLES
)
RIGHTS = f"""
SELECT me.rolname::text, {", ".join(f"me.{each}" for each in _ATTRIBUTES)},
       {_member},
       pg_catalog.has_database_privilege(current_database(), 'CREATE'),
       (SELECT count(*) FROM pg_catalog.pg_namespace AS n
        WHERE left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema'
          AND pg_catalog.has_schema_privilege(n.oid, 'CREATE')),
       (SELECT count(*) FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE (c.relkind IN ('r', 'p', 'f')
            OR c.relkind = 'v' AND pg_catalog.pg_relation_is_updatable(c.oid, true) <> 0)
          AND left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema'
          AND (pg_catalog.has_any_column_privilege(c.oid, 'INSERT, UPDATE')
            OR pg_catalog.has_table_privilege(c.oid, 'DELETE, TRUNCATE')))
FROM pg_catalog.pg_roles AS me
WHERE me.rolname = current_user
"""  # noqa: S608 - of our own words
"""One row: the role, its attributes and memberships, and how many schemas, and tables and views, it may write to."""

_WORDS = (*_ATTRIBUTES.values(), *_ROLES.values(), "make schemas")


def privileges_of(rows: Sequence[Sequence[Any]], settings: PostgresSettings) -> Privileges:
    """What the answer to `RIGHTS` says."""
    role, *held, schemas, tables = rows[0]
    beyond = [words for words, is_held in zip(_WORDS, held, strict=True) if is_held]
    if schemas:
        beyond.append(f"make tables in {counted(schemas, 'schema')}")
    if tables:
        beyond.append(f"write to {counted(tables, 'table or view', 'tables or views')}")
    return Privileges(login=role, beyond=tuple(beyond), least=least_privileges(settings.database))


def least_privileges(database: str) -> tuple[str, ...]:
    """The statements that make a role which may only read this database; the third and fourth once a schema."""
    return (
        "CREATE ROLE ombudsman_reader LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '...'",
        f"GRANT CONNECT ON DATABASE {_quoted(database)} TO ombudsman_reader",
        "GRANT USAGE ON SCHEMA public TO ombudsman_reader",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO ombudsman_reader",
        "ALTER ROLE ombudsman_reader SET default_transaction_read_only = on",
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
