"""Connections: typed, without a way out for secrets, and leading only where the studio may go."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.postgres_server import PostgresServer
from tests.studio.conftest import Clock, opened, served
from tests.studio.people import Studio, Team

from ombudsman.connections.settings import SETTINGS_OF
from ombudsman.model.errors import SettingsError, Unreachable
from ombudsman.studio.security.roles import Role
from ombudsman.studio.services.connection_settings import STUDIO_ENGINES
from ombudsman.studio.services.connections import Connections

CANARY = "OVSCANARY-8f3a-secret-value"
POSTGRES = {
    "engine": "postgresql",
    "host": "db.example.com",
    "database": "erp",
    "user": "reader",
    "sslmode": "verify-full",
}


@pytest.fixture
def studio(shared_studio: Studio) -> Studio:
    return shared_studio


def create(team: Team, settings: dict[str, Any], name: str = "erp", by: str = "steward") -> Any:
    body = {"project_id": team.project_id, "name": name, "settings": settings}
    return team.members[Role(by)].post("/connections", body)


def made(team: Team, settings: dict[str, Any], name: str = "erp") -> dict[str, Any]:
    told = create(team, settings, name)
    assert told.status_code == 201, told.text
    answer: dict[str, Any] = told.json()
    return answer


def secret(studio: Studio, connection_id: str) -> dict[str, str]:
    """What is kept, as only the server can read it."""
    with studio.on.store.reading() as unit:
        return Connections(studio.on)._secrets(unit, unit.connections.get(connection_id))


def test_a_browser_can_make_connections_of_every_engine_but_that_of_urls():
    assert set(STUDIO_ENGINES) == set(SETTINGS_OF) - {"sqlalchemy"}


# ------------------------------------------------------------ secrets


def test_a_secret_goes_in_and_never_comes_out(studio: Studio, team: Team):
    told = made(team, POSTGRES | {"password": CANARY})
    path = f"/connections/{told['id']}"
    answers = [
        json.dumps(told),
        team.owner.get(path).text,
        team.owner.get("/connections", params={"project_id": team.project_id}).text,
        team.owner.get("/audit", params={"project_id": team.project_id}).text,
    ]
    assert all(CANARY not in each for each in answers)
    assert told["secrets_set"] == ["password"]
    assert "password" not in told["settings"]
    assert secret(studio, told["id"]) == {"password": CANARY}


def test_the_files_of_the_store_do_not_hold_it(studio: Studio, team: Team):
    made(team, POSTGRES | {"password": CANARY})
    with studio.on.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    spellings = [CANARY.encode(), CANARY.encode("utf-16-le"), CANARY.encode().hex().encode()]
    for path in Path(studio.on.settings.data_folder).rglob("*"):
        if path.is_file():
            assert not any(each in path.read_bytes() for each in spellings), path


def test_a_faulty_request_does_not_repeat_it(team: Team):
    told = create(team, POSTGRES | {"password": CANARY, "port": "x", "sslmod": "x"})
    assert told.status_code == 422
    assert CANARY not in told.text
    pointers = {each["pointer"] for each in told.json()["errors"]}
    assert pointers == {"/settings/port", "/settings/sslmod"}


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({}, True),
        ({"max_concurrent_queries": 2}, True),
        ({"statement_timeout_s": 60}, True),
        ({"application_name": "night"}, True),
        ({"host": "other.example.com"}, False),
        ({"port": 6432}, False),
        ({"user": "admin"}, False),
        ({"database": "other"}, False),
        ({"sslmode": "disable"}, False),
        ({"sslrootcert": "ca.pem"}, False),
    ],
)
def test_a_secret_that_would_go_elsewhere_is_forgotten(
    studio: Studio, team: Team, change: dict[str, Any], kept: bool
):
    row = made(team, POSTGRES | {"password": CANARY})
    body = {"name": "erp", "settings": POSTGRES | change}
    told = team.steward.put(f"/connections/{row['id']}", body, version=1)
    assert told.status_code == 200, told.text
    assert told.json()["secrets_set"] == (["password"] if kept else [])
    assert secret(studio, row["id"]) == ({"password": CANARY} if kept else {})


SQL_SERVER = {"engine": "sqlserver", "host": "db.example.com", "database": "erp", "user": "reader"}
SNOWFLAKE = {"engine": "snowflake", "account": "myorg", "user": "reader", "database": "erp"}
NEEDING = [
    (SQL_SERVER, "password"),
    (SNOWFLAKE, "password"),
    (SNOWFLAKE | {"authentication": "programmatic_token"}, "token"),
]


@pytest.mark.parametrize(("settings", "field"), NEEDING)
def test_a_secret_that_an_engine_needs_need_not_be_said_again(
    studio: Studio, team: Team, settings: dict[str, Any], field: str
):
    row = made(team, settings | {field: CANARY})
    path = f"/connections/{row['id']}"
    body = {"name": "renamed", "settings": row["settings"] | {"max_concurrent_queries": 2}}
    told = team.steward.put(path, body, version=1)
    assert told.status_code == 200, told.text
    assert told.json()["secrets_set"] == [field]
    assert secret(studio, row["id"]) == {field: CANARY}
    moved = body | {"settings": settings | {"user": "admin"}}
    version = told.json()["version"]
    refused = team.steward.put(path, moved, version=version)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == f"/settings/{field}"
    assert secret(studio, row["id"]) == {field: CANARY}
    given = moved | {"settings": moved["settings"] | {field: "another"}}
    assert team.steward.put(path, given, version=version).status_code == 200
    assert secret(studio, row["id"]) == {field: "another"}


@pytest.mark.parametrize(("settings", "field"), NEEDING)
def test_a_new_connection_brings_the_secret_that_its_engine_needs(
    studio: Studio, team: Team, settings: dict[str, Any], field: str
):
    assert create(team, settings).status_code == 422
    row = made(team, settings | {field: CANARY})
    with studio.on.store.writing() as unit:
        stored = unit.connections.get(row["id"])
        stored.secret_box = None
        with pytest.raises(SettingsError, match="no secret any more"):
            Connections(studio.on).opened(unit, stored)


def test_what_is_wrong_beside_the_secret_is_still_told(team: Team):
    row = made(team, SQL_SERVER | {"password": CANARY})
    body = {"name": "erp", "settings": SQL_SERVER | {"encrypt": "no"}}
    told = team.steward.put(f"/connections/{row['id']}", body, version=1)
    assert told.status_code == 422
    assert told.json()["errors"][0]["pointer"] == "/settings/encrypt"


def test_a_new_secret_replaces_the_old_one(studio: Studio, team: Team):
    row = made(team, POSTGRES | {"password": CANARY})
    body = {"name": "erp", "settings": POSTGRES | {"password": "another", "port": 6432}}
    team.steward.put(f"/connections/{row['id']}", body, version=1)
    assert secret(studio, row["id"]) == {"password": "another"}


def test_a_box_that_was_moved_to_another_row_does_not_open(studio: Studio, team: Team):
    one = made(team, POSTGRES | {"password": CANARY}, "one")
    other = made(team, POSTGRES | {"user": "thief", "password": "x"}, "other")
    with studio.on.store.writing() as unit:
        unit.connections.get(other["id"]).secret_box = unit.connections.get(one["id"]).secret_box
    told = team.steward.post(f"/connections/{other['id']}/test")
    assert told.status_code == 422
    assert CANARY not in told.text


def test_secrets_survive_a_rotation_of_the_master_key(tmp_path: Path, clock: Clock):
    for studio in served(opened(tmp_path / "own", clock), clock):
        rotated(studio, studio.new_project())


def rotated(studio: Studio, team: Team) -> None:
    from ombudsman.studio.foundation import Foundation
    from ombudsman.studio.security.keys import add_master_key
    from ombudsman.studio.services.vault import Vault

    row = made(team, POSTGRES | {"password": CANARY})
    added = add_master_key(studio.on.settings.data_folder / "keys")
    after = Foundation.opened(studio.on.settings, passwords=studio.on.passwords)
    with after.store.writing() as unit:
        assert Vault(after, unit).rewrap_all() == 1
    only_new = dataclasses.replace(after, keys=dataclasses.replace(after.keys, masters=[added]))
    with only_new.store.reading() as unit:
        found = Connections(only_new)._secrets(unit, unit.connections.get(row["id"]))
    assert found == {"password": CANARY}
    after.close()


# ------------------------------------------------------------ who sees what


@pytest.mark.parametrize(
    ("who", "sees"),
    [("owner", True), ("steward", True), ("editor", True), ("runner", False), ("viewer", False)],
)
def test_who_runs_or_looks_on_knows_a_connection_by_name_alone(team: Team, who: str, sees: bool):
    row = made(team, POSTGRES)
    told = team.members[Role(who)].get(f"/connections/{row['id']}").json()
    assert (told["settings"] is not None) == sees
    assert told["name"] == "erp"
    assert ("db.example.com" in json.dumps(told)) == sees


# ------------------------------------------------------------ hostile settings


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "127.0.0.1", "0x7f.1", "2130706433", "[::1]", "::ffff:127.0.0.1"),
        *("169.254.169.254", "/var/run/postgresql", "0.0.0.0", "unknown.example.com"),  # noqa: S104
    ],
)  # fmt: skip
def test_no_connection_leads_back_into_the_house(team: Team, host: str):
    told = create(team, POSTGRES | {"host": host})
    assert told.status_code in {403, 422}, told.text
    assert all(e["pointer"].endswith("/host") for e in told.json()["errors"])


@pytest.mark.parametrize(
    ("settings", "setting"),
    [
        (SNOWFLAKE | {"proxy_host": "127.0.0.1", "proxy_port": 22}, "proxy_host"),
        (SNOWFLAKE | {"host": "localhost"}, "host"),
        (SNOWFLAKE | {"account": "nobody"}, "account"),
        (SQL_SERVER | {"host": "169.254.169.254"}, "host"),
    ],
)
def test_no_other_setting_leads_there_either(team: Team, settings: dict[str, Any], setting: str):
    told = create(team, settings | {"password": CANARY})
    assert told.status_code == 403, told.text
    assert [each["pointer"] for each in told.json()["errors"]] == [f"/settings/{setting}"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            SQL_SERVER,
            {"host": "198.51.100.7", "host_name_in_certificate": "db.example.com"},
        ),
        (POSTGRES | {"sslmode": "require"}, {"host": "198.51.100.7", "password_only": True}),
        (POSTGRES, {"host": "db.example.com", "password_only": True}),
        (SNOWFLAKE, {"host": None, "account": "myorg"}),
    ],
)
def test_a_driver_is_told_where_to_go_and_by_what_to_be_known(
    studio: Studio,
    team: Team,
    settings: dict[str, Any],
    told: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
):
    seen: list[Any] = []

    def caught(_name: str, given: Any) -> Any:
        seen.append(given)
        raise Unreachable("caught")

    row = made(team, settings | {"password": CANARY})
    monkeypatch.setattr("ombudsman.studio.services.connections.connect", caught)
    service = Connections(studio.on)
    with studio.on.store.reading() as unit:
        stored = unit.connections.get(row["id"])
        with pytest.raises(Unreachable):
            service.opened(unit, stored)
        tried = service._tried("erp", stored.settings, service._secrets(unit, stored))
    assert tried.outcome == "unreachable"
    assert len(seen) == 2
    for each in seen:
        assert {name: getattr(each, name) for name in told} == told


@pytest.mark.parametrize(
    "settings",
    [
        {"engine": "sqlalchemy", "url": "sqlite:////etc/passwd"},
        {"engine": "mysql"},
        {"engine": None},
        {},
        {"path": "x.duckdb"},
        POSTGRES | {"options": "-c x"},
        POSTGRES | {"service": "x"},
        POSTGRES | {"hostaddr": "127.0.0.1"},
        POSTGRES | {"host": "db.example.com,127.0.0.1"},
        POSTGRES | {"host": "db.example.com host=127.0.0.1"},
        POSTGRES | {"database": "a\x00b"},
        POSTGRES | {"user": "a\nb"},
        POSTGRES | {"password": "a\x00b"},
        POSTGRES | {"port": 2**63},
        POSTGRES | {"port": 1e300},
        POSTGRES | {"sslmode": "off"},
        {"engine": "duckdb", "path": "a.duckdb", "spill_folder": "/var"},
        {"engine": "duckdb", "path": "a\x00.duckdb"},
        {"engine": "duckdb", "path": "a.duckdb", "memory_limit": "1; x"},
    ],
)
def test_only_the_engines_own_fields_are_taken(team: Team, settings: dict[str, Any]):
    told = create(team, settings)
    assert told.status_code == 422, told.text


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../keys/master.keys", "a/../../studio.db", "link", "~/x", "//etc/passwd", "."],
)
@pytest.mark.parametrize("engine", ["duckdb", "files"])
def test_no_path_leads_out_of_the_folder_of_files(
    studio: Studio, team: Team, engine: str, path: str
):
    link = studio.on.settings.files_folder / "link"
    link.unlink(missing_ok=True)
    link.symlink_to(studio.on.settings.data_folder)
    told = create(team, {"engine": engine, "path" if engine == "duckdb" else "folder": path})
    inside = path in {"~/x", "."}
    assert told.status_code == (201 if inside else 403), told.text
    if inside:
        kept = next(iter({"path", "folder"} & told.json()["settings"].keys()))
        where = Path(told.json()["settings"][kept])
        assert where.is_relative_to(studio.on.settings.files_folder)


def test_a_path_that_becomes_a_link_later_is_refused_when_it_is_used(studio: Studio, team: Team):
    row = made(team, {"engine": "duckdb", "path": "later.duckdb"})
    (studio.on.settings.files_folder / "later.duckdb").symlink_to("/etc/passwd")
    told = team.steward.post(f"/connections/{row['id']}/test").json()
    assert told["outcome"] == "not_allowed"


# ------------------------------------------------------------ tests and their status


def test_a_test_says_what_came_of_it_and_the_status_keeps_it(studio: Studio, team: Team):
    with duckdb.connect(str(studio.on.settings.files_folder / "a.duckdb")) as database:
        database.execute("CREATE TABLE t AS SELECT 1 AS id")
    row = made(team, {"engine": "duckdb", "path": "a.duckdb"})
    path = f"/connections/{row['id']}"
    assert team.editor.get(f"{path}/status").json() is None
    tested = team.steward.post(f"{path}/test").json()
    assert tested["outcome"] == "ok"
    assert "read" in tested["read_only"].lower()
    assert team.editor.get(f"{path}/status").json() == tested
    again = team.steward.get(path)
    assert again.json()["version"] == 1, "a test is no edit"
    team.steward.put(path, {"name": "b", "settings": row["settings"]}, version=1)
    assert team.editor.get(f"{path}/status").json() is None, "another connection was not tested"


def test_what_is_not_there_is_an_outcome_and_no_error(team: Team):
    row = made(team, {"engine": "duckdb", "path": "missing.duckdb"})
    told = team.steward.post(f"/connections/{row['id']}/test")
    assert told.status_code == 200
    assert told.json()["outcome"] in {"unreachable", "failed"}


def test_ten_tests_a_minute_are_enough(studio: Studio):
    team = studio.team(studio.user("hasty", Role.ADMINISTRATOR), "tested often")
    row = made(team, {"engine": "duckdb", "path": "missing.duckdb"})
    statuses = [team.steward.post(f"/connections/{row['id']}/test").status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]


# ------------------------------------------------------------ a server


@pytest.fixture
def beside_postgres(
    tmp_path: Path, clock: Clock, postgres: PostgresServer
) -> Iterator[tuple[Team, dict[str, Any]]]:
    """A team whose studio may connect to the loopback, and the settings of a server there."""
    postgres.create_database("studio_source")
    postgres.create_role("studio_reader", CANARY)
    on = opened(tmp_path / "data", clock, ovs_outbound_allowed="127.0.0.0/8")
    for studio in served(on, clock):
        team = studio.team(studio.user("amira", Role.ADMINISTRATOR))
        yield (
            team,
            POSTGRES
            | {
                "host": "127.0.0.1",
                "port": postgres.port,
                "database": "studio_source",
                "user": "studio_reader",
                "sslmode": "disable",
            },
        )


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"password": CANARY}, "ok"),
        ({"password": "wrong"}, "login_refused"),
        ({"password": CANARY, "port": 1}, "unreachable"),
        ({"password": CANARY, "database": "none"}, {"unreachable", "login_refused", "failed"}),
    ],
)
def test_a_real_server_is_tried_with_its_secret(
    beside_postgres: tuple[Team, dict[str, Any]], change: dict[str, Any], outcome: Any
):
    team, settings = beside_postgres
    row = made(team, settings | change)
    told = team.steward.post(f"/connections/{row['id']}/test")
    assert told.status_code == 200, told.text
    assert told.json()["outcome"] in ({outcome} if isinstance(outcome, str) else outcome)
    assert CANARY not in told.text
