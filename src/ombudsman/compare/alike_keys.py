"""Keys that each side alone has, and that are the same but for letter case or blanks at the end.

A database whose collation overlooks these takes such keys for one; here their rows are missing, and extra. Only how
many they are is told. The keys lie in the workspace, which spills them where they are many.
"""

from ombudsman.compare.columns import ComparedColumn, Layout
from ombudsman.compare.scratch import Scratch
from ombudsman.model.counts import counted
from ombudsman.model.forms import FormKind

_TABLE = "lone_keys"


class AlikeKeys:
    """Gathers lone keys, as far as they count when letter case and blanks at the end do not."""

    def __init__(self, scratch: Scratch, layout: Layout) -> None:
        self._scratch = scratch
        self._is_told = layout.has_key and any(
            key.form.kind is FormKind.TEXT for key in layout.keys
        )
        self._folded = ", ".join(map(_folded, layout.keys))
        self._labels = ", ".join(key.label for key in layout.keys)
        self._gathered = False
        scratch.drop(_TABLE)

    def gather(self, odd: str) -> None:
        """Takes in the lone keys of this table, which says how many rows of a key each side has."""
        if not self._is_told:
            return
        begun = f"INSERT INTO {_TABLE}" if self._gathered else f"CREATE TEMP TABLE {_TABLE} AS"
        self._scratch.run(
            f"{begun} SELECT {self._folded}, source_all > 0 AS of_source FROM {odd}"
            " WHERE (source_all > 0) <> (target_all > 0)"
        )
        self._gathered = True

    def note(self) -> str | None:
        """How many keys each side spells its own way; None when there are none."""
        if not self._gathered:
            return None
        (count,) = self._scratch.row(
            f"SELECT COUNT(*) FROM (SELECT {self._labels} FROM {_TABLE} GROUP BY {self._labels}"
            " HAVING BOOL_OR(of_source) AND BOOL_OR(NOT of_source))"
        )
        if not count:
            return None
        told = counted(count, "key")
        is_same = "is the same" if count == 1 else "are the same"
        return f"{told} of the source and of the target {is_same} but for letter case or blanks at the end"


def _folded(key: ComparedColumn) -> str:
    """By way of the capitals, for some letters have two small ones."""
    if key.form.kind is not FormKind.TEXT:
        return key.label
    return f"LOWER(UPPER(RTRIM({key.label}, ' '))) AS {key.label}"
