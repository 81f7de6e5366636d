"""`/rules`: business conditions, proposed by one and approved by another. They are kept; no run executes them yet."""

from fastapi import Response

from ombudsman.studio.fields import Page
from ombudsman.studio.routers.http import (
    AskedOnce,
    AskedPage,
    IfMatch,
    On,
    Operations,
    PathId,
    QueryProject,
    SignedIn,
    tagged,
)
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.rules import RuleChange, RuleGiven, Rules, RuleTold

_VERSION = ("version",)

router = Operations(prefix="/rules", tags=["rules"])


@router.operation("GET", "", Permission.RULE_READ, errors=(404,))
def list_rules(
    project_id: QueryProject, on: On, actor: SignedIn, asked: AskedPage
) -> Page[RuleTold]:
    """The rules of a project. Sorted by name, table, created or updated."""
    return Rules(on).listed(actor, project_id, asked)


@router.operation("POST", "", Permission.RULE_WRITE, errors=(404, 409), status_code=201)
def create_rule(
    given: RuleGiven, on: On, actor: SignedIn, once: AskedOnce, response: Response
) -> RuleTold:
    """Propose a rule."""
    told = Rules(on).create(actor, given, once)
    tagged(response, told.version)
    return told


@router.operation("GET", "/{rule_id}", Permission.RULE_READ)
def get_rule(rule_id: PathId, on: On, actor: SignedIn, response: Response) -> RuleTold:
    """One rule."""
    told = Rules(on).get(actor, rule_id)
    tagged(response, told.version)
    return told


@router.operation("PUT", "/{rule_id}", Permission.RULE_WRITE, errors=(409,), needs=_VERSION)
def change_rule(
    rule_id: PathId,
    change: RuleChange,
    on: On,
    actor: SignedIn,
    version: IfMatch,
    response: Response,
) -> RuleTold:
    """Change a rule, which takes its approval away."""
    told = Rules(on).change(actor, rule_id, change, version=version)
    tagged(response, told.version)
    return told


@router.operation("POST", "/{rule_id}/approve", Permission.RULE_APPROVE, needs=_VERSION)
def approve_rule(
    rule_id: PathId, on: On, actor: SignedIn, version: IfMatch, response: Response
) -> RuleTold:
    """Approve a rule of somebody else, as it is."""
    told = Rules(on).approve(actor, rule_id, version=version)
    tagged(response, told.version)
    return told


@router.operation("DELETE", "/{rule_id}", Permission.RULE_WRITE, needs=_VERSION, status_code=204)
def delete_rule(rule_id: PathId, on: On, actor: SignedIn, version: IfMatch) -> None:
    """Remove a rule."""
    Rules(on).delete(actor, rule_id, version=version)
