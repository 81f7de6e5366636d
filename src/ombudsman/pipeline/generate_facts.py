"""What a fact wants to be asked: does it meet its dimensions, do its amounts add up, is its time without gaps?

Amounts are added up for every table that has some.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ombudsman.model.policy import Severity
from ombudsman.model.tables import TableRef
from ombudsman.pipeline.generate_columns import MappedColumn
from ombudsman.pipeline.generate_steps import Naming, Proposed
from ombudsman.pipeline.generate_tables import MappedTable, Reference

PARTS_OF_SALES = frozenset({"discount", "margin", "profit", "tax"})
SALES = frozenset({"revenue", "sales", "turnover"})
DAYS_OF_A_LOAD = 1


def fact_checks(
    table: MappedTable, naming: Naming, tables: Mapping[TableRef, MappedTable]
) -> Iterator[Proposed]:
    """The steps of a fact beyond those of any table; `tables` are all, by their references."""
    if table.references:
        yield _conformance(table, naming, tables)
    yield from _late(table, naming, tables)
    yield from _averages(table, naming)
    yield from _ratios(table, naming)
    yield from _series(table, naming)


def sums(table: MappedTable, naming: Naming) -> Iterator[Proposed]:
    """The amounts of any table, by the month, else by a code."""
    amounts = [each.name for each in table.amounts]
    if not amounts:
        return
    by, told = _groups(table)
    yield Proposed(
        naming.id("sums"),
        "validate_metric_sums",
        f"amounts, by their names and types{told}",
        table=table.ref,
        params={"columns": amounts, **({"group_by": by} if by else {})},
        needs=(naming.count,),
    )


def _groups(table: MappedTable) -> tuple[list[Any], str]:
    if (date := table.event_date) is not None:
        return [_month(date)], f"; by the month of {date.name} a surplus cannot hide a loss"
    if table.codes:
        code = table.codes[0].name
        return [code], f"; by {code} a surplus cannot hide a loss"
    return [], ""


def _month(date: MappedColumn) -> dict[str, str]:
    return {"column": date.name, "period": "month"}


# ------------------------------------------------------------ dimensions


def _conformance(
    table: MappedTable, naming: Naming, tables: Mapping[TableRef, MappedTable]
) -> Proposed:
    inferred = [each for each in table.references if not each.declared]
    declared = len(table.references) - len(inferred)
    sources = [f"{declared} declared" if declared else ""]
    if inferred:
        doubtful = min(inferred, key=lambda each: each.confidence)
        sources.append(f"{len(inferred)} inferred, least surely {doubtful.why}")
    return Proposed(
        naming.id("dimensions"),
        "validate_fact_dim_conformance",
        f"a fact by its references ({', '.join(filter(None, sources))}); add `unknown: [-1]` where that is a member",
        table=table.ref,
        params={
            "dimensions": [_dimension(table, each, tables[each.table]) for each in table.references]
        },
        needs=(naming.count,),
    )


def _dimension(table: MappedTable, reference: Reference, parent: MappedTable) -> dict[str, Any]:
    """How the fact refers to it; where it has versions and the fact a date, to which version."""
    told: dict[str, Any] = {
        "columns": list(reference.columns),
        "table": str(reference.table),
        "referred_columns": list(reference.referred),
    }
    if parent.history is not None and table.event_date is not None:
        told["date"] = table.event_date.name
        told["valid_from"] = parent.history.valid_from.name
        told["valid_to"] = parent.history.valid_to.name
    return told


def _late(
    table: MappedTable, naming: Naming, tables: Mapping[TableRef, MappedTable]
) -> Iterator[Proposed]:
    if table.event_date is None or table.key is None:
        return
    event, load = table.event_date.name, table.load_date
    params: dict[str, Any] = {"event_date": event}
    reasons = []
    if load is not None:
        params |= {"load_date": load.name, "days_allowed": DAYS_OF_A_LOAD}
        reasons.append(
            f"{event} happened and {load.name} arrived; say how many days may lie between"
        )
    if (member := _member_by_business_key(table, tables)) is not None:
        params["dimension"] = member
        reasons.append(f"{member['table']} knows since when each member is there")
    if not reasons:
        return
    if not table.key.in_mapping:
        params["key"] = list(table.key.columns)
    yield Proposed(
        naming.id("late"),
        "validate_late_arriving_facts",
        "; ".join(reasons),
        table=table.ref,
        params=params,
        needs=(naming.count,),
        severity=Severity.WARNING,
    )


def _member_by_business_key(
    table: MappedTable, tables: Mapping[TableRef, MappedTable]
) -> dict[str, Any] | None:
    """The first dimension with history whose business key the fact has under the same names."""
    for parent in tables.values():
        history = parent.history
        if history is None or not history.business_key or not table.has(history.business_key):
            continue
        return {
            "columns": list(history.business_key),
            "table": str(parent.ref),
            "referred_columns": list(history.business_key),
            "valid_from": history.valid_from.name,
        }
    return None


# ------------------------------------------------------------ amounts and time


def _averages(table: MappedTable, naming: Naming) -> Iterator[Proposed]:
    prices = [each.name for each in table.columns if each.is_unit_price]
    quantities = [each.name for each in table.columns if each.is_quantity]
    if prices and len(quantities) == 1:
        by, _ = _groups(table)
        yield Proposed(
            naming.id("averages"),
            "validate_metric_averages",
            f"what a piece costs, weighted by {quantities[0]}: the average that a report would show",
            table=table.ref,
            params={
                "columns": prices,
                "weight": quantities[0],
                **({"group_by": by} if by else {}),
            },
            needs=(naming.count,),
        )


def _ratios(table: MappedTable, naming: Naming) -> Iterator[Proposed]:
    parts = [each.name for each in table.amounts if each.says(PARTS_OF_SALES)]
    sales = [
        each.name for each in table.amounts if each.says(SALES) and not each.says(PARTS_OF_SALES)
    ]
    if parts and len(sales) == 1:
        by, _ = _groups(table)
        yield Proposed(
            naming.id("ratios"),
            "validate_ratios",
            f"their share in {sales[0]}, as a report would show it",
            table=table.ref,
            params={
                "ratios": [{"numerator": part, "denominator": sales[0]} for part in parts],
                **({"group_by": by} if by else {}),
            },
            needs=(naming.count,),
        )


def _series(table: MappedTable, naming: Naming) -> Iterator[Proposed]:
    date = table.event_date
    if date is None:
        return
    is_daily = table.key is not None and date.name in table.key.columns
    period = "day" if is_daily else "week"
    yield Proposed(
        naming.id("counts_by_month"),
        "validate_record_counts",
        f"by the month of {date.name} a surplus cannot hide a loss",
        table=table.ref,
        params={"group_by": [_month(date)]},
        needs=(naming.count,),
    )
    yield Proposed(
        naming.id(f"{period}s"),
        "validate_ts_continuity",
        f"no {period} of {date.name} was lost; what the source lacks too is only noted",
        table=table.ref,
        params={"date_column": date.name, "period": period},
        needs=(naming.count,),
    )
    watched = {"column": table.amounts[0].name} if table.amounts else {}
    yield Proposed(
        naming.id("growth"),
        "validate_period_over_period",
        "grows and shrinks from month to month as before; a warning, for it tells what others prove",
        table=table.ref,
        params={"date_column": date.name, "period": "month", **watched},
        needs=(naming.count,),
        severity=Severity.WARNING,
    )
