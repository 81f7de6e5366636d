"""The dimensions of TPC-DS have sound histories, and facts that meet them: they pass, and planted faults are found.

`item`, `store`, `call_center` and `web_site` hold the versions of their members with the first and the last day of each
(NULL: still valid), made by people who know nothing of this program. The generator leaves the first day of some items
out; what that breaks is in source and target alike, and so no defect of the migration.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.real.tpcds import tpcds_database, tpcds_folder
from tests.validators.play import begin

from ombudsman.connections.connection import connect
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.mapping.by_name import map_by_name
from ombudsman.measures.rounds import Rounds
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.result import Result
from ombudsman.model.tables import Side, TableRef
from ombudsman.validators.pair import Tables

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass(frozen=True)
class Dimension:
    """A table with history, and what its columns begin with."""

    table: str
    prefix: str
    surrogate: str

    @property
    def key(self) -> str:
        return "web_site_id" if self.table == "web_site" else f"{self.prefix}_{self.table}_id"

    @property
    def begin(self) -> str:
        return f"{self.prefix}_rec_start_date"

    @property
    def end(self) -> str:
        return f"{self.prefix}_rec_end_date"

    def versions(self, place: str, members: int) -> str:
        """The surrogate keys of the first, a later or the last version of some members that have several."""
        rank = f"row_number() OVER (PARTITION BY {self.key} ORDER BY {self.begin})"
        size = f"count(*) OVER (PARTITION BY {self.key})"
        known = f"count({self.begin}) OVER (PARTITION BY {self.key})"
        wanted = {"first": "rank = 1", "second": "rank = 2", "last": "rank = size"}[place]
        ranked = f"SELECT *, {rank} AS rank, {size} AS size, {known} AS known FROM {self.table}"
        return (
            f"SELECT {self.surrogate} FROM ({ranked}) WHERE size > 1 AND known = size AND {wanted} "
            f"ORDER BY {self.key} LIMIT {members}"
        )


DIMENSIONS = [
    Dimension("item", "i", "i_item_sk"),
    Dimension("store", "s", "s_store_sk"),
    Dimension("call_center", "cc", "cc_call_center_sk"),
    Dimension("web_site", "web", "web_site_sk"),
]

FAULTS: dict[str, tuple[str, str, dict[str, int]]] = {
    "a version begins a day late": ("second", "SET {begin} = {begin} + 1", {"interval_gap": 1}),
    "a version begins a day early": (
        "second",
        "SET {begin} = {begin} - 1",
        {"interval_overlap": 1},
    ),
    "a version ends before it begins": (
        "first",
        "SET {end} = {begin} - 1",
        {"interval_inverted": 1},
    ),
    "the last version has ended": ("last", "SET {end} = {begin} + 9", {"current_missing": 1}),
    "an old version is still open": (
        "first",
        "SET {end} = NULL",
        {"interval_overlap": 1, "current_not_unique": 1},
    ),
}
"""Which version of a member is changed, how, and what is found of each such member."""

REFERENCES = [
    {"columns": [column], "table": f"main.{table}", "referred_columns": [referred]}
    for column, table, referred in (
        ("ss_item_sk", "item", "i_item_sk"),
        ("ss_store_sk", "store", "s_store_sk"),
        ("ss_customer_sk", "customer", "c_customer_sk"),
        ("ss_sold_date_sk", "date_dim", "d_date_sk"),
    )
]


@pytest.fixture(scope="module")
def folder() -> Path:
    return tpcds_folder()


@pytest.fixture(scope="module")
def source(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tpcds_database(tmp_path_factory.mktemp("tpcds") / "source.duckdb", folder)


@dataclass(frozen=True)
class Migration:
    """Plants changes into a copy of the source, and asks."""

    source: Path
    folder: Path
    scratch: Path

    def asked(self, validator: str, table: str, params: Mapping[str, Any], *changes: str) -> Result:
        target = tpcds_database(self.scratch / "target.duckdb", self.folder, *changes)
        sides = {Side.SOURCE: self.source, Side.TARGET: target}
        with (
            connect("source", DuckDbSettings(path=sides[Side.SOURCE])) as here,
            connect("target", DuckDbSettings(path=sides[Side.TARGET])) as there,
            here.open() as source,
            there.open() as other,
        ):
            readers = {Side.SOURCE: source, Side.TARGET: other}
            catalogues = {side: read_catalogue(reader) for side, reader in readers.items()}
            mapping = map_by_name(*catalogues.values()).mapping
            tables = Tables(catalogues, mapping, dict.fromkeys(Side, "duckdb"))
            with Rounds(readers) as rounds:
                begin(rounds, "it", tables.pair(TableRef.parse(f"main.{table}")), validator, params)
                (ended,) = rounds.wait()
        assert ended.error is None, ended.error
        assert isinstance(ended.value, Result)
        return ended.value


@pytest.fixture
def migration(source: Path, folder: Path, tmp_path: Path) -> Migration:
    return Migration(source, folder, tmp_path)


def history(dimension: Dimension) -> dict[str, Any]:
    return {
        "business_key": [dimension.key],
        "valid_from": dimension.begin,
        "valid_to": dimension.end,
        "intervals": "closed_days",
    }


def found(result: Result) -> dict[str, int]:
    return {kind.value: times for kind, times in result.found.items()}


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=lambda each: each.table)
def test_a_clean_history_passes(migration: Migration, dimension: Dimension):
    result = migration.asked("validate_scd2", dimension.table, history(dimension))
    assert found(result) == {}
    versions, members = result.figures
    assert 0 < members.source < versions.source == versions.target
    is_incomplete = dimension.table == "item"
    assert [note.startswith("5 gaps are in the source alike") for note in result.notes] == (
        [True] if is_incomplete else []
    )


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("dimension", DIMENSIONS, ids=lambda each: each.table)
def test_a_broken_history_is_found(migration: Migration, dimension: Dimension, fault: str):
    place, change, expected = FAULTS[fault]
    members = 1 if dimension.table != "item" else 40
    told = change.format(begin=dimension.begin, end=dimension.end)
    versions = dimension.versions(place, members)
    changed = f"UPDATE {dimension.table} {told} WHERE {dimension.surrogate} IN ({versions})"
    result = migration.asked("validate_scd2", dimension.table, history(dimension), changed)
    assert found(result) == {kind: times * members for kind, times in expected.items()}


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=lambda each: each.table)
def test_a_lost_first_version_is_a_history_that_differs(migration: Migration, dimension: Dimension):
    lost = f"DELETE FROM {dimension.table} WHERE {dimension.surrogate} IN ({dimension.versions('first', 1)})"
    result = migration.asked("validate_scd2", dimension.table, history(dimension), lost)
    assert found(result) == {"attribute_history_differs": 1}


@pytest.mark.parametrize(("k", "value"), [(0, "i_color"), (7, "i_color"), (130, "i_color")])
def test_rewritten_attributes_of_versions_are_found_one_by_one(
    migration: Migration, k: int, value: str
):
    params = {"business_key": ["i_item_id", "i_rec_start_date"]}
    rewritten = f"""
        UPDATE item SET {value} = coalesce({value}, '') || '?'
        WHERE i_item_sk IN (SELECT i_item_sk FROM item WHERE i_item_id IS NOT NULL
            AND i_rec_start_date IS NOT NULL ORDER BY i_item_sk DESC LIMIT {k})"""
    result = migration.asked("validate_scd1", "item", params, rewritten)
    assert found(result) == ({"value_differs": k} if k else {})


@pytest.mark.parametrize(
    ("validator", "params"),
    [
        ("validate_foreign_keys", {"references": REFERENCES}),
        ("validate_fact_dim_conformance", {"dimensions": REFERENCES}),
    ],
)
def test_facts_meet_their_dimensions_and_orphans_are_found(
    migration: Migration, validator: str, params: dict[str, Any]
):
    params |= {"inherited": "report"}
    assert found(migration.asked(validator, "store_sales", params)) == {}
    lost = "UPDATE store_sales SET ss_item_sk = -1 - rowid WHERE rowid < 33"
    orphaned = """
        UPDATE store_sales SET ss_customer_sk = -1 - rowid WHERE rowid IN
            (SELECT rowid FROM store_sales WHERE ss_customer_sk IS NOT NULL ORDER BY rowid LIMIT 20)"""
    result = migration.asked(validator, "store_sales", params, lost, orphaned)
    assert found(result) == {"key_orphaned": 53}
    told = Counter(each.column for each in result.findings)
    assert told == {"ss_item_sk": 33, "ss_customer_sk": 20}
