"""What a run would ask first, as a text of SQL: each statement with who asks it, and then what is to be said of steps.

What is no statement stands behind two hyphens, so that the whole text can be pasted into a console.
"""

from collections.abc import Iterator

from ombudsman.pipeline.preview import Preview, PreviewedStatement, PreviewedStep, SideEstimate
from ombudsman.render.numbers import counted
from ombudsman.render.values import visible


def preview_text(preview: Preview) -> str:
    """The whole text."""
    parts = [_remark(f"{preview.pipeline}: what a run would ask first; no table was read")]
    parts += [f"{_remark(_asked_by(each))}\n{_whole(each)}" for each in preview.statements]
    parts += ["\n".join(map(_remark, lines)) for lines in _sections(preview) if lines]
    return "\n\n".join(parts) + "\n"


def _remark(text: str) -> str:
    return f"-- {visible(text)}"


def _asked_by(statement: PreviewedStatement) -> str:
    rows = "" if statement.rows is None else f", about {counted(statement.rows, 'row')}"
    after = f"; after {', '.join(statement.after)}" if statement.after else ""
    place = f"{statement.number}. {statement.side}, {statement.table}{rows}"
    return f"{place}: {', '.join(statement.steps)}{after}"


def _whole(statement: PreviewedStatement) -> str:
    return visible(statement.sql, keep="\n\t") + ";"


def _sections(preview: Preview) -> Iterator[list[str]]:
    yield [f"{step.id}: {_of_step(step)}" for step in preview.steps if not step.problems]
    refused = [(step.id, problem) for step in preview.steps for problem in step.problems]
    yield [
        *(f"step {name!r} cannot be told: {problem}" for name, problem in refused),
        *(f"policies: {problem}" for problem in preview.problems),
    ]
    yield [*_estimates(preview), *preview.notes]


def _of_step(step: PreviewedStep) -> str:
    numbers = ", ".join(map(str, step.statements))
    return step.then if not numbers else f"{numbers}; {step.then}"


def _estimates(preview: Preview) -> Iterator[str]:
    for side, estimate in (("source", preview.source), ("target", preview.target)):
        yield f"{side}: {_amount(estimate)}"
        if estimate.credits is not None:
            yield f"{side}: {estimate.credits}"
    if preview.reads_all_rows:
        yield f"compared row by row, all rows: {', '.join(preview.reads_all_rows)}"


def _amount(estimate: SideEstimate) -> str:
    amount = (
        f"{counted(estimate.statements, 'statement')} over about {counted(estimate.rows, 'row')}"
    )
    if not estimate.unknown:
        return amount
    names = ", ".join(estimate.unknown)
    return f"{amount}, and those of {names}, of which the catalogue tells no number"
