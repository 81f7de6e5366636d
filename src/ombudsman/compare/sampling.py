"""A sample of the rows: the same ones on both sides, and what they say of all.

Whether a row is in the sample is decided by the portable hash of its key. So both sides choose alike, each where its
rows are, and a row that one side lacks is missed. The rows are as good as drawn by lot, unless what went wrong has to
do with the MD5 of keys. What is given is each row's chance, and only about their number.
"""

from typing import Any

from sqlalchemy import ColumnElement, literal_column

from ombudsman.compare.columns import ComparedColumn, Layout
from ombudsman.compare.differences import Differences
from ombudsman.compare.side import ComparedSide
from ombudsman.model.confidence import CONFIDENCE, bounds, per_cent
from ombudsman.model.equality import STRICT
from ombudsman.model.errors import Unsupported
from ombudsman.model.forms import FormKind
from ombudsman.model.result import Kind
from ombudsman.sql.canonical import canonical, makes_text, row_text
from ombudsman.sql.fingerprint import HASHES, portable_hash


def draw(sides: tuple[ComparedSide, ComparedSide], rows: int) -> None:
    """Leaves about so many rows of both sides to be compared; all of them when there are no more.

    Raises:
        Unsupported: the two sides could not choose the same rows by this key.
    """
    _check(sides[0].layout, [side.engine for side in sides])
    share = rows / max(1, *(side.rows_there for side in sides))
    if share >= 1:
        return
    for side in sides:
        texts = [_key_text(side, key) for key in side.layout.keys]
        border: ColumnElement[int] = literal_column(str(int(HASHES * share)))
        side.in_sample = (portable_hash(row_text(texts)) < border,)
        side.share = share


def _check(layout: Layout, engines: list[str]) -> None:
    if not layout.has_key:
        raise Unsupported(
            "rows without a key cannot be sampled: a changed row would be another row",
            hint="name the key, or compare all rows",
        )
    for key in layout.keys:
        for engine in engines:
            if not makes_text(key.form, engine):
                raise Unsupported(
                    f"{engine} cannot choose rows by key column {key.name!r}: it makes no text of it that the"
                    " other side makes too",
                    hint="compare all rows, or those of a where",
                )
        if key.form.kind is FormKind.TEXT and key.equality != STRICT:
            raise Unsupported(
                f"the policy forgives differences in key column {key.name!r}: the sides could choose different rows",
                hint="compare all rows, or set the equality of this column back",
            )


def _key_text(side: ComparedSide, key: ComparedColumn) -> ColumnElement[Any]:
    return canonical(side.column(key), key.form, side.data_type(key))


def sampled(differences: Differences, rows: tuple[int, int], *, at_least: bool) -> str:
    """What the sample says of all rows.

    Args:
        differences: what was found in it.
        rows: how many rows of source and target were in it.
        at_least: the comparison stopped at its limit.
    """
    differing = differences.rows
    looked = max(rows[0] + differences.found[Kind.ROW_MISSING_IN_SOURCE], *rows, differing)
    if at_least:
        return f"at least {differing:,} sampled rows differ; of all rows nothing is said, for the search has stopped"
    if not looked:
        return "no row is in the sample: of all rows nothing is said"
    low, high = bounds(differing, looked)
    if low == 0:
        share = f"at most {per_cent(high, up=True)}"
    elif high == 1:
        share = f"at least {per_cent(low, up=False)}"
    else:
        share = f"between {per_cent(low, up=False)} and {per_cent(high, up=True)}"
    verb = "differs" if differing == 1 else "differ"
    return (
        f"{differing:,} of {looked:,} sampled rows {verb}: {share} of all rows differ, with {CONFIDENCE * 100:.0f} %"
        " confidence"
    )
