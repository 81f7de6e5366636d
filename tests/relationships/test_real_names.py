"""Published databases, by the names and types of their scripts alone: hidden foreign keys, and labelled columns.

With their rows, and with TPC-H and TPC-DS: `python -m benchmarks relationships`.
"""

from pathlib import Path

import pytest
from tests.real.databases import Meta, read_meta
from tests.relationships.labelled import labels, misses
from tests.relationships.schemas import TAKEN_AT

from ombudsman.model.tables import Catalogue, Column, Key, Table, TableRef
from ombudsman.relationships.infer import infer_relationships
from ombudsman.relationships.meaning import classify_columns
from ombudsman.sql.native_types import read_type

OWN_TYPES = {"id": "varchar(11)", "tid": "varchar(6)", "empid": "char(9)"}
LEAST_RIGHT = {"northwind": 0.98, "chinook": 0.98, "pubs": 0.9}
"""Of the labelled columns; pubs was held out when the rules were written."""


def catalogue_of(meta: Meta) -> Catalogue:
    """The catalogue of a script, its foreign keys hidden."""
    return Catalogue(
        connection="c",
        engine="mssql",
        taken_at=TAKEN_AT,
        tables=tuple(_table(told) for told in meta.values()),
    )


def _table(told: Meta) -> Table:
    primary = Key(kind="primary", columns=tuple(told["pk"])) if told["pk"] else None
    unique = tuple(Key(kind="unique", columns=tuple(key)) for key in told["unique"])
    return Table(
        ref=TableRef(name=told["name"]),
        columns=tuple(_column(each) for each in told["columns"]),
        primary_key=primary,
        unique_keys=unique,
    )


def _column(told: Meta) -> Column:
    native = f"{told['type']}({told['args']})" if told["args"] else told["type"]
    native = OWN_TYPES.get(native, native)
    return Column(
        name=told["name"],
        native_type=native,
        data_type=read_type("mssql", native),
        nullable=told["nullable"],
    )


@pytest.mark.parametrize("name", LEAST_RIGHT)
def test_every_hidden_foreign_key_is_found_and_no_other(name: str, shared_data: Path):
    meta = read_meta(shared_data, name)
    declared = {
        (table, tuple(key["columns"]), key["ref_table"])
        for table, told in meta.items()
        for key in told["fks"]
    }
    found = infer_relationships(catalogue_of(meta))
    assert {(each.table.name, each.columns, each.referred.name) for each in found} == declared


@pytest.mark.parametrize(("name", "least"), LEAST_RIGHT.items())
def test_columns_mean_what_their_labels_say(name: str, least: float, shared_data: Path):
    catalogue = catalogue_of(read_meta(shared_data, name))
    found = classify_columns(catalogue, infer_relationships(catalogue))
    known = labels(name)
    assert len(known) == len(found), "every column is labelled"
    wrong = list(misses(known, found, catalogue))
    assert 1 - len(wrong) / len(known) >= least, wrong
