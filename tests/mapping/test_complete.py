"""What a mapping file leaves open is filled in from the names, and nothing that was written is changed."""

import pytest
from tests.mapping.catalogues import catalogue, table

from ombudsman.mapping.by_name import complete
from ombudsman.model.errors import MappingInvalid
from ombudsman.model.mapping import ColumnMapping, LetterCase, Mapping, TableMapping
from ombudsman.model.tables import TableRef

SOURCE = catalogue(
    table(
        "Sales.Orders", "OrderId", "Customer_ID", "CustomerId", "Amount?", primary_key=("OrderId",)
    ),
    table("Sales.Lines", "OrderId", "Line", "Code?", unique=(("Code",), ("OrderId", "Line"))),
)
TARGET = catalogue(
    table("SALES.ORDERS", "ORDER_ID", "CUSTOMER_ID", "AMOUNT", "LOADED"),
    table("SALES.LINES", "LINE", "ORDER_ID", "CODE"),
)


def written(name: str = "Orders", **more: object) -> TableMapping:
    return TableMapping.model_validate(
        {"source": f"Sales.{name}", "target": f"SALES.{name.upper()}", **more}
    )


def completed(table_mapping: TableMapping) -> TableMapping:
    (found,) = complete(Mapping(tables=(table_mapping,)), SOURCE, TARGET).tables
    return found


def names(mapping: TableMapping) -> dict[str, str]:
    return {each.source: each.target for each in mapping.columns}


def test_columns_are_mapped_by_name_and_what_could_be_read_in_two_ways_is_not():
    assert names(completed(written())) == {"OrderId": "ORDER_ID", "Amount": "AMOUNT"}


def test_what_is_excluded_is_left_out_and_settles_a_doubt():
    found = completed(written(exclude=["Customer_ID"], exclude_target=["AMOUNT"]))
    assert names(found) == {"OrderId": "ORDER_ID", "CustomerId": "CUSTOMER_ID"}
    assert (found.exclude, found.exclude_target) == (("Customer_ID",), ("AMOUNT",))


def test_the_key_is_the_source_s_primary_key():
    assert completed(written()).key == ("OrderId",)


def test_the_key_is_else_the_first_unique_key_without_nulls():
    assert completed(written("Lines")).key == ("OrderId", "Line")


def test_there_is_no_key_when_its_columns_are_not_mapped():
    assert completed(written(exclude=["OrderId"])).key == ()
    assert completed(written(columns=[{"source": "Amount", "target": "AMOUNT"}])).key == ()


def test_written_columns_and_keys_stay_and_only_the_key_is_added():
    columns = (
        ColumnMapping(source="OrderId", target="LOADED"),
        ColumnMapping(source="Amount", target="AMOUNT", transformation=LetterCase(to="upper")),
    )
    found = completed(written(columns=columns, where="Amount > 1"))
    assert found == written(columns=columns, where="Amount > 1", key=["OrderId"])
    keyed = written(columns=columns, key=["Amount"])
    assert completed(keyed) == keyed


def test_a_written_key_without_an_answer_is_refused_with_the_nearest():
    with pytest.raises(MappingInvalid, match="key column 'OrdreId'") as told:
        completed(written(key=["OrdreId"]))
    assert told.value.hint == "did you mean 'OrderId'?"


@pytest.mark.parametrize(
    "open_mapping",
    [
        TableMapping(source=TableRef.parse("Sales.Nothing"), target=TableRef.parse("SALES.ORDERS")),
        TableMapping(source=TableRef.parse("Sales.Orders"), target=TableRef.parse("SALES.NOTHING")),
    ],
)
def test_a_table_that_is_not_there_stays_as_it_was_written(open_mapping: TableMapping):
    assert completed(open_mapping) == open_mapping


def test_completing_twice_changes_nothing_more():
    once = complete(Mapping(tables=(written(), written("Lines"))), SOURCE, TARGET)
    assert complete(once, SOURCE, TARGET) == once
    assert [str(each.source) for each in once.tables] == ["Sales.Orders", "Sales.Lines"]
