"""The page of the catalogue tells every defect and every harmless difference once, and who must find it."""

from ombudsman.cli.demo.defects import DEFECTS
from ombudsman.cli.demo.harmless import HARMLESS
from ombudsman.cli.demo.page import page


def test_every_defect_is_a_row_of_three_cells():
    rows = [line.strip("| ").split(" | ") for line in page().splitlines() if line.startswith("| ")]
    told = {title: (kind, steps) for title, kind, steps in rows if "`" in kind}
    assert told == {
        defect.title: (
            f"`{defect.kind}`",
            ", ".join(f"`{step}`" for step in defect.seen_by) or "hidden",
        )
        for defect in DEFECTS
    }


def test_every_harmless_difference_is_told_under_its_table():
    table, told = "", set()
    for line in page().splitlines():
        if line.startswith("## "):
            table = line.removeprefix("## ")
        elif line.startswith("- "):
            told.add((table, line.removeprefix("- ")))
    assert told == {(each.table, each.title) for each in HARMLESS}
