"""A studio in one file, and back: nothing lost, no key in it, and nothing believed that is not proved."""

import base64
import contextlib
import datetime as dt
import hashlib
import json
import os
import re
import shutil
import sqlite3
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL
from tests.postgres_server import PostgresServer
from tests.studio.conftest import Clock, opened, postgres_url, served
from tests.studio.people import Person, Studio
from tests.studio.test_runs import awaited, begun, saved, with_databases

from ombudsman.model.errors import SettingsError
from ombudsman.studio.backup import back_up
from ombudsman.studio.backup_file import MANIFEST, SEAL, STORE, BackupReader, _seal
from ombudsman.studio.backup_restore import SETTINGS_FILE, restore
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.kept_rows import owner_file
from ombudsman.studio.persistence import upgrade as upgrading
from ombudsman.studio.persistence.audit import Note
from ombudsman.studio.persistence.entities.projects import Project
from ombudsman.studio.security.keys import add_master_key
from ombudsman.studio.security.roles import Role
from ombudsman.studio.settings import StudioSettings
from ombudsman.studio.work.embedded import studio_worker

CANARY = "OVSCANARY-b4ck-up5-secret"
MOVING = {"/health", "/metrics", "/audit"}
"""Whose answers tell the present moment, or that a studio was restored."""


def settings(folder: Path, url: URL | None = None, **more: Any) -> StudioSettings:
    text = None if url is None else url.render_as_string(hide_password=False)
    return StudioSettings(_env_file=None, ovs_data_folder=folder, ovs_db_url=text, **more)


running = contextlib.contextmanager(served)


def with_keys_of(on: Foundation | StudioSettings, folder: Path) -> Path:
    """A new, empty data folder into which somebody has put the keys of another."""
    before = on.settings if isinstance(on, Foundation) else on
    shutil.copytree(before.data_folder / "keys", folder / "keys")
    return folder


@pytest.fixture
def small(tmp_path: Path, clock: Clock) -> Iterator[Foundation]:
    """A studio with little in it, whose folder is `data`."""
    on = opened(tmp_path / "data", clock)
    with on.store.writing() as unit:
        unit.projects.add(Project(name="retail", created=unit.now, updated=unit.now))
        unit.note(Note("project.create"))
    yield on
    on.close()


# ------------------------------------------------------------ the figure


def filled(studio: Studio) -> dict[str, str]:
    """Fills a studio with something of everything; the ids that paths are made of."""
    team = with_databases(studio)
    steward, editor, project = team.steward, team.editor, team.project_id
    secret = {"engine": "postgresql", "host": "db.example.com", "database": "d", "user": "u"}
    body = {"project_id": project, "name": "erp", "settings": secret | {"password": CANARY}}
    connection = steward.post("/connections", body).json()["id"]
    for each in steward.get("/connections", params={"project_id": project}).json()["items"]:
        if each["engine"] == "duckdb":
            read = editor.post("/metadata/extract", {"connection_id": each["id"]})
            assert read.status_code == 200, read.text
            steward.post(f"/connections/{each['id']}/test")
    rule = {"project_id": project, "name": "r", "table": "main.orders", "condition": "id > 0"}
    rule_id = editor.post("/rules", rule).json()["id"]
    pipeline = saved(team)
    run = awaited(team.viewer, begun(team.runner, pipeline)["id"])
    again = team.runner.post(f"/execution/again/{run['id']}", {"steps": "failed"})
    awaited(team.viewer, again.json()["id"])
    tables = [{"source": "main.orders", "target": "main.orders", "key": ["id"]}]
    mapped = editor.put(f"/projects/{project}/mapping", {"tables": tables}, version=0)
    assert mapped.status_code == 200, mapped.text
    return {
        "project_id": project,
        "connection_id": connection,
        "rule_id": rule_id,
        "pipeline_id": pipeline,
        "execution_id": run["id"],
        "position": "2",
        "number": "1",
        "user_id": team.owner.id,
    }


_OF_REQUEST = re.compile(rb'"request_id":"[0-9a-f]+"')
"""What an error says of the request itself."""


