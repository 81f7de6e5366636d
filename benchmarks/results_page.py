"""How soon is the first page of a million differing rows there, and what do ten million cost on their way through?

Through the studio's API, a request at a time: the first page of a million differences filtered by column and cause (as
for the first time, when everything is counted, and again), pages deep in the file, the last page, a sorted one. Then
whole files of them: so many lines a second, and by how much the peak of the process grows when the file has many
times the lines.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from ombudsman.compare.rows_file import SCHEMA
from ombudsman.compare.stored_rows import _kept

LINES, FEW = 1_000_000, 100_000
MANY = {"parquet": 10_000_000, "csv masked": 1_000_000}
FILES = {"parquet": LINES, "csv": FEW, "csv masked": FEW, "xlsx": FEW}
BATCH = 8_192
COLUMNS = ("Amount", "OrderDate", "Status", "Note")
CAUSES = ("rounding", "time_zone", "other")
TIMES = 15

CLIENT = "import sys; from benchmarks.results_page import passed; print(passed(sys.argv[1], int(sys.argv[2])))"


def run() -> dict[str, Any]:
    """Milliseconds, lines a second, MiB. Goals: the first page under 300 ms; under 256 MiB more for ten million."""
    with tempfile.TemporaryDirectory() as folder:
        pages = _pages(Path(folder))
        files = {form: {"lines": lines, **_passed(form, lines)} for form, lines in FILES.items()}
        growth = {
            f"{form}, {lines:,} lines": _passed(form, lines)["peak_mib"]
            - _passed(form, FEW)["peak_mib"]
            for form, lines in MANY.items()
        }
    return {
        "differing_rows": LINES,
        "milliseconds": pages,
        "files": files,
        f"growth_mib_since_{FEW:,}_lines": growth,
        "goals": {"first_page_ms": 300, "growth_mib": 256, "lines": 10_000_000},
    }


def write_file(path: Path, lines: int) -> None:
    """So many differences, some columns together as a comparison writes them."""
    chance = np.random.default_rng(7)
    with parquet.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for begin in range(0, lines, BATCH):
            size = min(BATCH, lines - begin)
            column = COLUMNS[begin // BATCH % len(COLUMNS)]
            numbers = pc.cast(pa.array(np.arange(begin, begin + size) * 7919 % lines), pa.string())
            causes = pa.array(np.array(CAUSES)[chance.integers(0, len(CAUSES), size)], pa.string())
            values = [pc.cast(pa.array(chance.random(size)), pa.string()) for _ in range(2)]
            arrays = [
                pa.repeat(pa.scalar("value_differs"), size),
                causes,
                pc.binary_join_element_wise('["C-', numbers, '"]', ""),
                pa.repeat(pa.scalar(column), size),
                pa.repeat(pa.scalar(column.upper()), size),
                *values,
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=SCHEMA))


# ---------------------------------------------------------------- pages


def _pages(folder: Path) -> dict[str, Any]:
    wanted = {"column": "Amount", "cause": "rounding"}
    with _studio(folder) as get:

        def uncounted() -> None:
            _kept.cache_clear()
            get(**wanted)

        first = _median(uncounted)
        cursor = get(**wanted)["next_cursor"]
        deep = f"number.{LINES * 95 // 100}"
        return {
            "first_page_filtered_first_time": first,
            "first_page_filtered": _median(lambda: get(**wanted)),
            "second_page_filtered": _median(lambda: get(cursor=cursor, **wanted)),
            "page_at_95_per_cent": _median(lambda: get(cursor=deep, **wanted)),
            "last_page_first": _median(lambda: get(sort="-number", **wanted)),
            "sorted_by_column": _median(lambda: get(sort="column", **wanted)),
            "of_200_rows": _median(lambda: get(limit=200, **wanted)),
        }


@contextmanager
def _studio(folder: Path) -> Iterator[Callable[..., dict[str, Any]]]:
    """A studio with one run that kept a million differences, asked by somebody who sees them masked."""
    from tests.studio.conftest import Clock, opened, served
    from tests.studio.test_rights import judged_run
    from tests.studio.work.queued import enqueue

    from ombudsman.model.pipeline import RunStatus
    from ombudsman.studio.persistence.entities.runs import StepResult
    from ombudsman.studio.persistence.runs import as_pending
    from ombudsman.studio.security.roles import Role

    clock = Clock()
    on = opened(folder / "data", clock)
    for studio in served(on, clock):
        team = studio.team(studio.user("admin", Role.ADMINISTRATOR))
        with on.store.writing() as unit:
            run_id = enqueue(unit, team.project_id, team.runner.id)
        path = on.settings.data_folder / "results" / run_id / "0000-1.parquet"
        path.parent.mkdir(parents=True)
        write_file(path, LINES)
        pipeline, document = judged_run()
        result = StepResult(
            run_id=run_id, position=0, document=document, rows_file=str(path), digest=""
        )
        with on.store.writing() as unit:
            lease = unit.runs.take(run_id, worker="w", lease_s=60)
            assert lease is not None
            step = as_pending(run_id, 0, step_id="c", validator="validate_rows", table="main.t")
            unit.runs.plan(lease, pipeline, [step])
            unit.runs.write_step(lease, 0, {"status": "failed"}, result)
            unit.runs.end(lease, RunStatus.FAILED, summary=None, problem=None)

        yield partial(_page, team.viewer, run_id)


def _page(viewer: Any, run_id: str, **params: Any) -> dict[str, Any]:
    answer = viewer.get(f"/results/rows/{run_id}/0", params=params)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    assert page["items"]
    return page


def _median(ask: Callable[[], object]) -> dict[str, float]:
    """Of wall time, and of the processor's, which others on the machine lengthen less."""
    taken = [_ms(ask) for _ in range(TIMES)]
    wall, processor = (sorted(each) for each in zip(*taken, strict=True))
    return {
        "median": round(statistics.median(wall), 1),
        "best": wall[0],
        "worst": wall[-1],
        "processor": round(statistics.median(processor), 1),
    }


