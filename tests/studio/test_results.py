"""What runs found, through the API: who sees values plain, rows page by page, files, and one run beside another."""

import csv
import io
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from xml.etree import ElementTree as ET

import duckdb
import pytest
from pyarrow import parquet
from tests.studio.conftest import Clock, opened, served
from tests.studio.people import PASSWORD, Person, Studio, Team
from tests.studio.test_runs import awaited, begun, saved, with_databases

from ombudsman.connections.samples import duckdb_file
from ombudsman.studio.security.roles import PROJECT_ROLES, Role
from ombudsman.studio.services.export_cells import restored
from ombudsman.studio.work.embedded import studio_worker

TEXT = """
name: people
source: source
target: target
steps:
  - {id: counts, validator: validate_record_counts, table: main.people}
  - {id: 'rows "of" people/*', validator: validate_rows, table: main.people, params: {key: [code]}}
  - {id: codes, validator: validate_uniqueness, table: main.people, params: {columns: [code]}}
"""
ROWS = 1
CANARY = "Zaphod"
FORMULA = "=HYPERLINK(A1)"
SQL = f"""
CREATE TABLE people (code VARCHAR, name VARCHAR, amount DECIMAL(12, 2));
INSERT INTO people SELECT '{CANARY}-' || i, '{CANARY} ' || i, i / 4 FROM range(100) AS r(i);
"""
CHANGES = f"""
DELETE FROM people WHERE code = '{CANARY}-7';
UPDATE people SET name = upper(name) WHERE amount > 12.5;
UPDATE people SET amount = -amount WHERE amount BETWEEN 1 AND 3;
UPDATE people SET name = '{FORMULA}' WHERE code = '{CANARY}-20';
"""
WHY = "ticket 4711"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Studio, Team, str]]:
    """A studio, a team, and a run of theirs that is over."""
    clock = Clock()
    on = opened(tmp_path_factory.mktemp("studio") / "data", clock)
    for studio in served(on, clock, worker=studio_worker(on)):
        team = with_databases(studio)
        for name in ("source", "target"):
            with duckdb_file(on.settings.files_folder / f"{name}.duckdb") as database:
                database.execute(SQL)
                if name == "target":
                    database.execute(CHANGES)
        run = awaited(team.runner, begun(team.runner, saved(team, TEXT))["id"])
        assert [each["status"] for each in run["timeline"]] == ["failed", "failed", "passed"], run
        yield studio, team, run["id"]


@pytest.fixture
def studio(world: tuple[Studio, Team, str]) -> Studio:
    return world[0]


@pytest.fixture
def team(world: tuple[Studio, Team, str]) -> Team:
    return world[1]


@pytest.fixture
def run(world: tuple[Studio, Team, str]) -> str:
    return world[2]


_CONFIRMED: set[str] = set()


def confirmed(person: Person) -> Person:
    """The person, who gave the password a moment ago."""
    if person.access_token in _CONFIRMED:
        return person
    _CONFIRMED.add(person.access_token)
    told = person.post("/auth/confirm", {"password": PASSWORD})
    assert told.is_success, told.text
    return person


def views(run: str) -> dict[str, tuple[str, str, Any]]:
    """Everything that tells values of rows: method, path, body."""
    return {
        "result": ("GET", f"/execution/results/{run}/steps/{ROWS}", None),
        "findings": ("GET", f"/results/findings/{run}", None),
        "rows": ("GET", f"/results/rows/{run}/{ROWS}", None),
        **{
            f"rows as {form}": ("POST", f"/results/export/{run}/{ROWS}", {"format": form})
            for form in ("csv", "xlsx", "parquet", "json")
        },
        **{
            f"run as {form}": ("POST", f"/results/export/{run}", {"format": form})
            for form in ("csv", "xlsx", "parquet", "json", "html", "evidence")
        },
    }


def asked(person: Person, view: tuple[str, str, Any], reason: str | None = None) -> Any:
    method, path, body = view
    if reason is None:
        return person.ask(method, path, body)
    if method == "GET":
        return person.ask(method, path, params={"reason": reason})
    return person.ask(method, path, body | {"reason": reason})


