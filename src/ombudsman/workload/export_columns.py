"""Which column of an export means what, and in which unit?

Query Store, plan cache, Extended Events and traces call the same thing by different names, and people rename columns.
A name is found whatever its letter case and separators; a unit at its end (`_ms`, `_kb`) is believed, else the one of
SQL Server's own views is: microseconds, and pages of 8 KB.
"""

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from ombudsman.model.errors import SettingsError, nearest
from ombudsman.workload.import_notes import ImportNotes
from ombudsman.workload.plan_xml import read_plan
from ombudsman.workload.recorded import Plan, Recorded

_US = {"us": 1.0, "ms": 1_000.0, "s": 1_000_000.0, "sec": 1_000_000.0, "seconds": 1_000_000.0}
_PAGES = {"8k": 1.0, "pages": 1.0, "kb": 1 / 8, "mb": 128.0}

MEANINGS: dict[str, tuple[str, ...]] = {
    "text": (
        "query_sql_text", "statement_text", "sql_text", "batch_text", "query_text", "statement", "textdata", "text",
        "query", "sql",
    ),
    "executions": ("executions", "count_executions", "execution_count", "usecounts", "calls"),
    "ok_executions": ("ok_executions",),
    "total_duration": ("total_duration", "total_elapsed_time", "sum_duration"),
    "avg_duration": ("avg_duration", "mean_duration", "duration", "avg_elapsed_time", "elapsed_time"),
    "total_cpu": ("total_cpu", "total_cpu_time", "total_worker_time"),
    "avg_cpu": ("avg_cpu_time", "cpu_time", "avg_cpu", "avg_worker_time", "cpu"),
    "total_reads": ("total_reads", "total_logical_io_reads", "total_logical_reads"),
    "avg_reads": ("avg_logical_io_reads", "logical_reads", "avg_logical_reads", "reads"),
    "avg_rows": ("avg_rows", "avg_rowcount", "row_count", "rowcounts"),
    "min_rows": ("min_rows", "min_rowcount"),
    "max_rows": ("max_rows", "max_rowcount"),
    "first_seen": ("first_seen", "first_execution_time", "creation_time", "timestamp", "starttime", "start_time"),
    "last_seen": ("last_seen", "last_execution_time", "endtime"),
    "active_days": ("active_days",),
    "outcome": ("execution_type_desc", "execution_type", "result"),
    "schema": ("object_schema",),
    "object": ("object_name", "objectname"),
    "query_hash": ("query_hash",),
    "default_schema": ("default_schema",),
    "date_first": ("date_first",),
    "encrypted": ("is_part_of_encrypted_module",),
    "restricted": ("has_restricted_text",),
    "plan": ("query_plan_xml", "query_plan", "showplan_xml"),
}  # fmt: skip
"""What a column may mean, and the names under which it is known, the surest first."""

_TIMES = frozenset({"total_duration", "avg_duration", "total_cpu", "avg_cpu"})
_READS = frozenset({"total_reads", "avg_reads"})
_ALIKE = 0.8
_OTHER_FIGURE = re.compile(r"(min|max|last|stdev)_|\w+_id$")
"""Columns of the views that have no meaning here and need no hint, however near their names are."""

_NULLS = frozenset({"", "null", "(null)", "nan"})
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9}))? ?(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)  # fmt: skip


@dataclass(frozen=True)
class _Column:
    name: str
    factor: float = 1.0


