"""How does a status look? One word, one icon and one colour each, on every face.

The icons are single cells in a terminal and ordinary characters in a browser (a lightning bolt would be two cells wide
and drawn as a picture). Nothing is told by colour alone: the word always stands beside it.
"""

from dataclasses import dataclass

from ombudsman.model.pipeline import Run, RunStatus, Severity, StepRun, StepStatus


@dataclass(frozen=True)
class Colour:
    """A colour on a light page and on a dark one."""

    light: str
    dark: str


@dataclass(frozen=True)
class Look:
    """How one status is shown.

    `name` is its CSS class, `plain_icon` is for outputs that only know ASCII, `style` is Rich's. `ink` on `paper` has a
    contrast of at least 4.5, `fill` (of bars) at least 3 on the page.
    """

    name: str
    word: str
    icon: str
    plain_icon: str
    style: str
    ink: Colour
    paper: Colour
    fill: Colour


_GREY = (
    Colour("#4b5563", "#aeb7c4"),
    Colour("#f0f2f5", "#23282f"),
    Colour("#4a525e", "#627387"),
)
_BLUE = (
    Colour("#1550a8", "#82b4ff"),
    Colour("#e4eefc", "#13233d"),
    Colour("#1e63e9", "#b6d1fe"),
)

PASS = Look(
    "pass",
    "Pass",
    "✓",
    "+",
    "green",
    Colour("#00695c", "#4dd0b5"),
    Colour("#e0f2ef", "#0e2f2a"),
    Colour("#209ea8", "#2be3bc"),
)
FAIL = Look(
    "fail",
    "Fail",
    "✕",
    "x",
    "bold red",
    Colour("#b3261e", "#ff8a70"),
    Colour("#fce8e4", "#3a1712"),
    Colour("#8e1b0e", "#e0483a"),
)
WARN = Look(
    "warn",
    "Warn",
    "▲",
    "^",
    "yellow",
    Colour("#7a4f00", "#ffc857"),
    Colour("#fff1cc", "#33260a"),
    Colour("#b98310", "#f2cb45"),
)
ERROR = Look(
    "error",
    "Error",
    "!",
    "!",
    "bold magenta",
    Colour("#6a1b9a", "#d9a6ff"),
    Colour("#f3e5f8", "#2a1638"),
    Colour("#671d7a", "#c03be0"),
)
INFO = Look("info", "Info", "△", "i", "cyan", *_BLUE)
SKIPPED = Look("skipped", "Skipped", "–", "-", "bright_black", *_GREY)
CANCELLED = Look("cancelled", "Cancelled", "⊘", "/", "bright_black", *_GREY)
RUNNING = Look("running", "Running", "◔", "~", "blue", *_BLUE)
QUEUED = Look("queued", "Queued", "○", ".", "bright_black", *_GREY)

LOOKS = (FAIL, ERROR, WARN, INFO, SKIPPED, CANCELLED, RUNNING, QUEUED, PASS)
"""Every look, what needs attention first."""

_OF_FAILURE = {Severity.BLOCKING: FAIL, Severity.WARNING: WARN, Severity.INFO: INFO}
_OF_STATUS = {
    StepStatus.PENDING: QUEUED,
    StepStatus.RUNNING: RUNNING,
    StepStatus.PASSED: PASS,
    StepStatus.ERRORED: ERROR,
    StepStatus.SKIPPED: SKIPPED,
    StepStatus.CANCELLED: CANCELLED,
}
_OF_RUN = {
    RunStatus.RUNNING: RUNNING,
    RunStatus.PASSED: PASS,
    RunStatus.FAILED: FAIL,
    RunStatus.ERRORED: ERROR,
    RunStatus.CANCELLED: CANCELLED,
}


def look_of(step_run: StepRun) -> Look:
    """The look of a step; for a failed one it depends on how much the user cares."""
    if step_run.status is StepStatus.FAILED:
        return _OF_FAILURE[step_run.step.severity]
    return _OF_STATUS[step_run.status]


def look_of_run(run: Run) -> Look:
    """The look of a whole run."""
    return _OF_RUN[run.status]


def tally(run: Run) -> dict[Look, int]:
    """How many steps have each look, what needs attention first; looks without a step are left out."""
    looks = [look_of(step_run) for step_run in run.steps]
    return {look: looks.count(look) for look in LOOKS if look in looks}
