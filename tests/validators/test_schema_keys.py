"""Keys that an engine takes as a remark. No engine of the cases has them, so the catalogues are written by hand."""

import datetime as dt
from typing import Any

import pytest

from ombudsman.model import types
from ombudsman.model.mapping import ColumnMapping, Mapping, TableMapping
from ombudsman.model.result import Kind, Result, Verdict
from ombudsman.model.tables import (
    Catalogue,
    Column,
    ForeignKey,
    Index,
    Key,
    Side,
    Table,
    TableRef,
)
from ombudsman.validators.pair import Tables
from ombudsman.validators.schema.validate_schema_keys import SchemaKeys, validate_schema_keys

ORDERS, CUSTOMERS = (
    TableRef(schema="sales", name="orders"),
    TableRef(schema="sales", name="clients"),
)


def table(ref: TableRef, *, enforced: bool = True, **keys: Any) -> Table:
    columns = tuple(
        Column(name=name, native_type="INTEGER", data_type=types.Integer())
        for name in ("id", "code", "client")
    )
    if "primary_key" not in keys:
        keys["primary_key"] = Key(kind="primary", columns=("id",), enforced=enforced)
    return Table(ref=ref, columns=columns, **keys)


def judged(source: Table, target: Table, **params: bool) -> Result:
    """What the check says; it asks no database anything."""
    mappings = tuple(
        TableMapping(
            source=ref,
            target=ref,
            columns=tuple(
                ColumnMapping(source=name, target=name) for name in ("id", "code", "client")
            ),
        )
        for ref in (ORDERS, CUSTOMERS)
    )
    catalogues = {
        side: Catalogue(
            connection=side,
            engine="any",
            taken_at=dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
            tables=(each, table(CUSTOMERS)),
        )
        for side, each in zip(Side, (source, target), strict=True)
    }
    tables = Tables(catalogues, Mapping(tables=mappings), dict.fromkeys(Side, "duckdb"))
    asking = validate_schema_keys(tables.pair(ORDERS), SchemaKeys(**params))
    with pytest.raises(StopIteration) as ended:
        asking.send(None)
    result = ended.value.value
    assert isinstance(result, Result)
    return result


def test_a_key_that_is_only_declared_is_noted() -> None:
    result = judged(table(ORDERS), table(ORDERS, enforced=False))
    assert result.verdict is Verdict.PASSED
    assert result.notes == ("the target declares the primary key of id and does not enforce it",)


def test_a_key_that_is_only_declared_can_be_reported() -> None:
    result = judged(table(ORDERS), table(ORDERS, enforced=False), must_enforce=True)
    (finding,) = result.findings
    assert finding.kind is Kind.KEY_DIFFERS
    assert finding.message == "primary key in source, primary key, not enforced in target"
    assert result.notes == ()


def test_what_the_source_did_not_enforce_need_not_be_enforced() -> None:
    result = judged(table(ORDERS, enforced=False), table(ORDERS, enforced=False), must_enforce=True)
    assert result.verdict is Verdict.PASSED


def test_a_lost_key_is_told_also_where_nothing_is_enforced() -> None:
    result = judged(
        table(ORDERS, enforced=False), table(ORDERS, primary_key=None), must_enforce=False
    )
    (finding,) = result.findings
    assert (finding.source, finding.target) == ("primary key, not enforced", "no key")


@pytest.mark.parametrize("must_enforce", [False, True])
def test_a_reference_that_is_only_declared_is_told_apart(must_enforce: bool) -> None:
    def leads(*, enforced: bool) -> tuple[ForeignKey, ...]:
        return (
            ForeignKey(
                columns=("client",), table=CUSTOMERS, referred_columns=("id",), enforced=enforced
            ),
        )

    source = table(ORDERS, foreign_keys=leads(enforced=True))
    target = table(ORDERS, foreign_keys=leads(enforced=False))
    result = judged(source, target, must_enforce=must_enforce)
    if must_enforce:
        assert [each.target for each in result.findings] == [
            "foreign key to sales.clients (id), not enforced"
        ]
    else:
        assert result.findings == ()
        assert "the foreign key of client and does not enforce it" in result.notes[0]


def test_a_unique_index_is_as_good_as_a_unique_key() -> None:
    unique = Key(kind="unique", columns=("code",))
    index = Index(name="one_code", columns=("code",), unique=True)
    plain = index.model_copy(update={"unique": False})
    source = table(ORDERS, unique_keys=(unique,))
    assert judged(source, table(ORDERS, indexes=(index,))).verdict is Verdict.PASSED
    assert judged(source, table(ORDERS, indexes=(plain,))).found == {Kind.KEY_DIFFERS: 1}
    assert judged(table(ORDERS, indexes=(index,)), table(ORDERS)).found == {Kind.KEY_DIFFERS: 1}


def test_the_same_key_declared_twice_is_one_key() -> None:
    unique = Key(kind="unique", columns=("id",))
    source = table(
        ORDERS, unique_keys=(unique,), indexes=(Index(name="i", columns=("id",), unique=True),)
    )
    assert judged(source, table(ORDERS, primary_key=None)).found == {Kind.KEY_DIFFERS: 1}
    assert judged(source, table(ORDERS)).verdict is Verdict.PASSED
