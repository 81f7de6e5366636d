"""How long does the studio take to answer when many ask at once?

A server as `ombudsman serve` starts it, on SQLite, with 500 members of a project of 100 runs. They read what pages
read: projects, pipelines, the history, a run with its steps, one step's result, the schedules. Twice:

- *at a person's pace*: everybody waits two seconds, more or less, between an answer and the next question;
- *without a pause*: everybody asks again at once, so that as many questions as users are always under way. That
  measures how many questions a second the server answers; the time to an answer is users divided by that.

Then sixteen members write at once. Client and server share the machine; the client speaks HTTP by hand, for it should
cost little. When the machine has other work, what an answer costs the server in processor time says the most.
"""

import asyncio
import datetime as dt
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.studio.conftest import Clock, opened

import ombudsman
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.persistence.entities.projects import (
    PipelineVersion,
    Project,
    StoredPipeline,
)
from ombudsman.studio.persistence.entities.runs import RunEvent, StepResult, StoredRun
from ombudsman.studio.persistence.entities.users import Membership, Session, User
from ombudsman.studio.persistence.runs import as_pending
from ombudsman.studio.persistence.unit import Unit

USERS, GOALS_MS = (50, 200, 500), (100, 300, 1_000)
WRITERS, WRITES_EACH = 16, 25
PIPELINES, RUNS, STEPS, EVENTS = 30, 100, 40, 60
PAUSE_S = 2.0
SECONDS, WARMING_S = 10.0, 3.0
_DICE = random.Random(1)  # noqa: S311 - nothing is to be kept secret
TEXT = "name: p\nsource: a\ntarget: a\nsteps:\n  - {id: c, validator: validate_record_counts, table: main.t}\n"


@dataclass
class Seeded:
    """What was put into the store before: who may ask, and for what."""

    project_id: str
    pipelines: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    def reads(self) -> list[str]:
        """What a member reads, as often as pages do."""
        project = f"project_id={self.project_id}"
        return [
            "/projects/",
            f"/pipelines/?{project}",
            f"/pipelines/{_DICE.choice(self.pipelines)}",
            f"/execution/history?{project}",
            f"/execution/history?{project}&status=failed",
            f"/execution/results/{_DICE.choice(self.runs)}",
            f"/execution/results/{_DICE.choice(self.runs)}/steps/3",
            f"/projects/{self.project_id}/schedules",
        ]


def run() -> dict[str, Any]:
    """Milliseconds to an answer, at the 95th percentile. Goals: 100 / 300 / 1,000 ms; of sixteen writers no error."""
    with tempfile.TemporaryDirectory() as folder:
        seeded = _seeded(Path(folder) / "data")
        with _serving(Path(folder)) as (port, pid):
            reads = {
                pace: {users: _measured(seeded, port, pid, users, pause_s) for users in USERS}
                for pace, pause_s in (("a person's pace", PAUSE_S), ("without a pause", 0.0))
            }
            writes = asyncio.run(_written(seeded, port))
    return {
        "reads_p95_ms_goals": dict(zip(USERS, GOALS_MS, strict=True)),
        "reads": reads,
        f"{WRITERS} writers": writes,
        "goal": "of the writers no error",
    }


# ------------------------------------------------------------ asking


def _measured(seeded: Seeded, port: int, pid: int, users: int, pause_s: float) -> dict[str, Any]:
    began = _cpu_s(pid)
    took, statuses = asyncio.run(_asked(seeded, port, users, pause_s))
    cpu_ms = 1_000 * (_cpu_s(pid) - began)
    counted = [ms for at, ms in took if at > WARMING_S]
    return {
        "answers_a_second": round(len(counted) / (SECONDS - WARMING_S)),
        "median_ms": round(statistics.median(counted), 1),
        "p95_ms": round(_p95(counted), 1),
        "server_cpu_ms_an_answer": round(cpu_ms / len(took), 2),
        "statuses": dict(statuses),
    }


async def _asked(
    seeded: Seeded, port: int, users: int, pause_s: float
) -> tuple[list[tuple[float, float]], Counter[int]]:
    """When each answer came, in seconds from the beginning, and after how many milliseconds."""
    began = time.perf_counter()
    took: list[tuple[float, float]] = []
    statuses: Counter[int] = Counter()

    async def user(token: str) -> None:
        await asyncio.sleep(_DICE.uniform(0, pause_s))
        client = await _Client.to(port, token)
        while time.perf_counter() - began < SECONDS:
            sent = time.perf_counter()
            status, _ = await client.ask("GET", _DICE.choice(seeded.reads()))
            answered = time.perf_counter()
            took.append((answered - began, 1_000 * (answered - sent)))
            statuses[status] += 1
            if pause_s:
                await asyncio.sleep(_DICE.uniform(0.5, 1.5) * pause_s)
        client.close()

    await asyncio.gather(*(user(token) for token in seeded.tokens[:users]))
    return took, statuses


async def _written(seeded: Seeded, port: int) -> dict[str, Any]:
    took: list[float] = []
    statuses: Counter[int] = Counter()

    async def writer(token: str) -> None:
        client = await _Client.to(port, token)
        for _ in range(WRITES_EACH):
            body = {"pipeline_id": _DICE.choice(seeded.pipelines), "cron": "0 2 1 1 *"}
            sent = time.perf_counter()
            path = f"/projects/{seeded.project_id}/schedules"
            status, _ = await client.ask("POST", path, json.dumps(body))
            took.append(1_000 * (time.perf_counter() - sent))
            statuses[status] += 1
        client.close()

    began = time.perf_counter()
    await asyncio.gather(*(writer(token) for token in seeded.tokens[:WRITERS]))
    return {
        "writes": len(took),
        "errors": len(took) - statuses[201],
        "a_second": round(len(took) / (time.perf_counter() - began)),
        "p95_ms": round(_p95(took), 1),
    }


