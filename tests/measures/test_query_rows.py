"""A person's whole query: asked on every engine in its own names, with its evidence, within its limit, and alone."""

import pytest
from tests.measures.databases import Database, Sample, asking, outcomes, relation

from ombudsman.connections.reader import Reader
from ombudsman.measures.plan import Question, RowsScan, plan
from ombudsman.measures.questions import QueryOf, QueryRows, count_rows
from ombudsman.measures.relation import Relation
from ombudsman.measures.rounds import Ask, Ended, Rounds
from ombudsman.model.errors import StatementInvalid, Unsupported
from ombudsman.sql.queries import parse_query

SHOP = Sample(
    "shop", {"n": "integer", "t": "text"}, [(1, "100%"), (2, "a:x"), (2, None), (3, "it's")]
)


def _asked(database: Database, spoken_of: Relation, text: str, *, limit: int = 10) -> Question:
    ref = spoken_of.table.ref
    query = parse_query(text, dialect="duckdb", tables={"shop": spoken_of.table.column_names})
    sql = query.render(database.sql_dialect, {"shop": (str(ref), {})}, limit=limit + 1)
    return Question(spoken_of, QueryOf(query, limit), sql=sql)


async def _answers(*questions: Question) -> tuple[QueryRows, ...]:
    return await Ask(questions)


def _ended(reader: Reader, question: Question) -> dict[str, Ended]:
    with Rounds({question.relation.side: reader}) as rounds:
        rounds.begin("query", _answers(question))
        rounds.begin("rows", asking(question.relation, count_rows()))
        return outcomes(rounds)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT n, COUNT(*) AS times FROM shop GROUP BY n ORDER BY n", [(1, 1), (2, 2), (3, 1)]),
        (
            "SELECT n FROM shop WHERE t LIKE '100%' OR t = 'a:x' OR t = 'it''s' ORDER BY n",
            [1, 2, 3],
        ),
        ("SELECT n FROM shop WHERE t IS NULL", [2]),
        ("SELECT n FROM shop WHERE n > 9", []),
        ("WITH s AS (SELECT SUM(n) AS whole FROM shop) SELECT whole FROM s", [8]),
    ],
)
def test_a_query_is_answered_with_its_evidence(
    database: Database, text: str, expected: list[object]
) -> None:
    with database.reading(SHOP) as (reader, tables):
        question = _asked(database, relation(database, tables["shop"]), text)
        ended = _ended(reader, question)
    (answer,) = ended["query"].value
    assert list(answer.rows) == [row if isinstance(row, tuple) else (row,) for row in expected]
    assert answer.statement.sql == question.sql
    assert answer.statement.rows == len(expected)
    assert ended["query"].statements == (answer.statement,)


def test_a_query_of_more_rows_than_its_limit_is_an_error_of_its_own(database: Database) -> None:
    with database.reading(SHOP) as (reader, tables):
        spoken_of = relation(database, tables["shop"])
        too_many = _ended(reader, _asked(database, spoken_of, "SELECT n FROM shop", limit=3))
        enough = _ended(reader, _asked(database, spoken_of, "SELECT n FROM shop", limit=4))
    assert isinstance(too_many["query"].error, Unsupported)
    assert too_many["rows"].value[0].value == 4
    assert len(enough["query"].value[0].rows) == 4


def test_a_query_that_breaks_fails_alone(duck: Database) -> None:
    with duck.reading(SHOP) as (reader, tables):
        question = _asked(
            duck, relation(duck, tables["shop"]), "SELECT CAST(t AS INTEGER) AS n FROM shop"
        )
        ended = _ended(reader, question)
    assert isinstance(ended["query"].error, StatementInvalid)
    assert ended["rows"].error is None


def test_equal_queries_are_one_statement(duck: Database) -> None:
    with duck.reading(SHOP) as (_, tables):
        spoken_of = relation(duck, tables["shop"])
        texts = ["SELECT n FROM shop", "select N\nfrom shop -- all"]
        scans = plan([_asked(duck, spoken_of, each) for each in texts], max_select_list=100)
    assert len(scans) == 1
    assert isinstance(scans[0], RowsScan)
