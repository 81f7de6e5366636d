"""The program as its users meet it: in this process for the many cases, as a process of its own for the few."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from ombudsman.cli.main import main

SOURCE_TREE = Path(__file__).parents[2] / "src"


@dataclass(frozen=True)
class Told:
    """What a call of the program came to."""

    code: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err


def ombudsman(*arguments: str | Path, cwd: Path) -> Told:
    """Calls the program in this process."""
    out, err = io.StringIO(), io.StringIO()
    with (
        chdir(cwd),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as end,
    ):
        main([str(each) for each in arguments])
    assert isinstance(end.value.code, int)
    return Told(end.value.code, out.getvalue(), err.getvalue())


@contextmanager
def begun(
    *arguments: str | Path, cwd: Path, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Starts the program as a process of its own, its output in pipes; it is gone at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ombudsman", *map(str, arguments)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(SOURCE_TREE)} | (environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        preexec_fn=_heeds_ctrl_c,  # noqa: PLW1509 - touches no lock
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def _heeds_ctrl_c() -> None:
    """A shell without job control lets what it runs in the background ignore Ctrl-C, down to the last child."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def ended(process: subprocess.Popen[str], *, within_s: float = 60) -> Told:
    """Waits for a process to end; raises subprocess.TimeoutExpired when it does not."""
    out, err = process.communicate(timeout=within_s)
    return Told(process.returncode, out, err)
