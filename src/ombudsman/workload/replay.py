"""Does the target answer the workload's own questions as the source does?

The heaviest patterns are asked again: on the source in its dialect, on the target in its names and dialect, both
rendered from a tree that the guard accepted, read-only and with a bound on the rows. Two answers are equal when they
have as many columns, of the same kinds, and the same rows; where the query orders them, in the same order.

A query that cannot be said faithfully on the other side, has no recorded values, or has no determined answer is not
run: it says why. The headline counts executions and duration; what was not proven counts as not proven.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from ombudsman.connections.reader import Reader
from ombudsman.measures.questions import QueryRows
from ombudsman.model.errors import OmbudsmanError, RuleInvalid
from ombudsman.model.result import Statement as Evidence
from ombudsman.model.tables import Side, TableRef
from ombudsman.model.tolerance import Tolerance
from ombudsman.sql.queries import Query, parse_query
from ombudsman.validators.answers import compare_as_they_are
from ombudsman.validators.pair import Tables
from ombudsman.workload.replay_order import order_differs, same_bag
from ombudsman.workload.replay_text import NotReplayableError, Replayable, replayable
from ombudsman.workload.usage import Usage
from ombudsman.workload.workload import Pattern, Workload, total

MOST_ROWS = 10_000
QUOTIENTS = Tolerance(relative=Decimal("1e-6"))
"""How far two quotients may lie apart: engines keep different digits behind the point."""


class Outcome(StrEnum):
    """What became of a pattern."""

    EQUAL = "equal"
    DIFFERENT = "different"
    UNDECIDED = "undecided"
    """The answers differ, and the query does not determine them."""
    NOT_REPLAYED = "not_replayed"
    ERRORED = "errored"


@dataclass(frozen=True)
class Replayed:
    """One pattern and its outcome. Rows and values of the answers are kept nowhere."""

    pattern: Pattern
    outcome: Outcome
    why: str = ""
    statements: tuple[Evidence, ...] = ()
    rows: int | None = None
    """How many rows the source gave."""


@dataclass
class Replay:
    """All that was replayed, the heaviest first, and the workload of which it is a part."""

    workload: Workload
    replayed: list[Replayed] = field(default_factory=list)

    def usage(self, *outcomes: Outcome) -> Usage:
        return total(each.pattern.usage for each in self.replayed if each.outcome in outcomes)

    @property
    def proven_executions(self) -> float:
        """Share of all executions of the workload whose results were proven equal, 0 to 1."""
        whole = self.workload.total.executions
        return self.usage(Outcome.EQUAL).executions / whole if whole else 0.0

    @property
    def proven_duration(self) -> float:
        whole = self.workload.total.duration_us
        return self.usage(Outcome.EQUAL).duration_us / whole if whole else 0.0


def replay(
    workload: Workload,
    tables: Tables,
    readers: dict[Side, Reader],
    *,
    top: int,
    watcher: Callable[[int, int], None] = lambda _done, _of: None,
) -> Replay:
    """Asks the `top` heaviest patterns that read, one after the other.

    Args:
        workload: analyzed with the source's catalogue.
        tables: both catalogues, and what answers what.
        readers: the two sides, as of one moment where they can be.
        top: how many patterns.
        watcher: is told after each how many are done, and of how many.
    """
    found = Replay(workload)
    chosen = [each for each in workload.patterns if each.kind == "read"][:top]
    for done, pattern in enumerate(chosen, start=1):
        found.replayed.append(_replayed(pattern, tables, readers))
        watcher(done, len(chosen))
    return found


def _replayed(pattern: Pattern, tables: Tables, readers: dict[Side, Reader]) -> Replayed:
    try:
        asked = replayable(pattern, database=tables.catalogues[Side.SOURCE].database)
        query = _query(asked, pattern, tables)
        texts = {side: _said(query, tables, side) for side in Side}
    except NotReplayableError as error:
        return Replayed(pattern, Outcome.NOT_REPLAYED, str(error))
    except RuleInvalid as error:
        return Replayed(pattern, Outcome.NOT_REPLAYED, _without_text(error))
    answers: dict[Side, QueryRows] = {}
    for side in Side:
        try:
            answers[side] = _answer(readers[side], texts[side], side)
        except RuleInvalid as error:
            return Replayed(pattern, Outcome.NOT_REPLAYED, error.message, _evidence(answers))
        except OmbudsmanError as error:
            return Replayed(
                pattern, Outcome.ERRORED, f"on the {side}: {error.message}", _evidence(answers)
            )
    return _judged(pattern, asked, answers)


# ------------------------------------------------------------ one query, on both sides


def _query(asked: Replayable, pattern: Pattern, tables: Tables) -> Query:
    known = tables.readable(None)
    columns = {str(ref): found for ref, found in known.items()}
    columns |= {ref.name: known[ref] for ref in _bare(known, pattern, tables)}
    return parse_query(asked.text, dialect="tsql", tables=columns, what="query")


def _said(query: Query, tables: Tables, side: Side) -> str:
    answers = tables.answers(side)
    renaming = {str(ref): answer for ref, answer in answers.items()}
    for ref in answers:
        renaming.setdefault(ref.name, answers[ref])
    return query.render(tables.dialects[side], renaming, limit=MOST_ROWS + 1)


def _bare(refs: Iterable[TableRef], pattern: Pattern, tables: Tables) -> list[TableRef]:
    """The tables that a name without schema means: those that the analysis found for it, else of the default schema."""
    default = tables.catalogues[Side.SOURCE].default_schema
    meant = {ref.name: ref for ref in refs if ref.schema_name == default}
    meant |= {ref.name: ref for ref in refs if ref in pattern.facts.tables}
    return list(meant.values())


def _answer(reader: Reader, sql: str, side: Side) -> QueryRows:
    got = reader.query(sql)
    if len(got.rows) > MOST_ROWS:
        raise RuleInvalid(f"it gives more than {MOST_ROWS:,} rows")
    evidence = Evidence(side=side, sql=got.sql, started=got.started, ms=got.ms, rows=got.count)
    return QueryRows(got.columns, tuple(got.rows), evidence)


# ------------------------------------------------------------ are they equal?


def _judged(pattern: Pattern, asked: Replayable, answers: dict[Side, QueryRows]) -> Replayed:
    source, target = answers[Side.SOURCE], answers[Side.TARGET]
    evidence = _evidence(answers)
    why = _difference(asked, source, target)
    rows = len(source.rows)
    if not why and asked.order_is_open:
        return Replayed(pattern, Outcome.UNDECIDED, "its order is not compared", evidence, rows)
    if not why:
        return Replayed(pattern, Outcome.EQUAL, "", evidence, rows)
    if asked.doubts:
        why = f"{why}; {'; '.join(asked.doubts)}"
        return Replayed(pattern, Outcome.UNDECIDED, why, evidence, rows)
    return Replayed(pattern, Outcome.DIFFERENT, why, evidence, rows)


def _difference(asked: Replayable, source: QueryRows, target: QueryRows) -> str:
    """What differs, in counts and without a value; empty when nothing does."""
    if len(source.columns) != len(target.columns):
        return f"{len(source.columns)} columns, and {len(target.columns)} on the target"
    tolerance = QUOTIENTS if asked.divides else Tolerance()
    shown = _without_hidden(source, asked.hidden), _without_hidden(target, asked.hidden)
    compared = compare_as_they_are(*shown, tolerance=tolerance)
    if compared.found:
        parts = (
            f"{count:,} {kind.replace('_', ' ')}" for kind, count in sorted(compared.found.items())
        )
        return ", ".join(parts)

    def are_alike(part: slice) -> bool:
        here, there = (replace(each, rows=each.rows[part]) for each in shown)
        if same_bag(here.rows, there.rows):
            return True
        return not compare_as_they_are(here, there, tolerance=tolerance).found

    return order_differs(
        asked.ordered_by,
        source.rows,
        target.rows,
        are_alike=are_alike,
        relative=tolerance.relative if asked.divides else None,
    )


def _without_hidden(answer: QueryRows, hidden: int) -> QueryRows:
    if not hidden:
        return answer
    rows = tuple(row[:-hidden] for row in answer.rows)
    return replace(answer, columns=answer.columns[:-hidden], rows=rows)


def _evidence(answers: dict[Side, QueryRows]) -> tuple[Evidence, ...]:
    return tuple(each.statement for each in answers.values() if each.statement is not None)


def _without_text(error: RuleInvalid) -> str:
    """The reason without the words of the query, which may be values."""
    message = error.message.partition(" (line ")[0]
    reason = str(error.context.get("reason") or "").partition(" (line ")[0]
    return f"{message}: {reason}" if reason else message