class ExportColumns:
    """How the rows of one export are read. Names are settled once; each row is turned into a `Recorded`."""

    def __init__(self, names: Iterable[str], notes: ImportNotes) -> None:
        """Finds what each column means.

        Raises:
            SettingsError: none holds the statement.
        """
        self._found = columns_meant(names)
        self._notes = notes
        if "text" not in self._found:
            _no_text(list(names))
        for name in names:
            self._hint(name)
        if "executions" not in self._found:
            notes.say("no column tells how often a statement ran: each row counts as one execution")

    def _hint(self, name: str) -> None:
        """A column that is nearly one that is missing is worth a word."""
        if any(column.name == name for column in self._found.values()):
            return
        missing = {
            known
            for meaning, names in MEANINGS.items()
            if meaning not in self._found
            for known in names[:3]
        }
        plain = _plain(name)
        taken = {each for names in MEANINGS.values() for each in names}
        alike = get_close_matches(plain, missing, n=1, cutoff=_ALIKE)
        if alike and plain not in taken and not _OTHER_FIGURE.match(plain):
            self._notes.say(f"column {name!r} is not read: did you mean {alike[0]!r}?")

    def recorded(self, values: Mapping[str, Any], line: int) -> Recorded | None:
        """The row as a statement; None when it cannot be used, which the notes then tell."""
        text = self._value(values, "text")
        hidden = self._is_true(values, "encrypted") or self._is_true(values, "restricted")
        if text is None and not hidden:
            self._notes.damage("there is no statement in it", line)
            return None
        try:
            recorded = self._made(values, str(text or ""), line, hidden=hidden)
        except _NoNumberError as error:
            self._notes.damage(f"{error} is no number", line)
            return None
        self._notes.rows += 1
        return recorded

    def _made(self, values: Mapping[str, Any], text: str, line: int, *, hidden: bool) -> Recorded:
        executions = self._count(values, "executions", 1)
        least, most = self._rows(values)
        first, last = self._moment(values, "first_seen"), self._moment(values, "last_seen")
        return Recorded(
            text=text,
            executions=executions,
            duration_us=self._total(values, "duration", executions),
            cpu_us=self._total(values, "cpu", executions),
            reads=self._total(values, "reads", executions),
            failed=self._failed(values, executions),
            least_rows=least,
            most_rows=most,
            first_seen=first,
            last_seen=last or first,
            active_days=self._count(values, "active_days", 0) or None,
            module=self._module(values),
            query_hash=self._text(values, "query_hash"),
            default_schema=self._text(values, "default_schema"),
            date_first=self._count(values, "date_first", 0) or None,
            is_hidden=hidden,
            plan=self._plan(values),
            line=line,
        )

    # ------------------------------------------------------------ one value

    def _value(self, values: Mapping[str, Any], meaning: str) -> Any:
        column = self._found.get(meaning)
        value = values.get(column.name) if column else None
        if isinstance(value, str) and (
            not value.strip() if meaning == "text" else value.strip().casefold() in _NULLS
        ):
            return None
        return value

    def _text(self, values: Mapping[str, Any], meaning: str) -> str | None:
        value = self._value(values, meaning)
        if isinstance(value, bytes):
            return "0x" + value.hex().upper()
        return None if value is None else str(value)

    def _number(self, values: Mapping[str, Any], meaning: str) -> float | None:
        value = self._value(values, meaning)
        if value is None:
            return None
        if isinstance(value, str):
            value = value.strip()
            if re.fullmatch(r"[+-]?\d+,\d+", value):  # where the point is a comma
                value = value.replace(",", ".")
        name = self._found[meaning]
        try:
            number = float(value) * name.factor
        except (TypeError, ValueError, OverflowError):
            raise _NoNumberError(name.name) from None
        if not math.isfinite(number) or number < 0:
            raise _NoNumberError(name.name)
        return number

    def _count(self, values: Mapping[str, Any], meaning: str, default: int) -> int:
        number = self._number(values, meaning)
        if number is not None and number != int(number):
            raise _NoNumberError(self._found[meaning].name)
        return default if number is None else int(number)

    def _total(self, values: Mapping[str, Any], what: str, executions: int) -> float:
        total = self._number(values, f"total_{what}")
        if total is not None:
            return total
        return (self._number(values, f"avg_{what}") or 0.0) * executions

    def _rows(self, values: Mapping[str, Any]) -> tuple[int | None, int | None]:
        mean = self._number(values, "avg_rows")
        least, most = self._number(values, "min_rows"), self._number(values, "max_rows")
        least, most = (mean if each is None else each for each in (least, most))
        if least is None or most is None:
            return None, None
        return math.floor(least), math.ceil(most)

    def _failed(self, values: Mapping[str, Any], executions: int) -> int:
        if (well := self._number(values, "ok_executions")) is not None:
            return max(executions - int(well), 0)
        outcome = (self._text(values, "outcome") or "regular").casefold()
        return 0 if outcome in {"regular", "0", "ok", "success"} else executions

    def _module(self, values: Mapping[str, Any]) -> str | None:
        name, schema = self._text(values, "object"), self._text(values, "schema")
        return f"{schema}.{name}" if name and schema else name

    def _is_true(self, values: Mapping[str, Any], meaning: str) -> bool:
        return str(self._value(values, meaning)).strip().casefold() in {"1", "true"}

    def _plan(self, values: Mapping[str, Any]) -> Plan:
        xml = self._text(values, "plan")
        if xml is None:
            return Plan()
        plan = read_plan(xml)
        if plan is None:
            self._notes.say(
                "some plans could not be read: their statements are known by their texts alone"
            )
        return plan or Plan()

    def _moment(self, values: Mapping[str, Any], meaning: str) -> dt.datetime | None:
        value = self._value(values, meaning)
        moment = value if isinstance(value, dt.datetime) else _moment(str(value)) if value else None
        if value is not None and moment is None:
            told = self._found[meaning].name
            self._notes.say(
                f"times in {told!r} are not written as 2026-04-01 08:00:00: some are not read"
            )
        if moment is not None and moment.tzinfo is None:
            return moment.replace(tzinfo=dt.UTC)
        return moment


