"""Mappings, pipelines and rules: judged before they are saved, faults with their places, edits with their versions."""

from typing import Any

import pytest
from tests.studio.people import Studio, Team

from ombudsman.mapping.file import read_mapping
from ombudsman.studio.written import pointer_of

MAPPING = {
    "tables": [
        {
            "source": "Sales.Orders",
            "target": "SALES.ORDERS",
            "key": ["Id"],
            "columns": {"Id": "ID", "Gender": {"target": "G", "transformation": {"kind": "trim"}}},
        }
    ]
}
PIPELINE: dict[str, Any] = {
    "name": "nightly",
    "source": "old",
    "target": "new",
    "steps": [
        {"id": "counts", "validator": "validate_record_counts", "table": "Sales.Orders"},
        {
            "id": "nulls",
            "validator": "validate_nulls",
            "table": "Sales.Orders",
            "params": {"columns": ["Id"]},
            "needs": ["counts"],
        },
    ],
}


@pytest.fixture
def studio(shared_studio: Studio) -> Studio:
    return shared_studio


@pytest.fixture
def connected(team: Team) -> Team:
    for name in ("old", "new"):
        settings = {"engine": "duckdb", "path": f"{name}.duckdb"}
        body = {"project_id": team.project_id, "name": name, "settings": settings}
        assert team.owner.post("/connections", body).status_code == 201
    return team


def save(team: Team, definition: Any, **more: Any) -> Any:
    body = {"project_id": team.project_id} | more
    if definition is not None:
        body["definition"] = definition
    return team.editor.post("/pipelines/", body)


# ------------------------------------------------------------ paths


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("", ""),
        ("steps", "/steps"),
        ("steps[0].params.columns[12]", "/steps/0/params/columns/12"),
        (
            "policies['Sales.Orders'].columns['a b'].tolerance",
            "/policies/Sales.Orders/columns/a b/tolerance",
        ),
        ("x['it\\'s/a~b']", "/x/it's~1a~0b"),
        ('x["it\'s"]', "/x/it's"),
        ("['a.b'][0]", "/a.b/0"),
    ],
)
def test_a_path_of_the_library_becomes_a_pointer(path: str, pointer: str):
    assert pointer_of(path) == pointer


# ------------------------------------------------------------ mapping


def test_a_mapping_is_saved_and_comes_back_as_it_was_and_as_a_file(team: Team):
    path = f"/projects/{team.project_id}/mapping"
    empty = team.viewer.get(path)
    assert (empty.json()["tables"], empty.headers["etag"]) == ([], '"0"')
    saved = team.editor.put(path, MAPPING, version=0)
    assert (saved.status_code, saved.headers["etag"]) == (200, '"1"')
    told = team.viewer.get(path).json()
    assert told["tables"] == MAPPING["tables"]
    assert read_mapping(told["yaml"]).tables[0].target_column("Gender") == "G"


def test_of_two_edits_of_a_mapping_the_later_is_refused(team: Team):
    path = f"/projects/{team.project_id}/mapping"
    assert team.editor.put(path, MAPPING, version=0).status_code == 200
    assert team.owner.put(path, {"tables": []}, version=0).status_code == 412
    assert team.owner.put(path, {"tables": []}, version=1).status_code == 200
    assert team.owner.put(path, {"tables": []}).status_code == 428


@pytest.mark.parametrize(
    ("table", "pointer"),
    [
        ({"source": "a.b"}, "/tables/0"),
        ({"source": "a.b", "target": "a.b", "keys": ["x"]}, "/tables/0/keys"),
        ({"source": 7, "target": "a.b"}, "/tables/0/source"),
        (
            {"source": "a.b", "target": "a.b", "columns": {"x": "y", "z": "y"}},
            "/tables/0/columns/z",
        ),
        (
            {"source": "a.b", "target": "a.b", "key": ["q"], "columns": {"x": "y"}},
            "/tables/0/key/0",
        ),
    ],
)
def test_a_mapping_that_contradicts_itself_is_told_by_its_places(
    team: Team, table: dict[str, Any], pointer: str
):
    told = team.editor.put(f"/projects/{team.project_id}/mapping", {"tables": [table]}, version=0)
    assert told.status_code == 422
    assert pointer in {each["pointer"] for each in told.json()["errors"]}, told.text


# ------------------------------------------------------------ pipelines


def test_a_pipeline_comes_as_a_document_or_as_a_text_and_goes_as_both(connected: Team):
    made = save(connected, PIPELINE, note="first").json()
    assert made["definition"] == PIPELINE
    again = save(connected, None, yaml=made["yaml"].replace("nightly", "copy"))
    assert again.status_code == 201, again.text
    assert again.json()["definition"] == PIPELINE | {"name": "copy"}
    assert again.json()["steps"] == 2


