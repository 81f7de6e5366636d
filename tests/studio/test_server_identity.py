"""A connection is somebody's own: the server's identity and files are not lent to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.postgres_server import PostgresServer
from tests.studio.conftest import Clock, opened, served
from tests.studio.people import Studio, Team

from ombudsman.connections.postgres_session import parameters
from ombudsman.connections.settings import SETTINGS_OF, PostgresSettings
from ombudsman.studio.security.roles import Role
from ombudsman.studio.services.server_identity import by_own_secret

SQLSERVER = {"engine": "sqlserver", "host": "db.example.com", "database": "d"}
SNOWFLAKE = {"engine": "snowflake", "account": "a", "user": "u", "database": "d"}
LENT = [
    SQLSERVER | {"authentication": "windows"},
    SQLSERVER | {"authentication": "entra-managed-identity"},
    SQLSERVER | {"authentication": "entra-managed-identity", "user": "client-id"},
    SQLSERVER | {"authentication": "entra-interactive"},
    SQLSERVER | {"authentication": "entra-default"},
    SNOWFLAKE | {"authentication": "sso"},
]


def create(team: Team, settings: dict[str, Any]) -> Any:
    body = {"project_id": team.project_id, "name": "erp", "settings": settings}
    return team.steward.post("/connections", body)


@pytest.mark.parametrize("settings", LENT)
def test_no_connection_is_made_that_logs_in_as_the_server(team: Team, settings: dict[str, Any]):
    told = create(team, settings)
    assert told.status_code == 403, told.text
    assert told.json()["errors"][0]["pointer"] == "/settings/authentication"
    assert "OVS_SERVER_IDENTITY" in told.json()["hint"]


def test_one_that_was_made_before_is_not_used(shared_studio: Studio, team: Team):
    settings = SQLSERVER | {"authentication": "sql", "user": "u", "password": "p"}
    row = create(team, settings).json()
    with shared_studio.on.store.writing() as unit:
        stored = unit.connections.get(row["id"])
        stored.secret_box, stored.secret_fields = None, []
        stored.settings = stored.settings | {"authentication": "windows", "user": None}
    told = team.steward.post(f"/connections/{row['id']}/test").json()
    assert told["outcome"] == "not_allowed"


def test_no_authentication_without_a_secret_is_forgotten():
    """Of every kind of login there is, those that need no secret are lent, and no others."""
    lent = {(each["engine"], each["authentication"]) for each in LENT}
    for engine in ("sqlserver", "snowflake"):
        model = SETTINGS_OF[engine]
        base = SQLSERVER if engine == "sqlserver" else SNOWFLAKE
        for kind in model.model_fields["authentication"].annotation.__args__:  # type: ignore[union-attr]
            needs_secret = False
            try:
                model.model_validate(base | {"user": "u", "authentication": kind})
            except ValueError:
                needs_secret = True
            assert needs_secret == ((engine, kind) not in lent), (engine, kind)


@pytest.fixture
def lending(tmp_path: Path, clock: Clock) -> Iterator[Team]:
    """A team whose server lends its identity."""
    on = opened(tmp_path / "data", clock, ovs_server_identity=True)
    for studio in served(on, clock):
        yield studio.team(studio.user("amira", Role.ADMINISTRATOR))


def test_the_servers_keeper_can_allow_it(lending: Team):
    for number, settings in enumerate(LENT[:2]):
        body = {"project_id": lending.project_id, "name": f"c{number}", "settings": settings}
        told = lending.steward.post("/connections", body)
        assert told.status_code == 201, told.text


# ------------------------------------------------------------ PostgreSQL


@pytest.fixture
def postgres_in_reach(
    tmp_path: Path, clock: Clock, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Studio, dict[str, Any]]]:
    """A studio that may reach a server whose password lies in the server's own password file."""
    postgres.create_database("lent_source")
    passfile = tmp_path / "pgpass"
    line = f"127.0.0.1:{postgres.port}:*:{postgres.user}:{postgres.password}\n"
    passfile.write_text(line, encoding="utf-8")
    passfile.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passfile))
    settings = {
        "engine": "postgresql",
        "host": "127.0.0.1",
        "port": postgres.port,
        "database": "lent_source",
        "user": postgres.user,
    }
    on = opened(tmp_path / "data", clock, ovs_outbound_allowed="127.0.0.0/8")
    for studio in served(on, clock):
        yield studio, settings


@pytest.mark.postgres
@pytest.mark.parametrize("variable", ["PGPASSFILE", "PGPASSWORD"])
def test_no_password_of_the_servers_is_tried(
    postgres_in_reach: tuple[Studio, dict[str, Any]],
    postgres: PostgresServer,
    variable: str,
    monkeypatch: pytest.MonkeyPatch,
):
    studio, settings = postgres_in_reach
    if variable == "PGPASSWORD":
        monkeypatch.setenv("PGPASSWORD", postgres.password)
    team = studio.team(studio.user("amira", Role.ADMINISTRATOR))
    row = create(team, settings).json()
    told = team.steward.post(f"/connections/{row['id']}/test").json()
    assert told["outcome"] == "not_allowed"
    assert "password" in told["message"]


def test_libpq_is_told_to_show_nothing_of_its_own():
    given = PostgresSettings(database="d", user="u", password="p")  # type: ignore[arg-type]
    told = parameters(by_own_secret(given))  # type: ignore[arg-type]
    assert told["sslcertmode"] == told["gssencmode"] == "disable"
    assert "gss" not in told["require_auth"]
    assert "require_auth" not in parameters(given)