class _NoNumberError(ValueError):
    """Names the column."""


def columns_meant(names: Iterable[str]) -> dict[str, _Column]:
    """For each meaning the column that has it, with the factor to our unit."""
    by_plain: dict[str, str] = {}
    for name in names:
        by_plain.setdefault(_plain(name), name)
    found: dict[str, _Column] = {}
    for meaning, known in MEANINGS.items():
        column = _column(meaning, known, by_plain)
        if column is not None:
            found[meaning] = column
    return found


def _column(meaning: str, known: Iterable[str], by_plain: Mapping[str, str]) -> _Column | None:
    units = _US if meaning in _TIMES else _PAGES if meaning in _READS else {}
    for name in known:
        if name in by_plain:
            is_trace = meaning == "avg_cpu" and name == "cpu"  # a trace counts CPU in milliseconds
            return _Column(by_plain[name], 1_000.0 if is_trace else 1.0)
        for unit, factor in units.items():
            if (told := f"{name}_{unit}") in by_plain:
                return _Column(by_plain[told], factor)
    return None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.strip().casefold()).strip("_")


def _no_text(names: list[str]) -> None:
    for name in names:
        if alike := nearest(_plain(name), MEANINGS["text"]):
            raise SettingsError(
                f"no column holds the statements: {name!r} is not known",
                hint=f"did you mean {alike!r}? rename the column in the export",
            )
    told = ", ".join(repr(name) for name in names[:8]) or "none"
    raise SettingsError(
        f"no column holds the statements; there are: {told}",
        hint="it is called 'query_sql_text' in an export that `ombudsman workload export-sql` prints",
    )


def _moment(text: str) -> dt.datetime | None:
    """SQL Server writes seven digits of a second, which Python does not read."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    day, time, fraction, zone = match.groups()
    zone = "+00:00" if zone in {None, "Z", "z"} else zone
    try:
        return dt.datetime.fromisoformat(
            f"{day}T{time}.{(fraction or '0')[:6]:0<6}{zone}"
            if time.count(":") == 2
            else f"{day}T{time}{zone}"
        )
    except ValueError:
        return None
