"""Who may do what: every operation of the API, asked by everybody, judged by the table of rights.

The operations come from the API's own description: one that is not listed here fails the test. Of whatever is changed a
throw-away is made first. Beside the answer, the audit is read: what changes something, and what is denied, leaves one
entry with the right name.
"""

import dataclasses
import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from sqlalchemy import select
from tests.studio.conftest import Clock, opened, served
from tests.studio.people import PASSWORD, Person, Studio, Team
from tests.studio.stand_in_provider import StandInProvider, configured, provided

from ombudsman.compare.rows_file import RowsFile
from ombudsman.model.pipeline import Pipeline, RunStatus, Step, StepRun, StepStatus
from ombudsman.model.result import Result
from ombudsman.model.tables import TableRef
from ombudsman.studio.ids import new_id
from ombudsman.studio.openapi import described
from ombudsman.studio.persistence.entities.operations import AuditEntry, AuditHead
from ombudsman.studio.persistence.entities.runs import StepResult
from ombudsman.studio.persistence.entities.workloads import StoredWorkload
from ombudsman.studio.persistence.runs import as_pending
from ombudsman.studio.persistence.workloads import READY
from ombudsman.studio.security.roles import (
    INSTANCE_ROLES,
    PROJECT_ROLES,
    RIGHTS,
    Permission,
    Role,
    Scope,
)

PIPELINE = "name: {}\nsource: a\ntarget: a\nsteps:\n  - {{id: c, validator: validate_record_counts, table: main.t}}\n"
WITHOUT_ROW = {Permission.PUBLIC, Permission.ACCOUNT, Permission.SIGNED_IN}
_numbers = itertools.count()


def fresh(word: str = "n") -> str:
    return f"{word}{next(_numbers)}"


@dataclass(frozen=True)
class World:
    """A studio with everybody in it."""

    studio: Studio
    people: Mapping[str, Person]
    team: Team
    extractable: str
    provider: StandInProvider

    @property
    def owner(self) -> Person:
        return self.team.members[Role.OWNER]

    @property
    def project(self) -> str:
        return self.team.project_id

    def again(self, who: str) -> Person:
        """Another person of the same role, who may be signed out."""
        return self.studio.user(fresh("again"), Role(who) if who in INSTANCE_ROLES else Role.USER)

    def connection(self) -> dict[str, Any]:
        body = {"project_id": self.project, "name": fresh(), "settings": SETTINGS}
        return made(self.owner.post("/connections", body))

    def pipeline(self) -> dict[str, Any]:
        body = {"project_id": self.project, "yaml": PIPELINE.format(fresh())}
        return made(self.owner.post("/pipelines/", body))

    def run(self) -> str:
        """A run that waits; its id."""
        asked = self.owner.post(f"/pipelines/{self.pipeline()['id']}/execute", {})
        assert asked.status_code == 202, asked.text
        run_id: str = asked.json()["id"]
        return run_id

    def ended_run(self) -> str:
        """A run of one step that passed, and yet kept a row; its id."""
        run_id = self.run()
        step = as_pending(run_id, 0, step_id="c", validator="v", table="main.t")
        rows = self.studio.on.settings.data_folder / "results" / run_id / "0000-1.parquet"
        rows.parent.mkdir(parents=True)
        with RowsFile(rows) as file:
            file.write(
                [["row_missing_in_target"], [None], ['["1"]'], [None], [None], [None], [None]]
            )
        pipeline, document = judged_run()
        result = StepResult(
            run_id=run_id, position=0, document=document, rows_file=str(rows), digest=""
        )
        with self.studio.on.store.writing() as unit:
            lease = unit.runs.take(run_id, worker="w", lease_s=60)
            assert lease is not None
            unit.runs.plan(lease, pipeline, [step])
            unit.runs.write_step(lease, 0, {"status": "passed"}, result)
            unit.runs.end(lease, RunStatus.PASSED, summary=None, problem=None)
        return run_id

    def workload(self) -> str:
        """A workload that was read; its id."""
        with self.studio.on.store.writing() as unit:
            row = StoredWorkload(
                project_id=self.project,
                connection_id=self.extractable,
                read_by=self.owner.id,
                name=fresh(),
                status=READY,
                reading_until=unit.now,
                summary={},
                suggestions={"items": []},
                created=unit.now,
            )
            return unit.workloads.add(row).id

    def rule(self) -> dict[str, Any]:
        editor = self.team.members[Role.EDITOR]
        return made(editor.post("/rules", {"project_id": self.project} | rule(fresh())))


