"""On statements as people write them: nearly all are parsed, and every use of a table is found and none invented."""

from collections.abc import Sequence
from functools import cache

import pytest
from tests.mapping.catalogues import catalogue
from tests.workload.corpus import (
    COLUMNS,
    DATABASE,
    SCHEMAS,
    TABLES,
    TEMPLATES,
    WRITES,
    Labelled,
    corpus,
)

from ombudsman.model.tables import Catalogue, Column, Table, TableRef
from ombudsman.model.types import Integer
from ombudsman.workload.collect import facts_of
from ombudsman.workload.known_tables import KnownTables
from ombudsman.workload.pattern import pattern_text
from ombudsman.workload.statements import Statement, StatementKind, read_statements


@cache
def known() -> Catalogue:
    columns = tuple(Column(name=each, native_type="int", data_type=Integer()) for each in COLUMNS)
    refs = (TableRef(schema=schema, name=name) for schema in SCHEMAS for name in TABLES)
    found = catalogue(*(Table(ref=ref, columns=columns) for ref in refs))
    return found.model_copy(update={"database": DATABASE})


@cache
def some() -> Sequence[Labelled]:
    return tuple(corpus(700, seed=3))


@cache
def read(text: str) -> tuple[Statement, ...]:
    """Parsed once for all tests here: none of them changes a tree."""
    return read_statements(text).all


def test_the_corpus_has_every_template():
    assert len(TEMPLATES) + len(WRITES) >= 60
    assert len({each.text for each in some()}) > 650


def test_all_but_five_in_a_thousand_are_parsed():
    unread = [each.text for each in some() if any(s.unread for s in read(each.text))]
    assert len(unread) <= len(some()) * 0.005, unread[:5]


def test_each_text_is_one_statement_of_its_kind():
    for each in some():
        (statement,) = read(each.text)
        assert (statement.kind is StatementKind.READ) == each.is_read, each.text


@pytest.mark.parametrize("with_catalogue", [True, False])
def test_every_use_of_a_table_is_found_and_none_invented(with_catalogue: bool):
    tables = KnownTables(known() if with_catalogue else None)
    wrong = []
    for each in some():
        (statement,) = read(each.text)
        assert statement.tree is not None
        facts = facts_of(statement.tree, tables)
        found = {(str(ref.schema_name), ref.name) for ref in facts.tables}
        expected = (
            each.tables if with_catalogue else {(s.lower(), n.lower()) for s, n in each.tables}
        )
        if found != set(expected) or facts.foreign:
            wrong.append(each.text)
    assert wrong == []


def test_a_pattern_is_read_back_as_itself():
    broken = []
    for each in some():
        (statement,) = read(each.text)
        assert statement.tree is not None
        told = pattern_text(statement.tree)
        (again,) = read_statements(told).all
        if again.tree is None or pattern_text(again.tree) != told:
            broken.append(told)
    assert broken == []


def test_the_same_statement_with_other_values_and_hints_has_the_same_pattern():
    """Few patterns: a template has one for each choice of tables and columns, whatever else was drawn."""
    by_words: dict[str, set[str]] = {}
    for number in range(40):
        (one,) = list(corpus(1, seed=number, writes=0))
        (statement,) = read_statements(one.text).all
        (noisy,) = read_statements(one.text.replace("  -- end", "") + " -- other").all
        assert statement.tree is not None
        assert noisy.tree is not None
        by_words.setdefault(one.text, set()).update(
            {pattern_text(statement.tree), pattern_text(noisy.tree)}
        )
    assert all(len(patterns) == 1 for patterns in by_words.values())
