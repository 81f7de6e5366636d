"""A pattern that is pushed down says what RE2 says here, on DuckDB and on PostgreSQL."""

import duckdb
import pytest
from sqlalchemy import column
from sqlalchemy.dialects import postgresql
from tests.postgres_server import PostgresServer

from ombudsman.connections.literals import whole_sql
from ombudsman.model.errors import RuleInvalid
from ombudsman.sql.patterns import check_pattern, matches, matching, plainly

TEXTS = [
    "",
    "a",
    "A",
    "aa",
    "ab",
    "a\n",
    "\n",
    "a.b",
    "12",
    "٣",
    "é",
    "_",
    "-",
    "]",
    "a]",
    "[",
    "^",
    " ",
    "\t",
]
TEXTS += [
    "DE12",
    "de12",
    "AB-1234",
    "a|b",
    "x" * 300,
    "\\",
    "{",
    "a{2}",
    "\u00a0",
    "😀",
    "'",
    "%",
    ":x",
    "$",
    "a$",
]
PLAIN = [
    "a", "a*", "a+b?", ".", ".*", r"\d+", r"\D", r"\w+", r"\W", r"\s", r"\S+", "[a-c]+", "[^a]", r"[\d_-]+",
    r"[\]]", r"[^\s]", "(a|b)+", "(?:a|A)b?", "^a$", "a{2}", "x{3,}", "a{1,2}", r"a\.b", r"\$", "a|", "", "()",
    r"[A-Z]{2}\d{2}", r"[A-Z]+-\d{4}", r"\\", r"\{", "😀", "é", "'", "%", ":x", r"[\w.]+", "(a*)*", r"a\n", r"[a^]",
]  # fmt: skip
ELSEWHERE = [
    "a*?",
    "a++",
    r"\bA",
    "(?i)a",
    r"\pL",
    "[[:alpha:]]",
    "[]a]",
    "x{256}",
    r"\x41",
    r"[\W]",
    r"\Aa",
    "a{,2}",
]


@pytest.mark.parametrize("pattern", [*PLAIN, "a*?", "(?i)a", r"\pL+", "[[:alpha:]]+", r"\bA\b"])
def test_duckdb_matches_as_we_do(pattern: str) -> None:
    rows = duckdb.execute(
        "SELECT regexp_full_match(text, ?) FROM unnest(?::VARCHAR[]) AS t(text)", [pattern, TEXTS]
    ).fetchall()
    assert [found for (found,) in rows] == matching(TEXTS, pattern)


@pytest.mark.postgres
def test_postgresql_matches_plain_patterns_as_we_do(postgres: PostgresServer) -> None:
    postgres.create_database("patterns")
    with postgres.connect("patterns") as session, session.cursor() as cursor:
        for pattern in PLAIN:
            claim = matches(column("text"), pattern, dialect="postgres")
            assert claim is not None, pattern
            assert "~" in whole_sql(claim, postgresql.dialect())  # type: ignore[no-untyped-call]
            cursor.execute(
                'SELECT text COLLATE "C" ~ %s FROM unnest(%s::text[]) AS t(text)',
                [f"^(?:{plainly(pattern)})$", TEXTS],
            )
            assert [found for (found,) in cursor.fetchall()] == matching(TEXTS, pattern), pattern


@pytest.mark.parametrize("pattern", ELSEWHERE)
def test_what_postgresql_reads_otherwise_is_not_pushed_down(pattern: str) -> None:
    assert plainly(pattern) is None
    assert matches(column("text"), pattern, dialect="postgres") is None


def test_other_engines_are_not_asked() -> None:
    assert matches(column("text"), "a", dialect="sqlite") is None


@pytest.mark.parametrize("pattern", ["(", "[a", r"(a)\1", "(?=a)", "*", "a)(b"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(RuleInvalid):
        check_pattern(pattern)


def test_a_pattern_that_would_hang_others_takes_no_time() -> None:
    assert matching(["a" * 50_000 + "!"], "(a+)+(a*)*") == [False]
