"""Do two queries of your own give the same answer?

One query is for the source and one for the target, each in the names and the dialect of its own side. Their answers, a
figure or a small table each, are compared value by value; the columns answer each other by their places. Queries that
give several rows need a key: the output columns by which a row is found again on the other side. Binary fractions are
allowed a billionth of themselves, for how a query computed them is not known.

The queries read bare tables: filters and agreed changes of the mapping are not applied. Equal answers do not prove
equal rows: they prove what the queries ask, and no more.
"""

from pydantic import Field

from ombudsman.model.base import Params
from ombudsman.model.errors import ParamsInvalid
from ombudsman.model.result import Result
from ombudsman.model.tables import Side
from ombudsman.model.tolerance import Tolerance
from ombudsman.validators.kit import (
    Cost,
    Pair,
    QueryOf,
    QueryText,
    TargetQueryText,
    check_key,
    compare_by_key,
    validator,
)

ROW_LIMIT = 10_000


class CustomQuery(Params):
    """The two queries, and how their answers are set against each other."""

    source_query: QueryText = Field(
        title="Query for the source",
        description="One SELECT in the source's names and dialect.",
        examples=["SELECT COUNT(*) AS orders, SUM(Amount) AS amount FROM sales.Orders"],
    )
    target_query: TargetQueryText = Field(
        title="Query for the target",
        description="One SELECT in the target's names and dialect, with the same columns in the same order.",
        examples=["SELECT SUM(order_count), SUM(amount) FROM mart.daily_orders"],
    )
    key: list[str] = Field(
        default=[],
        title="Key",
        description="Output columns of the source's query that tell its rows apart. None: there is one row.",
        examples=[["Region"]],
    )
    tolerance: Tolerance = Field(
        default=Tolerance(),
        title="Tolerance",
        description="How far apart two numbers of the answers may lie.",
    )


@validator(cost=Cost.SEARCH)
async def validate_custom_query(tables: Pair, params: CustomQuery) -> Result:
    own = tables.parsed_query(params.source_query, side=Side.SOURCE)
    other = tables.parsed_query(params.target_query, side=Side.TARGET)
    if len(own.columns) != len(other.columns):
        raise ParamsInvalid(
            f"params.target_query: it has {len(other.columns)} output columns, the source's {len(own.columns)}",
            hint="columns answer each other by their places: give both queries the same ones in the same order",
        )
    check_key(params.key, own.columns)
    source, target = await tables.each(
        QueryOf(own, ROW_LIMIT, own=True), QueryOf(other, ROW_LIMIT, own=True)
    )
    compared = compare_by_key(source, target, key=params.key, tolerance=params.tolerance)
    return Result(figures=compared.figures, findings=compared.findings, found=compared.found)
