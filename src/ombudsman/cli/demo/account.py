"""What the demo says of itself at its end: table by table, how much was planted and how much was found."""

from collections import Counter

from rich.table import Table

from ombudsman.cli.demo.self_check import SelfCheck
from ombudsman.cli.demo.truth import Truth


def account(check: SelfCheck, truth: Truth) -> Table:
    """One line a table of the source, in the order in which defects were planted."""
    visible = Counter(defect.table for defect in truth.defects if defect.seen_by)
    hidden = Counter(defect.table for defect in truth.defects if not defect.seen_by)
    found = Counter(defect.table for defect in truth.defects if defect.id in check.found)
    harmless = Counter(each.table for each in truth.harmless)
    grid = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, header_style="dim")
    grid.add_column("Self-check", no_wrap=True)
    for name in ("Defects found", "Hidden", "Harmless"):
        grid.add_column(name, justify="right")
    for table in dict.fromkeys(defect.table for defect in truth.defects):
        told = f"{found[table]} of {visible[table]}"
        grid.add_row(table, told, _unless_none(hidden[table]), _unless_none(harmless[table]))
    return grid


def sentence(check: SelfCheck, truth: Truth) -> str:
    """The whole in one sentence, or two."""
    visible = sum(bool(defect.seen_by) for defect in truth.defects)
    told = (
        f"{len(check.found)} of {visible} planted defects found, {len(check.surplus)} false findings, "
        f"{len(truth.harmless)} harmless differences left in peace."
    )
    hidden = len(truth.defects) - visible
    return (
        f"{told} No step can see {hidden} more, of {len(truth.defects)} in all." if hidden else told
    )


def _unless_none(count: int) -> str:
    return str(count) if count else ""
