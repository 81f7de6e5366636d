"""Every way of comparing finds the same: exactly what was planted, whatever is hashed where."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from benchmarks.row_data import COLUMNS, KEY, TABLE, Planted, planting_sql, source_sql
from tests.postgres_server import PostgresServer

from ombudsman.compare.engine import RowsAnswer, RowsQuestion, compare_rows
from ombudsman.compare.plan import Plan, Strategy, _Way, make_plan
from ombudsman.compare.sums import Fingerprint
from ombudsman.connections.connection import Connection, connect
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.measures.relation import Relation
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.equality import Equality
from ombudsman.model.errors import Unsupported
from ombudsman.model.mapping import ColumnMapping, TableMapping
from ombudsman.model.result import Kind
from ombudsman.model.tables import Side, Table

ROWS = 6_000
PLANTED = Planted(changed=30, missing=15, extra=12)
FOUND = {
    Kind.ROW_MISSING_IN_TARGET: 15,
    Kind.ROW_MISSING_IN_SOURCE: 12,
    Kind.VALUE_DIFFERS: 30,
}
NATIVE_PAIRS = [("duckdb", "duckdb"), ("postgresql", "postgresql")]
PAIRS = [*NATIVE_PAIRS, ("postgresql", "duckdb"), ("duckdb", "postgresql")]

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def sides(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[tuple[str, Side], Connection]]:
    """The table and its damaged copy, on each engine."""
    folder = tmp_path_factory.mktemp("rows")
    made: dict[tuple[str, Side], Connection] = {}
    for side in Side:
        damage = planting_sql(ROWS, PLANTED) if side is Side.TARGET else []
        path = folder / f"{side}.duckdb"
        with duckdb.connect(str(path)) as database:
            database.execute("SET TimeZone = 'UTC'")
            for statement in (source_sql(f"range({ROWS}) AS r(i)"), *damage):
                database.execute(statement)
        made["duckdb", side] = connect(f"duckdb {side}", DuckDbSettings(path=path))
        settings = postgres.create_database(f"rows_{side}")
        numbers = f"generate_series(0::bigint, {ROWS - 1}) AS r(i)"
        keyed = f"ALTER TABLE {TABLE} ADD PRIMARY KEY ({KEY})"
        for statement in (source_sql(numbers), *damage, keyed, f"ANALYZE {TABLE}"):
            postgres.execute(f"rows_{side}", statement)
        made["postgresql", side] = connect(f"postgresql {side}", settings)
    yield made
    for connection in made.values():
        connection.close()


def compared(
    sides: dict[tuple[str, Side], Connection],
    engines: tuple[str, str],
    *,
    target: Side = Side.TARGET,
    **question: object,
) -> RowsAnswer:
    with (
        sides[engines[0], Side.SOURCE].open() as source,
        sides[engines[1], target].open() as other,
    ):
        ours, theirs = (_table(read_catalogue(reader).tables) for reader in (source, other))
        mapping = TableMapping(
            source=ours.ref,
            target=theirs.ref,
            columns=tuple(ColumnMapping(source=name, target=name) for name in COLUMNS),
        )
        relations = tuple(
            Relation(
                side,
                table,
                source_table=ours,
                mapping=mapping,
                dialect=reader.connection.sql_dialect,
                source_dialect=source.connection.sql_dialect,
            )
            for side, table, reader in zip(Side, (ours, theirs), (source, other), strict=True)
        )
        told = {"key": (KEY,), "columns": tuple(COLUMNS)} | question
        return compare_rows(RowsQuestion(**told), relations, (source, other))  # type: ignore[arg-type]


def _table(tables: tuple[Table, ...]) -> Table:
    return next(table for table in tables if table.ref.name == TABLE)


def _way(
    monkeypatch: pytest.MonkeyPatch, fingerprint: Fingerprint, here: frozenset[Side] = frozenset()
) -> None:
    """Lets the plan choose this way, whatever it costs."""

    def chosen(*args: object) -> Plan:
        plan = make_plan(*args)  # type: ignore[arg-type]
        return replace(plan, strategy=Strategy.CHECKSUM, fingerprint=fingerprint, hashed_here=here)

    monkeypatch.setattr("ombudsman.compare.engine.make_plan", chosen)


@pytest.mark.parametrize("engines", PAIRS)
@pytest.mark.parametrize("strategy", [Strategy.AUTO, Strategy.CHECKSUM, Strategy.STREAM])
def test_every_strategy_finds_what_was_planted(
    sides: dict[tuple[str, Side], Connection], engines: tuple[str, str], strategy: Strategy
) -> None:
    answer = compared(sides, engines, strategy=strategy)

    assert answer.differences.found == FOUND
    assert set(answer.differences.columns) == {"price", "weight", "note", "shipped", "name"}
    assert answer.rows == (ROWS, ROWS - 15 + 12)
    assert answer.plan.strategy in {Strategy.CHECKSUM, Strategy.STREAM}
    assert answer.plan.why


@pytest.mark.parametrize("engines", PAIRS)
@pytest.mark.parametrize("here", [frozenset(), frozenset({Side.SOURCE}), frozenset(Side)])
def test_portable_fingerprints_agree_wherever_they_are_made(
    sides: dict[tuple[str, Side], Connection],
    engines: tuple[str, str],
    here: frozenset[Side],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _way(monkeypatch, Fingerprint.PORTABLE, here)

    assert compared(sides, engines).differences.found == FOUND
    assert compared(sides, engines, target=Side.SOURCE).differences.found == {}


@pytest.mark.parametrize("engines", PAIRS)
def test_equal_tables_have_equal_sums(
    sides: dict[tuple[str, Side], Connection],
    engines: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No row is read twice: a false alarm of the sums would cost time, and say nothing."""
    _way(monkeypatch, Fingerprint.PORTABLE)

    answer = compared(sides, engines, target=Side.SOURCE)

    assert answer.differences.rows == 0
    assert (
        sum(statement.side is Side.SOURCE for statement in answer.statements) <= 2
    )  # extent, sums


