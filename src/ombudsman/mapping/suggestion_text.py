"""A suggestion as a mapping file: what is sure without a word, what is doubtful with its reasons, the rest behind a #.

A line of YAML behind a # is left for a person to decide: taking the sign away is to say yes.
"""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ombudsman.mapping.file import column_text, decisions_text, table_text, tables_text
from ombudsman.mapping.suggestion import (
    Alternative,
    Evidence,
    Lane,
    SuggestedColumn,
    SuggestedTable,
    Suggestion,
)
from ombudsman.model.mapping import ColumnMapping, TableMapping

HEADER = """\
# Which table and column of the target answers which of the source.
# A number is how sure a pair is, from 0 to 1: look at those that have one. A pair behind a # is left out; to take it
# in, take the sign away. To keep a wrong pair from being proposed again, write below `decisions`
#   - {verdict: reject, source: a.b, target: c.d}     and column: e, target_column: f  for a pair of columns
"""

_TELLING = frozenset({"name", "values"})
_WEAK = 0.5
_MOST_REASONS = 3


def suggestion_text(suggestion: Suggestion, notes: Iterable[str] = ()) -> str:
    """The file, with what could not be read in its head; `read_mapping` reads it back as the suggestion's mapping."""
    mapped = {(each.source, each.target): each for each in suggestion.mapping.tables}
    stand = [e for e in suggestion.tables if (e.source, e.target) in mapped]
    left = [e for e in suggestion.tables if (e.source, e.target) not in mapped]
    tables = [
        *(_table(mapped[each.source, each.target], each) for each in stand),
        *(_left_out(each) for each in left),
    ]
    return "".join(
        (
            HEADER,
            _comments(notes),
            _comments(_schemas(suggestion)),
            tables_text(tables),
            _comments(_alone(suggestion)),
            decisions_text(suggestion.mapping.decisions),
        )
    )


def _table(table: TableMapping, found: SuggestedTable) -> str:
    told = {each.source: each for each in found.columns}
    columns = "".join(_column(column, told.get(column.source)) for column in table.columns)
    left = "".join(_left_out_column(c) for c in found.columns if not c.lane.is_mapped)
    body = "columns:\n" if columns or left else ""
    body += textwrap.indent(columns + left, "  ")
    body += _comments(_open_columns(found), indent="  ")
    return _comments(_doubts(found), indent="  ") + table_text(table, columns=body)


def _column(column: ColumnMapping, found: SuggestedColumn | None) -> str:
    doubt = ""
    if found is not None and found.lane is Lane.SUGGEST:
        doubt = _comments([_reasons(found.confidence, found.evidence, found.alternatives)])
    return doubt + column_text(column)


def _left_out_column(found: SuggestedColumn) -> str:
    pair = ColumnMapping(source=found.source, target=found.target)
    reasons = _reasons(found.confidence, found.evidence, found.alternatives)
    return _comments([reasons]) + _behind_signs(column_text(pair))


def _left_out(found: SuggestedTable) -> str:
    """A table pair that does not stand in the mapping, as one that could be taken in."""
    reasons = _reasons(found.confidence, found.evidence, found.alternatives)
    if found.kind == "split":
        pairs = ", ".join(f"{c.source} -> {c.target}" for c in found.columns)
        told = (
            f"a part of {found.source} seems to have gone to {found.target}"
            f" ({found.confidence:.2f}): {pairs}"
        )
        return _comments([told], indent="  ")
    pair = table_text(TableMapping(source=found.source, target=found.target))
    return _comments([reasons], indent="  ") + textwrap.indent(
        _behind_signs(textwrap.dedent(pair)), "  "
    )


def _doubts(found: SuggestedTable) -> Iterator[str]:
    if found.lane is Lane.SUGGEST:
        yield _reasons(found.confidence, found.evidence, found.alternatives)
    if found.kind == "merged":
        yield f"{found.source} seems to have been merged into {found.target}"
    if found.key_from is None:
        yield "no key: the source declares none whose columns are all mapped"


def _reasons(
    confidence: float, evidence: Sequence[Evidence], alternatives: Sequence[Alternative]
) -> str:
    """`0.72: mail ~ email (synonym); they refer to different tables; else FAX (0.55)`."""
    told = [e.said for e in evidence if e.part in _TELLING or e.score < _WEAK]
    others = ", ".join(f"{a.target} ({a.score:.2f})" for a in alternatives[:2])
    return f"{confidence:.2f}: " + "; ".join(
        [*told[:_MOST_REASONS], *([f"else {others}"] if others else [])]
    )


def _open_columns(found: SuggestedTable) -> Iterator[str]:
    if found.unmatched_source:
        yield "without an answer in the target: " + ", ".join(found.unmatched_source)
    if found.unmatched_target:
        yield "without a source: " + ", ".join(found.unmatched_target)


def _schemas(suggestion: Suggestion) -> Iterator[str]:
    for each in suggestion.schemas:
        share = "" if each.share >= 1 else f", {each.share:.0%} of that schema"
        yield f"schema {each.source} -> {each.target}: {each.tables} tables{share}"


def _alone(suggestion: Suggestion) -> Iterator[str]:
    for ref in suggestion.unmatched_source:
        yield f"source table without an answer: {ref}"
    for ref in suggestion.unmatched_target:
        yield f"target table without a source: {ref}"


def _comments(sentences: Iterable[str], *, indent: str = "") -> str:
    return "".join(f"{indent}# {_printable(sentence)}\n" for sentence in sentences)


def _behind_signs(lines: str) -> str:
    return "".join(f"# {_printable(line)}\n" for line in lines.splitlines())


def _printable(text: str) -> str:
    """Names may hold anything; a line break in a comment would end it."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def suggestion_json(suggestion: Suggestion, notes: Iterable[str] = ()) -> dict[str, Any]:
    """The suggestion for other programs: table names as texts, every pair with its lane and reasons.

    `notes` say what could not be read.
    """
    told = suggestion.model_dump(mode="json", exclude={"mapping"})
    for table, found in zip(told["tables"], suggestion.tables, strict=True):
        table |= {"source": str(found.source), "target": str(found.target)}
    for side in ("unmatched_source", "unmatched_target"):
        told[side] = [str(ref) for ref in getattr(suggestion, side)]
    return told | {"notes": list(notes)}
