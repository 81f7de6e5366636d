"""What could the role of a Snowflake connection do beyond reading?

`SHOW GRANTS TO ROLE` tells what a role was granted, and which roles it has inherited: these are asked as well. Reading
needs USAGE on warehouse, database and schema, and SELECT; whatever else is there is told, by privilege and kind of
object.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from ombudsman.connections.privileges import Privileges
from ombudsman.connections.snowflake_account import exact_name

READING = frozenset({"USAGE", "SELECT", "REFERENCES", "MONITOR"})

_ALL_POWERFUL = frozenset({"ACCOUNTADMIN", "SECURITYADMIN", "SYSADMIN", "ORGADMIN"})
_MOST_ROLES = 50

Rows = Sequence[dict[str, Any]]
Ask = Callable[[str], Rows]
"""Runs a statement; each row by the names of its columns, in small letters."""


def snowflake_privileges(
    ask: Ask, *, database: str, schema: str | None, warehouse: str | None
) -> Privileges:
    """What the session's role may do. Raises what `ask` raises."""
    me = ask(
        'SELECT CURRENT_USER() AS "user", CURRENT_ROLE() AS "role", '
        'CURRENT_SECONDARY_ROLES() AS "secondary"'
    )[0]
    role, found = str(me["role"]), Counter[tuple[str, str]]()
    waiting, seen = [role], set[str]()
    while waiting and len(seen) < _MOST_ROLES:
        name = waiting.pop()
        seen.add(name)
        for grant in ask(f"SHOW GRANTS TO ROLE {_quoted(name)}"):
            privilege, kind = str(grant["privilege"]), str(grant["granted_on"])
            if kind == "ROLE" and privilege == "USAGE":
                waiting += {str(grant["name"]).strip('"')} - seen
            elif privilege not in READING or kind == "PROCEDURE":
                found[privilege, kind] += 1
    beyond = [_words(*each, count) for each, count in sorted(found.items())]
    beyond += [f"all that {name} may" for name in sorted(seen & _ALL_POWERFUL)]
    if '"value":"ALL"' in str(me["secondary"]).replace(" ", "").replace('\\"', '"'):
        beyond.append("what its other roles may, for secondary roles are active")
    return Privileges(
        login=f"{me['user']} as {role}",
        beyond=tuple(beyond),
        least=least(database=database, schema=schema, warehouse=warehouse),
    )


def least(*, database: str, schema: str | None, warehouse: str | None) -> tuple[str, ...]:
    """The statements that make a role which may read and no more."""
    base = _quoted(exact_name(database))
    inside = f"SCHEMA {base}.{_quoted(exact_name(schema))}" if schema else f"DATABASE {base}"
    computes = _quoted(exact_name(warehouse)) if warehouse else "a_small_warehouse"
    schemas = f"ON {inside}" if schema else f"ON ALL SCHEMAS IN {inside}"
    return (
        "CREATE ROLE ombudsman_reader",
        f"GRANT USAGE ON WAREHOUSE {computes} TO ROLE ombudsman_reader",
        f"GRANT USAGE ON DATABASE {base} TO ROLE ombudsman_reader",
        f"GRANT USAGE {schemas} TO ROLE ombudsman_reader",
        *(
            f"GRANT SELECT ON {which} {kind} IN {inside} TO ROLE ombudsman_reader"
            for kind in ("TABLES", "VIEWS")
            for which in ("ALL", "FUTURE")
        ),
        "CREATE USER ombudsman TYPE = SERVICE DEFAULT_ROLE = ombudsman_reader DEFAULT_SECONDARY_ROLES = ()",
        "GRANT ROLE ombudsman_reader TO USER ombudsman",
    )


def _words(privilege: str, kind: str, count: int) -> str:
    what = kind.replace("_", " ").lower()
    return f"{privilege} on {count} {what}s" if count > 1 else f"{privilege} on a {what}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
