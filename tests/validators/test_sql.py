"""The SQL of every validator on every engine is what the snapshots say, and in words that the engine knows."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel
from tests.validators.names import NAMES
from tests.validators.sql_examples import ENGINES, open_shop, read_examples, reason_for_none
from tests.validators.sql_snapshots import FOLDER, wanted

FOREIGN = {
    "mssql": (
        r"\bLIMIT\b|\|\||\bDATE_TRUNC\b|\bSTDDEV_SAMP\b|\bIS (NOT )?(TRUE|FALSE)\b|\bNULLS (FIRST|LAST)\b"
        r"|\bFILTER\s*\(|\bDOUBLE\b(?! PRECISION)|\bTRUE\b|\bFALSE\b|\bINTERVAL\b|\bGREATEST\b|\bLEAST\b"
        r"|\bLENGTH\(|::|AS TEXT\)|\bBOOLEAN\b|\bPOSITION\(|\bSUBSTR\(|\bIS (NOT )?DISTINCT\b|\bBIT_XOR\b"
    ),
    "snowflake": r"::|\bSTDEV\(|\bTOP \d|\bNVARCHAR\b|\bISNULL\(|\bBIT_XOR\(|\bDOUBLE_PRECISION\b|\bHASHBYTES\b",
}
"""Words of other engines that would fail there, or mean something else."""

OWN_FUNCTIONS = {
    "duckdb": {"EPOCH_US", "HASH", "ISFINITE"},
    "postgresql": {"HASH_RECORD_EXTENDED", "ISFINITE", "ROW"},
    "snowflake": {"HASH"},
}
"""Functions that the parser does not know, and the engine does."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Path, str]]:
    with open_shop(tmp_path_factory.mktemp("shop")) as shop:
        yield dict(wanted(shop))


def test_every_validator_is_asked_something_or_says_why_it_asks_nothing():
    assert sorted(read_examples().examples) == NAMES


def test_the_snapshots_are_what_would_be_asked(files: dict[Path, str]):
    there = {path: path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.sql")}

    assert sorted(there) == sorted(files), "run `make snapshots`"
    differing = [str(path.relative_to(FOLDER)) for path, sql in files.items() if there[path] != sql]
    assert not differing, "run `make snapshots`, and read what has changed"


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_is_asked_by_every_validator(files: dict[Path, str], engine: str):
    asked = {path.parent.name for path in files if path.name.startswith(f"{engine}_")}

    assert asked == {name for name in NAMES if reason_for_none(name) is None}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_statement_is_one_query_that_the_engines_parser_reads(
    files: dict[Path, str], engine: str
):
    for path, sql in _of(engine, files):
        parsed = sqlglot.parse(sql, dialect=ENGINES[engine], error_level=ErrorLevel.RAISE)
        assert len(parsed) == 1, path
        assert isinstance(parsed[0], exp.Query), path
        unknown = {each.name.upper() for each in parsed[0].find_all(exp.Anonymous)}
        assert unknown <= OWN_FUNCTIONS.get(engine, set()), path


@pytest.mark.parametrize("engine", FOREIGN)
def test_no_statement_uses_words_of_another_engine(files: dict[Path, str], engine: str):
    for path, sql in _of(engine, files):
        without_texts = re.sub(r"'(?:[^']|'')*'", "''", sql)
        assert not re.search(FOREIGN[engine], without_texts), path


def test_a_boolean_is_no_condition_in_t_sql(files: dict[Path, str]):
    """`WHEN [flag] THEN` is an error there."""
    for path, sql in _of("mssql", files):
        for each in sqlglot.parse_one(sql, dialect="tsql").find_all(exp.If, exp.Where):
            assert not isinstance(each.this, exp.Column | exp.Not) or not isinstance(
                each.this.this, exp.Column | exp.Identifier
            ), path


def _of(engine: str, files: dict[Path, str]) -> Iterator[tuple[Path, str]]:
    return ((path, sql) for path, sql in files.items() if path.name.startswith(f"{engine}_"))
