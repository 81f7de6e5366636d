"""The demo repeats itself, scales, and stays small."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from tests.cli.demo.conftest import opened

from ombudsman.cli.demo.defects import DEFECTS
from ombudsman.cli.demo.files import DemoFiles, packaged
from ombudsman.cli.demo.generate import generate
from ombudsman.cli.demo.truth import ExpectedFindings, Truth
from ombudsman.model.errors import SettingsError
from ombudsman.model.result import Kind

MONTHS = {
    "sales_count_by_month": Kind.COUNT_DIFFERS,
    "sales_amount_by_month": Kind.AGGREGATE_DIFFERS,
}


def content(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All tables of a database file, row by row as they are stored."""
    with duckdb.connect() as database:
        database.execute(f"ATTACH '{path}' AS made (READ_ONLY)")
        database.execute("USE made")
        names = database.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()")
        return {name: database.execute(f"FROM {name}").fetchall() for (name,) in names.fetchall()}


def test_the_same_seed_gives_the_same_rows(demo: DemoFiles, tmp_path: Path):
    again = generate(tmp_path, rows=3_000, seed=11)
    assert content(again.source) == content(demo.source)
    assert content(again.target) == content(demo.target)
    assert again.truth.read_bytes() == demo.truth.read_bytes()


def test_another_seed_gives_other_rows(demo: DemoFiles, tmp_path: Path):
    other = content(generate(tmp_path, rows=3_000, seed=12).source)
    same = content(demo.source)
    drawn = {"Sales.DimStore", "Sales.DimCustomer", "Sales.DimProduct", "Sales.FactSales"}
    drawn |= {
        "Sales.FactReturns",
        "Sales.FactInventoryDaily",
        "Sales.StorePromotion",
        "Sales.DimEmployee",
    }
    drawn |= {"Sales.FactShipments", "Sales.FactFootfall"}
    assert {name for name in same if same[name] != other[name]} == drawn


def test_threads_change_nothing_not_even_the_order_of_rows():
    made = []
    for threads in (1, 4):
        with duckdb.connect() as database:
            database.execute(f"SET threads = {threads}")
            database.execute("SET VARIABLE rows = CAST(300000 AS BIGINT)")
            database.execute("SET VARIABLE seed = CAST(5 AS BIGINT)")
            database.execute(packaged("sql/source.sql"))
            names = database.execute("SELECT table_name FROM duckdb_tables()").fetchall()
            made.append(
                {
                    name: database.execute(
                        f"SELECT count(*), md5(string_agg(hash(t), ' ' ORDER BY rowid)) FROM Sales.{name} AS t"
                    ).fetchone()
                    for (name,) in names
                }
            )
    assert made[0] == made[1]
    assert made[0]["FactSales"] is not None
    assert made[0]["FactSales"][0] == 300_000


def test_an_earlier_demo_is_written_over(tmp_path: Path):
    generate(tmp_path, rows=300, seed=1)
    files = generate(tmp_path, rows=200, seed=2)
    assert len(content(files.source)["Sales.FactSales"]) == 200
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "mapping.yaml",
        "ombudsman.yaml",
        "retail.yaml",
        "source.duckdb",
        "target.duckdb",
        "truth.json",
    ]


def test_a_folder_may_have_an_apostrophe(tmp_path: Path):
    assert generate(tmp_path / "o'neill's demo", rows=200).target.exists()


@pytest.mark.parametrize("rows", [199, 10_000_001, -1])
def test_too_few_or_too_many_rows_are_refused(rows: int, tmp_path: Path):
    with pytest.raises(SettingsError, match="rows") as refused:
        generate(tmp_path, rows=rows)
    assert refused.value.hint


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_that_does_not_fit_is_refused(seed: int, tmp_path: Path):
    with pytest.raises(SettingsError, match="seed"):
        generate(tmp_path, seed=seed)


@pytest.mark.parametrize(
    ("rows", "seed"),
    [(200, 1), (200, 2**63 - 1), (201, 3), (205, 4), (333, 0), (1_001, 6), (50_000, 1)],
)
def test_every_defect_shows_at_any_size_and_seed(rows: int, seed: int, tmp_path: Path):
    truth = Truth.read(generate(tmp_path, rows=rows, seed=seed).truth)
    assert all(each.count > 0 for kinds in truth.expected.values() for each in kinds.values())
    months = ("2023-03-01", "2023-06-01", "2023-09-01")
    for step, kind in MONTHS.items():
        assert truth.expected[step] == {kind: ExpectedFindings(count=3, about=months)}


def test_few_findings_are_told_one_by_one_and_of_many_the_number(demo: DemoFiles):
    truth = Truth.read(demo.truth)
    every = [each for kinds in truth.expected.values() for each in kinds.values()]
    assert all(len(each.about) == (each.count if each.count <= 20 else 0) for each in every)
    assert any(each.count > 20 for each in every)
    lost = truth.expected["dates_days"][Kind.PERIOD_MISSING]
    assert lost == ExpectedFindings(count=1, about=("2024-02-29",))


def test_the_truth_tells_every_defect_and_what_must_be_found(demo: DemoFiles):
    truth = json.loads(demo.truth.read_text(encoding="utf-8"))
    assert [defect["id"] for defect in truth["defects"]] == [defect.id for defect in DEFECTS]
    named = {
        (seen["step"], seen["kind"]) for defect in truth["defects"] for seen in defect["seen_by"]
    }
    assert named == {(step, kind) for step, kinds in truth["expected"].items() for kind in kinds}
    assert Truth.read(demo.truth).model_dump(mode="json") == truth


def test_the_star_holds_together_before_the_migration(demo: DemoFiles):
    with opened(demo) as database:
        for column, dimension in [
            ("CustomerKey", "DimCustomer"),
            ("ProductKey", "DimProduct"),
            ("StoreKey", "DimStore"),
            ("DateKey", "DimDate"),
        ]:
            orphans = database.execute(
                f"FROM source.Sales.FactSales ANTI JOIN source.Sales.{dimension} USING ({column})"
            ).fetchall()
            assert orphans == []
        assert database.execute(
            """
            SELECT count(*) FROM source.Sales.FactSales JOIN source.Sales.DimProduct USING (ProductKey)
            WHERE CAST(OrderDate AS DATE) < ValidFrom OR CAST(OrderDate AS DATE) >= ValidTo OR UnitPrice <> ListPrice
            """
        ).fetchone() == (0,)


MILLION = """
import resource, sys
from pathlib import Path
from ombudsman.cli.demo.generate import generate
generate(Path(sys.argv[1]), rows=1_000_000)
used = resource.getrusage(resource.RUSAGE_SELF)
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(used.ru_utime + used.ru_stime, status["VmHWM"].split()[0])
"""
"""The peak that `getrusage` tells is at least that of the process which began this one."""


@pytest.mark.skipif(
    sys.platform != "linux", reason="the peak of memory is told in kilobytes on Linux"
)
def test_a_million_sales_take_seconds_and_little_memory(tmp_path: Path):
    source = Path(__file__).parents[3] / "src"
    program = tmp_path / "million.py"
    program.write_text(MILLION, encoding="utf-8")
    told = subprocess.run(
        [sys.executable, program, tmp_path],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(source)},
    ).stdout
    seconds, kilobytes = told.split()
    assert (
        float(seconds) < 30
    )  # of all processors together, whatever else the machine does; about 6
    assert int(kilobytes) < 700_000
