"""The demo's catalogue as a page of the reference: what is planted, what it is, and which steps must find it."""

from collections.abc import Iterable, Iterator

from ombudsman.cli.demo.defect import Defect
from ombudsman.cli.demo.defects import DEFECTS
from ombudsman.cli.demo.harmless import HARMLESS, Harmless


def page() -> str:
    """The whole page as Markdown, table by table."""
    hidden = sum(not defect.sightings for defect in DEFECTS)
    lines = [
        "# What the demo plants",
        "",
        f"`ombudsman demo` makes a retail warehouse and damages its copy in {len(DEFECTS)} ways.",
        f"The steps of its pipeline must find {len(DEFECTS) - hidden} of them, and nothing else.",
        f"{len(HARMLESS)} more differences do no harm.",
        "How many findings each step must come to is counted by plain SQL, without any validator,",
        "and written to `truth.json`.",
    ]
    for table in dict.fromkeys(defect.table for defect in DEFECTS):
        lines += ["", f"## {table}", "", *_HEAD]
        lines += _rows(defect for defect in DEFECTS if defect.table == table)
        lines += _harmless(each for each in HARMLESS if each.table == table)
    return "\n".join(lines) + "\n"


_HEAD = ("| what went wrong | what it is | found by |", "| --- | --- | --- |")


def _rows(defects: Iterable[Defect]) -> Iterator[str]:
    for defect in defects:
        steps = ", ".join(f"`{step}`" for step in defect.seen_by) or "hidden"
        yield f"| {defect.title} | `{defect.kind}` | {steps} |"


def _harmless(differences: Iterable[Harmless]) -> Iterator[str]:
    told = [f"- {each.title}" for each in differences]
    if told:
        yield from ("", "Harmless:", "", *told)
