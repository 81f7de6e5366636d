"""Why do two cells differ, and does the policy forgive it?

SQL compares strictly; each pair of cells that is not the same there comes here to be judged. The causes are looked for
in a fixed order, and the first that explains the pair wins. A cause that explains one cell is a hypothesis: the number
of cells that it explains makes it credible.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ombudsman.compare.cause_groups import CauseCounts, sentence
from ombudsman.compare.float_causes import float_judge
from ombudsman.compare.judgement import Judgement, unexplained
from ombudsman.compare.null_causes import null_judge
from ombudsman.compare.number_causes import exact_judge
from ombudsman.compare.text_causes import cut_to, text_judge
from ombudsman.compare.time_causes import MomentJudge, judge_date
from ombudsman.model.equality import STRICT, Equality
from ombudsman.model.forms import Form, FormKind, Scalar

__all__ = ["CauseCounts", "Judgement", "judge", "judge_column", "sentence"]

REMEMBERED = 65_536
"""How many different pairs of a column are remembered: codes and flags repeat, amounts do not."""

_NEW = unexplained("not judged yet")

Judge = Callable[[Any, Any], Judgement | None]
"""Judges a pair of values of the one sort that it was made for."""


def judge(
    source: Scalar, target: Scalar, form: Form, equality: Equality = STRICT
) -> Judgement | None:
    """What is said of these two canonical values of `form`; None when they are the same value after all."""
    return _judge_of(form, equality)(source, target)


def judge_column(
    sources: Sequence[Scalar], targets: Sequence[Scalar], form: Form, equality: Equality = STRICT
) -> list[Judgement | None]:
    """What `judge` says of each pair, in order; quick for a million of them."""
    judge_pair = _judge_of(form, equality)
    remembered: dict[tuple[Scalar, Scalar], Judgement | None] = {}
    judgements: list[Judgement | None] = []
    for pair in zip(sources, targets, strict=True):
        judgement = remembered.get(pair, _NEW)
        if judgement is _NEW:
            judgement = judge_pair(*pair)
            if len(remembered) < REMEMBERED:
                remembered[pair] = judgement
        judgements.append(judgement)
    return judgements


@lru_cache(maxsize=1024)
def _judge_of(form: Form, equality: Equality) -> Judge:
    """The judge of this form's pairs, NULLs and strays among them."""
    judge_nulls = null_judge(form, equality)
    judge_texts = text_judge(equality, padded=form.padded)
    sort, judge_values = _of_sort(form, equality)

    def judge_pair(source: Scalar, target: Scalar) -> Judgement | None:
        if source is None or target is None:
            return judge_nulls(source, target)
        if isinstance(source, sort) and isinstance(target, sort):
            return judge_values(source, target)
        if isinstance(source, str) and isinstance(target, str):
            return judge_texts(source, target)  # texts that could not be read as what the form asks
        is_same = source == target or (source != source and target != target)  # noqa: PLR0124 - NaN
        return None if is_same else _unlike(source, sort, form)

    return judge_pair


def _unlike(source: Scalar, sort: type | tuple[type, ...], form: Form) -> Judgement:
    """One side's text could not be read as what the form asks for."""
    return unexplained(f"no {form.kind} in {'target' if isinstance(source, sort) else 'source'}")


def _of_sort(form: Form, equality: Equality) -> tuple[type | tuple[type, ...], Judge]:
    """The Python type in which the form's values come, and their judge."""
    match form.kind:
        case FormKind.INTEGER | FormKind.DECIMAL:
            return (int, Decimal), exact_judge(equality)
        case FormKind.FLOAT64 | FormKind.FLOAT32:
            return float, float_judge(equality, bits=32 if form.kind is FormKind.FLOAT32 else 64)
        case FormKind.DATE:
            return int, judge_date
        case FormKind.TIME | FormKind.TIMESTAMP | FormKind.INSTANT:
            of_day = form.kind is FormKind.TIME
            return int, MomentJudge(equality, digits=form.digits, of_day=of_day)
        case FormKind.BINARY:
            return bytes, _judge_bytes
        case FormKind.TEXT | FormKind.JSON | FormKind.XML:
            return str, text_judge(equality, padded=form.padded)
        case _:
            return object, _judge_others


def _judge_bytes(source: bytes, target: bytes) -> Judgement | None:
    if source == target:
        return None
    if target and source.startswith(target):
        return cut_to(len(target), "bytes")
    if source.rstrip(b"\0") == target.rstrip(b"\0"):
        return unexplained("zero bytes at the end", "the target pads with zero bytes")
    return unexplained()


def _judge_others(source: Scalar, target: Scalar) -> Judgement | None:
    return None if source == target else unexplained()