MAPPING = {"tables": [{"source": "main.t", "target": "main.t"}]}
EXPORT = [{"query_sql_text": "select a from t", "executions": 1}]
SETTINGS = {"engine": "duckdb", "path": "none.duckdb"}


def rule(name: str) -> dict[str, Any]:
    return {"name": name, "table": "main.t", "condition": "a > 0"}


def made(response: Any) -> dict[str, Any]:
    assert response.status_code == 201, response.text
    told: dict[str, Any] = response.json()
    return told


@dataclass(frozen=True)
class Ask:
    """A request that is right in every way but, perhaps, who sends it."""

    path: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    version: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    in_project: bool = True
    person: Person | None = None


def of_project(world: World, **more: Any) -> Ask:
    return Ask(path={"project_id": world.project}, **more)


def at(name: str, row: Mapping[str, Any], body: Any = None) -> Ask:
    return Ask(path={name: row["id"]}, body=body, version=row["version"])


def read(name: str, row: Mapping[str, Any]) -> Ask:
    return Ask(path={name: row["id"]})


def listing(world: World) -> Ask:
    return Ask(params={"project_id": world.project})


def of_instance(body: Any = None, **more: Any) -> Ask:
    return Ask(body=body, in_project=False, **more)


def own(world: World, who: str, body: Any = None) -> Ask:
    return of_instance(body, person=world.again(who))


def project_version(world: World) -> int:
    version: int = world.owner.get(f"/projects/{world.project}").json()["version"]
    return version


def delete_project(world: World, who: str) -> Ask:
    if who != Role.ADMINISTRATOR:
        return of_project(world, version=project_version(world))
    expendable = made(world.people[who].post("/projects/", {"name": fresh()}))
    return Ask(path={"project_id": expendable["id"]}, version=1)


def own_session(world: World, who: str) -> Ask:
    person = world.again(who)
    (session,) = person.get("/auth/sessions").json()["items"]
    return dataclasses.replace(of_instance(path={"session_id": session["id"]}), person=person)


def own_token(world: World, who: str) -> Ask:
    person = world.again(who)
    token = made(person.post("/auth/tokens", {"name": "t", "scopes": ["read"]}))
    return dataclasses.replace(of_instance(path={"token_id": token["id"]}), person=person)


def confirm_otp(world: World, who: str) -> Ask:
    import pyotp

    person = world.again(who)
    seed = made(person.post("/auth/otp"))["seed"]
    return of_instance({"code": pyotp.TOTP(seed).at(world.studio.clock())}, person=person)


def changed_user(world: World, _: str) -> Ask:
    row = world.studio.user(fresh("changed"))
    return of_instance({"disabled": True}, path={"user_id": row.id}, version=1)


def changed_member(world: World, _: str) -> Ask:
    row = world.studio.member(fresh("member"), world.project, Role.VIEWER)
    return Ask(path={"project_id": world.project, "user_id": row.id}, body={"role": "runner"})


def put_mapping(world: World, _: str) -> Ask:
    version = world.owner.get(f"/projects/{world.project}/mapping").json()["version"]
    return of_project(world, body=MAPPING, version=version)


def register(world: World, _: str) -> Ask:
    admin = world.people[Role.ADMINISTRATOR]
    invitation = made(admin.post("/auth/invitations", {}))["token"]
    body = {"username": fresh("new"), "password": PASSWORD, "invitation": invitation}
    return of_instance(body)


def login(world: World, _: str) -> Ask:
    return of_instance({"username": world.studio.user(fresh("login")).name, "password": PASSWORD})