def words_in(content: bytes) -> str:
    """All that stands in an answer, in whatever it is packed."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            return " ".join(words_in(pack.read(name)) for name in pack.namelist())
    if content.startswith(b"PAR1"):
        return str(parquet.read_table(io.BytesIO(content)).to_pydict())
    return content.decode()


VIEWS = list(views(""))


@pytest.mark.parametrize("view", VIEWS)
def test_without_a_reason_everybody_sees_values_masked(
    team: Team, run: str, studio: Studio, view: str
):
    for role in PROJECT_ROLES:
        told = asked(team.members[role], views(run)[view])
        assert told.is_success, told.text
        words = words_in(told.content)
        assert CANARY not in words
        assert CANARY.upper() not in words
        assert "***" in words


@pytest.mark.parametrize("view", VIEWS)
def test_an_owner_who_says_why_sees_them_plain_and_the_audit_keeps_it(
    team: Team, run: str, studio: Studio, view: str
):
    told = asked(confirmed(team.owner), views(run)[view], WHY)
    assert told.is_success, told.text
    assert CANARY in words_in(told.content)
    last = [each for each in studio.audited() if each.action == "rows.plain"][-1]
    assert (last.actor_id, last.details["reason"], last.resource) == (
        *(team.owner.id, WHY, f"run:{run}"),
    )


def test_a_statement_that_failed_tells_nobody_what_it_sought(team: Team, studio: Studio):
    run_id = awaited(
        team.runner,
        begun(team.runner, saved(team, TEXT.replace("people\nsource", "failing\nsource")))["id"],
    )["id"]
    context = {"sql": f"SELECT * FROM people WHERE code IN ('{CANARY}-7')", "path": "/srv/files"}
    problem = {"code": "timed_out", "message": "it took too long", "context": context}
    with studio.on.store.writing() as unit:
        unit.runs.get(run_id).problem = problem
        step = unit.runs.steps(run_id)[ROWS]
        step.status, step.problem = "errored", problem
        result = unit.runs.result(run_id, ROWS)
        assert result is not None
        unit.session.delete(result)
    listed = ("GET", "/execution/history?project_id=" + team.project_id, None)
    for view in (("GET", f"/execution/results/{run_id}", None), listed, *_of_run(run_id)):
        told = asked(team.viewer, view)
        assert told.is_success, told.text
        words = words_in(told.content)
        assert CANARY not in words
        assert "/srv/files" not in words
    told = team.viewer.get(f"/execution/results/{run_id}").json()["timeline"][ROWS]["problem"]
    assert told["context"] == {"sql": "SELECT * FROM people WHERE code IN ('***')"}
    plain = asked(confirmed(team.owner), _of_run(run_id)[0], WHY)
    assert CANARY in words_in(plain.content)


def _of_run(run_id: str) -> list[tuple[str, str, Any]]:
    return [
        ("POST", f"/results/export/{run_id}", {"format": each})
        for each in ("json", "html", "evidence")
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_nobody_else_sees_them_plain(team: Team, run: str, studio: Studio, view: str):
    for role in PROJECT_ROLES:
        if role is not Role.OWNER:
            told = asked(confirmed(team.members[role]), views(run)[view], WHY)
            assert (told.status_code, told.json()["code"]) == (403, "not_allowed"), role
            assert studio.audited()[-1].outcome == "denied"
    stranger = confirmed(studio.user(f"stranger of {view}"))
    assert asked(stranger, views(run)[view], WHY).status_code == 404


@pytest.mark.parametrize("view", ["result", "rows", "rows as csv"])
def test_an_owner_gives_the_password_first_and_a_token_never_may(
    team: Team, run: str, studio: Studio, view: str
):
    owner = studio.member(f"owner-{view}", team.project_id, Role.OWNER)
    made = confirmed(owner).post("/auth/tokens", {"name": "t", "scopes": ["read", "execute"]})
    token = Person(studio, owner.name, owner.id, made.json()["token"])
    assert asked(token, views(run)[view]).is_success
    assert asked(token, views(run)[view], WHY).status_code == 403
    studio.clock.forward(minutes=11)
    told = asked(owner, views(run)[view], WHY)
    studio.clock.forward(minutes=-11)
    assert (told.status_code, told.json()["code"]) == (403, "confirmation_required")


@pytest.mark.parametrize("reason", ["", "x", "a\nb", "   ", "x" * 301])
def test_a_reason_says_something(team: Team, run: str, reason: str):
    for view in ("rows", "rows as csv"):
        assert asked(confirmed(team.owner), views(run)[view], reason).status_code == 422


# ---------------------------------------------------------------- rows


def rows(person: Person, run: str, **params: Any) -> dict[str, Any]:
    told = person.get(f"/results/rows/{run}/{ROWS}", params=params)
    assert told.status_code == 200, told.text
    page: dict[str, Any] = told.json()
    return page


def test_rows_come_page_by_page_with_their_counts(team: Team, run: str):
    page = rows(team.viewer, run, limit=20)
    assert (page["masked"], len(page["items"])) == (True, 20)
    kinds = page["facets"]["kinds"]
    assert kinds["row_missing_in_target"] == 1
    assert page["total"] == sum(kinds.values()) == sum(page["facets"]["columns"].values())
    seen = [each["number"] for each in page["items"]]
    while cursor := page["next_cursor"]:
        assert CANARY not in cursor
        page = rows(team.viewer, run, limit=20, cursor=cursor)
        seen += [each["number"] for each in page["items"]]
    assert seen == list(range(page["total"]))


def test_rows_are_filtered_by_kind_column_and_cause(team: Team, run: str):
    page = rows(team.viewer, run, column="amount", cause="sign")
    assert page["total"] == len(page["items"]) == 8
    assert {(e["kind"], e["column"], e["cause"]) for e in page["items"]} == {
        ("value_differs", "amount", "sign")
    }
    lone = rows(team.viewer, run, column="")
    assert [each["kind"] for each in lone["items"]] == ["row_missing_in_target"]
    two = rows(team.viewer, run, kind=["row_missing_in_target", "value_differs"])
    assert two["total"] == rows(team.viewer, run)["total"]


def test_equal_values_look_equal_and_nothing_of_them_is_seen(team: Team, run: str):
    items = rows(team.viewer, run, column="amount", limit=200)["items"]
    assert all(each["source"].startswith("***") for each in items)
    assert all(each["source"] != each["target"] for each in items)
    keys = [tuple(each["key"]) for each in items]
    names = rows(team.viewer, run, column="name", limit=200)["items"]
    assert len(set(keys)) == len(keys)
    assert all(len(part) == 15 for each in names for part in each["key"])


def test_who_sees_keys_may_search_and_sort_by_them(team: Team, run: str):
    owner = confirmed(team.owner)
    found = rows(owner, run, q="-7", reason=WHY, sort="-key", limit=5)
    assert [each["key"] for each in found["items"]][:2] == [["Zaphod-79"], ["Zaphod-78"]]
    more = rows(owner, run, q="-7", reason=WHY, sort="-key", limit=5, cursor=found["next_cursor"])
    assert more["items"][0]["key"] == ["Zaphod-74"]
    for params in ({"q": "-7"}, {"sort": "key"}, {"sort": "-key"}):
        refused = team.viewer.get(f"/results/rows/{run}/{ROWS}", params=params)
        assert refused.status_code == 422, params
        export = team.viewer.post(f"/results/export/{run}/{ROWS}", {"format": "csv", "key": "-7"})
        assert export.status_code == 422


@pytest.mark.parametrize(
    "params",
    [
        {"sort": "x"},
        {"cursor": "x"},
        {"cursor": "number.99999999999999999999"},
        {"cursor": "key.1"},
        {"cursor": "number.-1"},
        {"cursor": "column.99999", "sort": "column"},
        {"kind": "\x00"},
        {"limit": 0},
        {"limit": 201},
    ],
)
def test_what_cannot_be_asked_is_refused(team: Team, run: str, params: dict[str, Any]):
    told = team.viewer.get(f"/results/rows/{run}/{ROWS}", params=params)
    assert told.status_code == 422, told.text


def test_a_step_that_kept_no_rows_has_none(team: Team, run: str):
    assert team.viewer.get(f"/results/rows/{run}/0").status_code == 404
    assert team.viewer.get(f"/results/rows/{run}/99").status_code == 404


# ---------------------------------------------------------------- findings


def test_findings_of_all_steps_page_by_page(team: Team, run: str):
    first = team.viewer.get(f"/results/findings/{run}", params={"limit": 10}).json()
    assert first["items"][0]["message"] == "100 rows in source, 99 in target"
    assert first["masked"]
    seen, page = list(first["items"]), first
    while cursor := page["next_cursor"]:
        page = team.viewer.get(
            f"/results/findings/{run}", params={"limit": 10, "cursor": cursor}
        ).json()
        seen += page["items"]
    assert len(seen) == first["total"] > 10
    assert len({json.dumps(each) for each in seen}) == len(seen)
    signs = team.viewer.get(f"/results/findings/{run}", params={"cause": "sign"}).json()
    assert {each["column"] for each in signs["items"]} == {"amount"}
    held = team.viewer.get(f"/results/findings/{run}", params={"q": "100 ROWS in source"}).json()
    assert [each["step_id"] for each in held["items"]] == ["counts"]
    for params in ({"cursor": "1"}, {"cursor": "a.b"}, {"sort": "kind"}):
        assert team.viewer.get(f"/results/findings/{run}", params=params).status_code == 422


# ---------------------------------------------------------------- files


def exported(person: Person, run: str, form: str, **given: Any) -> Any:
    told = person.post(f"/results/export/{run}/{ROWS}", {"format": form} | given)
    assert told.status_code == 200, told.text
    assert told.headers["x-content-type-options"] == "nosniff"
    assert told.headers["cache-control"] == "no-store"
    name = f'attachment; filename="run-1-rows_of_people-rows.{form}"'
    assert told.headers["content-disposition"] == name
    assert int(told.headers["content-length"]) == len(told.content)
    return told


def lines_of(form: str, content: bytes) -> list[dict[str, str | None]]:
    """The lines of a file, as a reader of its form sees them."""
    match form:
        case "csv":
            lines = csv.DictReader(io.StringIO(content.decode(), newline=""))
            return [{k: restored(v) or None for k, v in line.items()} for line in lines]
        case "json":
            told: list[dict[str, str | None]] = json.loads(content)["lines"]
            return told
        case "parquet":
            read: list[dict[str, str | None]] = parquet.read_table(io.BytesIO(content)).to_pylist()
            return read
    return sheet(content)


NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet(content: bytes, number: int = 1) -> list[dict[str, str | None]]:
    """The lines of a sheet, which must hold nothing but texts."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        tree = ET.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314
    assert not list(tree.iter(f"{NAMESPACE}f")), "a formula"
    assert not list(tree.iter(f"{NAMESPACE}hyperlink")), "a link"
    table = []
    for row in tree.iter(f"{NAMESPACE}row"):
        cells = {each.attrib["r"][0]: each for each in row}
        assert {each.attrib["t"] for each in cells.values()} <= {"inlineStr"}
        table.append({at: "".join(each.itertext()) for at, each in cells.items()})
    header, *lines = table
    return [{name: line.get(at) for at, name in header.items()} for line in lines]


