import re

from tests.render import runs

from ombudsman.model.pipeline import RunStatus
from ombudsman.render.mermaid import pipeline_diagram


def test_a_pipeline_is_its_steps_and_what_they_need():
    steps = [
        runs.fine("count", "shop.orders"),
        runs.skipped(runs.step("rows", "validate_rows", needs=("count", "no_such_step"))),
    ]
    pipeline = runs.run(steps, RunStatus.PASSED).pipeline
    assert pipeline_diagram(pipeline) == (
        "flowchart LR\n"
        '  s0["count<br/>validate_nulls<br/>shop.orders"]\n'
        '  s1["rows<br/>validate_rows<br/>shop.orders"]\n'
        "  s0 --> s1\n"
    )


def test_a_run_adds_word_icon_and_colour():
    run = runs.errored_run()
    drawn = pipeline_diagram(run.pipeline, run)
    assert 's0["✕ Fail<br/>orders_count' in drawn
    assert 's8["! Error<br/>audit_count' in drawn
    assert "  class s0,s2,s5 fail\n" in drawn
    assert "  classDef fail fill:#fce8e4,stroke:#b3261e,color:#b3261e\n" in drawn


def test_no_name_can_leave_its_label():
    run = runs.hostile_run()
    lines = pipeline_diagram(run.pipeline, run).splitlines()
    nodes = [line for line in lines if "[" in line]
    assert len(nodes) == len(run.steps)
    for node in nodes:
        label = re.fullmatch(r'  s\d+\["(.*)"\]', node)
        assert label is not None
        plain = label.group(1).replace("<br/>", "")
        assert not re.search(r"[\"'<>\[\]{}()`|\\]", plain)


def test_the_codes_give_back_the_name():
    step = runs.fine('a "b" [c]; end --> d')
    drawn = pipeline_diagram(runs.run([step], RunStatus.PASSED).pipeline)
    label = drawn.split('["')[1].split("<br/>")[0]
    assert re.sub(r"#(\d+);", lambda code: chr(int(code[1])), label) == step.step.id
