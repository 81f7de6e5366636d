"""k faults of known kinds are planted in n random rows: exactly those are found, and without them nothing."""

import datetime as dt
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.validators.play import begin

from ombudsman.connections.connection import connect
from ombudsman.connections.samples import duckdb_file
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.mapping.by_name import map_by_name
from ombudsman.measures.rounds import Rounds
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.result import Result
from ombudsman.model.tables import Side, TableRef
from ombudsman.validators.pair import Tables

SEEDS = range(4)
CUSTOMERS, REGIONS, STATES = 40, 25, ["open", "paid", "shipped"]
FIRST_DAY = dt.date(2024, 1, 1)

COLUMNS = {
    "sales": {
        "id": "BIGINT",
        "customer": "INTEGER",
        "region": "VARCHAR",
        "status": "VARCHAR",
        "email": "VARCHAR",
        "amount": "DECIMAL(12,2)",
        "cost": "DECIMAL(12,2)",
        "day": "DATE",
    },
    "customers": {"id": "INTEGER"},
    "versions": {
        "code": "VARCHAR",
        "valid_from": "DATE",
        "valid_to": "DATE",
        "name": "VARCHAR",
    },
}

Row = dict[str, Any]
Planted = Mapping[str, list[Any] | int]
"""Kind of finding -> what the keys of the findings begin with; of findings without such a key how many there are."""
Database = dict[str, list[Row]]


@dataclass(frozen=True)
class Fault:
    """Who finds it, and how it is planted: what is planted is told as it should be found."""

    validator: str
    table: str
    params: Mapping[str, Any]
    plant: Callable[[random.Random, list[Row]], "Planted"]


# ------------------------------------------------------------ sound data


def sound(dice: random.Random) -> Database:
    """Random sales, customers, and the versions of some members; nothing is wrong with them."""
    return {
        "sales": [_sale(dice, number) for number in range(dice.randint(250, 400))],
        "customers": [{"id": number} for number in range(CUSTOMERS)],
        "versions": [version for i in range(60) for version in _history(dice, f"m{i}")],
    }


def _sale(dice: random.Random, number: int) -> Row:
    cost = Decimal(dice.randint(0, 10_000)) / 100
    return {
        "id": number,
        "customer": dice.choice([*range(CUSTOMERS), None]),
        "region": f"region {number % REGIONS}",
        "status": dice.choice(STATES),
        "email": dice.choice([f"user{dice.randint(0, 99)}@example.org", None]),
        "amount": cost + Decimal(dice.randint(0, 5_000)) / 100,
        "cost": cost,
        "day": FIRST_DAY + dt.timedelta(days=number),
    }


def _history(dice: random.Random, code: str) -> list[Row]:
    starts = [FIRST_DAY]
    for _ in range(dice.randint(2, 4)):
        starts.append(starts[-1] + dt.timedelta(days=dice.randint(20, 90)))
    ends: list[dt.date | None] = [*starts[1:], None]
    return [
        {"code": code, "valid_from": start, "valid_to": end, "name": dice.choice("abc")}
        for start, end in zip(starts, ends, strict=True)
    ]


# ------------------------------------------------------------ faults


def _some(dice: random.Random, things: list[Any], most: int = 20) -> list[Any]:
    return dice.sample(things, dice.randint(1, most))


def _change(
    dice: random.Random, rows: list[Row], name: str, value: Callable[[Row, int], Any]
) -> list[Row]:
    chosen = _some(dice, rows)
    for number, row in enumerate(chosen):
        row[name] = value(row, number)
    return chosen


def _of(name: str, rows: list[Row]) -> list[Any]:
    return [row[name] for row in rows]


