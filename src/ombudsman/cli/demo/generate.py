"""Makes the demo's two databases, plants the defects, and writes down the truth.

The databases make their own rows: SQL computes them from the seed and the row's number (`sql/source.sql`), a faultless
migration copies them (`sql/target.sql`), and each defect then damages the copy.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from ombudsman.cli.demo.defects import DEFECTS, Defect
from ombudsman.cli.demo.expectations import EXPECTATIONS
from ombudsman.cli.demo.files import DemoFiles, packaged, write_settings
from ombudsman.cli.demo.harmless import HARMLESS
from ombudsman.cli.demo.truth import Expected, HarmlessDifference, PlantedDefect, Truth
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
        return _expected(database, defects, scratch=demo.directory / "numbers.json")


def _expected(database: SampleDatabase, defects: Iterable[Defect], *, scratch: Path) -> Expected:
    """Counts by plain SQL what the steps must find. The counts come through a file, for a writer answers nothing."""
    named = {(seen.step, seen.kind) for defect in defects for seen in defect.sightings}
    expectations = [each for each in EXPECTATIONS if (each.step, each.kind) in named]
    database.execute("SET VARIABLE numbers = CAST([] AS BIGINT[])")
    for each in expectations:
        database.execute(
            f"SET VARIABLE numbers = list_append(getvariable('numbers'), ({each.count}))"
        )
    try:
        database.execute(
            f"COPY (SELECT getvariable('numbers') AS numbers) TO {_quoted(scratch)} (FORMAT json)"
        )
        numbers = json.loads(scratch.read_text(encoding="utf-8"))["numbers"]
    finally:
        scratch.unlink(missing_ok=True)
    expected: Expected = {}
    for each, number in zip(expectations, numbers, strict=True):
        expected.setdefault(each.step, {})[each.kind] = number
    return expected


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
