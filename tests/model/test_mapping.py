"""A mapping that cannot be used is refused when it is made."""

from typing import Any

import pytest
from pydantic import ValidationError

from ombudsman.model.errors import MappingInvalid
from ombudsman.model.mapping import (
    Codes,
    ColumnMapping,
    LetterCase,
    Mapping,
    Round,
    TableMapping,
    Trim,
)
from ombudsman.model.tables import TableRef


def _table(source: str = "shop.orders", target: str = "SHOP.ORDERS", **more: Any) -> TableMapping:
    columns = [{"source": name, "target": name.upper()} for name in ("id", "amount")]
    return TableMapping.model_validate(
        {"source": source, "target": target, "columns": columns} | more
    )


def test_names_are_turned_both_ways() -> None:
    table = _table()
    assert table.target_column("id") == "ID"
    assert table.source_column("AMOUNT") == "amount"
    assert table.target_column("ID") is None
    assert table.source_column("id") is None


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ([("a", "x"), ("a", "y")], "source column 'a' of shop.orders is mapped 2 times"),
        (
            [("a", "x"), ("b", "x"), ("c", "x")],
            "target column 'x' of shop.orders is mapped 3 times",
        ),
    ],
)
def test_a_column_answers_one_column(columns: list[tuple[str, str]], message: str) -> None:
    pairs = [{"source": source, "target": target} for source, target in columns]
    with pytest.raises(MappingInvalid) as raised:
        _table(columns=pairs)
    assert raised.value.message == message


def test_a_key_that_is_not_mapped_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(
        MappingInvalid, match=r"key column 'amuont' of shop\.orders is not mapped"
    ) as raised:
        _table(key=["id", "amuont"])
    assert raised.value.hint == "did you mean 'amount'?"


def test_a_key_may_be_named_before_the_columns_are() -> None:
    assert _table(columns=[], key=["id"]).key == ("id",)


def test_a_table_is_mapped_once() -> None:
    with pytest.raises(MappingInvalid, match=r"table shop\.orders is mapped 2 times"):
        Mapping(tables=(_table(), _table(target="SHOP.OTHER")))


def test_two_tables_may_have_one_answer() -> None:
    mapping = Mapping(tables=(_table(), _table("shop.old_orders")))
    assert [str(each.target) for each in mapping.tables] == ["SHOP.ORDERS"] * 2


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("shop.orders", "shop.orders"),
        ("orders", "shop.orders"),
        ("old.lines", "old.lines"),
        ("lines", None),
        ("Orders", None),
        ("old.orders", None),
    ],
)
def test_a_table_is_found_by_its_name_without_schema_where_there_is_only_one(
    written: str, found: str | None
) -> None:
    tables = (_table(), _table("shop.lines"), _table("old.lines"))
    table = Mapping(tables=tables).table(TableRef.parse(written))
    assert (str(table.source) if table else None) == found


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"kind": "trim"}, Trim(ends="right")),
        ({"kind": "letter_case", "to": "upper"}, LetterCase(to="upper")),
        ({"kind": "round", "scale": 2}, Round(scale=2)),
        ({"kind": "codes", "codes": {"A": "active"}}, Codes(codes={"A": "active"})),
    ],
)
def test_a_transformation_is_known_by_its_kind(written: dict[str, Any], expected: object) -> None:
    column = ColumnMapping.model_validate({"source": "a", "target": "b", "transformation": written})
    assert column.transformation == expected


@pytest.mark.parametrize(
    "written",
    [
        {"kind": "trimm"},
        {"ends": "both"},
        {"kind": "round", "scale": -1},
        {"kind": "trim", "to": "upper"},
    ],
)
def test_a_transformation_that_means_nothing_is_refused(written: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ColumnMapping.model_validate({"source": "a", "target": "b", "transformation": written})


def test_a_misspelt_setting_is_refused() -> None:
    with pytest.raises(ValidationError, match="exclud"):
        _table(exclud=["amount"])


def test_a_mapping_survives_json() -> None:
    mapping = Mapping(tables=(_table('"a.b"."c"', key=["id"], where="id > 1", exclude=["old"]),))
    assert Mapping.model_validate_json(mapping.model_dump_json()) == mapping
