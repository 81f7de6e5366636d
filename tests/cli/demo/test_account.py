"""The demo says of itself what it found, table by table and in one sentence."""

from io import StringIO

from rich.console import Console

from ombudsman.cli.demo.account import account, sentence
from ombudsman.cli.demo.self_check import Discrepancy, SelfCheck
from ombudsman.cli.demo.truth import HarmlessDifference, PlantedDefect, Seen, Truth
from ombudsman.model.result import Kind


def defect(name: str, table: str, *steps: str) -> PlantedDefect:
    seen = tuple(Seen(step=step, kind=Kind.DRIFT) for step in steps)
    return PlantedDefect(id=name, title=name, table=table, kind=Kind.DRIFT, seen_by=seen)


TRUTH = Truth(
    rows=200,
    seed=1,
    defects=(
        defect("a", "S.T", "one"),
        defect("b", "S.U", "two"),
        defect("c", "S.U", "two", "three"),
        defect("d", "S.U"),
    ),
    harmless=(HarmlessDifference(id="h", title="h", table="S.T"),),
    expected={},
)
LOST = SelfCheck(
    found=("a", "b"),
    missed=(Discrepancy("three", Kind.DRIFT, expected="1", found="0"),),
    surplus=(),
)


def test_every_table_has_its_line():
    console = Console(file=StringIO(), width=80)
    console.print(account(LOST, TRUTH))
    assert isinstance(console.file, StringIO)
    lines = [line.split() for line in console.file.getvalue().splitlines()]
    assert lines == [
        ["Self-check", "Defects", "found", "Hidden", "Harmless"],
        ["S.T", "1", "of", "1", "1"],
        ["S.U", "1", "of", "2", "1"],
    ]


def test_the_sentence_counts_what_was_planted_and_found():
    assert sentence(LOST, TRUTH) == (
        "2 of 3 planted defects found, 0 false findings, 1 harmless differences left in peace. "
        "No step can see 1 more, of 4 in all."
    )


def test_the_sentence_is_silent_on_hidden_defects_where_there_are_none():
    truth = TRUTH.model_copy(update={"defects": TRUTH.defects[:3]})
    assert sentence(LOST, truth).endswith("left in peace.")
