"""`ombudsman demo`: the whole product on data of our own, and proof that it sees what was planted."""

from pathlib import Path

from rich.console import Console

from ombudsman.cli.commands.run import Outputs, carry_out, titles
from ombudsman.cli.demo.account import account, sentence
from ombudsman.cli.demo.generate import generate
from ombudsman.cli.demo.self_check import self_check
from ombudsman.cli.demo.truth import Truth
from ombudsman.cli.failures import DISAGREE, PASSED
from ombudsman.render.terminal import Detail, summary


def run_demo(folder: Path, *, rows: int, seed: int) -> int:
    """Makes the databases, validates them, writes the reports, and checks itself.

    The exit code is 0 when just the planted defects were found: that the data disagree is what the demo is made for.
    """
    console = Console()
    console.print(f"Making a source and a target with {rows:,} sales in {folder}/ ...")
    files = generate(folder, rows=rows, seed=seed)
    run = carry_out(files.pipeline, config=files.config, runs=folder / ".ombudsman" / "runs")
    summary(run, console, detail=Detail(findings=3, steps=1, sql=True), titles=titles())
    outputs = Outputs(
        json=folder / "results.json", junit=folder / "junit.xml", html=folder / "report.html"
    )
    outputs.write(run)
    truth = Truth.read(files.truth)
    check = self_check(run, truth)
    console.print()
    console.print(account(check, truth))
    console.print()
    console.print(f"Self-check: {sentence(check, truth)}")
    for each in (*check.missed, *check.surplus):
        console.print(f"  {each.message}", markup=False)
    console.print(f"Report: {folder / 'report.html'}   Results: {folder / 'results.json'}")
    console.print(f"What was planted, sentence by sentence: {files.truth}")
    return PASSED if check.holds else DISAGREE