def keys(dice: random.Random, rows: list[Row]) -> Planted:
    """Members lost, members added, keys twice, keys that became NULL."""
    chosen = dice.sample(rows, 39)
    lost, doubled, emptied = (chosen[start : start + dice.randint(1, 13)] for start in (0, 13, 26))
    extra = [_sale(dice, 10_000 + number) for number in range(dice.randint(1, 9))]
    planted: dict[str, list[Any] | int] = {
        "row_missing_in_target": _of("id", lost + emptied),
        "row_missing_in_source": _of("id", extra),
        "key_duplicated": _of("id", doubled),
        "key_null": len(emptied),
    }
    for row in lost:
        rows.remove(row)
    rows += [dict(row) for row in doubled]
    for row in emptied:
        row["id"] = None
    rows += extra
    return planted


def orphans(dice: random.Random, rows: list[Row]) -> Planted:
    changed = _change(dice, rows, "customer", lambda _, n: 1_000 + n)
    return {"key_orphaned": _of("customer", changed)}


def changed_attributes(dice: random.Random, rows: list[Row]) -> Planted:
    spelt = _change(dice, rows, "status", lambda row, _: row["status"].upper())
    paid = _change(dice, rows, "amount", lambda row, _: row["amount"] + 1)
    return {"value_differs": _of("id", spelt + paid)}


def broken_histories(dice: random.Random, rows: list[Row]) -> Planted:
    """Each chosen member gets one fault, so that no two are one."""
    members = sorted({row["code"] for row in rows})
    dice.shuffle(members)
    day = dt.timedelta(days=1)
    chosen = [[members.pop() for _ in range(dice.randint(1, 10))] for _ in range(5)]
    for fault, codes in enumerate(chosen):
        for code in codes:
            versions = [row for row in rows if row["code"] == code]
            match fault:
                case 0:
                    versions[1]["valid_from"] += day
                case 1:
                    versions[1]["valid_from"] -= day
                case 2:
                    versions[0]["valid_to"] = versions[0]["valid_from"] - day
                case 3:
                    versions[-1]["valid_to"] = versions[-1]["valid_from"] + day
                case _:
                    rows.append(versions[-1] | {"valid_from": versions[-1]["valid_from"] + day})
    gaps, overlaps, inverted, ended, doubled = chosen
    return {
        "interval_gap": gaps,
        "interval_overlap": overlaps + doubled,
        "interval_inverted": inverted,
        "current_missing": ended,
        "current_not_unique": doubled,
        "attribute_history_differs": 1,  # the number of versions
    }


def doubled_periods(dice: random.Random, rows: list[Row]) -> Planted:
    doubled = _some(dice, rows)
    rows += [row | {"id": 20_000 + row["id"]} for row in doubled]
    return {"period_duplicated": _of("day", doubled)}


def strange_values(dice: random.Random, rows: list[Row]) -> Planted:
    changed = _change(dice, rows, "status", lambda _, n: f"status {n}")
    return {"outside_domain": _of("status", changed)}


def broken_patterns(dice: random.Random, rows: list[Row]) -> Planted:
    changed = _change(dice, rows, "email", lambda _, n: f"user {n} at example.org")
    return {"pattern_violated": _of("email", changed)}


def broken_rules(dice: random.Random, rows: list[Row]) -> Planted:
    return {
        "rule_violated": _of("id", _change(dice, rows, "amount", lambda row, _: row["cost"] - 1))
    }


def _by_region(
    dice: random.Random, rows: list[Row], change: Callable[[list[Row], Row], Any]
) -> list[str]:
    regions = _some(dice, sorted({row["region"] for row in rows}))
    for region in regions:
        change(rows, dice.choice([row for row in rows if row["region"] == region]))
    return regions


def lost_by_group(dice: random.Random, rows: list[Row]) -> Planted:
    return {"count_differs": _by_region(dice, rows, lambda all_, row: all_.remove(row))}


def cents_by_group(dice: random.Random, rows: list[Row]) -> Planted:
    cent = Decimal("0.01")
    changed = _by_region(dice, rows, lambda _, row: row.update(amount=row["amount"] + cent))
    return {"aggregate_differs": changed}


def nulls_by_group(dice: random.Random, rows: list[Row]) -> Planted:
    return {"null_count_differs": _by_region(dice, rows, lambda _, row: row.update(cost=None))}