def test_every_form_holds_the_same_lines(team: Team, run: str):
    owner = confirmed(team.owner)
    files = {
        form: lines_of(form, exported(owner, run, form, reason=WHY).content)
        for form in ("parquet", "csv", "json", "xlsx")
    }
    assert len(files["parquet"]) == rows(team.viewer, run)["total"]
    assert {"=", "-"} <= {(line["target"] or " ")[0] for line in files["parquet"]}
    for form, lines in files.items():
        assert lines == files["parquet"], form


def test_a_file_holds_what_was_asked_for(team: Team, run: str):
    content = exported(team.viewer, run, "json", columns=["amount"], causes=["sign"]).content
    told = json.loads(content)
    assert len(told["lines"]) == 8
    assert told["about"]["values of rows"] == "masked"
    assert told["about"]["exported by"] == team.viewer.name


def test_a_plain_file_names_who_took_it_and_why(team: Team, run: str):
    owner = confirmed(team.owner)
    about = json.loads(exported(owner, run, "json", reason=WHY).content)["about"]
    assert (about["values of rows"], about["reason"]) == ("plain", WHY)
    assert about["exported by"] == owner.name
    book = sheet(exported(owner, run, "xlsx", reason=WHY).content, 2)
    assert {WHY, owner.name, "plain"} <= {value for line in book for value in line.values()}
    schema = parquet.read_schema(io.BytesIO(exported(owner, run, "parquet", reason=WHY).content))
    assert schema.metadata[b"ombudsman.reason"] == WHY.encode()