@dataclass
class _Client:
    """One connection, one question at a time."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    token: str

    @classmethod
    async def to(cls, port: int, token: str) -> "_Client":
        return cls(*await asyncio.open_connection("127.0.0.1", port), token)

    async def ask(self, method: str, path: str, body: str = "") -> tuple[int, bytes]:
        """Status and body of the answer."""
        head = f"{method} {path} HTTP/1.1\r\nHost: studio\r\nAuthorization: Bearer {self.token}\r\n"
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        self.writer.write((head + kind + "\r\n" + body).encode())
        told = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", told, re.IGNORECASE)
        assert length is not None, told
        return int(told.split(b" ", 2)[1]), await self.reader.readexactly(int(length[1]))

    def close(self) -> None:
        self.writer.close()


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _cpu_s(pid: int) -> float:
    """The processor time of a process until now, as Linux counts it."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# ------------------------------------------------------------ serving


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[int, int]]:
    """A server over what was seeded: its port and its process."""
    command = [sys.executable, "-m", "ombudsman", "serve", "--port", "0"]
    settings = {
        "OVS_DATA_FOLDER": str(folder / "data"),
        "OVS_REQUESTS_PER_MINUTE": "1000000",
        "PYTHONPATH": str(Path(ombudsman.__file__).parents[1]),
    }
    with subprocess.Popen(
        command, cwd=folder, env=os.environ | settings, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            port = next(
                int(found[1]) for line in process.stdout if (found := re.search(r":(\d+)$", line))
            )
            yield port, process.pid
        finally:
            process.terminate()


def _seeded(folder: Path) -> Seeded:
    on = opened(folder, Clock())
    with on.store.writing() as unit:
        project = unit.projects.add(Project(name="load", created=unit.now, updated=unit.now))
        seeded = Seeded(project.id)
        seeded.tokens += [_member(on, unit, project.id, each) for each in range(max(USERS))]
        author = unit.accounts.named("user 0")
        assert author is not None
        for number in range(PIPELINES):
            _pipeline(unit, seeded, author.id, f"pipeline {number}")
        for _ in range(RUNS):
            _run(unit, seeded, author.id)
    on.close()
    return seeded


def _member(on: Foundation, unit: Unit, project_id: str, number: int) -> str:
    """A new member who is signed in; the access token."""
    name, now = f"user {number}", unit.now
    user = unit.accounts.add(
        User(username=name, folded_name=name, role="user", created=now, updated=now)
    )
    role = "editor" if number < WRITERS else "viewer"
    unit.projects.put_member(
        Membership(project_id=project_id, user_id=user.id, role=role, created=now)
    )
    session = unit.sign_ins.add(
        Session(
            user_id=user.id,
            created=now,
            authenticated=now,
            last_seen=now,
            expires=now + dt.timedelta(days=1),
            address="127.0.0.1",
            user_agent="",
        )
    )
    return on.tokens.issue(user_id=user.id, username=name, role="user", session_id=session.id)


def _pipeline(unit: Unit, seeded: Seeded, author: str, name: str) -> None:
    row = unit.pipelines.add(
        StoredPipeline(
            project_id=seeded.project_id, name=name, steps=1, created=unit.now, updated=unit.now
        )
    )
    unit.pipelines.add_version(
        PipelineVersion(pipeline_id=row.id, number=1, text=TEXT, saved=unit.now, saved_by=author)
    )
    seeded.pipelines.append(row.id)


def _run(unit: Unit, seeded: Seeded, author: str) -> None:
    """A run that is over, of so many steps, with results as large as those of a check of two tables."""
    row = unit.runs.enqueue(
        StoredRun(
            project_id=seeded.project_id,
            pipeline_id=_DICE.choice(seeded.pipelines),
            pipeline_name="p",
            pipeline_version=1,
            trigger="person",
            started_by=author,
            text=TEXT * 20,
            only=[],
            created=unit.now,
        )
    )
    row.status, row.finished = _DICE.choice(["passed", "failed"]), unit.now
    row.pipeline = {"name": "p", "steps": [{"id": f"s{n}", "needs": []} for n in range(STEPS)]}
    row.summary = {"steps": {"passed": STEPS}}
    for place in range(STEPS):
        step = as_pending(row.id, place, step_id=f"s{place}", validator="v", table="main.t")
        step.status = "passed"
        unit.session.add(step)
    unit.session.flush()
    statement = {"side": "source", "sql": "SELECT count(*) FROM t " * 40, "rows": 1}
    document = {
        "step": {"id": "s"},
        "result": {
            "figures": [{"name": f"f{n}"} for n in range(20)],
            "statements": [statement] * 2,
        },
        "policies": [],
    }
    unit.session.add_all(
        StepResult(run_id=row.id, position=place, document=document, digest="")
        for place in range(STEPS)
    )
    unit.session.add_all(
        RunEvent(run_id=row.id, number=n, at=unit.now, kind="StepFinished", document={"n": n})
        for n in range(EVENTS)
    )
    seeded.runs.append(row.id)
