"""What does one line of an export say: a statement, and what its executions cost?

Times are in microseconds and reads in pages of 8 KB, as SQL Server itself counts them; an importer turns whatever else
an export holds into these. A statement may have many lines, one for each plan and interval: whoever needs totals sums.
"""

import datetime as dt
from dataclasses import dataclass, field

from ombudsman.model.tables import TableRef


@dataclass(frozen=True)
class Parameter:
    """A parameter or variable of a statement; `value` as the plan was compiled for it, in T-SQL."""

    name: str
    native_type: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class PlannedTable:
    """A table that an engine read, and the database in which it stands."""

    ref: TableRef
    database: str | None = None


@dataclass(frozen=True)
class Plan:
    """What an execution plan tells beside the text: values of parameters, and the tables that the engine read."""

    parameters: tuple[Parameter, ...] = ()
    tables: tuple[PlannedTable, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A statement as it was recorded, and the sums over those executions that this line counts."""

    text: str
    executions: int = 1
    duration_us: float = 0
    cpu_us: float = 0
    reads: float = 0
    failed: int = 0
    """Executions that were aborted or ended in an error; they are among `executions`."""
    least_rows: int | None = None
    most_rows: int | None = None
    first_seen: dt.datetime | None = None
    last_seen: dt.datetime | None = None
    active_days: int | None = None
    module: str | None = None
    """The procedure, function or trigger in which the statement stands; None for one sent by a program."""
    query_hash: str | None = None
    default_schema: str | None = None
    date_first: int | None = None
    """The number of the week's first day (1 is Monday) where the statement ran; None: not told."""
    is_hidden: bool = False
    """The text is encrypted or restricted: there is nothing to read."""
    plan: Plan = field(default=Plan())
    line: int = 0
    """Where it stands in the export, counted from 1; of Parquet and live views the row."""