@pytest.mark.parametrize("engines", PAIRS)
@pytest.mark.parametrize("key", [("reference",), ("id", "customer"), ()])
def test_other_keys_find_the_same_rows(
    sides: dict[tuple[str, Side], Connection], engines: tuple[str, str], key: tuple[str, ...]
) -> None:
    for strategy in (Strategy.AUTO, Strategy.STREAM):
        found = compared(sides, engines, key=key, strategy=strategy).differences.found
        if key == ("id", "customer"):
            assert found == FOUND
        elif key == ():  # a changed row is another row
            assert found == {Kind.ROW_MISSING_IN_TARGET: 45, Kind.ROW_MISSING_IN_SOURCE: 42}
        else:  # an extra row is a copy under another id
            assert found == {
                Kind.ROW_MISSING_IN_TARGET: 15,
                Kind.ROW_DUPLICATED: 12,
                Kind.VALUE_DIFFERS: 30,
            }


@pytest.mark.parametrize("engines", NATIVE_PAIRS)
def test_one_engine_on_both_sides_may_hash_its_own_way(
    sides: dict[tuple[str, Side], Connection], engines: tuple[str, str]
) -> None:
    answer = compared(sides, engines, strategy=Strategy.NATIVE)

    assert answer.differences.found == FOUND
    assert not answer.plan.hashed_here


def test_two_engines_have_no_hash_in_common(
    sides: dict[tuple[str, Side], Connection],
) -> None:
    with pytest.raises(Unsupported, match="own hash"):
        compared(sides, ("postgresql", "duckdb"), strategy=Strategy.NATIVE)


def test_auto_streams_when_the_sums_show_that_much_differs(
    sides: dict[tuple[str, Side], Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ombudsman.compare.engine.DIRTY_SHARE", 0.0001)

    answer = compared(sides, ("postgresql", "postgresql"))

    assert answer.plan.strategy is Strategy.STREAM
    assert "changed its mind" in answer.plan.why[-1]
    assert answer.differences.found == FOUND


@pytest.mark.parametrize("engines", PAIRS)
def test_a_limit_stops_early_and_says_so(
    sides: dict[tuple[str, Side], Connection], engines: tuple[str, str]
) -> None:
    answer = compared(sides, engines, limit=1)

    assert answer.at_least
    assert 1 <= answer.differences.rows <= 57


def test_every_difference_is_written(
    sides: dict[tuple[str, Side], Connection], tmp_path: Path
) -> None:
    path = tmp_path / "rows.parquet"
    compared(sides, ("postgresql", "duckdb"), rows_file=path)

    kinds = duckdb.sql(f"SELECT kind, COUNT(*) FROM '{path}' GROUP BY 1").fetchall()
    assert dict(kinds) == {kind.value: count for kind, count in FOUND.items()}
    changed = duckdb.sql(
        f"SELECT key, \"column\", source, target FROM '{path}' WHERE \"column\" = 'name' ORDER BY key LIMIT 1"
    ).fetchall()
    ((key, column, source, target),) = changed
    assert key.startswith('["')
    assert target == source.upper()
    assert column == "name"
    assert not list(tmp_path.glob("*.part"))


def test_the_cheapest_way_that_serves_is_taken() -> None:
    stream = _Way("stream", Strategy.STREAM, Fingerprint.WORKSPACE, 1.0, "quick")
    native = _Way("own", Strategy.CHECKSUM, Fingerprint.RECORD, 2.0, "alike", native=True)
    assert stream.serves(Strategy.AUTO)
    assert not stream.serves(Strategy.NATIVE)
    assert native.serves(Strategy.CHECKSUM)
    assert not native.serves(Strategy.STREAM)


@pytest.mark.parametrize("engines", PAIRS)
def test_rows_meet_whose_names_a_policy_holds_for_one(
    sides: dict[tuple[str, Side], Connection],
    engines: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Hashed as they are spelt, they would lie in two buckets, and each portion would miss the other's rows."""
    monkeypatch.setattr("ombudsman.compare.checksum.BUCKETS_PER_STATEMENT", 1)
    monkeypatch.setattr("ombudsman.compare.engine.DIRTY_SHARE", 1)
    equality = {"name": Equality(letter_case="ignored")}

    answer = compared(sides, engines, key=("name",), columns=("name", "id"), equality=equality)

    kinds = {Kind.ROW_MISSING_IN_TARGET: 15, Kind.ROW_DUPLICATED: 12}
    assert answer.differences.found == kinds
    with pytest.raises(Unsupported, match="by sums"):
        compared(sides, engines, key=("name",), equality=equality, strategy=Strategy.CHECKSUM)
