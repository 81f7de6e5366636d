"""All that the role of a Snowflake session could do is told, inherited or its own, and so is what is hidden."""

from collections.abc import Sequence
from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError
from sqlalchemy.exc import DBAPIError
from tests.standins.snowflake.account import Place

from ombudsman.connections.connection import connect
from ombudsman.connections.privileges import Privileges
from ombudsman.connections.snowflake_privileges import snowflake_privileges

Grants = dict[str, list[tuple[str, str, str]]]
"""By role, as it is asked for: privilege, kind and name of what was granted."""

READS = [("USAGE", "DATABASE", "SHOP"), ("SELECT", "TABLE", "SHOP.PUBLIC.ORDERS")]
WRITES = [("INSERT", "TABLE", "SHOP.PUBLIC.ORDERS")]


def told(grants: Grants, *, role: str | None = "READING", code: int = 3001) -> Privileges:
    """What an account with these grants tells of a role; a role that it does not hold is refused with this code."""
    given = {'ROLE "PUBLIC"': [], **grants}

    def ask(sql: str) -> Sequence[dict[str, Any]]:
        if not sql.startswith("SHOW"):
            return [{"user": "READER", "role": role, "secondary": '{"roles":"","value":""}'}]
        asked = sql.removeprefix("SHOW GRANTS TO ")
        if asked not in given:
            raise DBAPIError(sql, None, ProgrammingError("no", errno=code))
        return [{"privilege": p, "granted_on": on, "name": name} for p, on, name in given[asked]]

    return snowflake_privileges(ask, database="shop", schema=None, warehouse=None)


@pytest.mark.parametrize(
    ("grants", "beyond"),
    [
        ({'ROLE "READING"': READS}, ()),
        ({'ROLE "READING"': [*READS, *WRITES]}, ("INSERT on a table",)),
        ({'ROLE "READING"': READS, 'ROLE "PUBLIC"': WRITES}, ("INSERT on a table",)),
        (
            {'ROLE "READING"': [("USAGE", "ROLE", '"it""s. a role"')], 'ROLE "it""s. a role"': WRITES},
            ("INSERT on a table",),
        ),
        (
            {
                'ROLE "READING"': [("USAGE", "DATABASE_ROLE", 'SHOP."The.Loader"')],
                'DATABASE ROLE "SHOP"."The.Loader"': [("USAGE", "DATABASE_ROLE", "SHOP.BASE")],
                'DATABASE ROLE "SHOP"."BASE"': WRITES,
            },
            ("INSERT on a table",),
        ),
        (
            {
                'ROLE "READING"': [("USAGE", "ROLE", "BASE"), ("USAGE", "ROLE", "A"), ("USAGE", "ROLE", "B")],
                'ROLE "A"': [("USAGE", "ROLE", "BASE")],
                'ROLE "B"': [("USAGE", "ROLE", "BASE"), ("USAGE", "ROLE", "READING")],
                'ROLE "BASE"': WRITES,
            },
            ("INSERT on a table",),
        ),
        (
            {
                'ROLE "READING"': [("USAGE", "ROLE", "SYSADMIN")],
                'ROLE "SYSADMIN"': [("OWNERSHIP", "DATABASE", "SHOP"), *WRITES, *WRITES],
            },
            ("INSERT on 2 tables", "OWNERSHIP on a database", "all that SYSADMIN may"),
        ),
        (
            {'ROLE "READING"': [("USAGE", "APPLICATION_ROLE", "APP.ADMIN")]},
            ("USAGE on an application role",),
        ),
    ],
    ids=["reads", "writes", "public", "quoted", "database role", "two ways", "powerful", "application"],
)  # fmt: skip
def test_all_that_is_inherited_is_told_once(grants: Grants, beyond: tuple[str, ...]):
    found = told(grants)
    assert (found.beyond, found.unknown) == (beyond, None)
    assert found.only_reads == (not beyond)


def test_a_session_without_a_role_of_its_own_has_public():
    found = told({'ROLE "PUBLIC"': WRITES}, role=None)
    assert found.beyond == ("INSERT on a table",)
    assert found.login == "READER as nothing but PUBLIC"


def test_more_roles_than_are_asked_are_told():
    chain: Grants = {f'ROLE "R{n}"': [("USAGE", "ROLE", f"R{n + 1}")] for n in range(60)}
    found = told({**chain, 'ROLE "R60"': WRITES}, role="R0")
    assert not found.only_reads
    assert "more than 50 roles" in found.sentence


@pytest.mark.parametrize("code", [3001, 2003])
def test_a_role_whose_grants_are_hidden_is_told(code: int):
    hidden = ("USAGE", "DATABASE_ROLE", "SNOWFLAKE.CORTEX_USER")
    found = told({'ROLE "READING"': [*READS, hidden]}, code=code)
    assert not found.only_reads
    assert "database role SNOWFLAKE.CORTEX_USER are not shown" in found.sentence


@pytest.mark.parametrize(
    ("grants", "code"), [({}, 3001), ({'ROLE "READING"': [("USAGE", "ROLE", "A")]}, 250001)]
)
def test_when_nobody_answers_nothing_is_told(grants: Grants, code: int):
    with pytest.raises(DBAPIError):
        told(grants, code=code)


def test_a_session_is_asked_what_it_may(snowflake_place: Place):
    with connect("shop", snowflake_place.settings) as connection:
        found = connection.privileges()
    assert found.only_reads