def sent_back(world: World, _: str) -> Ask:
    """Somebody new has signed in at the provider, and the browser comes back."""
    invitation = made(world.people[Role.ADMINISTRATOR].post("/auth/invitations", {}))["token"]
    begun = world.studio.client.post("/auth/oidc/begin", json={"invitation": invitation}).json()
    back = httpx.URL(world.provider.sign_in(begun["address"], subject=fresh("subject")))
    return of_instance(params=dict(back.params))


def refresh(world: World, _: str) -> Ask:
    return of_instance({"refresh_token": world.studio.user(fresh("refresh")).refresh_token})


def judged_run() -> tuple[dict[str, Any], dict[str, Any]]:
    """A pipeline of one step, and its end, as the store keeps them."""
    table = TableRef(schema="main", name="t")
    step = Step(id="c", validator="validate_record_counts", table=table)
    pipeline = Pipeline(name="p", source="a", target="a", steps=(step,))
    step_run = StepRun(step=step, status=StepStatus.PASSED, result=Result())
    return pipeline.model_dump(mode="json"), step_run.model_dump(mode="json")


def compared_runs(world: World) -> Ask:
    pipeline = world.pipeline()["id"]
    runs = [world.owner.post(f"/pipelines/{pipeline}/execute", {}).json()["id"] for _ in range(2)]
    return Ask(path={"execution_id": runs[1], "base_id": runs[0]})


def of_schedule(world: World, **more: Any) -> Ask:
    body = {"pipeline_id": world.pipeline()["id"], "cron": "30 2 * * *"}
    schedule = made(world.owner.post(f"/projects/{world.project}/schedules", body))
    return Ask(path={"project_id": world.project, "schedule_id": schedule["id"]}, **more)