def test_a_formula_is_no_formula_in_a_csv_file(team: Team, run: str):
    text = exported(confirmed(team.owner), run, "csv", reason=WHY).content.decode()
    assert f'"\'{FORMULA}"' in text
    assert f'"{FORMULA}"' not in text
    assert '"-1.00"' in text, "a plain number is none"


def test_the_audit_tells_of_every_file(team: Team, run: str, studio: Studio):
    exported(team.viewer, run, "csv", columns=["amount"])
    last = studio.audited()[-1]
    assert (last.action, last.actor_id, last.project_id) == (
        *("export", team.viewer.id, team.project_id),
    )
    assert last.details == {"what": f"rows of step {ROWS}", "format": "csv", "plain": False}


def test_nothing_stays_behind(team: Team, run: str, studio: Studio):
    for form in ("csv", "xlsx"):
        exported(team.viewer, run, form)
    assert list((studio.on.settings.data_folder / "exports").iterdir()) == []


def test_what_a_server_left_that_died_is_swept(team: Team, run: str, studio: Studio):
    folder = studio.on.settings.data_folder / "exports"
    left, fresh = folder / "left", folder / "fresh"
    for each in (left, fresh):
        each.mkdir()
        (each / "rows").write_text("values")
    os.utime(left, (0, 0))
    exported(team.viewer, run, "csv")
    assert [each.name for each in folder.iterdir()] == ["fresh"]
    shutil.rmtree(fresh)


