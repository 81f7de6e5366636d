"""A condition means the same on the other side, though the dialects differ.

Each case tells which rows DuckDB must choose by what was written for another engine, or what the text must become.
"""

from typing import Any

import pytest
from sqlglot import parse_one
from tests.sql.guard.samples import COLUMNS, in_duckdb

from ombudsman.model.errors import RuleInvalid, Unsupported
from ombudsman.sql.conditions import Condition, parse_condition, parse_expression
from ombudsman.sql.guard_parentheses import with_all_parentheses, without_parentheses


def _read(text: str, dialect: str = "duckdb", **more: Any) -> Condition:
    return parse_condition(text, dialect=dialect, columns=COLUMNS, **more)


@pytest.mark.parametrize(
    ("dialect", "text", "rows"),
    [
        # the division of integers drops the rest, that of others does not
        ("tsql", "a / 2 = 1", [2, 3, 10, 11]),
        ("postgres", "a / 2 = 1", [2, 3, 10, 11]),
        ("sqlite", "a / 2 = 1", [2, 3, 10, 11]),
        ("snowflake", "a / 2 = 1", [2, 10]),
        ("tsql", "a / 2.0 = 1.5", [3, 11]),
        ("postgres", "e / 2 = 5.25", [1]),
        ("tsql", "(a + b) / 2 = 1", [1, 2, 4, 12]),
        # + glues texts
        ("tsql", "c + 'x' = 'openx'", [1]),
        ("tsql", "N'<' + c + N'>' = N'<closed>'", [2]),
        ("tsql", "a + b = 3", [1, 2, 4]),
        # LEN does not see trailing blanks
        ("tsql", "LEN(c) = 4", [1, 3, 4, 10, 11]),
        ("postgres", "length(c) = 5", [4]),
        ("tsql", "LEN(c + 'x ') = 5", [1, 3, 10, 11]),
        # a bit is compared with 1
        ("tsql", "f = 1", [1, 3, 7, 8, 10, 11]),
        ("tsql", "f <> 1", [2, 6, 9, 12]),
        # a backslash in a pattern
        ("postgres", r"c LIKE '10\%'", [7]),
        ("postgres", r"c LIKE '50\_%'", [8]),
        ("postgres", r"c LIKE 'a\\b'", [9]),
        ("duckdb", r"c LIKE 'a\b'", [9]),
        ("snowflake", r"c = 'a\\b'", [9]),
        ("snowflake", r"c = 'it\'s'", [11]),
        ("postgres", r"c = E'tab\there'", [12]),
        # borders crossed
        ("tsql", "DATEDIFF(year, d, '2024-01-01') = 1", [2]),
        ("snowflake", "DATEDIFF(month, d, '2024-03-01') = 1", [1, 6, 7, 9, 10, 11, 12, 13]),
        # dates as SQL Server writes them, and the cut of VARCHAR(n)
        ("tsql", "d = '20240229'", [1, 6, 7, 9, 10, 11, 12]),
        ("tsql", "d BETWEEN '20230101' AND '20231231'", [2]),
        ("tsql", "CONVERT(varchar(2), c) = 'op'", [1, 4]),
        ("postgres", "c::varchar(2) = 'op'", [1, 4]),
        ("duckdb", "c::varchar(2) = 'op'", []),
        # precedence survives
        ("duckdb", "NOT (a = 1 OR a = 2) AND b = 1", [6, 11]),
        ("duckdb", "a - (b - 1) = 1", [3, 8, 10, 12]),
        ("duckdb", "-(a + b) = -3", [1, 2, 4]),
        ("duckdb", "(a = 1) = (b = 2)", [1, 3, 4, 6, 8, 9, 11, 2]),
    ],
)
def test_duckdb_chooses_these_rows(dialect: str, text: str, rows: list[int]):
    rendered = _read(text, dialect).render("duckdb")
    with in_duckdb() as connection:
        found = connection.execute(f"SELECT id FROM t WHERE {rendered}").fetchall()
    assert sorted(row[0] for row in found) == sorted(rows)


