"""What is true of the data, by plain Python over the Parquet files: no SQL, and nothing of the program that is tested.

Both sides of a column are brought into one form first: a date is its midnight, a bit 0 or 1, and a number that is a
binary fraction on one side is that fraction on the other too. So what differs here differs really.
"""

import datetime as dt
import struct
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, localcontext
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from tests.real.ports import Known

Values = list[Any]
Key = tuple[Any, ...]
Statistic = Callable[[Values], Any]


@dataclass(frozen=True)
class ColumnTruth:
    """One column, row by row, in one form on both sides; `kinds` are what the two columns hold."""

    kinds: tuple[str, str]
    source: Values
    target: Values

    @property
    def nulls(self) -> tuple[int, int]:
        return self.source.count(None), self.target.count(None)

    def of_both(self, statistic: Statistic) -> tuple[Any, Any]:
        """The statistic of the values that are there."""
        return statistic(_there(self.source)), statistic(_there(self.target))

    def statistics(self) -> Iterator[tuple[str, Any, Any]]:
        """Each statistic that both sides have, as (name, source, target)."""
        there: dict[str, Statistic] = {"distinct": lambda values: len(set(values))}
        if set(self.kinds) <= {"number", "boolean"} or self.kinds in {
            ("date", "date"),
            ("text", "text"),
        }:
            there |= {"min": _least, "max": _greatest}
        if self.kinds == ("number", "number"):
            there |= {"mean": _mean, "standard_deviation": _variance}
        for name, statistic in there.items():
            yield name, *self.of_both(statistic)


@dataclass(frozen=True)
class TableTruth:
    """Both sides of one table, by the source's names."""

    known: Known
    name: str

    @cached_property
    def rows(self) -> tuple[int, int]:
        return self._read[0].num_rows, self._read[1].num_rows

    @cached_property
    def columns(self) -> dict[str, ColumnTruth]:
        """The columns that both sides have."""
        source, target = self._read
        declared = self.known.target_types(self.name)
        made: dict[str, ColumnTruth] = {}
        for name in source.schema.names:
            answer = self.known.target_column(self.name, name)
            if answer in target.schema.names:
                word = declared[name].partition("(")[0].lower()
                made[name] = _column(source.column(name), target.column(answer), word)
        return made

    def keyed(self, names: Sequence[str]) -> tuple[list[Key], list[Key]]:
        """The values of these columns, row by row."""
        return (
            list(zip(*(self.columns[name].source for name in names), strict=True)),
            list(zip(*(self.columns[name].target for name in names), strict=True)),
        )

    def records(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The rows by column."""
        names = list(self.columns)
        source, target = self.keyed(names)
        return (
            [dict(zip(names, row, strict=True)) for row in source],
            [dict(zip(names, row, strict=True)) for row in target],
        )

    @property
    def key(self) -> list[str]:
        """The primary key that the source declares."""
        key: list[str] = self.known.metas[0][self.name]["pk"]
        return key

    @cached_property
    def _read(self) -> tuple[pa.Table, pa.Table]:
        parquet = self.known.data / "parquet"
        answer = self.known.tables[self.name]["target"]
        return (
            _file(parquet / self.known.port.source, self.name),
            _file(parquet / self.known.port.target, answer),
        )


def totals(keys: Iterable[Key], values: Values) -> dict[Key, Any]:
    """The exact sum of each group; None where it has no value."""
    groups: dict[Key, Values] = defaultdict(list)
    for key, value in zip(keys, values, strict=True):
        groups[key] += [] if value is None else [value]
    return {key: _powers(group)[0] if group else None for key, group in groups.items()}


def month(moment: dt.datetime | None) -> dt.date | None:
    """The first day of the month."""
    return None if moment is None else moment.date().replace(day=1)


def months_between(first: dt.date, last: dt.date) -> set[dt.date]:
    """All months from the first to the last, both among them."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return {dt.date(number // 12, number % 12 + 1, 1) for number in numbers}


def repeated(keys: Iterable[Key]) -> dict[Key, int]:
    """The whole keys that occur more than once, and how often."""
    return {key: n for key, n in Counter(keys).items() if n > 1 and None not in key}


def _file(folder: Path, table: str) -> pa.Table:
    return pq.read_table(folder / f"{table.lower().replace(' ', '_')}.parquet")


def _column(source: pa.ChunkedArray, target: pa.ChunkedArray, declared: str) -> ColumnTruth:
    """`declared` is the target's word for its type: SQLite keeps dates as texts."""
    kinds = _kind(source.type), "date" if declared in {"date", "datetime"} else _kind(target.type)
    form = _form(kinds, source.type, target.type)
    here, there = source.to_pylist(), target.to_pylist()
    return ColumnTruth(kinds, [_formed(v, form) for v in here], [_formed(v, form) for v in there])


def _kind(arrow_type: pa.DataType) -> str:
    if pa.types.is_boolean(arrow_type):
        return "boolean"
    if pa.types.is_temporal(arrow_type):
        return "date"
    if pa.types.is_string(arrow_type):
        return "text"
    return "bytes" if pa.types.is_binary(arrow_type) else "number"


def _form(kinds: tuple[str, str], *types: pa.DataType) -> Callable[[Any], Any]:
    if "date" in kinds:
        return _moment
    if "boolean" in kinds:
        return int
    if any(pa.types.is_float32(each) for each in types):
        return _single
    return float if any(pa.types.is_float64(each) for each in types) else lambda value: value


def _formed(value: Any, form: Callable[[Any], Any]) -> Any:
    return None if value is None else form(value)


def _moment(value: Any) -> dt.datetime:
    if isinstance(value, str):
        return dt.datetime.fromisoformat(value)
    if isinstance(value, dt.datetime):
        return value
    return dt.datetime.combine(value, dt.time())


def _single(number: Any) -> float:
    """The nearest number of single precision."""
    (nearest,) = struct.unpack("f", struct.pack("f", number))
    return float(nearest)


def _there(values: Values) -> Values:
    return [value for value in values if value is not None]


def _least(values: Values) -> Any:
    return min(values, default=None)


def _greatest(values: Values) -> Any:
    return max(values, default=None)


def _mean(values: Values) -> Fraction | None:
    return _powers(values)[0] / len(values) if values else None


def _variance(values: Values) -> Fraction | None:
    """The square of the sample standard deviation, which unlike its root is exact."""
    n = len(values)
    if n < 2:
        return None
    total, squares = _powers(values)
    return (n * squares - total**2) / (n * (n - 1))


EXACT = Context(prec=1_000, traps=[Inexact])
"""Digits enough for the square of every double; that something was rounded all the same would be an error."""


def _powers(values: Values) -> tuple[Fraction, Fraction]:
    """The sum of the numbers, and of their squares."""
    with localcontext(EXACT):
        exact = [v if isinstance(v, int) else Decimal(v) for v in values]
        return Fraction(sum(exact)), Fraction(sum(v * v for v in exact))
