"""Business rules of a project: a condition that every row of a source table should fulfil.

A rule is SQL, so it is parsed and judged when it is written (`sql/guard.py`). An approval says that another person than
its author has read this very text; a change takes it away. That is all it does today: the rules of a project are kept
and told, and no run executes them. SQL that is written into a pipeline runs by the right to execute, approved or not.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any, Literal

from pydantic import Field
from typing_extensions import override

from ombudsman.model.errors import Conflict, NotAllowed, RuleInvalid, SettingsError
from ombudsman.model.tables import TableRef
from ombudsman.sql.conditions import parse_condition
from ombudsman.studio.fields import Given, Id, Name, Page, Told, Words
from ombudsman.studio.persistence.audit import Note
from ombudsman.studio.persistence.entities.projects import Rule
from ombudsman.studio.persistence.paging import PageRequest
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.once import Once
from ombudsman.studio.services.service import Actor, Service, must, must_match

Dialect = Literal["tsql", "snowflake", "postgres", "duckdb", "sqlite"]


class RuleChange(Given):
    """A rule, as it is changed. Condition and table are in the source's names, the SQL in its dialect."""

    name: Name
    description: Words = ""
    table: Name = Field(description="The source table.", examples=["Sales.Orders"])
    condition: str = Field(min_length=1, max_length=65_536, examples=["ShipDate >= OrderDate"])
    where: str | None = Field(
        default=None, min_length=1, max_length=65_536, description="Only these rows."
    )
    dialect: Dialect = "tsql"
    severity: Literal["blocking", "warning", "info"] = "blocking"


class RuleGiven(RuleChange):
    """A new rule of a project."""

    project_id: Id


class RuleTold(Told):
    """A rule. `approved` is set once somebody else than its author has approved this text; no run executes it yet."""

    id: Id
    project_id: Id
    name: str
    description: str
    table: str
    condition: str
    where: str | None
    dialect: Dialect
    severity: Literal["blocking", "warning", "info"]
    author_id: Id
    approved: dt.datetime | None
    approved_by: Id | None
    created: dt.datetime
    updated: dt.datetime
    version: int


class Rules(Service):
    """The rules."""

    def listed(self, actor: Actor, project_id: str, asked: PageRequest) -> Page[RuleTold]:
        """The rules of a project, page by page."""
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.RULE_READ, project_id, noun="rule")
            unit.projects.get(project_id)
            page = unit.rules.listed(project_id, asked)
            items = [_told(row) for row in page.items]
            return Page(items=items, total=page.total, next_cursor=page.next_cursor)

    def get(self, actor: Actor, rule_id: str) -> RuleTold:
        """One rule."""
        with self.on.store.reading() as unit:
            return _told(_for(unit, actor, rule_id, Permission.RULE_READ))

    def create(self, actor: Actor, given: RuleGiven, once: Once) -> RuleTold:
        """Proposes a rule.

        Raises:
            RuleInvalid: the condition is none, or may not be used.
            Conflict: the name is taken in this project.
        """
        with self.on.store.reading() as unit:
            must(unit, actor, Permission.RULE_WRITE, given.project_id, noun="rule")
        _check(given)
        with self.on.store.writing() as unit:
            must(unit, actor, Permission.RULE_WRITE, given.project_id, noun="rule")

            def made() -> RuleTold:
                _refuse_taken(unit, given.project_id, given.name)
                row = unit.rules.add(
                    Rule(
                        project_id=given.project_id,
                        author_id=actor.user_id,
                        created=unit.now,
                        updated=unit.now,
                        **_written(given),
                    )
                )
                unit.note(_note(actor, "rule.create", row))
                return _told(row)

            return once.answer(unit, actor, RuleTold, made)

    def change(self, actor: Actor, rule_id: str, change: RuleChange, *, version: int) -> RuleTold:
        """Changes a rule, which takes its approval away. Raises as `create` does."""
        with self.on.store.reading() as unit:
            _for(unit, actor, rule_id, Permission.RULE_WRITE)
        _check(change)
        with self.on.store.writing() as unit:
            row = _for(unit, actor, rule_id, Permission.RULE_WRITE)
            must_match(row.version, version)
            _refuse_taken(unit, row.project_id, change.name, but=row.id)
            for name, value in _written(change).items():
                setattr(row, name, value)
            row.author_id = actor.user_id
            row.approved = row.approved_by = None
            unit.edited(row)
            unit.note(_note(actor, "rule.change", row))
            return _told(row)

    def approve(self, actor: Actor, rule_id: str, *, version: int) -> RuleTold:
        """Approves the rule as it is.

        Raises:
            NotAllowed: its author cannot.
        """
        with self.on.store.writing() as unit:
            row = _for(unit, actor, rule_id, Permission.RULE_APPROVE)
            must_match(row.version, version)
            if row.author_id == actor.user_id:
                raise NotAllowed(
                    "a rule is approved by somebody else than its author",
                    hint="ask another owner or steward",
                )
            row.approved, row.approved_by = unit.now, actor.user_id
            unit.edited(row)
            unit.note(_note(actor, "rule.approve", row))
            return _told(row)

    def delete(self, actor: Actor, rule_id: str, *, version: int) -> None:
        """Removes a rule."""
        with self.on.store.writing() as unit:
            row = _for(unit, actor, rule_id, Permission.RULE_WRITE)
            must_match(row.version, version)
            unit.note(_note(actor, "rule.delete", row))
            unit.rules.remove(row)


class _AnyName(Collection[str]):
    """Columns of a table whose catalogue was not read: any name may be one. A run looks them up."""

    @override
    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(())

    @override
    def __len__(self) -> int:
        return 0


def _check(rule: RuleChange) -> None:
    try:
        table = TableRef.parse(rule.table)
    except ValueError:
        raise SettingsError("this is not of the form schema.table", pointer="/table") from None
    for field, text in (("condition", rule.condition), ("where", rule.where)):
        if text is None:
            continue
        try:
            parse_condition(text, dialect=rule.dialect, columns=_AnyName(), table=table.name)
        except RuleInvalid as error:
            raise RuleInvalid(error.message, hint=error.hint, pointer=f"/{field}") from None


def _for(unit: Unit, actor: Actor, rule_id: str, permission: Permission) -> Rule:
    row = unit.rules.get(rule_id)
    must(unit, actor, permission, row.project_id, noun="rule")
    return row


def _refuse_taken(unit: Unit, project_id: str, name: str, but: str | None = None) -> None:
    other = unit.rules.named(project_id, name)
    if other is not None and other.id != but:
        raise Conflict("this name is taken in the project", hint="take another", pointer="/name")


def _note(actor: Actor, action: str, row: Rule) -> Note:
    return actor.note(action, f"rule:{row.id}", project_id=row.project_id, name=row.name)


def _written(rule: RuleChange) -> dict[str, Any]:
    return {
        "name": rule.name,
        "description": rule.description,
        "table": rule.table,
        "severity": rule.severity,
        "dialect": rule.dialect,
        "params": {"rule": rule.condition, "where": rule.where},
    }


def _told(row: Rule) -> RuleTold:
    names = set(RuleTold.model_fields) - {"condition", "where"}
    told = {name: getattr(row, name) for name in names}
    return RuleTold.model_validate(
        told | {"condition": row.params["rule"], "where": row.params["where"]}
    )