@pytest.mark.parametrize(
    ("dialect", "text", "write", "rendered"),
    [
        ("duckdb", "c = 'Łódź'", "tsql", "[c] = N'Łódź'"),
        ("duckdb", "c = 'x'", "tsql", "[c] = 'x'"),
        ("duckdb", "c || 'x' = 'y'", "tsql", "[c] + 'x' = 'y'"),
        ("duckdb", "f", "tsql", "[f] <> 0"),
        ("duckdb", "f AND NOT f", "tsql", "[f] <> 0 AND NOT [f] <> 0"),
        ("postgres", "f = TRUE", "tsql", "[f] = 1"),
        ("duckdb", "length(c) = 4", "tsql", "(LEN([c] + '.') - 1) = 4"),
        ("duckdb", "c ILIKE 'x%'", "tsql", "LOWER([c]) LIKE LOWER('x%')"),
        ("duckdb", "c NOT ILIKE 'x%'", "tsql", "NOT LOWER([c]) LIKE LOWER('x%')"),
        ("postgres", "c IS NOT NULL", "duckdb", 'NOT "c" IS NULL'),
        ("duckdb", "f IS NOT TRUE", "snowflake", 'NOT (NOT "f" IS NULL AND "f" = TRUE)'),
        ("duckdb", "f IS FALSE", "tsql", "(NOT [f] IS NULL AND [f] = 0)"),
        ("duckdb", "c LIKE '[x]%'", "tsql", "[c] LIKE '[[]x]%'"),
        ("duckdb", "c LIKE 'a\\%'", "postgres", "\"c\" LIKE 'a\\%' ESCAPE ''"),
        ("duckdb", "a / 2 > 1", "postgres", 'CAST("a" AS DOUBLE PRECISION) / 2 > 1'),
        ("tsql", "f = 1", "postgres", '"f" = TRUE'),
        ("postgres", "a::numeric > 1", "snowflake", 'CAST("a" AS DECIMAL(38, 10)) > 1'),
        ("duckdb", "c = 'a\\b'", "snowflake", "\"c\" = 'a\\\\b'"),
        ("duckdb", "concat(c, 'x') = 'x'", "sqlite", None),
    ],
)
def test_an_engine_is_told_in_its_own_words(
    dialect: str, text: str, write: str, rendered: str | None
):
    told = _read(text, dialect).render(write)
    if rendered is not None:
        assert told == rendered
    assert "CONCAT" not in told


@pytest.mark.parametrize(
    ("dialect", "text", "write"),
    [
        ("tsql", "c LIKE '[a-c]%'", "postgres"),
        ("duckdb", "TRY_CAST(c AS INT) = 1", "postgres"),
        ("duckdb", "TRY_CAST(c AS INT) = 1", "sqlite"),
        ("postgres", "c SIMILAR TO 'a%'", "duckdb"),
        ("postgres", "initcap(c) = 'Open'", "duckdb"),
        ("tsql", "DATEDIFF(week, d, '2024-01-01') = 1", "postgres"),
        ("sqlite", "c GLOB 'o*'", "tsql"),
        ("duckdb", "jaccard(c, 'x') > 0.5", "postgres"),
        ("duckdb", "contains(c, 'x')", "tsql"),
    ],
)
def test_what_the_other_side_cannot_say_is_refused(dialect: str, text: str, write: str):
    condition = _read(text, dialect)
    with pytest.raises(RuleInvalid) as refused:
        condition.render(write)
    assert refused.value.hint


def test_columns_take_the_names_of_the_side():
    condition = _read("\"A\" = 1 AND C = 'x' OR b IS NULL AND a > 0", what="filter")
    assert condition.columns == ("a", "c", "b")
    names = {"a": 'odd "name"', "c": "select", "b": "b"}
    assert condition.render("duckdb", names) == (
        '"odd ""name""" = 1 AND "select" = \'x\' OR "b" IS NULL AND "odd ""name""" > 0'
    )
    assert condition.render("tsql", {"a": "x]y"}, "s").startswith("[s].[x]]y] = 1 AND [s].[c] =")


def test_names_that_change_places_do_not_meet():
    condition = _read("a > b")
    assert condition.render("duckdb", {"a": "b", "b": "a"}) == '"b" > "a"'


def test_the_same_condition_spelt_otherwise_is_equal():
    one = _read("a=1 and C<>'x' -- the open ones")
    other = _read("(  \"a\" = 1\n) AND c != 'x'".replace("(", "").replace(")", ""))
    assert one == other
    assert hash(one) == hash(other)
    assert len({one, other, _read("a = 1"), _read("a = '1'")}) == 3
    assert _read("a = 1") != _read("a = 1", "postgres")


