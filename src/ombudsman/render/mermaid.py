"""A pipeline as a Mermaid flowchart, with what became of its steps when a run is given.

The nodes' ids are our own (`s0`, `s1`, ...), for a step's id may be any text. In labels every character that is no
letter, digit or harmless mark is written as Mermaid's entity code: no name can end its label and begin a command.
"""

from ombudsman.model.pipeline import Pipeline, Run, Step, StepRun
from ombudsman.render.values import visible
from ombudsman.render.words import LOOKS, Look, look_of

_HARMLESS = frozenset(" _-.,:/")


def pipeline_diagram(pipeline: Pipeline, run: Run | None = None) -> str:
    """The text of a flowchart, from left to right: one node a step, one arrow from each step that it needs.

    With a run, each node tells its status in a word, an icon and a colour.
    """
    step_runs = {step_run.step.id: step_run for step_run in run.steps} if run else {}
    nodes = {step.id: f"s{number}" for number, step in enumerate(pipeline.steps)}
    looks = {id_: look_of(step_run) for id_, step_run in step_runs.items() if id_ in nodes}
    lines = ["flowchart LR"]
    lines += [f'  {nodes[s.id]}["{_label(s, step_runs.get(s.id))}"]' for s in pipeline.steps]
    lines += [
        f"  {nodes[need]} --> {nodes[step.id]}"
        for step in pipeline.steps
        for need in step.needs
        if need in nodes
    ]
    for look in LOOKS:
        if drawn := [nodes[id_] for id_, each in looks.items() if each is look]:
            lines += [_class(look), f"  class {','.join(drawn)} {look.name}"]
    return "\n".join(lines) + "\n"


def _label(step: Step, step_run: StepRun | None) -> str:
    lines = [escaped(text) for text in (step.id, step.validator, str(step.table))]
    if step_run is not None:
        look = look_of(step_run)
        lines.insert(0, f"{look.icon} {look.word}")
    return "<br/>".join(lines)


def escaped(text: str) -> str:
    """A text for a label: what could end it is written as an entity code."""
    return "".join(c if c.isalnum() or c in _HARMLESS else f"#{ord(c)};" for c in visible(text))


def _class(look: Look) -> str:
    ink, paper = look.ink.light, look.paper.light
    return f"  classDef {look.name} fill:{paper},stroke:{ink},color:{ink}"