def test_each_saved_text_stays_as_a_version(connected: Team):
    row = save(connected, PIPELINE, note="first").json()
    path = f"/pipelines/{row['id']}"
    change = {"definition": PIPELINE | {"description": "better"}, "note": "told"}
    changed = connected.editor.put(path, change, version=1)
    assert changed.status_code == 200, changed.text
    assert changed.headers["etag"] == '"2"'
    versions = connected.viewer.get(f"{path}/versions").json()["items"]
    assert [(v["number"], v["note"]) for v in versions] == [(2, "told"), (1, "first")]
    first = connected.viewer.get(f"{path}/versions/1").json()
    assert first["definition"] == PIPELINE
    assert connected.viewer.get(f"{path}/versions/3").status_code == 404
    late = connected.owner.put(path, change, version=1)
    assert late.status_code == 412


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"source": "odl"}, "/definition/source"),
        ({"steps": []}, "/definition/steps"),
        ({"step": []}, "/definition/step"),
        (
            {"steps": [{"id": "a", "validator": "validate_null", "table": "a.b"}]},
            "/definition/steps/0/validator",
        ),
        (
            {
                "steps": [
                    {
                        "id": "a",
                        "validator": "validate_nulls",
                        "table": "a.b",
                        "params": {"colums": []},
                    }
                ]
            },
            "/definition/steps/0/params/colums",
        ),
        ({"mapping": "../../etc/passwd"}, "/definition/mapping"),
    ],
)
def test_what_is_wrong_with_a_pipeline_is_told_by_its_places(
    connected: Team, change: dict[str, Any], pointer: str
):
    told = save(connected, PIPELINE | change)
    assert told.status_code == 422, told.text
    faults = {each["pointer"]: each for each in told.json()["errors"]}
    assert pointer in faults, told.text
    checked = connected.viewer.post(
        "/pipelines/check", {"project_id": connected.project_id, "definition": PIPELINE | change}
    )
    assert checked.json()["ok"] is False
    assert {fault["pointer"] for fault in checked.json()["faults"]} == set(faults)


def test_a_text_that_is_no_pipeline_breaks_nothing(connected: Team):
    for yaml in (
        "",
        "[",
        "a: &x [*x]",
        "!!python/object:os.system x",
        "- " * 5_000,
        "a: " + "[" * 5_000,
        "\x00",
    ):
        told = save(connected, None, yaml=yaml)
        assert told.status_code == 422, (yaml[:40], told.text)


@pytest.mark.parametrize("body", [{}, {"yaml": "x", "definition": {}}])
def test_one_of_text_and_document_is_given(connected: Team, body: dict[str, Any]):
    told = connected.editor.post("/pipelines/", {"project_id": connected.project_id} | body)
    assert told.status_code == 422


def test_templates_become_steps_over_the_projects_mapping(connected: Team):
    template = {"id": "c", "validator": "validate_record_counts", "tables": "all"}
    definition = PIPELINE | {"steps": [template]}
    body = {"project_id": connected.project_id, "definition": definition}
    before = connected.viewer.post("/pipelines/check", body).json()
    assert (before["ok"], before["steps"]) == (True, ["c"])
    row = save(connected, definition).json()
    picture = f"/mermaid/pipeline/{row['id']}"
    assert connected.viewer.get(picture).status_code == 409
    connected.editor.put(f"/projects/{connected.project_id}/mapping", MAPPING, version=0)
    after = connected.viewer.post("/pipelines/check", body).json()
    assert after["steps"] == ["c.Orders"]
    assert "c.Orders" in connected.viewer.get(picture).json()["mermaid"]


def test_a_name_cannot_draw_in_a_diagram(connected: Team):
    evil = 'x"]; click s0 "javascript:alert(1)'
    definition = PIPELINE | {"steps": [PIPELINE["steps"][0] | {"id": evil}]}
    row = save(connected, definition)
    assert row.status_code == 201, row.text
    told = connected.viewer.get(f"/mermaid/pipeline/{row.json()['id']}").json()["mermaid"]
    assert evil not in told
    assert 'click s0 "' not in told


# ------------------------------------------------------------ rules


def rule(team: Team, **more: Any) -> Any:
    body = {"project_id": team.project_id, "name": "r", "table": "Sales.Orders"}
    return team.editor.post("/rules", body | {"condition": "ShipDate >= OrderDate"} | more)


def test_a_rule_is_approved_by_somebody_else_and_as_it_is(team: Team):
    row = rule(team).json()
    path = f"/rules/{row['id']}"
    assert row["approved"] is None
    assert team.editor.post(f"{path}/approve", version=1).status_code == 403
    approved = team.steward.post(f"{path}/approve", version=1)
    assert approved.json()["approved_by"] == team.steward.id
    change = {"name": "r", "table": "Sales.Orders", "condition": "1 = 1"}
    changed = team.editor.put(path, change, version=2)
    assert changed.json()["approved"] is None


def test_nobody_approves_what_he_wrote_though_he_may_approve(team: Team):
    body = {"project_id": team.project_id, "name": "own", "table": "a.b", "condition": "x > 0"}
    row = team.owner.post("/rules", body).json()
    told = team.owner.post(f"/rules/{row['id']}/approve", version=1)
    assert told.status_code == 403
    assert "author" in told.json()["detail"]


@pytest.mark.parametrize(
    "condition",
    [
        "",
        "1; DROP TABLE t",
        "EXISTS (SELECT 1 FROM OPENROWSET('x','y','z'))",
        "xp_cmdshell('whoami') = 1",
        "a = (SELECT 1)",
        "other.a > 1",
        "a + 1",
        "a > 0 WAITFOR DELAY '00:01:00'",
        "a > 0\x00",
    ],
)
def test_a_condition_that_is_none_or_does_something_is_refused(team: Team, condition: str):
    told = rule(team, condition=condition)
    assert told.status_code == 422, told.text
    assert told.json()["errors"][0]["pointer"] == "/condition"


@pytest.mark.parametrize(
    "condition", ["Orders.Total > 0", "LEN([Odd Name]) < 5", "a IS NULL OR b IN (1, 2)"]
)
def test_an_honest_condition_is_taken(team: Team, condition: str):
    assert rule(team, condition=condition).status_code == 201
