"""Are definitions found between the right commas, whatever names, texts and comments hold?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.metadata.definitions import definitions, unquoted


def test_a_definition_ends_at_its_own_comma():
    create = """CREATE TABLE "a(b" ( -- the (first), one
      id integer DEFAULT (1 + (2)), /* never, mind */ "x,y" text DEFAULT 'it''s, (', `z)` int, [p,q] int
    ) WITHOUT ROWID, x"""
    assert [part.text for part in definitions(create)] == [
        "id integer DEFAULT (1 + (2))",
        "\"x,y\" text DEFAULT 'it''s, ('",
        "`z)` int",
        "[p,q] int",
    ]


@pytest.mark.parametrize(
    ("column", "computed"),
    [
        ("g int GENERATED ALWAYS AS (a * 2) STORED", "a * 2"),
        ("g AS(f(a), ')')", "f(a), ')'"),
        ("g int as ( (a) )", "(a)"),
        ("g int CHECK (cast(a AS (b)))", None),
        ('"as" int DEFAULT (1)', None),
        ("g text DEFAULT 'AS (1)'", None),
        ("g int -- AS (1)", None),
        ("as_of date", None),
    ],
)
def test_how_a_column_is_computed(column: str, computed: str | None):
    (definition,) = definitions(f"CREATE TABLE t ({column}\n)")
    assert definition.computed == computed


@pytest.mark.parametrize(
    ("column", "collation"),
    [
        ("t text COLLATE nocase", "nocase"),
        ('t text collate "de_DE" NOT NULL', "de_DE"),
        ("t text CHECK (t COLLATE nocase = 'a')", None),
        ("t text DEFAULT 'COLLATE x'", None),
        ("collate", None),
    ],
)
def test_the_collation_of_a_column(column: str, collation: str | None):
    (definition,) = definitions(f"CREATE TABLE t ({column})")
    assert definition.collation == collation


@pytest.mark.parametrize(
    "create", ["", "CREATE VIEW v AS SELECT 1", "CREATE TABLE t (", "(((", ")("]
)
def test_a_statement_without_definitions_does_no_harm(create: str):
    assert {part.computed for part in definitions(create)} <= {None}


@given(st.text(alphabet="()[],'\"`-/*as \n", max_size=30))
def test_no_text_breaks_the_scanner(create: str):
    assert all(part.text == part.text.strip() for part in definitions(create))


@pytest.mark.parametrize(
    ("name", "plain"),
    [("a", "a"), ('"a""b"', 'a"b'), ("`a`", "a"), ("[a b]", "a b"), ('"', '"'), ("", "")],
)
def test_a_name_loses_its_quotes(name: str, plain: str):
    assert unquoted(name) == plain
