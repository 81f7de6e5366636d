"""What persons have decided about a mapping, and how it steers a search.

A mapping that is given as decided is law: its table pairs and column pairs stand, what it excludes stays out, and its
rejections are never proposed again. What it does not speak of is open.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ombudsman.model.errors import MappingInvalid, did_you_mean
from ombudsman.model.mapping import Decision, Mapping, TableMapping
from ombudsman.model.tables import Catalogue, Side, Table, TableRef

TablePair = tuple[TableRef, TableRef]


@dataclass
class Decisions:
    """The decisions, by catalogue names."""

    written: dict[TablePair, TableMapping] = field(default_factory=dict)
    made: tuple[Decision, ...] = ()
    tables: dict[TableRef, TableRef] = field(default_factory=dict)
    columns: dict[TablePair, dict[str, str]] = field(default_factory=dict)
    rejected_tables: set[TablePair] = field(default_factory=set)
    rejected_columns: set[tuple[TableRef, TableRef, str, str]] = field(default_factory=set)

    def confirmed(self, pair: TablePair) -> dict[str, str]:
        """The column pairs that stand, by the source's names."""
        return self.columns.get(pair, {})

    def refuses(self, pair: TablePair, source: str, target: str) -> bool:
        """Whether these two columns may not answer one another."""
        written = self.written.get(pair)
        if written and (source in written.exclude or target in written.exclude_target):
            return True
        return (*pair, source, target) in self.rejected_columns


def decisions_of(mapping: Mapping, source: Catalogue, target: Catalogue) -> Decisions:
    """The decisions that a mapping holds.

    Raises:
        MappingInvalid: it names what a catalogue has not (see `check_names`), or contradicts itself.
    """
    check_names(mapping, source, target)
    found = Decisions(made=mapping.decisions)
    for table in mapping.tables:
        pair = _pair(source, target, table.source, table.target)
        if pair[0] in found.tables:
            raise MappingInvalid(f"table {pair[0]} is mapped twice", hint=_ONE_GOES)
        found.written[pair] = table
        found.tables[pair[0]] = pair[1]
        found.columns[pair] = {column.source: column.target for column in table.columns}
    for decision in mapping.decisions:
        pair = _pair(source, target, decision.source, decision.target)
        if decision.verdict == "confirm":
            _confirm(found, pair, decision.column, decision.target_column)
        elif decision.column is None or decision.target_column is None:
            found.rejected_tables.add(pair)
        else:
            found.rejected_columns.add((*pair, decision.column, decision.target_column))
    _refuse_contradictions(found)
    return found


def _confirm(found: Decisions, pair: TablePair, column: str | None, target: str | None) -> None:
    if (other := found.tables.setdefault(*pair)) != pair[1]:
        raise MappingInvalid(
            f"table {pair[0]} is confirmed for {pair[1]}, and mapped to {other}", hint=_ONE_GOES
        )
    if column is None or target is None:
        return
    columns = found.columns.setdefault(pair, {})
    answers = {there: here for here, there in columns.items()}
    if (answer := columns.get(column, target)) != target:
        raise MappingInvalid(
            f"column {column!r} of {pair[0]} is confirmed for {target!r}, and mapped to {answer!r}",
            hint=_ONE_GOES,
        )
    if (taken := answers.get(target, column)) != column:
        raise MappingInvalid(
            f"column {target!r} of {pair[1]} is confirmed for {column!r}, and answers {taken!r}",
            hint=_ONE_GOES,
        )
    columns[column] = target


def _refuse_contradictions(found: Decisions) -> None:
    for here, there in found.tables.items():
        if (here, there) in found.rejected_tables:
            raise MappingInvalid(f"{here} and {there} are mapped, and rejected", hint=_ONE_GOES)
    for pair, columns in found.columns.items():
        written = found.written.get(pair)
        for here_column, there_column in columns.items():
            told = f"column {here_column!r} of {pair[0]} is mapped to {there_column!r}"
            if (*pair, here_column, there_column) in found.rejected_columns:
                raise MappingInvalid(f"{told}, and that is rejected", hint=_ONE_GOES)
            if written and here_column in written.exclude:
                raise MappingInvalid(f"{told}, and excluded", hint=_ONE_GOES)
            if written and there_column in written.exclude_target:
                raise MappingInvalid(f"{told}, which exclude_target leaves out", hint=_ONE_GOES)


_ONE_GOES = "let one of the two go"


def _pair(source: Catalogue, target: Catalogue, here: TableRef, there: TableRef) -> TablePair:
    """The two tables as their catalogues spell them, schemas and all."""
    found = source.table(here), target.table(there)
    return (found[0].ref if found[0] else here, found[1].ref if found[1] else there)


# ------------------------------------------------------------ names that are there no more


def check_names(mapping: Mapping, source: Catalogue, target: Catalogue) -> None:
    """Refuses a mapping that names a table or column which its catalogue lacks; all of them are told, with the nearest.

    Raises MappingInvalid.
    """
    _refuse([*lost_names(mapping, source, Side.SOURCE), *lost_names(mapping, target, Side.TARGET)])


def check_source_names(mapping: Mapping, source: Catalogue) -> None:
    """The same for the source alone: what the target lacks is for checks to find.

    Raises MappingInvalid.
    """
    _refuse(lost_names(mapping, source, Side.SOURCE))


def _refuse(lost: list[tuple[str, str | None]]) -> None:
    if not lost:
        return
    told = "; ".join(f"{what} ({hint})" if hint else what for what, hint in lost[:_MOST_TOLD])
    more = f"; and {len(lost) - _MOST_TOLD} more" if len(lost) > _MOST_TOLD else ""
    raise MappingInvalid(
        f"the mapping names what is not there: {told}{more}",
        hint="correct the names, or take them out of the mapping",
        problems=[{"message": what, "hint": hint} for what, hint in lost],
    )


_MOST_TOLD = 5


def lost_names(mapping: Mapping, catalogue: Catalogue, side: Side) -> list[tuple[str, str | None]]:
    """What the mapping names and this side lacks: each as a sentence, and the nearest name as a hint."""
    found: list[tuple[str, str | None]] = []
    for table in mapping.tables:
        is_source = side is Side.SOURCE
        columns = [column.source if is_source else column.target for column in table.columns]
        columns += table.exclude if is_source else table.exclude_target
        columns += table.key if is_source else ()
        found += _lost(table.source if is_source else table.target, columns, catalogue, side)
    for decision in mapping.decisions:
        is_source = side is Side.SOURCE
        column = decision.column if is_source else decision.target_column
        ref = decision.source if is_source else decision.target
        found += _lost(ref, [column] if column is not None else [], catalogue, side)
    return list(dict.fromkeys(found))


def _lost(
    ref: TableRef, columns: Iterable[str], catalogue: Catalogue, side: Side
) -> list[tuple[str, str | None]]:
    table = catalogue.table(ref)
    if table is None:
        return [(f"the {side} has no table {ref}", _nearest_table(ref, catalogue.tables))]
    names = set(table.column_names)
    return [
        (f"{ref} of the {side} has no column {name!r}", did_you_mean(name, table.column_names))
        for name in dict.fromkeys(columns)
        if name not in names
    ]


def _nearest_table(ref: TableRef, tables: Iterable[Table]) -> str | None:
    """The nearest by the whole name; else by the name in whatever schema."""
    refs = [table.ref for table in tables]
    by_name = [str(each) for each in refs if each.name.casefold() == ref.name.casefold()]
    return did_you_mean(str(ref), by_name or map(str, refs))