def test_rendering_leaves_the_condition_as_it_was():
    condition = _read("a / 2 > 1 AND c LIKE 'a\\b' AND f = TRUE")
    before = condition.render("duckdb")
    for dialect in ("postgres", "tsql", "snowflake", "sqlite"):
        condition.render(dialect, {"a": "x", "c": "y"}, "z")
    assert condition.render("duckdb") == before == condition.canonical


@pytest.mark.parametrize(
    ("text", "line", "column", "near"),
    [
        ("amount > 1", 1, 1, "amount"),
        ("a = 1\n  AND amuont > 1", 2, 7, "amuont"),
        ("a = 1 AND AND b = 2", 1, 11, "AND"),
        ("a = 1;", 1, 6, ";"),
        ("a = 1\n\n AND sneaky(b) = 1", 3, 6, "sneaky"),
        ("a = 1 AND b =\u00a02", 1, 14, "\u00a0"),
        ("a = ?", 1, 5, "?"),
    ],
)
def test_a_refusal_says_where(text: str, line: int, column: int, near: str):
    with pytest.raises(RuleInvalid) as refused:
        _read(text)
    told = refused.value.context
    assert (told["line"], told["column"], told["near"]) == (line, column, near)
    assert f"line {line}, column {column}" in refused.value.message


def test_a_misspelt_column_is_answered_with_the_nearest():
    with pytest.raises(RuleInvalid) as refused:
        parse_condition("amuont > 1", dialect="duckdb", columns=["id", "amount"], what="filter")
    assert refused.value.hint == "did you mean 'amount'?"
    assert refused.value.message.startswith(
        "the filter cannot be used: there is no column 'amuont'"
    )


def test_a_name_is_matched_exactly_before_letter_case_is_set_aside():
    columns = ["Id", "ID", "name"]
    assert parse_condition("ID = 1", dialect="duckdb", columns=columns).columns == ("ID",)
    assert parse_condition("NAME = 'x'", dialect="duckdb", columns=columns).columns == ("name",)
    with pytest.raises(RuleInvalid, match="may be 'ID' and 'Id'"):
        parse_condition("id = 1", dialect="duckdb", columns=columns)


@pytest.mark.parametrize(
    "text", ["orders.id = 1", "sales.orders.id = 1", "ORDERS.ID = 1", "id = 1"]
)
def test_a_column_may_be_qualified_with_its_table(text: str):
    condition = parse_condition(text, dialect="duckdb", columns=["id"], table="sales.orders")
    assert condition.render("duckdb") == '"id" = 1'


@pytest.mark.parametrize("text", ["x.id = 1", "orders.x.id = 1", "db.sales.orders.id = 1"])
def test_a_column_of_another_table_is_refused(text: str):
    with pytest.raises(RuleInvalid):
        parse_condition(text, dialect="duckdb", columns=["id"], table="sales.orders")


@pytest.mark.parametrize("text", ["a + 1", "c", "upper(c)", "a = 1", "CASE WHEN a > 1 THEN c END"])
def test_an_expression_may_be_of_any_type(text: str):
    expression = parse_expression(text, dialect="duckdb", columns=COLUMNS)
    with in_duckdb() as connection:
        ours = connection.execute(f"SELECT {expression.render('duckdb')} FROM t").fetchall()
        assert ours == connection.execute(f"SELECT {text} FROM t").fetchall()


def test_a_dialect_that_nobody_speaks_is_unsupported():
    with pytest.raises(Unsupported) as refused:
        _read("a = 1", "postgress")
    assert refused.value.hint == "did you mean 'postgres'?"


def test_a_missing_parenthesis_is_noticed():
    as_meant = parse_one("(a - b) - c", read="duckdb")
    misread = parse_one("a - (b - c)", read="duckdb")
    assert without_parentheses(as_meant) == parse_one("a - b - c", read="duckdb")
    assert without_parentheses(as_meant) != without_parentheses(misread)


def test_all_parentheses_are_those_that_an_operation_in_another_needs():
    tree = parse_one("a + b * c - 1 > 2 AND NOT d IS NULL AND e LIKE 'x' ESCAPE '!'", read="duckdb")
    assert with_all_parentheses(tree).sql("duckdb") == (
        "(((a + (b * c)) - 1) > 2) AND (NOT (d IS NULL)) AND (e LIKE 'x' ESCAPE '!')"
    )
