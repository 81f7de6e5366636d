"""The answers of two queries, set against each other.

Both are small tables. Their columns answer each other by their places, for each side may call them as it likes. Rows
are told apart by a key, or compared as they are, in whatever order they came.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from ombudsman.measures.questions import QueryRows
from ombudsman.model.errors import ParamsInvalid, did_you_mean
from ombudsman.model.result import Figure, Finding, Kind
from ombudsman.model.tables import Side
from ombudsman.model.tolerance import Tolerance
from ombudsman.model.values import comparable
from ombudsman.validators.judged import ordered

FLOAT_NOISE = Decimal("1e-9")
"""How far apart two doubles may lie, as a share of themselves: how they were computed is not known here."""

NEAR_LIMIT = 1_000_000
"""How many pairs of rows are tried to find those that are alike but for a little; then each counts as it is."""

Row = tuple[Any, ...]


@dataclass
class Compared:
    """What came of it. `found` counts all findings of a kind, also those that are too many to be listed."""

    figures: list[Figure] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    found: Counter[Kind] = field(default_factory=Counter)

    def add(self, finding: Finding, times: int = 1) -> None:
        self.findings.append(finding)
        self.found[finding.kind] += times


def check_key(key: Sequence[str], columns: Sequence[str]) -> None:
    """That all parts of a key are among the output columns.

    Raises:
        ParamsInvalid: one is not.
    """
    for name in key:
        _place(columns, name)


def compare_by_key(
    source: QueryRows, target: QueryRows, *, key: Sequence[str], tolerance: Tolerance
) -> Compared:
    """Compares the rows of one key, value by value; columns are called as the source calls them.

    Raises:
        ParamsInvalid: a column of the key is not there, or the key names several rows of the source.
    """
    source, target = _spelt_alike(source, target)
    places = [_place(source.columns, name) for name in key]
    here, there = _by_key(source.rows, places), _by_key(target.rows, places)
    if any(len(rows) > 1 for rows in here.values()):
        raise ParamsInvalid(
            "the query gives several rows of one key" if key else "the query gives several rows",
            hint="name the output columns that tell its rows apart in params.key",
        )
    compared = Compared(
        figures=[Figure(name="rows", source=len(source.rows), target=len(target.rows))]
    )
    unlike = _judge_types(source, target, compared)
    for each in sorted(here.keys() | there.keys(), key=ordered):
        if each not in there:
            compared.add(Finding(kind=Kind.ROW_MISSING_IN_TARGET, side=Side.TARGET, key=each))
        elif each not in here:
            compared.add(
                Finding(kind=Kind.ROW_MISSING_IN_SOURCE, side=Side.SOURCE, key=each),
                times=len(there[each]),
            )
        elif len(there[each]) > 1:
            times = len(there[each])
            compared.add(Finding(kind=Kind.ROW_DUPLICATED, key=each, source=1, target=times))
        else:
            for place, name in enumerate(source.columns):
                if place in places or place in unlike:
                    continue
                values = here[each][0][place], there[each][0][place]
                figure = _figure(name, each, *values, tolerance)
                compared.figures.append(figure)
                if not figure.agrees:
                    told = figure.finding(Kind.VALUE_DIFFERS)
                    compared.add(told.model_copy(update={"column": name, "figure": None}))
    return compared


def compare_as_they_are(source: QueryRows, target: QueryRows, *, tolerance: Tolerance) -> Compared:
    """Compares two bags of rows: each row of one side should have one of its own on the other."""
    source, target = _spelt_alike(source, target)
    compared = Compared(
        figures=[Figure(name="rows", source=len(source.rows), target=len(target.rows))]
    )
    if _judge_types(source, target, compared):
        return compared
    here = Counter(_plain(row) for row in source.rows)
    there = Counter(_plain(row) for row in target.rows)
    lost, extra = here - there, there - here
    _take_out_near_ones(lost, extra, tolerance)
    for row in sorted(lost, key=ordered):
        finding = Finding(kind=Kind.ROW_MISSING_IN_TARGET, side=Side.TARGET, key=row)
        compared.add(finding, times=lost[row])
    for row in sorted(extra, key=ordered):
        finding = Finding(kind=Kind.ROW_MISSING_IN_SOURCE, side=Side.SOURCE, key=row)
        compared.add(finding, times=extra[row])
    return compared


def _take_out_near_ones(lost: Counter[Row], extra: Counter[Row], tolerance: Tolerance) -> None:
    """Takes out the rows that find a row on the other side that is alike but for numbers within the tolerance."""
    if len(lost) * len(extra) > NEAR_LIMIT:
        return
    alike: dict[Row, list[Row]] = {}
    for row in sorted(extra, key=ordered):
        alike.setdefault(_without_numbers(row), []).append(row)
    for row in sorted(lost, key=ordered):
        for other in alike.get(_without_numbers(row), ()):
            both = min(lost[row], extra[other])
            if both and _are_near(row, other, tolerance):
                lost[row] -= both
                extra[other] -= both
    for rows in (lost, extra):
        for row in [row for row, times in rows.items() if not times]:
            del rows[row]


def _are_near(row: Row, other: Row, tolerance: Tolerance) -> bool:
    pairs = zip(row, other, strict=True)
    return all(_allowed(a, b, tolerance).allows(a, b) for a, b in pairs)


def _without_numbers(row: Row) -> Row:
    return tuple("number" if _kind(value) == "number" else value for value in row)


def _figure(name: str, key: Row, source: Any, target: Any, tolerance: Tolerance) -> Figure:
    return Figure(
        name=name,
        key=key,
        source=source,
        target=target,
        tolerance=_allowed(source, target, tolerance),
    )


def _allowed(source: Any, target: Any, tolerance: Tolerance) -> Tolerance:
    if isinstance(source, float) or isinstance(target, float):
        return tolerance.at_least(Decimal(0), FLOAT_NOISE)
    return tolerance


# ------------------------------------------------------------ shape


def _spelt_alike(source: QueryRows, target: QueryRows) -> tuple[QueryRows, QueryRows]:
    """The answers with small letters where one side has GUIDs and the other their texts: their case says nothing."""
    guids = {
        place
        for answer in (source, target)
        for row in answer.rows
        for place, value in enumerate(row)
        if isinstance(value, UUID)
    }
    return (_in_small_letters(source, guids), _in_small_letters(target, guids))


def _in_small_letters(answer: QueryRows, places: Collection[int]) -> QueryRows:
    if not places:
        return answer
    rows = tuple(
        tuple(
            value.lower() if place in places and isinstance(value, str) else value
            for place, value in enumerate(row)
        )
        for row in answer.rows
    )
    return replace(answer, rows=rows)


def _judge_types(source: QueryRows, target: QueryRows, compared: Compared) -> set[int]:
    """Finds the columns that hold values of another kind; returns their places."""
    unlike: set[int] = set()
    for place, name in enumerate(source.columns):
        here, there = _kinds(source.rows, place), _kinds(target.rows, place)
        if here and there and here != there:
            unlike.add(place)
            ours, theirs = (" and ".join(sorted(kinds)) for kinds in (here, there))
            compared.add(Finding(kind=Kind.TYPE_DIFFERS, column=name, source=ours, target=theirs))
    return unlike


def _kinds(rows: Sequence[Row], place: int) -> set[str]:
    return {_kind(row[place]) for row in rows if row[place] is not None}


def _kind(value: Any) -> str:
    """What a value is, whatever its engine calls it; a bit is a number."""
    match value:
        case int() | float() | Decimal():
            return "number"
        case str() | UUID():
            return "text"
        case dt.date():
            return "date"
        case dt.time():
            return "time"
        case dt.timedelta():
            return "interval"
        case bytes() | bytearray() | memoryview():
            return "binary"
        case _:
            return type(value).__name__


def _by_key(rows: Sequence[Row], places: Sequence[int]) -> Mapping[Row, list[Row]]:
    found: dict[Row, list[Row]] = {}
    for row in rows:
        found.setdefault(_plain(row[place] for place in places), []).append(row)
    return found


def _plain(values: Any) -> Row:
    return tuple(_hashable(comparable(value)) for value in values)


def _hashable(value: Any) -> Any:
    return repr(value) if isinstance(value, dict | list | set) else value


def _place(columns: Sequence[str], name: str) -> int:
    for place, column in enumerate(columns):
        if column.casefold() == name.casefold():
            return place
    raise ParamsInvalid(
        f"params.key: the query has no output column {name!r}", hint=did_you_mean(name, columns)
    )