def answers(studio: Studio, person: Person, ids: dict[str, str]) -> dict[str, tuple[int, bytes]]:
    """What every GET of the API answers to somebody."""
    told = {}
    asker = Person(studio, person.name, person.id, person.access_token)
    for path, operations in studio.app.openapi()["paths"].items():
        if "get" not in operations or path in MOVING:
            continue
        filled_in = re.sub(r"\{(\w+)\}", lambda found: ids.get(found[1], "0" * 26), path)
        needed = {each["name"] for each in operations["get"].get("parameters", [])}
        params = {"project_id": ids["project_id"]} if "project_id" in needed else {}
        answer = asker.get(filled_in, params={} if "{project_id}" in path else params)
        told[path] = (answer.status_code, _OF_REQUEST.sub(b'"request_id":""', answer.content))
    return told


def as_said(answer: tuple[int, bytes]) -> tuple[int, Any]:
    """The answer, the order of its keys set aside: another kind of store may keep another."""
    status, content = answer
    lines = content.decode().replace("data: ", "").splitlines()
    return status, [json.loads(line) if line.startswith("{") else line for line in lines]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sqlite", "sqlite"),
        pytest.param("postgresql", "postgresql", marks=pytest.mark.postgres),
        pytest.param("sqlite", "postgresql", marks=[pytest.mark.postgres, pytest.mark.slow]),
        pytest.param("postgresql", "sqlite", marks=[pytest.mark.postgres, pytest.mark.slow]),
    ],
)
def test_a_restored_studio_answers_the_api_as_the_one_before(
    before: str, after: str, tmp_path: Path, clock: Clock, request: pytest.FixtureRequest
):
    def url(kind: str, name: str) -> URL | None:
        if kind == "sqlite":
            return None
        return postgres_url(request.getfixturevalue("postgres"), f"backup_{name}_{before}_{after}")

    on = opened(tmp_path / "data", clock, url(before, "old"))
    with running(on, clock, worker=studio_worker(on)) as studio:
        ids = filled(studio)
        owner = studio.member("olga", ids["project_id"], Role.OWNER)
        people = [owner, studio.user("a stranger")]
        expected = [answers(studio, each, ids) for each in people]
        again = answers(studio, owner, ids)
        assert {path for path in again if again[path] != expected[0][path]} == set(), "it moves"
        results = on.settings.data_folder / "results"
        files = {path.relative_to(results): path.read_bytes() for path in results.glob("*/*")}
        (results / "left-by-nobody").mkdir()
        (results / "left-by-nobody" / "0001-1.parquet").write_bytes(b"x")
        made = back_up(on.settings, folder=tmp_path / "kept")
    good = [path for path, (status, _) in expected[0].items() if status == 200]
    assert len(good) > 15
    assert made.files == len(files) > 0

    elsewhere = with_keys_of(on, tmp_path / "elsewhere")
    place = settings(elsewhere, url(after, "new"))
    told = restore(place, made.path)
    assert (told.files, told.is_proved) == (made.files, True)
    place_of_results = elsewhere / "results"
    assert {
        p.relative_to(place_of_results): p.read_bytes() for p in place_of_results.glob("*/*")
    } == files
    new = opened(elsewhere, clock, place.store_url if after == "postgresql" else None)
    with running(new, clock) as studio:
        for person, before_it in zip(people, expected, strict=True):
            now = answers(studio, person, ids)
            for path, answer in before_it.items():
                if before == after:
                    assert now[path] == answer, path
                else:
                    assert as_said(now[path]) == as_said(answer), path
        with new.store.reading() as unit:
            assert unit.audit.first_broken() is None
        actions = [each.action for each in studio.audited()]
        assert [each for each in actions if each.startswith("backup.")] == [
            "backup.create",
            "backup.restore",
        ]
        from ombudsman.studio.services.connections import Connections

        with new.store.reading() as unit:
            row = unit.connections.get(ids["connection_id"])
            assert Connections(new)._secrets(unit, row) == {"password": CANARY}


