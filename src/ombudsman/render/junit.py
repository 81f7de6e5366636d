"""A run as JUnit XML, for the test page of a CI.

One test case a step, its table as the class. What turns a CI red here is exactly what makes the program end with
another code than 0: a failed step of severity blocking is a `failure`, an errored one an `error`. A failed step of
severity warning or info passes, and tells what it found in `system-out`: a warning that breaks the build is none.
Steps that were skipped, cancelled or not reached are `skipped`.

XML 1.0 cannot carry most control characters, not even escaped: they are shown as pictures.
"""

from pathlib import Path
from xml.etree import ElementTree as ET

from ombudsman.model.pipeline import Run, Severity, StepRun, StepStatus
from ombudsman.render.coverage import source_table
from ombudsman.render.numbers import elapsed_ms
from ombudsman.render.sentences import found_of_kind, outcome, tables_of
from ombudsman.render.values import shown_key, visible
from ombudsman.render.words import look_of

_NOT_RUN = {StepStatus.SKIPPED, StepStatus.CANCELLED, StepStatus.PENDING, StepStatus.RUNNING}


def junit(run: Run) -> str:
    """The run as an XML document, with its declaration."""
    suites = ET.Element("testsuites", name="ombudsman")
    suite = ET.SubElement(suites, "testsuite", _totals(run))
    for step_run in run.steps:
        _case(suite, step_run, run)
    ET.indent(suites)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"
    )


def write_junit(run: Run, path: Path) -> None:
    """Writes the run to a file, in UTF-8."""
    path.write_text(junit(run), encoding="utf-8", newline="\n")


def _totals(run: Run) -> dict[str, str]:
    return {
        "name": _xml(run.pipeline.name),
        "tests": str(len(run.steps)),
        "failures": str(sum(_breaks(step_run) for step_run in run.steps)),
        "errors": str(sum(step_run.status is StepStatus.ERRORED for step_run in run.steps)),
        "skipped": str(sum(step_run.status in _NOT_RUN for step_run in run.steps)),
        "time": _seconds(elapsed_ms(run.started, run.finished)),
        "timestamp": run.started.isoformat(timespec="seconds"),
    }


def _case(suite: ET.Element, step_run: StepRun, run: Run) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=_xml(str(source_table(step_run, run))),
        name=_xml(step_run.step.id),
        time=_seconds(elapsed_ms(step_run.started, step_run.finished)),
    )
    if _breaks(step_run):
        failure = ET.SubElement(
            case, "failure", message=_xml(outcome(step_run)), type=_xml(step_run.step.validator)
        )
        failure.text = _details(step_run, run)
    elif step_run.problem is not None:
        error = ET.SubElement(
            case, "error", message=_xml(step_run.problem.message), type=_xml(step_run.problem.code)
        )
        error.text = _xml(step_run.problem.hint or step_run.problem.message)
    elif step_run.status in _NOT_RUN:
        ET.SubElement(case, "skipped", message=_xml(outcome(step_run)))
    elif step_run.status is StepStatus.FAILED:
        ET.SubElement(case, "system-out").text = _details(step_run, run)


def _breaks(step_run: StepRun) -> bool:
    return step_run.status is StepStatus.FAILED and step_run.step.severity is Severity.BLOCKING


def _details(step_run: StepRun, run: Run) -> str:
    """What was found in numbers, then the sample, one line each."""
    result = step_run.result
    if result is None:
        return ""
    lines = [f"{look_of(step_run).word}: {step_run.step.validator} on {tables_of(step_run, run)}"]
    lines += [found_of_kind(kind, count) for kind, count in result.found.items()]
    for finding in result.findings:
        key = f"[{shown_key(finding.key)}] " if finding.key else ""
        column = f"{finding.column}: " if finding.column else ""
        lines.append(visible(f"  {key}{column}{finding.message}"))
    return _xml("\n".join(lines))


def _xml(text: str) -> str:
    return visible(text, keep="\n\t")


def _seconds(ms: float | None) -> str:
    return f"{(ms or 0) / 1000:.3f}"