REFERENCE = {"columns": ["customer"], "table": "main.customers", "referred_columns": ["id"]}
BY_REGION = {"group_by": ["region"]}
FAULTS = {
    "keys": Fault("validate_dim_business_keys", "sales", {"business_key": ["id"]}, keys),
    "orphans": Fault("validate_foreign_keys", "sales", {"references": [REFERENCE]}, orphans),
    "attributes": Fault("validate_scd1", "sales", {"business_key": ["id"]}, changed_attributes),
    "histories": Fault(
        "validate_scd2",
        "versions",
        {"business_key": ["code"], "valid_from": "valid_from", "valid_to": "valid_to"},
        broken_histories,
    ),
    "periods": Fault(
        "validate_ts_duplicates", "sales", {"date_column": "day", "period": "day"}, doubled_periods
    ),
    "values": Fault("validate_domain_values", "sales", {"columns": ["status"]}, strange_values),
    "patterns": Fault(
        "validate_regex_patterns",
        "sales",
        {"columns": ["email"], "pattern": "[a-z0-9]+@[a-z.]+"},
        broken_patterns,
    ),
    "rules": Fault(
        "validate_business_rule", "sales", {"rule": "amount >= cost", "key": ["id"]}, broken_rules
    ),
    "counts": Fault("validate_record_counts", "sales", BY_REGION, lost_by_group),
    "sums": Fault(
        "validate_metric_sums", "sales", {"columns": ["amount"]} | BY_REGION, cents_by_group
    ),
    "nulls": Fault("validate_nulls", "sales", {"columns": ["cost"]} | BY_REGION, nulls_by_group),
}


# ------------------------------------------------------------ the law


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", FAULTS)
def test_exactly_what_was_planted_is_found(name: str, seed: int, tmp_path: Path):
    fault, dice = FAULTS[name], random.Random(f"{name} {seed}")  # noqa: S311 - no secret
    source = sound(dice)
    target = {table: [dict(row) for row in rows] for table, rows in source.items()}
    assert judged(fault, source, target, tmp_path).found == {}
    planted = fault.plant(dice, target[fault.table])
    result = judged(fault, source, target, tmp_path)
    assert {kind.value: times for kind, times in result.found.items()} == {
        kind: each if isinstance(each, int) else len(each) for kind, each in planted.items()
    }
    for kind, expected in planted.items():
        if not isinstance(expected, int):
            told = [finding.key[0] for finding in result.findings if finding.kind == kind]
            assert sorted(told) == sorted(expected)


def judged(fault: Fault, source: Database, target: Database, folder: Path) -> Result:
    here, there = folder / "source.duckdb", folder / "target.duckdb"
    for path, tables in ((here, source), (there, target)):
        with duckdb_file(path) as database:
            for name, rows in tables.items():
                database.execute(_script(name, rows))
    with (
        connect("source", DuckDbSettings(path=here)) as one,
        connect("target", DuckDbSettings(path=there)) as other,
        one.open() as first,
        other.open() as second,
    ):
        readers = {Side.SOURCE: first, Side.TARGET: second}
        catalogues = {side: read_catalogue(reader) for side, reader in readers.items()}
        mapping = map_by_name(*catalogues.values()).mapping
        tables_ = Tables(catalogues, mapping, dict.fromkeys(Side, "duckdb"))
        with Rounds(readers) as rounds:
            pair = tables_.pair(TableRef.parse(f"main.{fault.table}"))
            begin(rounds, "it", pair, fault.validator, fault.params)
            (ended,) = rounds.wait()
    assert isinstance(ended.value, Result), ended.error
    return ended.value


def _script(table: str, rows: list[Row]) -> str:
    columns = COLUMNS[table]
    declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    values = ", ".join(f"({', '.join(_literal(row[name]) for name in columns)})" for row in rows)
    return f"CREATE TABLE {table} ({declared}); INSERT INTO {table} VALUES {values}"


def _literal(value: Any) -> str:
    return "NULL" if value is None else f"'{value}'"