def test_the_pack_of_evidence_can_be_checked(team: Team, run: str):
    told = team.viewer.post(f"/results/export/{run}", {"format": "evidence"})
    assert told.headers["content-disposition"] == 'attachment; filename="run-1-evidence.zip"'
    with zipfile.ZipFile(io.BytesIO(told.content)) as pack:
        manifest = json.loads(pack.read("manifest.json"))
        for name, digest in manifest["sha256"].items():
            assert sha256(pack.read(name)).hexdigest() == digest
        results = json.loads(pack.read("results.json"))
        report = pack.read("report.html").decode()
    assert set(manifest["sha256"]) == {"report.html", "results.json"}
    assert manifest["about"]["run"] == results["run"]["id"] == run
    assert [each["status"] for each in results["steps"]] == ["failed", "failed", "passed"]
    assert results["steps"][ROWS]["rows_file"] is None
    assert "people" in report
    assert "***" in report


def test_findings_of_a_run_as_lines(team: Team, run: str):
    files = {
        form: team.viewer.post(f"/results/export/{run}", {"format": form}).content
        for form in ("csv", "xlsx", "parquet")
    }
    total = team.viewer.get(f"/results/findings/{run}").json()["total"]
    for form, content in files.items():
        lines = lines_of(form, content)
        assert len(lines) == total, form
        assert lines[0]["message"] == "100 rows in source, 99 in target"


def test_a_file_that_would_be_too_large_is_refused_and_says_what_to_do(
    team: Team, run: str, studio: Studio, monkeypatch: pytest.MonkeyPatch
):
    for form in ("csv", "xlsx", "parquet", "json"):
        monkeypatch.setattr(
            "ombudsman.studio.services.exports.MIB", 1
        )  # of which 1,024 are allowed
        told = team.viewer.post(f"/results/export/{run}/{ROWS}", {"format": form})
        assert (told.status_code, told.json()["code"]) == (422, "export_too_large"), form
        assert "OVS_EXPORT_MOST_MIB" in told.json()["hint"]
    assert list((studio.on.settings.data_folder / "exports").iterdir()) == []


def test_so_many_files_are_made_at_once(team: Team, run: str, monkeypatch: pytest.MonkeyPatch):
    import threading

    taken = threading.BoundedSemaphore(1)
    taken.acquire()
    monkeypatch.setattr("ombudsman.studio.services.exports._places", taken)
    told = team.viewer.post(f"/results/export/{run}", {"format": "json"})
    assert told.status_code == 429
    assert int(told.headers["retry-after"]) > 0


