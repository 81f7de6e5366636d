"""From an empty studio to a project with a pipeline, through the API alone, on both stores."""

from pathlib import Path

import duckdb
from tests.studio.people import PASSWORD, Person, Studio

from ombudsman.studio.services.accounts import Accounts

PIPELINE = """
name: nightly
source: old
target: new
steps:
  - id: counts
    validator: validate_record_counts
    table: main.orders
"""


def first_administrator(studio: Studio) -> Person:
    token = Accounts(studio.on).setup_token()
    body = {"username": "amira", "password": PASSWORD, "setup_token": token}
    made = studio.client.post("/auth/register", json=body)
    assert made.status_code == 201, made.text
    assert made.json()["role"] == "administrator"
    signed_in = studio.client.post(
        "/auth/login", json={"username": "Amira", "password": PASSWORD, "refresh": "body"}
    )
    assert signed_in.status_code == 200, signed_in.text
    told = signed_in.json()
    return Person(studio, "amira", made.json()["id"], told["access_token"], told["refresh_token"])


def test_the_whole_way(any_studio: Studio):
    studio = any_studio
    files = studio.on.settings.files_folder
    for name in ("old", "new"):
        with duckdb.connect(str(files / f"{name}.duckdb")) as database:
            database.execute("CREATE TABLE orders AS SELECT 1 AS id")
    amira = first_administrator(studio)
    project = amira.post("/projects/", {"name": "retail"})
    assert project.status_code == 201, project.text
    project_id = project.json()["id"]
    for name in ("old", "new"):
        settings = {"engine": "duckdb", "path": f"{name}.duckdb"}
        body = {"project_id": project_id, "name": name, "settings": settings}
        made = amira.post("/connections", body)
        assert made.status_code == 201, made.text
        tested = amira.post(f"/connections/{made.json()['id']}/test")
        assert tested.json()["outcome"] == "ok", tested.text
    listed = amira.get("/connections", params={"project_id": project_id}).json()
    assert [each["name"] for each in listed["items"]] == ["new", "old"]
    suggestion = {"project_id": project_id, "source": "old", "target": "new"}
    early = amira.post("/mapping/suggest", suggestion)
    assert (early.status_code, early.json()["hint"]) == (409, "POST /metadata/extract")
    for row in listed["items"]:
        read = amira.post("/metadata/extract", {"connection_id": row["id"]})
        assert (read.json()["tables"], read.json()["columns"]) == (1, 1), read.text
    kept = amira.get(f"/metadata/export/{project_id}").json()["items"]
    assert [each["connection"] for each in kept] == ["new", "old"]
    found = amira.post("/mapping/suggest", suggestion).json()
    assert [match["lane"] for match in found["matches"]] == ["auto"], found
    mapping = {"tables": found["tables"], "decisions": found["decisions"]}
    saved = amira.put(f"/projects/{project_id}/mapping", mapping, version=0)
    assert saved.status_code == 200, saved.text
    pipeline = amira.post("/pipelines/", {"project_id": project_id, "yaml": PIPELINE})
    assert pipeline.status_code == 201, pipeline.text
    picture = amira.get(f"/mermaid/pipeline/{pipeline.json()['id']}")
    assert picture.json()["mermaid"].startswith("flowchart LR")
    health = studio.client.get("/health").json()
    assert health["status"] == "ok", health
    with studio.on.store.reading() as unit:
        assert unit.audit.first_broken() is None
    assert Path(studio.on.settings.data_folder).is_dir()