def _ms(ask: Callable[[], object]) -> tuple[float, float]:
    began, cpu = time.perf_counter(), time.process_time()
    ask()
    taken = time.perf_counter() - began, time.process_time() - cpu
    return round(taken[0] * 1_000, 1), round(taken[1] * 1_000, 1)


# ---------------------------------------------------------------- whole files


def _passed(form: str, lines: int) -> dict[str, Any]:
    """In a child of its own, for the kernel keeps the peak."""
    with tempfile.TemporaryDirectory() as folder:
        write_file(Path(folder) / "rows.parquet", lines)
        command = [sys.executable, "-c", CLIENT, f"{folder}/{form}", str(lines)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, peak = done.stdout.split()
    return {"lines_per_second": round(lines / float(seconds)), "peak_mib": int(peak)}


def passed(target: str, lines: int) -> str:
    """Makes a file of all lines, as an export does; the seconds it took, and this process's peak in MiB."""
    from ombudsman.compare.stored_rows import Sought, StoredRows
    from ombudsman.studio.security.masks import Mask
    from ombudsman.studio.services.export_files import Target, write_lines

    folder, what = Path(target).parent, Path(target).name
    form: Any = what.partition(" ")[0]
    mask = Mask(b"k" * 32)
    began = time.perf_counter()
    with (
        StoredRows(folder / "rows.parquet") as stored,
        tempfile.TemporaryFile(dir=folder) as file,
    ):
        batches = stored.batches(Sought())
        seen = (mask.lines(each) for each in batches) if what.endswith("masked") else batches
        write_lines(form, Target(file, folder, {}, 2**40), seen, SCHEMA)
    seconds = time.perf_counter() - began
    assert lines
    return f"{seconds:.3f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}"
