"""Does the same query say the same on both sides?

A query that was written for the source (a report, say) is run there, and on the target in its names and its dialect.
Its tables and columns must be mapped; `*` stands for the mapped columns. Compared are the kinds of the output columns,
the number of rows, and the rows: found again by a key, or as they are, in any order. Binary fractions are allowed a
billionth of themselves, for how a query computed them is not known.

The query reads bare tables: filters and agreed changes of the mapping are not applied. That it says the same does not
prove that the next one will: it looks only at what it reads.
"""

from pydantic import Field

from ombudsman.model.base import Params
from ombudsman.model.result import Result
from ombudsman.model.tolerance import Tolerance
from ombudsman.validators.kit import (
    Cost,
    Pair,
    QueryOf,
    QueryText,
    check_key,
    compare_as_they_are,
    compare_by_key,
    validator,
)


class QueryParity(Params):
    """The query, and how its two answers are set against each other."""

    query: QueryText = Field(
        title="Query",
        description="One SELECT in the source's names and dialect.",
        examples=["SELECT Region, SUM(Amount) AS amount FROM sales.Orders GROUP BY Region"],
    )
    key: list[str] = Field(
        default=[],
        title="Key",
        description="Output columns that tell its rows apart. None: whole rows are compared, in any order.",
        examples=[["Region"]],
    )
    tolerance: Tolerance = Field(
        default=Tolerance(),
        title="Tolerance",
        description="How far apart two numbers of the answers may lie.",
    )
    max_rows: int = Field(
        default=10_000,
        ge=1,
        le=100_000,
        title="Most rows",
        description="A query that gives more rows is not compared: it is an error.",
    )


@validator(cost=Cost.SEARCH)
async def validate_query_parity(tables: Pair, params: QueryParity) -> Result:
    query = tables.parsed_query(params.query)
    check_key(params.key, query.columns)
    answers = await tables.both(QueryOf(query, params.max_rows))
    (source,), (target,) = answers.source, answers.target
    compared = (
        compare_by_key(source, target, key=params.key, tolerance=params.tolerance)
        if params.key
        else compare_as_they_are(source, target, tolerance=params.tolerance)
    )
    notes = [
        f"{name} is read bare: filters and agreed changes of the mapping are not applied to it"
        for name in tables.read_bare(query)
    ]
    return Result(
        figures=compared.figures, findings=compared.findings, found=compared.found, notes=notes
    )
