"""What could the role of a Snowflake connection do beyond reading?

`SHOW GRANTS TO ROLE` tells what a role was granted, and which roles, of the account or of a database, it has inherited:
these are asked as well, and so is PUBLIC, which every session has. Reading needs USAGE on warehouse, database and
schema, and SELECT; whatever else is there is told, by privilege and kind of object. Roles whose grants could not be
asked for are told, too.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.exc import DBAPIError

from ombudsman.connections.privileges import Privileges
from ombudsman.connections.snowflake_account import exact_name
from ombudsman.connections.snowflake_failures import kind_of
from ombudsman.model.errors import ObjectNotFound, PermissionDenied, StatementInvalid

READING = frozenset({"USAGE", "SELECT", "REFERENCES", "MONITOR"})

_ALL_POWERFUL = frozenset({"ACCOUNTADMIN", "SECURITYADMIN", "SYSADMIN", "ORGADMIN"})
_MOST_ROLES = 50
_ROLES = {"ROLE": "ROLE", "DATABASE_ROLE": "DATABASE ROLE"}
"""The kinds of role that are asked, as a grant calls them and as a statement does."""
_PART = re.compile(r'"((?:[^"]|"")+)"|([^.]+)')

Rows = Sequence[dict[str, Any]]
Ask = Callable[[str], Rows]
"""Runs a statement; each row by the names of its columns, in small letters."""
Role = tuple[str, tuple[str, ...]]
"""A kind of role, as a grant calls it, and the parts of its name."""


def snowflake_privileges(
    ask: Ask, *, database: str, schema: str | None, warehouse: str | None
) -> Privileges:
    """What the session's role may do. Raises what `ask` raises."""
    me = ask(
        'SELECT CURRENT_USER() AS "user", CURRENT_ROLE() AS "role", '
        'CURRENT_SECONDARY_ROLES() AS "secondary"'
    )[0]
    own: Role | None = None if me["role"] is None else ("ROLE", (str(me["role"]),))
    found, untold, seen = Counter[tuple[str, str]](), list[str](), set[Role]()
    waiting: list[Role] = [("ROLE", ("PUBLIC",)), *filter(None, [own])]
    while waiting:
        if (asked := waiting.pop()) in seen:
            continue
        if len(seen) == _MOST_ROLES:
            untold.append(f"it has more than {_MOST_ROLES} roles, and the others were not asked")
            break
        seen.add(asked)
        for grant in _grants(ask, asked, untold, is_own=asked == own):
            privilege, kind = str(grant["privilege"]), str(grant["granted_on"])
            if kind in _ROLES and privilege == "USAGE":
                waiting.append((kind, _parts(str(grant["name"]))))
            elif privilege not in READING or kind in {"PROCEDURE", "APPLICATION_ROLE"}:
                found[privilege, kind] += 1
    beyond = [_words(*each, count) for each, count in sorted(found.items())]
    powerful = sorted({name for kind, (*_, name) in seen if kind == "ROLE"} & _ALL_POWERFUL)
    beyond += [f"all that {name} may" for name in powerful]
    if '"value":"ALL"' in str(me["secondary"]).replace(" ", "").replace('\\"', '"'):
        beyond.append("what its other roles may, for secondary roles are active")
    return Privileges(
        login=f"{me['user']} as {me['role'] or 'nothing but PUBLIC'}",
        beyond=tuple(beyond),
        least=least(database=database, schema=schema, warehouse=warehouse),
        unknown="; ".join(untold) or None,
    )


def _grants(ask: Ask, role: Role, untold: list[str], *, is_own: bool) -> Rows:
    """The grants of a role. One that was only inherited may be hidden from us: then it is among the `untold`."""
    kind, parts = role
    try:
        return ask(f"SHOW GRANTS TO {_ROLES[kind]} {'.'.join(map(_quoted, parts))}")
    except DBAPIError as error:
        refused = {ObjectNotFound, PermissionDenied, StatementInvalid}
        if is_own or error.orig is None or kind_of(error.orig) not in refused:
            raise
        untold.append(f"the grants of {_ROLES[kind].lower()} {'.'.join(parts)} are not shown to it")
        return ()


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a name as SHOW GRANTS writes it: with quotes where they are needed, and dots between."""
    return tuple(quoted.replace('""', '"') or plain for quoted, plain in _PART.findall(name))


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
    article = "an" if what[0] in "aeiou" else "a"
    return f"{privilege} on {count} {what}s" if count > 1 else f"{privilege} on {article} {what}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
