"""What the steps of a run found: whole, as a list of findings, and as pages of differing rows."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from ombudsman.compare.stored_rows import Line, Sought, StoredRows
from ombudsman.model.errors import NotFound, SettingsError
from ombudsman.model.result import Finding, Kind
from ombudsman.model.values import to_json_value
from ombudsman.studio.fields import Page, Told
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.persistence.entities.runs import StepResult
from ombudsman.studio.persistence.paging import PageRequest
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.masks import Mask
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.runs import StepTold, step_told
from ombudsman.studio.services.service import Actor, Service
from ombudsman.studio.services.sight import mask_for
from ombudsman.studio.services.stored_run import step_and_result, step_run_of

CELL_LETTERS = 4_096
"""A longer text is cut on a page; a file has it whole."""

Masked = Annotated[bool, Field(description="Whether the values of rows are masked.")]


class ResultTold(StepTold):
    """A step with its whole result: figures, findings, notes, and the statements that prove it."""

    masked: Masked
    step: dict[str, Any]
    result: dict[str, Any]
    policies: list[dict[str, Any]]


class FindingTold(Told):
    """Something that is wrong, and which step found it."""

    position: int
    step_id: str
    validator: str
    kind: str
    cause: str | None
    side: str | None
    table: str
    column: str | None
    key: list[Any]
    source: Any
    target: Any
    figure: Any
    detail: str | None
    message: str


class FindingsPage(Page[FindingTold]):
    """A page of findings."""

    masked: Masked


class RowTold(Told):
    """A difference of rows. A text that was cut says how long it is."""

    number: int = Field(description="Its place among all differences of the step, from 0.")
    kind: str
    cause: str | None
    key: list[str | None] = Field(description="The key columns' values, in the source's order.")
    column: str | None = Field(description="The source's name; null for whole rows.")
    target_column: str | None
    source: str | None
    target: str | None
    source_letters: int | None = Field(default=None, description="Only where it was cut.")
    target_letters: int | None = Field(default=None, description="Only where it was cut.")


class Facets(Told):
    """How many differences there are of each kind, column and cause, the most first.

    Each is counted under the filters of the other two. An empty column is that of whole rows, an empty cause that of
    differences without one.
    """

    kinds: dict[str, int]
    columns: dict[str, int]
    causes: dict[str, int]


class RowsPage(Page[RowTold]):
    """A page of differences, and how many there are of which."""

    masked: Masked
    facets: Facets


class StepResults(Service):
    """What steps found."""

    def result(self, actor: Actor, run_id: str, position: int, reason: str | None) -> ResultTold:
        """All that a step says. `reason` says why values of rows are wanted plain.

        Raises:
            NotFound: there is no such step, or it has no result (yet).
            NotAllowed: they may not be seen plain.
        """
        mask = self._mask(actor, run_id, f"step {position}", reason)
        with self.on.store.reading() as unit:
            step, result = step_and_result(unit, run_id, position)
            told = step_run_of(result, mask).model_dump(mode="json")
            listed = step_told(step, has_rows=result.rows_file is not None)
            return ResultTold(
                **listed.model_dump(),
                masked=mask is not None,
                step=told["step"],
                result=told["result"],
                policies=told["policies"],
            )

    def findings(
        self, actor: Actor, run_id: str, sought: Sought, asked: PageRequest, reason: str | None
    ) -> FindingsPage:
        """The findings of all steps, in their order. Of each kind a step keeps a hundred; its `found` counts all.

        Raises:
            SettingsError: the cursor cannot be read.
        """
        if asked.sort is not None:
            raise SettingsError("findings come in the order of their steps", parameter="sort")
        begins = _finding_after(asked.cursor)
        mask = self._mask(actor, run_id, "findings", reason)
        with self.on.store.reading() as unit:
            found = [
                (place, told)
                for place, told in _findings(unit, run_id, mask)
                if _is_sought(told, sought) and _holds(told, asked.q)
            ]
        page = [each for each in found if each[0] > begins]
        last = page[asked.limit - 1][0] if len(page) > asked.limit else None
        return FindingsPage(
            items=[told for _, told in page[: asked.limit]],
            total=len(found),
            next_cursor=None if last is None else f"{last[0]}.{last[1]}",
            masked=mask is not None,
        )

    def rows(
        self,
        actor: Actor,
        run_id: str,
        position: int,
        sought: Sought,
        asked: PageRequest,
        reason: str | None,
    ) -> RowsPage:
        """A page of the differences that a step wrote down; `asked.q` is a text that the key holds.

        Raises:
            NotFound: it wrote none down, or they are not kept any more.
            SettingsError: they cannot be sorted so, the cursor is of another list, or masked keys are sought.
        """
        sought = replace(sought, key=asked.q)
        sort = asked.sort or "number"
        after = None if asked.cursor is None else _row_after(asked.cursor, sort)
        mask = self._mask(actor, run_id, f"rows of step {position}", reason)
        if mask is not None:
            refuse_masked_search(sought, sort)
        with self.on.store.reading() as unit:
            _, result = step_and_result(unit, run_id, position)
            file = rows_file(self.on, result)
        with StoredRows(file) as stored:
            counts = stored.counts(sought)
            lines = stored.page(sought, limit=asked.limit + 1, sort=sort, after=after)
        items = lines[: asked.limit]
        return RowsPage(
            items=[_row(line, mask) for line in items],
            total=counts.total,
            next_cursor=f"{sort}.{items[-1].number}" if len(lines) > len(items) else None,
            masked=mask is not None,
            facets=Facets(
                kinds=dict(counts.kinds), columns=dict(counts.columns), causes=dict(counts.causes)
            ),
        )

    def _mask(self, actor: Actor, run_id: str, what: str, reason: str | None) -> Mask | None:
        return mask_for(self.on, actor, run_id, Permission.ROWS_READ, what=what, reason=reason)


def rows_file(on: Foundation, result: StepResult) -> Path:
    """Where the differences of a step lie: below the data folder, whatever path was written down.

    Raises:
        NotFound: the step wrote none.
    """
    if result.rows_file is None:
        raise NotFound("this step wrote no differing rows", hint="validate_rows does")
    return on.settings.data_folder / "results" / result.run_id / Path(result.rows_file).name


def refuse_masked_search(sought: Sought, sort: str = "number") -> None:
    """Refuses what would tell masked keys: to search in them, and to sort by them.

    Raises:
        SettingsError: that was wanted.
    """
    by_key = sort.removeprefix("-") == "key"
    if sought.key or by_key:
        raise SettingsError(
            "masked keys can neither be searched nor sorted by",
            hint="say with `reason` why you need to see them; owners may",
            parameter="sort" if by_key else "key",
        )


def findings_of(result: StepResult, mask: Mask | None) -> list[FindingTold]:
    """The findings of one step."""
    step_run = step_run_of(result, mask)
    step, found = step_run.step, step_run.result
    return [
        FindingTold(
            position=result.position,
            step_id=step.id,
            validator=step.validator,
            table=finding.table or str(step.table),
            **_values(finding),
        )
        for finding in (found.findings if found else ())
    ]


def _values(finding: Finding) -> dict[str, Any]:
    plain = {name: getattr(finding, name) for name in ("column", "detail", "message")}
    values = {
        name: to_json_value(getattr(finding, name)) for name in ("source", "target", "figure")
    }
    return {
        **plain,
        **values,
        "kind": finding.kind.value,
        "cause": finding.cause.value if finding.cause else None,
        "side": finding.side.value if finding.side else None,
        "key": to_json_value(finding.key),
    }


_FindingPlace = tuple[int, int]


def _findings(
    unit: Unit, run_id: str, mask: Mask | None
) -> Iterator[tuple[_FindingPlace, FindingTold]]:
    for result in unit.runs.results(run_id):
        told = findings_of(result, mask)
        yield from (((result.position, place), each) for place, each in enumerate(told))


def _is_sought(told: FindingTold, sought: Sought) -> bool:
    pairs = (
        (sought.kinds, told.kind),
        (sought.columns, told.column or ""),
        (sought.causes, told.cause or ""),
    )
    return all(not wanted or value in wanted for wanted, value in pairs)


def _holds(told: FindingTold, q: str | None) -> bool:
    words = (told.step_id, told.table, told.column or "", told.message)
    return not q or any(q.casefold() in each.casefold() for each in words)


def _finding_after(cursor: str | None) -> _FindingPlace:
    if cursor is None:
        return -1, -1
    position, _, place = cursor.partition(".")
    return _number(position), _number(place)


def _row_after(cursor: str, sort: str) -> int:
    """The number of the row that a page ended with. No value of a row stands in a cursor, for it stands in a URL."""
    told, _, number = cursor.rpartition(".")
    if told != sort:
        raise _unreadable()
    return _number(number)


def _number(digits: str) -> int:
    if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
        raise _unreadable()
    return int(digits)


def _row(line: Line, mask: Mask | None) -> RowTold:
    key = json.loads(line.key)
    if mask is None:
        source, target = line.source, line.target
    else:
        key = mask.value(key)
        counted = line.kind == Kind.ROW_DUPLICATED
        source, target = (
            value if counted else mask.text(value) for value in (line.source, line.target)
        )
    return RowTold(
        number=line.number,
        kind=line.kind,
        cause=line.cause,
        key=[None if part is None else part[:CELL_LETTERS] for part in key],
        column=line.column,
        target_column=line.target_column,
        source=source and source[:CELL_LETTERS],
        target=target and target[:CELL_LETTERS],
        source_letters=_letters(source),
        target_letters=_letters(target),
    )


def _letters(text: str | None) -> int | None:
    return len(text) if text is not None and len(text) > CELL_LETTERS else None


def _unreadable() -> SettingsError:
    return SettingsError(
        "the cursor cannot be read, or belongs to another list",
        hint="take `next_cursor` of the page before, with the same sort",
        parameter="cursor",
    )
