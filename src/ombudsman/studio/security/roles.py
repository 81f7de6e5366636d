"""Who may do what: one table.

An instance role belongs to a user everywhere, a project role to a member of one project. What stands in no row of
`RIGHTS` nobody may do. An administrator looks after users and projects and sees no project's data: whoever wants to see
them becomes a member, which the audit tells.

A permission is `resource.action`. Who may not even read a resource of a project is told that it does not exist.
"""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """`administrator`, `auditor` and `user` are of the instance, the others of a project."""

    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    USER = "user"
    OWNER = "owner"
    STEWARD = "steward"
    EDITOR = "editor"
    RUNNER = "runner"
    VIEWER = "viewer"


INSTANCE_ROLES = (Role.ADMINISTRATOR, Role.AUDITOR, Role.USER)
PROJECT_ROLES = (Role.OWNER, Role.STEWARD, Role.EDITOR, Role.RUNNER, Role.VIEWER)


class Scope(StrEnum):
    """What an API token may be used for; never more than its user may do."""

    READ = "read"
    WRITE = "write"
    EXECUTE = "execute"


class Permission(StrEnum):
    """Something that somebody may do. `public` and `account` need no row: all may, or all who are signed in."""

    PUBLIC = "public"
    ACCOUNT = "account"
    """One's own account: only in a session, never by an API token."""
    SIGNED_IN = "signed_in"

    USER_READ = "user.read"
    USER_WRITE = "user.write"
    AUDIT_READ = "audit.read"
    METRICS_READ = "metrics.read"
    PROJECT_CREATE = "project.create"
    PROJECT_READ = "project.read"
    PROJECT_WRITE = "project.write"
    PROJECT_DELETE = "project.delete"
    MEMBER_READ = "member.read"
    MEMBER_WRITE = "member.write"
    CONNECTION_READ = "connection.read"
    CONNECTION_SETTINGS = "connection.settings"
    CONNECTION_WRITE = "connection.write"
    CONNECTION_EXECUTE = "connection.execute"
    MAPPING_READ = "mapping.read"
    MAPPING_WRITE = "mapping.write"
    PIPELINE_READ = "pipeline.read"
    PIPELINE_WRITE = "pipeline.write"
    RULE_READ = "rule.read"
    RULE_WRITE = "rule.write"
    RULE_APPROVE = "rule.approve"
    METADATA_READ = "metadata.read"
    METADATA_EXECUTE = "metadata.execute"
    RUN_READ = "run.read"
    RUN_EXECUTE = "run.execute"
    RUN_CANCEL = "run.cancel"
    ROWS_READ = "rows.read"
    ROWS_PLAIN = "rows.plain"
    EXPORT_EXECUTE = "export.execute"
    SCHEDULE_READ = "schedule.read"
    SCHEDULE_WRITE = "schedule.write"
    WORKLOAD_READ = "workload.read"
    WORKLOAD_WRITE = "workload.write"

    @property
    def reading(self) -> "Permission | None":
        """The permission to read the same resource; None where there is none, or where it is of the instance."""
        resource = self.value.partition(".")[0]
        return next((p for p in Permission if p.value == f"{resource}.read"), None)

    @property
    def scope(self) -> Scope:
        """What an API token needs for it."""
        match self.value.partition(".")[2]:
            case "read" | "settings" | "plain":
                return Scope.READ
            case "execute" | "cancel":
                return Scope.EXECUTE
        return Scope.WRITE


_A, _U, _O, _S, _E, _R, _V = (
    Role.ADMINISTRATOR,
    Role.AUDITOR,
    Role.OWNER,
    Role.STEWARD,
    Role.EDITOR,
    Role.RUNNER,
    Role.VIEWER,
)
_MEMBERS = frozenset({_O, _S, _E, _R, _V})

P = Permission
RIGHTS: Mapping[Permission, frozenset[Role]] = {
    P.USER_READ: frozenset({_A, _U}),
    P.USER_WRITE: frozenset({_A}),
    P.AUDIT_READ: frozenset({_A, _U, _O}),
    P.METRICS_READ: frozenset({_A, _U}),
    P.PROJECT_CREATE: frozenset({_A}),
    P.PROJECT_READ: frozenset({_A, _U}) | _MEMBERS,
    P.PROJECT_WRITE: frozenset({_O}),
    P.PROJECT_DELETE: frozenset({_A}),
    P.MEMBER_READ: frozenset({_A, _U}) | _MEMBERS,
    P.MEMBER_WRITE: frozenset({_A, _O}),
    P.CONNECTION_READ: frozenset({_A, _U}) | _MEMBERS,
    P.CONNECTION_SETTINGS: frozenset({_A, _U, _O, _S, _E}),
    P.CONNECTION_WRITE: frozenset({_O, _S}),
    P.CONNECTION_EXECUTE: frozenset({_O, _S}),
    P.MAPPING_READ: frozenset({_U}) | _MEMBERS,
    P.MAPPING_WRITE: frozenset({_O, _E}),
    P.PIPELINE_READ: frozenset({_U}) | _MEMBERS,
    P.PIPELINE_WRITE: frozenset({_O, _E}),
    P.RULE_READ: frozenset({_U, _O, _S, _E, _V}),
    P.RULE_WRITE: frozenset({_O, _E}),
    P.RULE_APPROVE: frozenset({_O, _S}),
    P.METADATA_READ: _MEMBERS,
    P.METADATA_EXECUTE: frozenset({_O, _S, _E}),
    P.RUN_READ: _MEMBERS,
    P.RUN_EXECUTE: frozenset({_O, _E, _R}),
    P.RUN_CANCEL: frozenset({_A, _O, _E, _R}),
    P.ROWS_READ: _MEMBERS,
    P.ROWS_PLAIN: frozenset({_O}),
    P.EXPORT_EXECUTE: _MEMBERS,
    P.SCHEDULE_READ: _MEMBERS,
    P.SCHEDULE_WRITE: frozenset({_O, _E}),
    P.WORKLOAD_READ: frozenset({_O, _S, _E, _V}),
    P.WORKLOAD_WRITE: frozenset({_O, _S, _E}),
}


def may(permission: Permission, roles: frozenset[Role]) -> bool:
    """Whether somebody of these roles may. What no row allows is denied."""
    return bool(RIGHTS.get(permission, frozenset()) & roles)
