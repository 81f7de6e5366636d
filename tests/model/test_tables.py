"""Names of tables, as people write them and as catalogues spell them."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from ombudsman.model.tables import Catalogue, Column, Table, TableRef
from ombudsman.model.types import Integer

odd = st.text(alphabet='ab."%: é日\n', min_size=1, max_size=8)
names = st.one_of(odd, st.text(min_size=1, max_size=20))


@given(st.one_of(st.none(), names), names)
@example(None, '"')
@example('"', ".")
@example("a.b", 'the "odd" table')
def test_a_name_that_was_written_down_is_read_back(schema: str | None, name: str) -> None:
    ref = TableRef(schema=schema, name=name)
    assert TableRef.parse(str(ref)) == ref


@given(st.one_of(st.none(), names), names)
def test_a_name_survives_json(schema: str | None, name: str) -> None:
    ref = TableRef(schema=schema, name=name)
    assert TableRef.model_validate_json(ref.model_dump_json()) == ref


@pytest.mark.parametrize(
    ("text", "schema", "name"),
    [
        ("orders", None, "orders"),
        ("shop.orders", "shop", "orders"),
        ("Shop.Order Lines", "Shop", "Order Lines"),
        ('"my.schema"."the ""odd"" table"', "my.schema", 'the "odd" table'),
        ('shop."a.b"', "shop", "a.b"),
        ('"a.b".orders', "a.b", "orders"),
        ('it"s', None, 'it"s'),
    ],
)
def test_names_are_read_so(text: str, schema: str | None, name: str) -> None:
    ref = TableRef.parse(text)
    assert (ref.schema_name, ref.name) == (schema, name)


@pytest.mark.parametrize(
    "text", ["", ".", "a.", ".a", "a..b", "a.b.c", '"a', 'a."b', '"a"b', '""', '"a".']
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TableRef.parse(text)


def test_names_are_keys() -> None:
    assert {TableRef.parse("a.b"): 1}[TableRef(schema="a", name="b")] == 1


# ------------------------------------------------------------ catalogue


def _table(name: str) -> Table:
    column = Column(name="id", native_type="INTEGER", data_type=Integer(bits=32))
    return Table(ref=TableRef.parse(name), columns=(column,))


def _catalogue(default_schema: str | None) -> Catalogue:
    tables = (_table("main.orders"), _table("old.orders"))
    return Catalogue(
        connection="shop",
        engine="duckdb",
        default_schema=default_schema,
        taken_at=dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
        tables=tables,
    )


@pytest.mark.parametrize(
    ("default", "written", "found"),
    [
        ("main", "orders", "main.orders"),
        ("main", "old.orders", "old.orders"),
        ("main", "Orders", None),
        ("main", "new.orders", None),
        (None, "orders", None),
    ],
)
def test_a_table_is_found_by_its_exact_name(
    default: str | None, written: str, found: str | None
) -> None:
    table = _catalogue(default).table(TableRef.parse(written))
    assert (str(table.ref) if table else None) == found


def test_a_column_is_found_by_its_exact_name() -> None:
    table = _table("main.orders")
    assert table.column("id") is table.columns[0]
    assert table.column("ID") is None
    assert table.column_names == ("id",)


def test_a_catalogue_survives_json() -> None:
    catalogue = _catalogue("main")
    assert Catalogue.model_validate_json(catalogue.model_dump_json()) == catalogue
