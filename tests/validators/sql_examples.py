"""What a validator asks of its tables, in the SQL of any engine.

The validator talks to a pair of tables whose sides speak the engine's dialect, and its questions are planned and
written as they would be there. The answers come from DuckDB, in which the tables of `sql_examples.yml` stand: so the
conversation goes on as it would, to the last question.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Select
from tests.validators.case_file import Case, Named
from tests.validators.case_file import Tables as TablePair
from tests.validators.sql_layout import laid_out
from tests.validators.stage import Stage, duckdb_stages

from ombudsman.compare.columns import layout
from ombudsman.compare.side import ComparedSide
from ombudsman.compare.sums import Buckets, Fingerprint, in_buckets, pushed_down_statement
from ombudsman.connections.literals import whole_sql
from ombudsman.connections.rendering import rendering_dialect
from ombudsman.measures.plan import Question, Scan, plan
from ombudsman.measures.questions import QueryOf
from ombudsman.measures.relation import Relation
from ombudsman.measures.scan import answer, statement_of
from ombudsman.model.base import Strict
from ombudsman.model.mapping import Mapping as TableMappings
from ombudsman.model.tables import Side, TableRef
from ombudsman.model.yaml_source import read_yaml_file
from ombudsman.validators.pair import Tables
from ombudsman.validators.registry import find

FILE = Path(__file__).parent / "sql_examples.yml"
SCHEMA = "shop"
SELECT_LIST = 1_000
"""Expressions in one SELECT; fewer than any engine takes, and more than an example needs."""

RECORD, PORTABLE = Fingerprint.RECORD, Fingerprint.PORTABLE

ENGINES = {
    "duckdb": "duckdb",
    "postgresql": "postgres",
    "mssql": "tsql",
    "snowflake": "snowflake",
}
"""By SQLAlchemy's name of the engine, the parser's name of its dialect."""


class Example(Strict):
    """One thing that a validator is asked to do."""

    table: str
    params: dict[str, Any]


class _File(Strict):
    tables: dict[str, TablePair]
    examples: dict[str, dict[str, Example | str]]


@dataclass(frozen=True)
class Asked:
    """A statement that was asked of one side, or alike of both."""

    example: str
    sides: str
    sql: str
    """In the words of its engine, a clause a line."""


@cache
def read_examples() -> _File:
    return _File.model_validate(read_yaml_file(FILE).data)


def reason_for_none(validator: str) -> str | None:
    """Why the validator has no SQL of its own; None: it has."""
    reason = read_examples().examples[validator].get("none")
    return reason if isinstance(reason, str) else None


@dataclass(frozen=True)
class Shop:
    """The tables of the examples, in DuckDB."""

    stages: Mapping[Side, Stage]

    @cached_property
    def mapping(self) -> TableMappings:
        pairs = read_examples().tables.values()
        return TableMappings(tables=tuple(each.table_mapping(SCHEMA) for each in pairs))

    def asked(self, validator: str, engine: str) -> list[Asked]:
        """All that the validator asks in its examples, in the order of asking."""
        asked: list[Asked] = []
        for name, example in read_examples().examples[validator].items():
            if validator == "validate_rows" and isinstance(example, Example):
                asked += _once(_comparison(self, example, engine))
            elif isinstance(example, Example):
                conversation = _Conversation(self, engine)
                conversation.hold(validator, example)
                asked += _alike_once(name, conversation.scans, engine)
        return asked

    def tables(self, dialect: str) -> Tables:
        catalogues = {side: stage.catalogue for side, stage in self.stages.items()}
        return Tables(catalogues, self.mapping, dict.fromkeys(Side, dialect))


@contextmanager
def open_shop(folder: Path) -> Iterator[Shop]:
    """The shop in two DuckDB files of this folder."""
    *others, last = read_examples().tables.items()
    case = Case(**dict(last[1]), others=dict(others))
    with duckdb_stages(folder, [Named("", "", SCHEMA, case)]) as stages:
        yield Shop(stages)


@dataclass(frozen=True)
class _Place:
    """Stands for a reader, of which nothing is asked but what its engine is called."""

    engine: str

    @property
    def connection(self) -> "_Place":
        return self


def _comparison(shop: Shop, example: Example, engine: str) -> Iterator[Asked]:
    """What a comparison of rows asks: sums of buckets, and the rows of those that differ."""
    pair = shop.tables(ENGINES[engine]).pair(TableRef(schema=SCHEMA, name=example.table))
    relations = (pair.source.relation, pair.target.relation)
    made = layout(*relations, key=pair.mapping.key, columns=example.params["columns"], equality={})
    buckets = Buckets(made.keys[0], shift=7)
    place: Any = _Place(engine)
    for side, relation in zip(Side, relations, strict=True):
        asked = ComparedSide(side, relation, place, made)
        for name, fingerprint in (("by_the_engines_own_hash", RECORD), ("portable", PORTABLE)):
            if fingerprint is RECORD and engine == "mssql":
                continue
            statement = pushed_down_statement(asked, fingerprint, buckets)
            yield Asked(f"sums_{name}", side.value, _said(statement, engine))
        there = in_buckets(asked, PORTABLE, buckets, [1, 2, 7])
        assert there is not None
        yield Asked("rows_of_buckets", side.value, _said(asked.rows(there), engine))


class _Conversation:
    """A validator, an engine whose dialect it speaks, and DuckDB that answers."""

    def __init__(self, shop: Shop, engine: str) -> None:
        self.scans: list[Scan] = []
        self._shop = shop
        self._dialect = ENGINES[engine]
        self._spoken = shop.tables(self._dialect)
        self._answering = shop.tables("duckdb")

    def hold(self, validator: str, example: Example) -> None:
        asker = find(validator)
        pair = self._spoken.pair(TableRef(schema=SCHEMA, name=example.table))
        coroutine = asker(pair, asker.params.model_validate(example.params))
        heard: Any = None
        while True:
            try:
                ask = coroutine.send(heard)
            except StopIteration:
                return
            heard = self._answers(ask.questions)

    def _answers(self, questions: Sequence[Question]) -> tuple[Any, ...]:
        answers: dict[Any, Any] = {}
        for side in Side:
            here = [each for each in questions if each.relation.side is side]
            for scans in _by_table(here):
                self.scans += scans
            for scans in _by_table([self._twin(each) for each in here]):
                for scan in scans:
                    answers |= {
                        each.key: value
                        for each, value in answer(scan, self._shop.stages[side].reader).items()
                    }
        return tuple(answers[each.key] for each in questions)

    def _twin(self, question: Question) -> Question:
        """The same question, as DuckDB is asked it."""
        measure, relation = question.measure, self._read_by_duckdb(question.relation)
        if isinstance(measure, QueryOf):
            pair = self._answering.pair(relation.mapping.source)
            return Question(relation, measure, sql=pair.said_query(measure, side=relation.side))
        others = tuple(self._read_by_duckdb(each) for each in question.others)
        return Question(relation, measure, others)

    def _read_by_duckdb(self, spoken: Relation) -> Relation:
        """The same table: conditions are understood as they were written, and rendered for DuckDB."""
        source = self._answering.catalogues[Side.SOURCE].table(spoken.mapping.source)
        assert source is not None
        return Relation(
            spoken.side,
            spoken.table,
            source_table=source,
            mapping=spoken.mapping,
            dialect="duckdb",
            source_dialect=spoken.dialect,
        )


def _by_table(questions: Sequence[Question]) -> Iterator[list[Scan]]:
    tables = dict.fromkeys(each.relation.table.ref for each in questions)
    for table in tables:
        here = [each for each in questions if each.relation.table.ref == table]
        yield plan(here, max_select_list=SELECT_LIST)


def _alike_once(example: str, scans: Sequence[Scan], engine: str) -> list[Asked]:
    """The scans as SQL."""
    return _once(Asked(example, scan.relation.side.value, _written(scan, engine)) for scan in scans)


def _written(scan: Scan, engine: str) -> str:
    """The statement as it would be sent; a person's own query is written by the parser already."""
    own = scan.questions[0].sql
    return _said(statement_of(scan), engine) if own is None else laid_out(own, ENGINES[engine])


def _said(statement: Select[Any], engine: str) -> str:
    return laid_out(whole_sql(statement, rendering_dialect(engine)), ENGINES[engine])


def _once(asked: Iterable[Asked]) -> list[Asked]:
    """What both sides are asked alike stands once."""
    sides: dict[tuple[str, str], list[str]] = {}
    for each in asked:
        sides.setdefault((each.example, each.sql), []).append(each.sides)
    return [
        Asked(example, "both" if len(there) > 1 else there[0], sql)
        for (example, sql), there in sides.items()
    ]
