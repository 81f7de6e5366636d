"""All that a validator needs beside `ombudsman.model`.

A validator asks for measures and judges the answers. It runs no SQL, holds no session, logger, setting or clock, and
does not know the others; so the questions of many can be answered by one scan.
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from ombudsman.measures.questions import (
    Aggregate,
    PeriodOf,
    RowsOf,
    Sample,
    Term,
    Values,
    count_distinct,
    count_nulls,
    count_rows,
    count_where,
    max_of,
    mean_of,
    min_of,
    rows,
    stddev_of,
    sum_of,
)
from ombudsman.measures.relation import Relation
from ombudsman.model.base import Strict
from ombudsman.sql.expressions import PeriodUnit, count_when, period_start, shifted
from ombudsman.validators.offenders import (
    SEARCH_LIMIT,
    Inherited,
    Offenders,
    judge_offenders,
)
from ombudsman.validators.pair import Both, Pair, TableSide, ordered
from ombudsman.validators.registry import Cost, validator

ColumnName = Annotated[str, Field(min_length=1, json_schema_extra={"x-ombudsman": "column"})]
"""A column of the step's table by its source name: the form offers a list, and the run looks it up beforehand."""

ReferredColumn = Annotated[
    str, Field(min_length=1, json_schema_extra={"x-ombudsman": "referred_column"})
]
"""A column of the table that the field `table` beside it names, by its source name."""

ConditionText = Annotated[str, Field(min_length=1, json_schema_extra={"x-ombudsman": "condition"})]
"""A boolean SQL expression in the source's names and dialect: checked before anything is asked."""


class Period(Strict):
    """The period in which a column's date falls."""

    column: ColumnName = Field(title="Date column", description="The column that holds the date.")
    period: PeriodUnit = Field(
        title="Period", description="hour, day, week (from Monday), month, quarter or year."
    )


GroupTerm = ColumnName | Period
"""What a person writes to group by: a column, or `{column: OrderDate, period: month}`."""


def terms(group_by: Sequence[GroupTerm]) -> tuple[Term, ...]:
    """What a person wrote, as measures take it."""
    return tuple(
        PeriodOf(each.column, each.period) if isinstance(each, Period) else each
        for each in group_by
    )


__all__ = [
    "SEARCH_LIMIT",
    "Aggregate",
    "Both",
    "ColumnName",
    "ConditionText",
    "Cost",
    "GroupTerm",
    "Inherited",
    "Offenders",
    "Pair",
    "Period",
    "PeriodOf",
    "PeriodUnit",
    "ReferredColumn",
    "Relation",
    "RowsOf",
    "Sample",
    "TableSide",
    "Term",
    "Values",
    "count_distinct",
    "count_nulls",
    "count_rows",
    "count_when",
    "count_where",
    "judge_offenders",
    "max_of",
    "mean_of",
    "min_of",
    "ordered",
    "period_start",
    "rows",
    "shifted",
    "stddev_of",
    "sum_of",
    "terms",
    "validator",
]