Recipe = Callable[[World, str], Ask]
RECIPES: dict[str, Recipe] = {
    "register": register,
    "login": login,
    "refresh": refresh,
    "oidc_provider": lambda _w, _: of_instance(),
    "begin_oidc": lambda _w, _: of_instance({}),
    "finish_oidc": sent_back,
    "alive": lambda _w, _: of_instance(),
    "health": lambda _w, _: of_instance(),
    "me": lambda _w, _: of_instance(),
    "logout": own,
    "change_password": lambda w, who: own(
        w, who, {"current": PASSWORD, "new": "vier ganz andere worte"}
    ),
    "confirm": lambda w, who: own(w, who, {"password": PASSWORD}),
    "list_sessions": own,
    "end_session": own_session,
    "list_tokens": own,
    "make_token": lambda w, who: own(w, who, {"name": "t", "scopes": ["read"]}),
    "revoke_token": own_token,
    "begin_otp": own,
    "confirm_otp": confirm_otp,
    "remove_otp": own,
    "invite": lambda _w, _: of_instance({}),
    "list_users": lambda _w, _: of_instance(),
    "get_user": lambda w, _: of_instance(path={"user_id": w.owner.id}),
    "change_user": changed_user,
    "list_projects": lambda _w, _: of_instance(),
    "create_project": lambda _w, _: of_instance({"name": fresh()}),
    "get_project": lambda w, _: of_project(w),
    "change_project": lambda w, _: of_project(
        w, body={"name": fresh()}, version=project_version(w)
    ),
    "delete_project": delete_project,
    "list_members": lambda w, _: of_project(w),
    "add_member": lambda w, _: of_project(
        w, body={"username": w.studio.user(fresh("added")).name, "role": "viewer"}
    ),
    "change_member": changed_member,
    "remove_member": lambda w, who: dataclasses.replace(changed_member(w, who), body=None),
    "get_mapping": lambda w, _: of_project(w),
    "put_mapping": put_mapping,
    "list_connections": lambda w, _: listing(w),
    "create_connection": lambda w, _: Ask(
        body={"project_id": w.project, "name": fresh(), "settings": SETTINGS}
    ),
    "get_connection": lambda w, _: read("connection_id", w.connection()),
    "change_connection": lambda w, _: at(
        "connection_id", w.connection(), {"name": fresh(), "settings": SETTINGS}
    ),
    "delete_connection": lambda w, _: at("connection_id", w.connection()),
    "test_connection": lambda w, _: read("connection_id", w.connection()),
    "connection_status": lambda w, _: read("connection_id", w.connection()),
    "extract_metadata": lambda w, _: Ask(body={"connection_id": w.extractable}),
    "export_metadata": lambda w, _: of_project(w),
    "preview_table": lambda w, _: Ask(body={"connection_id": w.extractable, "table": "main.t"}),
    "profile_table": lambda w, _: Ask(body={"connection_id": w.extractable, "table": "main.t"}),
    "extract_relationships": lambda w, _: Ask(body={"connection_id": w.extractable}),
    "relationships_diagram": lambda w, _: Ask(path={"connection_id": w.extractable}),
    "compare_shapes": lambda w, _: Ask(
        params={"project_id": w.project, "source": "a", "target": "a"}
    ),
    "suggest_mapping": lambda w, _: Ask(
        body={"project_id": w.project, "source": "a", "target": "a"}
    ),
    "analyze_workload": lambda w, _: Ask(
        params={"project_id": w.project, "connection_id": w.extractable}, body=EXPORT
    ),
    "list_workloads": lambda w, _: listing(w),
    "suggest_checks": lambda w, _: Ask(body={"workload_id": w.workload(), "target": "a"}),
    "list_patterns": lambda w, _: Ask(path={"workload_id": w.workload()}),
    "get_workload": lambda w, _: Ask(path={"workload_id": w.workload()}),
    "delete_workload": lambda w, _: Ask(path={"workload_id": w.workload()}),
    "list_validators": lambda _w, _: of_instance(),
    "get_validator": lambda _w, _: of_instance(path={"name": "validate_rows"}),
    "list_pipelines": lambda w, _: listing(w),
    "create_pipeline": lambda w, _: Ask(
        body={"project_id": w.project, "yaml": PIPELINE.format(fresh())}
    ),
    "check_pipeline": lambda w, _: Ask(body={"project_id": w.project, "yaml": "x"}),
    "preview_pipeline": lambda w, _: Ask(
        body={"project_id": w.project, "yaml": PIPELINE.format(fresh())}
    ),
    "get_pipeline": lambda w, _: read("pipeline_id", w.pipeline()),
    "change_pipeline": lambda w, _: at(
        "pipeline_id", w.pipeline(), {"yaml": PIPELINE.format(fresh())}
    ),
    "delete_pipeline": lambda w, _: at("pipeline_id", w.pipeline()),
    "list_versions": lambda w, _: read("pipeline_id", w.pipeline()),
    "get_version": lambda w, _: Ask(path={"pipeline_id": w.pipeline()["id"], "number": 1}),
    "pipeline_diagram": lambda w, _: read("pipeline_id", w.pipeline()),
    "execute_pipeline": lambda w, _: Ask(path={"pipeline_id": w.pipeline()["id"]}, body={}),
    "list_runs": lambda w, _: listing(w),
    "get_run": lambda w, _: Ask(path={"execution_id": w.run()}),
    "get_step_result": lambda w, _: Ask(path={"execution_id": w.ended_run(), "position": 0}),
    "list_findings": lambda w, _: Ask(path={"execution_id": w.ended_run()}),
    "list_rows": lambda w, _: Ask(path={"execution_id": w.ended_run(), "position": 0}),
    "export_run": lambda w, _: Ask(path={"execution_id": w.ended_run()}, body={"format": "json"}),
    "export_rows": lambda w, _: Ask(
        path={"execution_id": w.ended_run(), "position": 0}, body={"format": "csv"}
    ),
    "compare_runs": lambda w, _: compared_runs(w),
    "cancel_run": lambda w, _: Ask(path={"execution_id": w.run()}),
    "run_again": lambda w, _: Ask(path={"execution_id": w.ended_run()}, body={"steps": "all"}),
    "watch_run": lambda w, _: Ask(path={"execution_id": w.ended_run()}),
    "pin_run": lambda w, _: Ask(path={"execution_id": w.run()}, body={"pinned": True}),
    "list_schedules": lambda w, _: of_project(w),
    "create_schedule": lambda w, _: of_project(
        w, body={"pipeline_id": w.pipeline()["id"], "cron": "30 2 * * *"}
    ),
    "check_schedule": lambda w, _: of_project(w, body={"cron": "30 2 * * *"}),
    "get_schedule": lambda w, _: of_schedule(w),
    "change_schedule": lambda w, _: of_schedule(w, body={"cron": "0 3 * * *"}, version=1),
    "delete_schedule": lambda w, _: of_schedule(w, version=1),
    "list_rules": lambda w, _: listing(w),
    "create_rule": lambda w, _: Ask(body={"project_id": w.project} | rule(fresh())),
    "get_rule": lambda w, _: read("rule_id", w.rule()),
    "change_rule": lambda w, _: at("rule_id", w.rule(), rule(fresh())),
    "delete_rule": lambda w, _: at("rule_id", w.rule()),
    "approve_rule": lambda w, _: at("rule_id", w.rule()),
    "metrics": lambda _w, _: of_instance(),
    "list_audit": lambda w, _: listing(w),
}
SILENT = {
    "check_pipeline",
    "preview_pipeline",
    "check_schedule",
    "suggest_mapping",
    "suggest_checks",
}
"""What changes nothing though it is no GET: the audit has nothing to say of it."""

