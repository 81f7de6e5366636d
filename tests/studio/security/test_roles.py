"""The table of rights is the one of the design, cell by cell."""

import pytest

from ombudsman.studio.security.roles import (
    INSTANCE_ROLES,
    PROJECT_ROLES,
    RIGHTS,
    Permission,
    Role,
    Scope,
    may,
)

ROLES = (*INSTANCE_ROLES[:2], *PROJECT_ROLES)
TABLE = """
                      administrator auditor owner steward editor runner viewer
user.read                   x          x      -      -      -      -      -
user.write                  x          -      -      -      -      -      -
audit.read                  x          x      x      -      -      -      -
metrics.read                x          x      -      -      -      -      -
project.create              x          -      -      -      -      -      -
project.read                x          x      x      x      x      x      x
project.write               -          -      x      -      -      -      -
project.delete              x          -      -      -      -      -      -
member.read                 x          x      x      x      x      x      x
member.write                x          -      x      -      -      -      -
connection.read             x          x      x      x      x      x      x
connection.settings         x          x      x      x      x      -      -
connection.write            -          -      x      x      -      -      -
connection.execute          -          -      x      x      -      -      -
mapping.read                -          x      x      x      x      x      x
mapping.write               -          -      x      -      x      -      -
pipeline.read               -          x      x      x      x      x      x
pipeline.write              -          -      x      -      x      -      -
rule.read                   -          x      x      x      x      -      x
rule.write                  -          -      x      -      x      -      -
rule.approve                -          -      x      x      -      -      -
metadata.read               -          -      x      x      x      x      x
metadata.execute            -          -      x      x      x      -      -
run.read                    -          -      x      x      x      x      x
run.execute                 -          -      x      -      x      x      -
run.cancel                  x          -      x      -      x      x      -
rows.read                   -          -      x      x      x      x      x
rows.plain                  -          -      x      -      -      -      -
export.execute              -          -      x      x      x      x      x
schedule.read               -          -      x      x      x      x      x
schedule.write              -          -      x      -      x      -      -
workload.read               -          -      x      x      x      -      x
workload.write              -          -      x      x      x      -      -
"""
ROWS = {line.split()[0]: line.split()[1:] for line in TABLE.strip().splitlines()[1:]}


@pytest.mark.parametrize("permission", list(RIGHTS))
def test_each_row_allows_whom_the_table_says(permission: Permission):
    allowed = [may(permission, frozenset({role})) for role in ROLES]
    assert allowed == [cell == "x" for cell in ROWS[permission.value]]


def test_every_permission_has_its_row_but_those_that_need_none():
    without = {Permission.PUBLIC, Permission.ACCOUNT, Permission.SIGNED_IN}
    assert set(RIGHTS) == set(Permission) - without == {Permission(name) for name in ROWS}


@pytest.mark.parametrize("permission", list(Permission))
def test_a_user_of_no_project_may_nothing(permission: Permission):
    assert not may(permission, frozenset({Role.USER}))
    assert not may(permission, frozenset())


def test_who_may_change_a_resource_may_read_it():
    for permission, roles in RIGHTS.items():
        reading = permission.reading
        if reading is not None and permission is not Permission.RUN_CANCEL:
            assert roles <= RIGHTS[reading], permission


def test_a_token_for_reading_cannot_change_anything():
    reads = {p for p in RIGHTS if p.scope is Scope.READ}
    assert all(p.value.endswith((".read", ".settings", ".plain")) for p in reads)
