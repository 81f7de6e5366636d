"""How the program ends: errors as a sentence, a hint and an exit code.

0  everything passed
1  the data disagree
2  what was written cannot be used
3  what could not be reached or measured

Nothing but a failed check ends with 1: a program that breaks ends with 3, for it measured nothing. A driver's own words
and the way to where the program broke may hold values of rows: they go to the log alone, at level DEBUG.

Imports nothing heavy before something goes wrong, for `--help` comes by here.
"""

import io
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from ombudsman.model.errors import OmbudsmanError

PASSED, DISAGREE, UNUSABLE, UNMEASURED = 0, 1, 2, 3

_INTERRUPTED = 130
"""What Typer makes of Ctrl-C."""

logger = logging.getLogger(__name__)


def exit_code(error: "OmbudsmanError") -> int:
    """2 for what was written, 3 for what could not be reached or measured."""
    from ombudsman.model.errors import ConnectionFailed, QueryFailed

    return UNMEASURED if isinstance(error, ConnectionFailed | QueryFailed) else UNUSABLE


def carried_out(program: Callable[[], Any]) -> int:
    """Runs the program and returns its exit code; whatever goes wrong is told on standard error."""
    _write_what_cannot_be_encoded_as_escapes()
    try:
        with _termination_is_an_interrupt():
            code = program()
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        return _stopped()
    except (SystemExit, BrokenPipeError):  # Typer makes a SystemExit of a closed pipe
        return _nobody_reads()
    except Exception as error:  # noqa: BLE001 - Python's own end would be code 1: "the data disagree"
        return _tell(error)
    if code == _INTERRUPTED:
        return _stopped()
    return code if isinstance(code, int) else PASSED


def _tell(error: Exception) -> int:
    from ombudsman.model.errors import OmbudsmanError

    match error:
        case OmbudsmanError():
            return _tell_error(error)
        case typer.TyperException():
            return _tell_usage(error)
        case OSError():
            return _tell_file(error)
    return _tell_fault(error)


def _tell_error(error: "OmbudsmanError") -> int:
    _say(f"error: {error.message}")
    if error.hint:
        _say(f"hint: {error.hint}")
    if words := error.context.get("driver_message"):
        logger.debug("the driver said: %s", words)
    return exit_code(error)


def _tell_usage(error: typer.TyperException) -> int:
    """How the command is to be called; Typer's usage errors know that themselves."""
    if callable(show := getattr(error, "show", None)):
        show()
    else:
        _say(f"error: {error.message}")
    return UNUSABLE


def _tell_file(error: OSError) -> int:
    what = f"{error.filename} cannot be used: " if error.filename else ""
    _say(f"error: {what}{error.strerror or type(error).__name__}")
    logger.debug("where it was wanted", exc_info=error)
    return UNUSABLE


def _tell_fault(error: Exception) -> int:
    _say(f"error: the program broke: {type(error).__name__}{_place(error.__traceback__)}")
    _say("hint: this is a fault of the program, not of your data; please report it")
    _say("hint: `ombudsman --debug ...` logs the way there, which may show values of your rows")
    logger.debug("the program broke", exc_info=error)
    return UNMEASURED


def _place(trace: TracebackType | None) -> str:
    """The last place in our own code, as ` at runner.py:120`."""
    place = ""
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if "ombudsman" in path.parts:
            place = f" at {path.name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _stopped() -> int:
    _say("stopped")
    return UNMEASURED


def _nobody_reads() -> int:
    """Our output went into a pipe that was closed. What is left of it, at Python's own end too, goes nowhere."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    return UNMEASURED


def _say(text: str) -> None:
    """Names come from databases: what would steer the terminal is made visible."""
    from ombudsman.render.values import visible

    print(visible(text, keep="\n"), file=sys.stderr)  # noqa: T201 - the face of the program


def _write_what_cannot_be_encoded_as_escapes() -> None:
    """A terminal or pipe that knows no ß is no reason to break."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def _termination_is_an_interrupt() -> Iterator[None]:
    """Whoever stops us politely (a CI, a service manager) gets what Ctrl-C gets."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
