"""What does it cost to ask everything of a whole warehouse at once?

The demo's pipeline uses every validator there is, a hundred steps and more over thirteen tables. It is run as it is, in
one run; and step by step, each a run of its own over the session that is open already (catalogues read, files open), so
that what is compared is asking alone. The ways take turns and the medians count. On DuckDB's files with five million
rows in the fact table, and on PostgreSQL with one million, where a row store reads whole rows for every statement.

A statement is counted by the evidence that the results carry, so what is counted is what was sent; `statements that
read it` are those whose SQL names the table, in whatever place. The memory is the peak of the resident set of
`ombudsman demo`, which makes the databases too, and of `ombudsman run`, as the kernel counted it.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.stars import Star, duckdb_star, postgres_star
from ombudsman.cli.demo.self_check import self_check
from ombudsman.cli.demo.truth import Truth
from ombudsman.cli.failures import DISAGREE, PASSED
from ombudsman.model.pipeline import Run, RunStatus, Step
from ombudsman.model.result import Statement
from ombudsman.model.tables import Side
from ombudsman.pipeline.events import Event, ScanStarted
from ombudsman.pipeline.runner import run_pipeline

ROUNDS = 3
DEAREST = 6


def run(rows_duckdb: int = 5_000_000, rows_postgres: int = 1_000_000) -> dict[str, Any]:
    """The figures of both engines."""
    return {
        "duckdb": _engine(duckdb_star, rows_duckdb),
        "postgresql": _engine(postgres_star, rows_postgres),
    }


# ------------------------------------------------------------ measuring


@dataclass
class Taken:
    """What one way to the results took, and what it sent."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    questions: int = 0
    statements: list[Statement] = field(default_factory=list)


def _engine(made: Callable[[Path], AbstractContextManager[Star]], rows: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        demo = _peak("demo", "--dir", name, "--rows", str(rows), folder=folder)
        peaks = {
            "ombudsman demo": demo,
            "ombudsman run": _peak("run", "retail.yaml", folder=folder),
        }
        with made(folder) as star:
            figures = _figures(star, folder)
        told = {"peak MiB": peaks} if made is duckdb_star else {}
        return {"rows of the fact table": rows, **told, **figures}


def _figures(star: Star, folder: Path) -> dict[str, Any]:
    _together(star)  # warms up
    together: list[tuple[Run, Taken]] = []
    apart: list[dict[str, Taken]] = []
    for _ in range(ROUNDS):
        together.append(_together(star))
        apart.append({step.id: _one(star, step) for step in star.pipeline.steps})
    run_, taken = together[0]
    steps = apart[0]
    sent_apart = [each for step in steps.values() for each in step.statements]
    walls = [sum(each.seconds for each in round_.values()) for round_ in apart]
    cpus = [sum(each.cpu_seconds for each in round_.values()) for round_ in apart]
    wall = statistics.median(each.seconds for _, each in together)
    cpu = statistics.median(each.cpu_seconds for _, each in together)
    return {
        "settings": dict(star.settings),
        "validators": len({step.validator for step in star.pipeline.steps}),
        "steps": len(star.pipeline.steps),
        "self-check": _checked(run_, folder),
        "one pipeline": _told(wall, cpu, taken.questions, taken.statements),
        "step by step": _told(
            statistics.median(walls),
            statistics.median(cpus),
            sum(each.questions for each in steps.values()),
            sent_apart,
        ),
        "step by step / one pipeline": {
            "seconds": round(statistics.median(walls) / wall, 2),
            "cpu seconds": round(statistics.median(cpus) / cpu, 2),
            "statements": round(len(sent_apart) / len(taken.statements), 2),
        },
        "statements that read it": _by_table(star, taken.statements, sent_apart),
        "dearest steps, each alone": _dearest(star, apart),
    }


def _together(star: Star) -> tuple[Run, Taken]:
    return _timed(star, star.pipeline.steps)


def _one(star: Star, step: Step) -> Taken:
    return _timed(star, (step.model_copy(update={"needs": ()}),))[1]


def _timed(star: Star, steps: Sequence[Step]) -> tuple[Run, Taken]:
    taken = Taken()

    def listen(event: Event) -> None:
        if isinstance(event, ScanStarted):
            taken.questions += event.questions

    pipeline = star.pipeline.model_copy(update={"steps": tuple(steps)})
    began, before = time.perf_counter(), star.cpu()
    run_ = run_pipeline(pipeline, star.session, listener=listen)
    taken.seconds, taken.cpu_seconds = time.perf_counter() - began, star.cpu() - before
    if run_.status not in {RunStatus.PASSED, RunStatus.FAILED}:
        told = [(each.step.id, each.problem) for each in run_.steps if each.problem]
        raise RuntimeError(f"what was not answered cannot be measured: {told}")
    results = [each.result for each in run_.steps if each.result]
    taken.statements = list(dict.fromkeys(s for each in results for s in each.statements))
    return run_, taken


def _peak(*words: str, folder: Path) -> int:
    """The peak of a process that runs the program with these words in the folder, in MiB."""
    command = [sys.executable, "-m", "ombudsman", *words]
    silent = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, stdout=silent, stderr=silent)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {PASSED, DISAGREE}:
        raise RuntimeError(f"ombudsman {words[0]} ended with {process.returncode}")
    return used.ru_maxrss // 1024


# ------------------------------------------------------------ telling


def _checked(run_: Run, folder: Path) -> dict[str, int]:
    """How the run did against what was planted."""
    truth = Truth.read(folder / "truth.json")
    check = self_check(run_, truth)
    visible = sum(bool(defect.seen_by) for defect in truth.defects)
    return {
        "planted": visible,
        "found": len(check.found),
        "false findings": len(check.surplus),
    }


def _told(
    seconds: float, cpu: float, questions: int, statements: Sequence[Statement]
) -> dict[str, float]:
    return {
        "seconds": round(seconds, 2),
        "cpu seconds": round(cpu, 2),
        "questions": questions,
        "statements": len(statements),
    }


def _by_table(
    star: Star, together: Sequence[Statement], apart: Sequence[Statement]
) -> dict[str, dict[str, Mapping[str, int]]]:
    """For each table, how many statements of each side name it."""
    return {
        str(mapping.source): {
            way: {
                side: _reading(table.name, [s for s in sent if s.side is side])
                for side, table in ((Side.SOURCE, mapping.source), (Side.TARGET, mapping.target))
            }
            for way, sent in (("one pipeline", together), ("step by step", apart))
        }
        for mapping in star.session.mapping.tables
    }


def _reading(table: str, statements: Sequence[Statement]) -> int:
    return sum(bool(re.search(rf"\b{table}\b", each.sql)) for each in statements)


def _dearest(star: Star, apart: Sequence[Mapping[str, Taken]]) -> dict[str, float]:
    """The steps that take longest, in seconds."""
    medians = Counter(
        {
            step.id: statistics.median(round_[step.id].seconds for round_ in apart)
            for step in star.pipeline.steps
        }
    )
    return {step: round(seconds, 2) for step, seconds in medians.most_common(DEAREST)}