def test_a_user_takes_so_many_files_an_hour(tmp_path_factory: pytest.TempPathFactory):
    clock = Clock()
    on = opened(tmp_path_factory.mktemp("few") / "data", clock, ovs_exports_per_hour=1)
    for studio in served(on, clock):
        team = studio.team(studio.user("admin", Role.ADMINISTRATOR))
        paths = [f"/results/export/{team.project_id}"] * 2
        told = [team.viewer.post(path, {"format": "json"}).status_code for path in paths]
        assert told == [404, 429]
        assert team.editor.post(paths[0], {"format": "json"}).status_code == 404


def test_a_run_that_is_not_over_has_no_file_and_is_told_so(team: Team, studio: Studio):
    with studio.on.store.writing() as unit:
        from tests.studio.work.queued import enqueue

        waiting = enqueue(unit, team.project_id, team.runner.id)
        unit.runs.take(waiting, worker="nobody", lease_s=600)
    told = team.viewer.post(f"/results/export/{waiting}", {"format": "html"})
    assert (told.status_code, told.json()["code"]) == (409, "conflict")


def test_rows_that_are_kept_no_more_say_so(team: Team, studio: Studio):
    run = awaited(
        team.runner,
        begun(team.runner, saved(team, TEXT.replace("name: people", "name: gone")))["id"],
    )
    for each in (studio.on.settings.data_folder / "results" / run["id"]).iterdir():
        each.unlink()
    for told in (
        team.viewer.get(f"/results/rows/{run['id']}/{ROWS}"),
        team.viewer.post(f"/results/export/{run['id']}/{ROWS}", {"format": "csv"}),
    ):
        assert told.status_code == 404
        assert told.json()["hint"] == "run the step again"


# ---------------------------------------------------------------- one run beside another


def test_what_changed_since_another_run(team: Team, studio: Studio):
    files = studio.on.settings.files_folder
    text = TEXT.replace("name: people", "name: compared")
    pipeline = saved(team, text)
    base = awaited(team.runner, begun(team.runner, pipeline)["id"])
    with duckdb.connect(str(files / "target.duckdb")) as database:
        database.execute("UPDATE people SET amount = -amount WHERE amount < 0")
        database.execute(f"INSERT INTO people VALUES ('{CANARY}-7', '{CANARY} 7', 1.75)")
        database.execute("INSERT INTO people SELECT * FROM people LIMIT 1")
        database.execute("UPDATE people SET name = 'new' WHERE code LIKE '%-3'")
    changed = text.replace("{id: codes,", "{id: coded,")
    put = team.editor.put(f"/pipelines/{pipeline}", {"yaml": changed}, version=1)
    assert put.status_code == 200, put.text
    run = awaited(team.runner, begun(team.runner, pipeline)["id"])
    told = team.viewer.get(f"/results/comparison/{run['id']}/{base['id']}").json()
    assert {each["step_id"]: each["change"] for each in told["steps"]} == {
        "counts": "same",
        'rows "of" people/*': "better",
        "coded": "new",
        "codes": "gone",
    }
    assert told["changes"] == {"same": 1, "better": 1, "new": 1, "gone": 1}
    signs = next(each for each in told["causes"] if each["cause"] == "sign")
    assert (signs["cells"], signs["base_cells"], signs["column"]) == (0, 8, "amount")
    back = team.viewer.get(f"/results/comparison/{base['id']}/{run['id']}").json()
    assert {each["step_id"]: each["change"] for each in back["steps"]}['rows "of" people/*'] == (
        "worse"
    )


def test_runs_of_different_pipelines_are_not_compared(team: Team, run: str):
    other = begun(team.runner, saved(team, TEXT.replace("name: people", "name: other")))["id"]
    told = team.viewer.get(f"/results/comparison/{run}/{other}")
    assert told.status_code == 409
    awaited(team.runner, other)


def test_another_projects_run_is_no_base(team: Team, run: str, studio: Studio):
    strangers = studio.team(studio.user("other-admin", Role.ADMINISTRATOR), "strangers")
    for person, path in (
        (strangers.owner, f"/results/comparison/{run}/{run}"),
        (strangers.owner, f"/results/rows/{run}/{ROWS}"),
        (strangers.owner, f"/results/findings/{run}"),
    ):
        assert person.get(path).status_code == 404
    assert strangers.owner.post(f"/results/export/{run}", {"format": "json"}).status_code == 404
