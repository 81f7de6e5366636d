"""The policies that mattered to a step, in words: `letter case ignored in code (table sales.orders)`."""

from ombudsman.model.pipeline import StepRun
from ombudsman.model.policy import AppliedPolicy
from ombudsman.render.values import shown, visible

_COLUMNS_SHOWN = 5


def policies_told(step_run: StepRun) -> tuple[str, ...]:
    """What a reader should know of them. A severity that the step itself says is seen by its badge."""
    own = ("severity", "step")
    return tuple(policy_words(p) for p in step_run.policies if (p.what, p.set_by) != own)


def policy_words(applied: AppliedPolicy) -> str:
    """One setting: what it is, what it was set to, for which columns, and by whom."""
    name = applied.what.removeprefix("equality.").replace(".", " ").replace("_", " ")
    value = "yes" if applied.value is True else "no" if applied.value is False else None
    told = f"{name} {value or shown(applied.value)}"
    if applied.columns and not applied.set_by.startswith("column "):
        told += f" in {_columns(applied)}"
    return f"{visible(told)} ({visible(applied.set_by)})"


def _columns(applied: AppliedPolicy) -> str:
    first = ", ".join(applied.columns[:_COLUMNS_SHOWN])
    rest = len(applied.columns) - _COLUMNS_SHOWN
    return f"{first} and {rest:,} more" if rest > 0 else first
