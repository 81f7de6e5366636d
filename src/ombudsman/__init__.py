"""Proves that a migrated database holds what its source held: what was checked, what differs, and why.

Nothing is imported before it is used: `import ombudsman` costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ombudsman.model.equality import Equality
    from ombudsman.model.errors import OmbudsmanError
    from ombudsman.model.mapping import Mapping
    from ombudsman.model.pipeline import Pipeline, Run, Step, StepRun
    from ombudsman.model.policy import Policy, TablePolicy
    from ombudsman.model.result import Figure, Finding, Kind, Result, Verdict
    from ombudsman.model.tolerance import Tolerance
    from ombudsman.pipeline.library import compare_tables, run, validate

_HOME = {
    "Equality": "ombudsman.model.equality",
    "Figure": "ombudsman.model.result",
    "Finding": "ombudsman.model.result",
    "Kind": "ombudsman.model.result",
    "Mapping": "ombudsman.model.mapping",
    "OmbudsmanError": "ombudsman.model.errors",
    "Pipeline": "ombudsman.model.pipeline",
    "Policy": "ombudsman.model.policy",
    "Result": "ombudsman.model.result",
    "Run": "ombudsman.model.pipeline",
    "Step": "ombudsman.model.pipeline",
    "StepRun": "ombudsman.model.pipeline",
    "TablePolicy": "ombudsman.model.policy",
    "Tolerance": "ombudsman.model.tolerance",
    "Verdict": "ombudsman.model.result",
    "compare_tables": "ombudsman.pipeline.library",
    "run": "ombudsman.pipeline.library",
    "validate": "ombudsman.pipeline.library",
}

__all__ = [
    "Equality",
    "Figure",
    "Finding",
    "Kind",
    "Mapping",
    "OmbudsmanError",
    "Pipeline",
    "Policy",
    "Result",
    "Run",
    "Step",
    "StepRun",
    "TablePolicy",
    "Tolerance",
    "Verdict",
    "compare_tables",
    "run",
    "validate",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'ombudsman' has no attribute {name!r}")
