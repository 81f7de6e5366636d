"""All that a validator needs beside `ombudsman.model`.

A validator asks for measures and judges the answers. It runs no SQL, holds no session, logger, setting or clock, and
does not know the others; so the questions of many can be answered by one scan.
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from ombudsman.compare.measure import compare_rows
from ombudsman.compare.plan import Strategy
from ombudsman.measures.bounds import outside
from ombudsman.measures.distribution import (
    comparable_value,
    count_outside,
    edges_between,
    histogram,
    quantiles,
    top_values,
)
from ombudsman.measures.questions import (
    Aggregate,
    PeriodOf,
    QueryOf,
    QueryRows,
    RowsOf,
    Sample,
    Term,
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
from ombudsman.measures.quotients import ratio_of, weighted_mean_of
from ombudsman.measures.relation import Relation
from ombudsman.measures.values import Values
from ombudsman.model.base import Strict
from ombudsman.sql.expressions import (
    PeriodUnit,
    count_of,
    count_when,
    nulls_last,
    period_start,
    shifted,
)
from ombudsman.sql.patterns import check_pattern, matches, matching
from ombudsman.validators.answers import Compared, check_key, compare_as_they_are, compare_by_key
from ombudsman.validators.judged import Judged, ordered
from ombudsman.validators.members import Members, cause_of, together
from ombudsman.validators.offenders import (
    SEARCH_LIMIT,
    Inherited,
    Offenders,
    judge_offenders,
)
from ombudsman.validators.pair import Both, Pair, TableSide
from ombudsman.validators.references import (
    Intervals,
    Orphans,
    OutOfVersion,
    is_unknown,
    referred_columns,
    same,
)
from ombudsman.validators.registry import Cost, validator
from ombudsman.validators.shares import (
    FEWEST_FOR_PSI,
    divergence,
    farthest_edge,
    has_index,
    index_by_chance,
    share,
    share_figure,
    stability_index,
)

ColumnName = Annotated[str, Field(min_length=1, json_schema_extra={"x-ombudsman": "column"})]
"""A column of the step's table by its source name: the form offers a list, and the run looks it up beforehand."""

ReferredColumn = Annotated[
    str, Field(min_length=1, json_schema_extra={"x-ombudsman": "referred_column"})
]
"""A column of the table that the field `table` beside it names, by its source name."""

ConditionText = Annotated[str, Field(min_length=1, json_schema_extra={"x-ombudsman": "condition"})]
"""A boolean SQL expression in the source's names and dialect: checked before anything is asked."""

QueryText = Annotated[str, Field(min_length=1, json_schema_extra={"x-ombudsman": "query"})]
"""One SELECT in the source's names and dialect: checked before anything is asked."""

TargetQueryText = Annotated[
    str, Field(min_length=1, json_schema_extra={"x-ombudsman": "target_query"})
]
"""One SELECT in the target's names and dialect: what the target lacks is for the step to say."""


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
    "FEWEST_FOR_PSI",
    "SEARCH_LIMIT",
    "Aggregate",
    "Both",
    "ColumnName",
    "Compared",
    "ConditionText",
    "Cost",
    "GroupTerm",
    "Inherited",
    "Intervals",
    "Judged",
    "Members",
    "Offenders",
    "Orphans",
    "OutOfVersion",
    "Pair",
    "Period",
    "PeriodOf",
    "PeriodUnit",
    "QueryOf",
    "QueryRows",
    "QueryText",
    "ReferredColumn",
    "Relation",
    "RowsOf",
    "Sample",
    "Strategy",
    "TableSide",
    "TargetQueryText",
    "Term",
    "Values",
    "cause_of",
    "check_key",
    "check_pattern",
    "comparable_value",
    "compare_as_they_are",
    "compare_by_key",
    "compare_rows",
    "count_distinct",
    "count_nulls",
    "count_of",
    "count_outside",
    "count_rows",
    "count_when",
    "count_where",
    "divergence",
    "edges_between",
    "farthest_edge",
    "has_index",
    "histogram",
    "index_by_chance",
    "is_unknown",
    "judge_offenders",
    "matches",
    "matching",
    "max_of",
    "mean_of",
    "min_of",
    "nulls_last",
    "ordered",
    "outside",
    "period_start",
    "quantiles",
    "ratio_of",
    "referred_columns",
    "rows",
    "same",
    "share",
    "share_figure",
    "shifted",
    "stability_index",
    "stddev_of",
    "sum_of",
    "terms",
    "together",
    "top_values",
    "validator",
    "weighted_mean_of",
]