# ------------------------------------------------------------ while it runs


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_backup_is_of_one_moment_though_many_write(
    kind: str, tmp_path: Path, clock: Clock, request: pytest.FixtureRequest
):
    url = None
    if kind == "postgresql":
        url = postgres_url(request.getfixturevalue("postgres"), "backup_busy")
    on = opened(tmp_path / "data", clock, url)
    ended, written = threading.Event(), []

    def write(name: str) -> None:
        for number in range(10_000):
            if ended.is_set():
                return
            with on.store.writing() as unit:
                unit.projects.add(
                    Project(name=f"{name}-{number}", created=unit.now, updated=unit.now)
                )
                unit.note(Note("project.create"))
            written.append(name)

    threads = [threading.Thread(target=write, args=[name]) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    try:
        made = []
        for number in range(3):
            before = len(written)
            moment = clock.now + dt.timedelta(seconds=number)
            made.append(back_up(on.settings, now=moment).path)
            while len(written) < before + 3 and any(each.is_alive() for each in threads):
                ended.wait(0.01)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
        on.close()
    counts = []
    for number, path in enumerate(made):
        elsewhere = with_keys_of(on, tmp_path / f"elsewhere-{number}")
        restore(settings(elsewhere), path)
        again = opened(elsewhere, clock)
        with again.store.reading() as unit:
            assert unit.audit.first_broken() is None
            entries = list(unit.session.execute(_ACTIONS).scalars())
            projects = unit.session.execute(_PROJECTS).scalar_one()
        again.close()
        assert entries.count("project.create") == projects
        counts.append(projects)
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def _statements() -> tuple[Any, Any]:
    from sqlalchemy import func, select

    from ombudsman.studio.persistence.entities.operations import AuditEntry

    return select(AuditEntry.action), select(func.count()).select_from(Project)


_ACTIONS, _PROJECTS = _statements()


# ------------------------------------------------------------ secrets and keys


def test_neither_the_key_nor_a_secret_is_in_it(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    on = opened(tmp_path / "data", clock)
    with running(on, clock) as studio:
        team = studio.new_project()
        told = {"engine": "postgresql", "host": "db.example.com", "database": "d", "user": "u"}
        body = {"project_id": team.project_id, "name": "erp", "settings": told}
        body["settings"] = told | {"password": CANARY}
        assert team.steward.post("/connections", body).status_code == 201
    key = (on.settings.data_folder / "keys" / "master.keys").read_text().strip()
    configured = settings(
        on.settings.data_folder,
        jwt_secret_key="a-secret-that-signs-" + CANARY,
        mssql_password=CANARY,
        ovs_public_url="https://studio.example.com",
    )
    made = back_up(configured)
    with zipfile.ZipFile(made.path) as backup:
        texts = [made.path.read_bytes(), *(backup.read(name) for name in backup.namelist())]
        env = backup.read("settings.env").decode()
    hidden = [key.encode(), base64.b64decode(key), CANARY.encode(), CANARY.encode("utf-16-le")]
    assert not any(each in text for each in hidden for text in texts)
    assert 'OVS_PUBLIC_URL="https://studio.example.com"' in env
    assert "# MSSQL_PASSWORD was set" in env
    assert made.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("keys", ["none", "another"])
def test_without_its_key_it_is_restored_only_when_its_secrets_are_given_up(
    tmp_path: Path, clock: Clock, keys: str
):
    on = opened(tmp_path / "data", clock)
    with running(on, clock) as studio:
        ids = filled_with_a_secret(studio)
        careful = studio.user("careful").id
        with on.store.writing() as unit:
            row_of_careful = unit.accounts.get(careful)
            row_of_careful.otp_box, row_of_careful.otp_since = b"a box", unit.now
        made = back_up(on.settings)
    elsewhere = tmp_path / "elsewhere"
    if keys == "another":
        opened(tmp_path / "other", clock).close()
        with_keys_of(settings(tmp_path / "other"), elsewhere)
    with pytest.raises(SettingsError, match="key that this backup needs"):
        restore(settings(elsewhere), made.path)
    assert not (elsewhere / "studio.db").exists()
    told = restore(settings(elsewhere), made.path, without_key=True)
    assert not told.is_proved
    with running(opened(elsewhere, clock), clock) as studio:
        team = studio.team(studio.user("new", Role.ADMINISTRATOR), "after")
        with studio.on.store.writing() as unit:
            account = unit.accounts.get(careful)
            assert (account.disabled, account.otp_box, account.otp_since) == (True, None, None)
            row = unit.connections.get(ids)
            assert (row.secret_box, row.secret_fields) == (None, [])
            row.project_id = team.project_id
        settings_told = team.steward.get(f"/connections/{ids}").json()["settings"]
        body = {"name": "erp", "settings": settings_told | {"password": "another"}}
        changed = team.steward.put(f"/connections/{ids}", body, version=2)
        assert changed.json()["secrets_set"] == ["password"], changed.text


def filled_with_a_secret(studio: Studio) -> str:
    team = studio.new_project()
    told = {"engine": "postgresql", "host": "db.example.com", "database": "d", "user": "u"}
    body = {"project_id": team.project_id, "name": "erp", "settings": told | {"password": CANARY}}
    connection_id: str = team.steward.post("/connections", body).json()["id"]
    return connection_id


def test_a_key_that_was_rotated_since_still_opens_it(small: Foundation, tmp_path: Path):
    made = back_up(small.settings)
    add_master_key(small.settings.data_folder / "keys")
    elsewhere = with_keys_of(small, tmp_path / "elsewhere")
    assert restore(settings(elsewhere), made.path).is_proved


# ------------------------------------------------------------ damaged, changed, hostile


def test_a_backup_that_lost_or_changed_a_byte_is_never_taken_for_whole(
    small: Foundation, tmp_path: Path
):
    made = back_up(small.settings)
    whole = made.path.read_bytes()
    with BackupReader(made.path) as backup:
        members = dict(backup.manifest.members)
    elsewhere = with_keys_of(small, tmp_path / "elsewhere")
    torn = tmp_path / "torn.backup"
    refused = 0
    step = max(1, len(whole) // 150)
    for place in range(0, len(whole), step):
        for damaged in (
            whole[:place],
            whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :],
        ):
            torn.write_bytes(damaged)
            try:
                told = unpacked(torn, tmp_path / "out")
            except SettingsError:
                refused += 1
            else:
                assert told == {name: each.sha256 for name, each in members.items()}
    assert refused > 200
    torn.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SettingsError, match="damaged"):
        restore(settings(elsewhere), torn)
    assert sorted(path.name for path in elsewhere.iterdir()) == ["keys"]


def unpacked(path: Path, folder: Path) -> dict[str, str]:
    """The digests of what a backup unpacks to."""
    shutil.rmtree(folder, ignore_errors=True)
    with BackupReader(path) as backup:
        for name in backup.manifest.members:
            backup.unpack(name, folder / name)
        return {
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for name in backup.manifest.members
        }


def test_a_directory_that_points_before_the_file_is_told_as_damage(
    small: Foundation, tmp_path: Path
):
    whole = bytearray(back_up(small.settings).path.read_bytes())
    end = whole.rindex(b"PK\x05\x06")
    told = int.from_bytes(whole[end + 16 : end + 20], "little")
    whole[end + 16 : end + 20] = (told + 1_000_000).to_bytes(4, "little")
    torn = tmp_path / "torn.backup"
    torn.write_bytes(whole)
    with pytest.raises(SettingsError, match="damaged"):
        unpacked(torn, tmp_path / "out")


def rewritten(
    made: Path,
    to: Path,
    on: Foundation,
    change: dict[str, bytes],
    *,
    sealed: bool = True,
    **say: Any,
) -> Path:
    """The backup with other files in it, and with the manifest that they ask for."""
    with zipfile.ZipFile(made) as backup:
        members = {name: backup.read(name) for name in backup.namelist()} | change
    manifest, seal = json.loads(members.pop(MANIFEST)), members.pop(SEAL)
    manifest["members"] = {
        name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in members.items()
    }
    text = json.dumps(manifest | say).encode()
    made_seal = _seal(text, on.keys)
    if not sealed:
        made_seal |= {"mac": json.loads(seal)["mac"]}
    with zipfile.ZipFile(to, "w") as backup:
        for name, data in members.items():
            backup.writestr(name, data)
        backup.writestr(MANIFEST, text)
        backup.writestr(SEAL, json.dumps(made_seal))
    return to


def test_who_has_no_key_can_change_nothing_in_it_unseen(small: Foundation, tmp_path: Path):
    made = back_up(small.settings)
    elsewhere = with_keys_of(small, tmp_path / "elsewhere")
    forged = rewritten(made.path, tmp_path / "forged", small, {"settings.env": b"x"}, sealed=False)
    with pytest.raises(SettingsError, match="somebody has changed it"):
        restore(settings(elsewhere), forged)
    with pytest.raises(SettingsError, match="somebody has changed it"):
        restore(settings(elsewhere), forged, without_key=True)
    honest = rewritten(made.path, tmp_path / "honest", small, {"settings.env": b"x"})
    assert restore(settings(elsewhere), honest).is_proved


@pytest.mark.parametrize(
    "name",
    [
        *("../evil", "/evil", "results/../../evil", "results/a/../../../evil", "..\\evil"),
        *("results/..\\..\\evil/x", "results/a/..", "results//evil", "results/a/b/c", "C:/evil"),
        *("results/.hidden/x", "results/a/\x00x", "keys/master.keys", "results/a/x\n", "results/a/"),
        *("studio.db", "RESULTS/a/x", "results/a/ü"),
    ],
)  # fmt: skip
def test_no_name_leads_out_of_the_folder(small: Foundation, tmp_path: Path, name: str):
    made = back_up(small.settings)
    elsewhere = with_keys_of(small, tmp_path / "elsewhere")
    hostile = rewritten(made.path, tmp_path / "hostile", small, {name: b"evil"})
    with pytest.raises(SettingsError, match="damaged"):
        restore(settings(elsewhere), hostile)
    assert sorted(path.name for path in elsewhere.iterdir()) == ["keys"]
    assert not list(tmp_path.rglob("evil"))


def test_a_link_in_it_becomes_a_file_and_leads_nowhere(small: Foundation, tmp_path: Path):
    made = back_up(small.settings)
    elsewhere = with_keys_of(small, tmp_path / "elsewhere")
    name = "results/0001/0001-1.parquet"
    hostile = rewritten(made.path, tmp_path / "hostile", small, {name: b"/etc/passwd"})
    with zipfile.ZipFile(hostile) as before:
        members = {each: before.read(each) for each in before.namelist()}
    with zipfile.ZipFile(hostile, "w") as after:
        for each, data in members.items():
            told = zipfile.ZipInfo(each)
            told.create_system, told.external_attr = 3, 0o120777 << 16
            after.writestr(told, data)
    restore(settings(elsewhere), hostile)
    assert not (elsewhere / name).is_symlink()
    assert (elsewhere / name).read_bytes() == b"/etc/passwd"


def test_a_file_that_unpacks_to_more_than_it_says_is_stopped(small: Foundation, tmp_path: Path):
    made = back_up(small.settings)
    name = "results/0001/0001-1.parquet"
    bomb = rewritten(made.path, tmp_path / "bomb", small, {name: b"small"})
    with zipfile.ZipFile(bomb) as before:
        members = {each: before.read(each) for each in before.namelist()}
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as after:
        for each, data in members.items():
            after.writestr(each, b"\x00" * 50_000_000 if each == name else data)
    with BackupReader(bomb) as backup, pytest.raises(SettingsError, match="damaged"):
        backup.unpack(name, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_twice_or_one_that_nobody_lists_is_refused(small: Foundation, tmp_path: Path):
    made = back_up(small.settings)
    for name in (STORE, "results/0001/0001-1.parquet"):
        more = tmp_path / "more"
        shutil.copy(made.path, more)
        with zipfile.ZipFile(more, "a") as backup, contextlib.suppress(UserWarning):
            told = zipfile.ZipInfo(name)
            backup.NameToInfo.pop(name, None)
            backup.writestr(told, b"x")
        with pytest.raises(SettingsError, match="damaged"):
            BackupReader(more)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a backup at all" * 100])
def test_what_is_no_backup_is_told(tmp_path: Path, content: bytes):
    path = tmp_path / "x.backup"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match="damaged"):
        restore(settings(tmp_path / "elsewhere"), path)
    with pytest.raises(SettingsError, match="no backup"):
        restore(settings(tmp_path / "elsewhere"), tmp_path / "missing.backup")


# ------------------------------------------------------------ versions


def test_a_backup_of_a_newer_program_is_refused(small: Foundation, tmp_path: Path):
    made = back_up(small.settings)
    elsewhere = with_keys_of(small, tmp_path / "elsewhere")
    newer = rewritten(made.path, tmp_path / "newer", small, {}, format=2, program="99.0")
    with pytest.raises(SettingsError, match="newer version") as told:
        restore(settings(elsewhere), newer)
    assert "99.0" in (told.value.hint or "")
    future = tmp_path / "future.db"
    with zipfile.ZipFile(made.path) as backup:
        future.write_bytes(backup.read(STORE))
    with contextlib.closing(sqlite3.connect(future)) as store, store:
        store.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
    newer = rewritten(made.path, tmp_path / "newer", small, {STORE: future.read_bytes()})
    with pytest.raises(SettingsError, match="does not know"):
        restore(settings(elsewhere), newer)
    assert sorted(path.name for path in elsewhere.iterdir()) == ["keys"]


NEXT_STEP = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "next", "{before}", None, None


def upgrade():
    op.add_column("projects", sa.Column("colour", sa.String(), nullable=True))
    op.execute("UPDATE projects SET colour = 'blue'")
"""


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_an_older_backup_is_brought_to_the_form_of_today(
    kind: str,
    small: Foundation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
):
    made = back_up(small.settings)
    steps = tmp_path / "steps"
    steps.mkdir()
    text = NEXT_STEP.format(before=upgrading.newest_revision())
    (steps / "next.py").write_text(text, encoding="utf-8")
    plain = upgrading._script

    def with_the_next_step() -> Any:
        config = plain()
        config.set_main_option("path_separator", "newline")
        own = Path(upgrading.__file__).parent / "migrations" / "versions"
        config.set_main_option("version_locations", f"{own}\n{steps}")
        return config

    monkeypatch.setattr(upgrading, "_script", with_the_next_step)
    url = None
    if kind == "postgresql":
        url = postgres_url(request.getfixturevalue("postgres"), "backup_older")
    elsewhere = with_keys_of(small, tmp_path / "elsewhere")
    restore(settings(elsewhere, url), made.path)
    with (
        contextlib.closing(Foundation.opened(settings(elsewhere, url))) as on,
        on.store.reading() as unit,
    ):
        connection = unit.session.connection()
        assert connection.exec_driver_sql("SELECT colour FROM projects").scalar() == "blue"
        form = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        assert form == "next"


# ------------------------------------------------------------ the place, and retention


def test_nothing_that_is_there_is_overwritten(small: Foundation, tmp_path: Path):
    made = back_up(small.settings)
    store = small.settings.data_folder / "studio.db"
    before = store.read_bytes()
    with pytest.raises(SettingsError, match="empty place"):
        restore(small.settings, made.path)
    assert store.read_bytes() == before
    elsewhere = with_keys_of(small, tmp_path / "elsewhere")
    (elsewhere / "results" / "run").mkdir(parents=True)
    with pytest.raises(SettingsError, match="there are results"):
        restore(settings(elsewhere), made.path)
    assert not (elsewhere / "studio.db").exists()


def test_what_a_store_that_was_removed_left_behind_is_not_mixed_with_the_backup(
    small: Foundation, tmp_path: Path
):
    made = back_up(small.settings)
    elsewhere = with_keys_of(small, tmp_path / "elsewhere")
    store, log = elsewhere / "studio.db", elsewhere / "studio.db-wal"
    with contextlib.closing(sqlite3.connect(store, isolation_level=None)) as before:
        before.execute("PRAGMA journal_mode=WAL")
        before.execute("CREATE TABLE projects (name)")
        left = log.read_bytes()
    store.unlink()
    log.write_bytes(left)
    with pytest.raises(SettingsError, match="the log of a store"):
        restore(settings(elsewhere), made.path)
    assert not store.exists()
    log.unlink()
    owner_file(elsewhere).write_text("another")
    assert restore(settings(elsewhere), made.path).is_proved
    assert not owner_file(elsewhere).exists()
    with contextlib.closing(sqlite3.connect(store)) as restored:
        assert restored.execute("SELECT name FROM projects").fetchall() == [("retail",)]


@pytest.mark.postgres
def test_a_database_in_use_is_no_empty_place(
    small: Foundation, tmp_path: Path, clock: Clock, postgres: PostgresServer
):
    made = back_up(small.settings)
    url = postgres_url(postgres, "backup_in_use")
    elsewhere = with_keys_of(small, tmp_path / "elsewhere")
    on = opened(elsewhere, clock, url)
    with on.store.writing() as unit:
        unit.note(Note("something"))
    on.close()
    with pytest.raises(SettingsError, match="in use"):
        restore(settings(elsewhere, url), made.path)


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_restore_that_breaks_leaves_the_place_empty(
    kind: str,
    small: Foundation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
):
    made = back_up(small.settings)
    url = None
    if kind == "postgresql":
        url = postgres_url(request.getfixturevalue("postgres"), "backup_broken")
    elsewhere = with_keys_of(small, tmp_path / "elsewhere")
    with monkeypatch.context() as patch:
        what = "copy_rows" if url else "os.replace"

        def broken(*arguments: Any) -> None:
            if url or str(arguments[1]).endswith("studio.db"):
                raise OSError(28, "No space left on device")
            Path(arguments[0]).rename(arguments[1])

        patch.setattr(f"ombudsman.studio.backup_restore.{what}", broken)
        with pytest.raises(SettingsError, match="No space left"):
            restore(settings(elsewhere, url), made.path)
    assert not (elsewhere / "results").exists()
    assert not (elsewhere / "studio.db").exists()
    assert restore(settings(elsewhere, url), made.path).is_proved


def test_backups_of_more_than_thirty_days_go_and_nothing_else(small: Foundation, clock: Clock):
    folder = small.settings.data_folder / "kept"
    for days in (40, 31, 29, 1):
        back_up(small.settings, folder=folder, now=clock.now - dt.timedelta(days=days))
    (folder / "ombudsman-notes.backup").write_text("mine")
    (folder / "ombudsman-20010101T000000Z.backup.txt").write_text("mine")
    (folder / "ombudsman-20019901T000000Z.backup").write_text("no date")
    made = back_up(small.settings, folder=folder, now=clock.now)
    names = {path.name for path in folder.glob("*.backup*")}
    assert len(names) == 6
    assert made.path.name in names
    late = back_up(small.settings, folder=folder, keep_days=1, now=clock.now - dt.timedelta(days=9))
    assert late.path.exists(), "the one that was just made is never removed"


def test_what_a_backup_left_that_was_killed_goes_after_a_day(small: Foundation, tmp_path: Path):
    folder = tmp_path / "kept"
    for name, hours in ((".part-old", 25), (".part-new", 1)):
        (folder / name).mkdir(parents=True)
        (folder / name / STORE).write_bytes(b"a store")
        at = time.time() - hours * 3_600
        os.utime(folder / name, (at, at))
    made = back_up(small.settings, folder=folder)
    assert {each.name for each in folder.iterdir()} == {".part-new", made.path.name}


def test_a_folder_that_cannot_be_written_and_a_studio_that_is_not_there(
    small: Foundation, tmp_path: Path
):
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match="cannot be written"):
        back_up(small.settings, folder=tmp_path / "file" / "below")
    with pytest.raises(SettingsError, match="no studio here"):
        back_up(settings(tmp_path / "nowhere"))
    bare = with_keys_of(small, tmp_path / "bare")
    with pytest.raises(SettingsError, match="no store yet"):
        back_up(settings(bare))
    assert not (bare / "studio.db").exists()


def test_what_breaks_halfway_leaves_no_half_backup(
    small: Foundation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "kept"

    def broken(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ombudsman.studio.backup_file.BackupWriter.seal", broken)
    with pytest.raises(SettingsError, match="No space left"):
        back_up(small.settings, folder=folder)
    assert list(folder.iterdir()) == []


def test_how_it_was_configured_comes_back_as_a_file_to_read(small: Foundation, tmp_path: Path):
    made = back_up(small.settings)
    elsewhere = with_keys_of(small, tmp_path / "elsewhere")
    told = restore(settings(elsewhere), made.path)
    assert told.settings == elsewhere / SETTINGS_FILE
    assert "OVS_DATA_FOLDER" in told.settings.read_text(encoding="utf-8")