NOBODY, FOREIGNER, TOKEN = "nobody", "owner of another project", "reading token of the owner"


@pytest.fixture(scope="module")
def provider() -> Iterator[StandInProvider]:
    with provided(time.time) as made_up:
        yield made_up


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, provider: StandInProvider) -> Iterator[World]:
    clock = Clock()
    settings = configured(provider, ovs_registration="invitation")
    on = opened(tmp_path_factory.mktemp("studio"), clock, **settings)
    for studio in served(on, clock):
        admin = studio.user("administrator", Role.ADMINISTRATOR)
        team = studio.team(admin)
        other = studio.team(admin, "other")
        owner = team.members[Role.OWNER]
        with duckdb.connect(str(on.settings.files_folder / "a.duckdb")) as database:
            database.execute("CREATE TABLE t AS SELECT 1 AS id")
        settings = {"engine": "duckdb", "path": "a.duckdb"}
        body = {"project_id": team.project_id, "name": "a", "settings": settings}
        connection = made(owner.post("/connections", body))["id"]
        extracted = owner.post("/metadata/extract", {"connection_id": connection})
        assert extracted.status_code == 200, extracted.text
        token = made(owner.post("/auth/tokens", {"name": "t", "scopes": [Scope.READ]}))["token"]
        people = {
            NOBODY: Person(studio, "", "", ""),
            "user": studio.user("stranger"),
            FOREIGNER: other.members[Role.OWNER],
            "administrator": admin,
            "auditor": studio.user("auditor", Role.AUDITOR),
            **{role.value: team.members[role] for role in PROJECT_ROLES},
            TOKEN: dataclasses.replace(owner, access_token=token),
        }
        yield World(studio, people, team, connection, provider)


@pytest.fixture(scope="module")
def operations(world: World) -> dict[str, tuple[str, str, Permission, dict[str, Any]]]:
    paths = described(world.studio.app)["paths"]
    return {
        told["operationId"]: (method.upper(), path, Permission(told["x-permission"]), told)
        for path, methods in paths.items()
        for method, told in methods.items()
    }


def test_every_operation_is_listed_here(operations: dict[str, Any]):
    assert set(operations) == set(RECIPES)


def expected(permission: Permission, who: str, *, in_project: bool) -> str:
    """What the table says: `allowed`, or the status of the refusal."""
    if permission is Permission.PUBLIC:
        return "allowed"
    if who == NOBODY:
        return "401"
    if permission in WITHOUT_ROW:
        return "403" if permission is Permission.ACCOUNT and who == TOKEN else "allowed"
    role = Role.OWNER if who == TOKEN else Role.USER if who == FOREIGNER else Role(who)
    if not in_project and role in PROJECT_ROLES:
        role = Role.USER
    reading = permission.reading or permission
    if role in RIGHTS[permission]:
        return "403" if who == TOKEN and permission.scope is not Scope.READ else "allowed"
    return "404" if in_project and role not in RIGHTS[reading] else "403"


