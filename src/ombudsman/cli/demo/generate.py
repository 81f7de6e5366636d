"""Makes the demo's two databases, plants the defects, and writes down the truth.

The databases make their own rows: SQL computes them from the seed and the row's number (`sql/source.sql`), a faultless
migration copies them (`sql/target.sql`), and each defect then damages the copy.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from ombudsman.cli.demo.defect import Defect
from ombudsman.cli.demo.defects import DEFECTS, EXPECTATIONS
from ombudsman.cli.demo.files import DemoFiles, packaged, write_settings
from ombudsman.cli.demo.harmless import HARMLESS
from ombudsman.cli.demo.truth import (
    TOLD_ONE_BY_ONE,
    Expected,
    ExpectedFindings,
    HarmlessDifference,
    PlantedDefect,
    Truth,
)
from ombudsman.connections.samples import SampleDatabase, duckdb_file
from ombudsman.model.errors import SettingsError

FEWEST_ROWS = 200
MOST_ROWS = 10_000_000
DEFAULT_ROWS = 50_000
DEFAULT_SEED = 1

_MEMORY_LIMIT = "SET memory_limit = '768MB'"


def generate(
    directory: Path,
    *,
    rows: int = DEFAULT_ROWS,
    seed: int = DEFAULT_SEED,
    defects: Iterable[Defect] = DEFECTS,
) -> DemoFiles:
    """Writes the whole demo into `directory`, over what an earlier demo left there.

    Args:
        directory: Is made when it does not exist.
        rows: How many rows FactSales has, 200 to 10,000,000; the other tables grow with it.
        seed: The same seed gives the same rows.
        defects: What to plant; all by default.

    Raises:
        SettingsError: rows or seed are out of range.
    """
    if not FEWEST_ROWS <= rows <= MOST_ROWS:
        raise SettingsError(
            f"the demo cannot have {rows} rows",
            hint=f"choose from {FEWEST_ROWS} to {MOST_ROWS}",
        )
    if not 0 <= seed < 2**63:
        raise SettingsError(f"the demo cannot use seed {seed}", hint="choose from 0 to 2^63 - 1")
    directory.mkdir(parents=True, exist_ok=True)
    demo = DemoFiles(directory)
    planted = tuple(defects)
    _make_source(demo, rows=rows, seed=seed)
    expected = _make_target(demo, planted)
    write_settings(directory)
    Truth(
        rows=rows,
        seed=seed,
        defects=tuple(PlantedDefect.of(defect) for defect in planted),
        harmless=tuple(HarmlessDifference.of(each) for each in HARMLESS),
        expected=expected,
    ).write(demo.truth)
    return demo


def _make_source(demo: DemoFiles, *, rows: int, seed: int) -> None:
    with duckdb_file(demo.source) as database:
        database.execute(_MEMORY_LIMIT)
        database.execute(f"SET VARIABLE rows = CAST({rows} AS BIGINT)")
        database.execute(f"SET VARIABLE seed = CAST({seed} AS BIGINT)")
        database.execute(packaged("sql/source.sql"))


def _make_target(demo: DemoFiles, defects: Sequence[Defect]) -> Expected:
    with duckdb_file(demo.target) as database:
        database.execute(_MEMORY_LIMIT)
        database.execute(f"ATTACH {_quoted(demo.source)} AS source (READ_ONLY)")
        database.execute(packaged("sql/target.sql"))
        for defect in defects:
            database.execute(defect.how)
        return _expected(database, defects, scratch=demo.directory / "expected.json")


def _expected(database: SampleDatabase, defects: Iterable[Defect], *, scratch: Path) -> Expected:
    """Asks by plain SQL what the steps must find. The answers come through a file, for a writer gives none."""
    named = {(seen.step, seen.kind) for defect in defects for seen in defect.sightings}
    expectations = [each for each in EXPECTATIONS if (each.step, each.kind) in named]
    database.execute("CREATE TEMP TABLE expected (place INTEGER, findings BIGINT, about VARCHAR[])")
    for place, each in enumerate(expectations):
        database.execute(
            f"""
            INSERT INTO expected
            SELECT {place}, count(*), min(CAST(about AS VARCHAR), {TOLD_ONE_BY_ONE})
            FROM ({each.findings}) AS findings(about)
            """  # noqa: S608 - our own SQL
        )
    try:
        database.execute(
            f"COPY (FROM expected ORDER BY place) TO {_quoted(scratch)} (FORMAT json, ARRAY true)"
        )
        answers = json.loads(scratch.read_text(encoding="utf-8"))
    finally:
        scratch.unlink(missing_ok=True)
    expected: Expected = {}
    for each, answer in zip(expectations, answers, strict=True):
        count = answer["findings"]
        about = answer["about"] if 0 < count <= TOLD_ONE_BY_ONE else ()
        expected.setdefault(each.step, {})[each.kind] = ExpectedFindings(count=count, about=about)
    return expected


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