@pytest.mark.parametrize("operation", list(RECIPES))
def test_everybody_gets_what_the_table_says_and_the_audit_tells_it(
    operation: str, world: World, operations: dict[str, Any]
):
    method, path, permission, described_as = operations[operation]
    wrong = {}
    for who, person in world.people.items():
        ask = RECIPES[operation](world, who if who in set(Role) else "user")
        asker = person if ask.person is None or who in {NOBODY, TOKEN} else ask.person
        headers = {"Authorization": ""} if who == NOBODY else {}
        before = last_entry(world)
        answer = asker.ask(
            method,
            path.format(**ask.path),
            ask.body,
            version=ask.version,
            params=ask.params,
            headers=headers,
        )
        status = "allowed" if answer.is_success or answer.is_redirect else str(answer.status_code)
        wanted = expected(permission, who, in_project=ask.in_project)
        entries = entries_after(world, before)
        told = [(entry.actor_id, entry.outcome) for entry in entries]
        audit = entries_expected(operation, method, permission, wanted, asker)
        if status != wanted or (audit is not None and told != audit):
            wrong[who] = (wanted, answer.status_code, answer.text[:200], told, audit)
        if status != "allowed":
            assert str(answer.status_code) in described_as["responses"]
    assert wrong == {}


def entries_expected(
    operation: str, method: str, permission: Permission, wanted: str, asker: Person
) -> list[tuple[str, str]] | None:
    if permission is Permission.PUBLIC:
        return None  # who it is comes out only in the answer
    if wanted in {"403", "404"}:
        return [(asker.id, "denied")]
    changes = method != "GET" and wanted == "allowed" and operation not in SILENT
    return [(asker.id, "done")] if changes else []


def last_entry(world: World) -> int:
    with world.studio.on.store.reading() as unit:
        return unit.session.scalar(select(AuditHead.number)) or 0


def entries_after(world: World, number: int) -> list[AuditEntry]:
    found = select(AuditEntry).where(AuditEntry.number > number).order_by(AuditEntry.number)
    with world.studio.on.store.reading() as unit:
        return list(unit.session.scalars(found))


@pytest.mark.parametrize("operation", list(RECIPES))
def test_what_is_not_there_is_not_found_by_those_who_might_see_it(
    operation: str, world: World, operations: dict[str, Any]
):
    method, path, permission, _ = operations[operation]
    for who in ("owner", "administrator"):
        ask = RECIPES[operation](world, who)
        missing = {
            name: new_id() if isinstance(value, str) else 2**31 - 1
            for name, value in ask.path.items()
        }
        params = {name: new_id() for name in ask.params}
        body = ask.body
        if isinstance(body, dict):
            body = {
                k: new_id() if k in {"project_id", "connection_id"} else v for k, v in body.items()
            }
        if (missing, params, body) == (ask.path, ask.params, ask.body):
            continue
        asker = ask.person or world.people[who]
        answer = asker.ask(method, path.format(**missing), body, version=ask.version, params=params)
        allowed = {404}
        if not ask.in_project and who == "owner" and permission not in WITHOUT_ROW:
            allowed = {403}
        if operation == "finish_oidc":
            allowed = {401}  # what a browser brings back is nobody's address
        if operation == "list_audit" and who == "administrator":
            allowed = {200}  # the log outlives what it speaks of
        assert answer.status_code in allowed, (who, answer.status_code, answer.text)


def test_an_operation_without_a_permission_keeps_the_server_from_starting(world: World):
    from fastapi import FastAPI

    from ombudsman.studio.app import refuse_undeclared

    app = FastAPI()

    @app.get("/forgotten")
    def forgotten() -> None: ...

    with pytest.raises(RuntimeError, match="/forgotten names no permission"):
        refuse_undeclared(app)


def test_the_chain_of_all_this_is_whole(world: World, tmp_path: Path):
    with world.studio.on.store.reading() as unit:
        assert unit.audit.first_broken() is None
        assert unit.audit.count() > 0
