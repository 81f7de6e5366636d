"""What the tests of the studio share: a store on both engines, and a clock that a test can move."""

import datetime as dt
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import URL, make_url
from tests.postgres_server import PostgresServer
from tests.studio.client import Client

from ombudsman.studio.app import create_app
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.persistence.store import Store
from ombudsman.studio.persistence.upgrade import upgrade
from ombudsman.studio.security.outbound import OutboundPolicy
from ombudsman.studio.security.passwords import Passwords
from ombudsman.studio.settings import StudioSettings
from ombudsman.studio.work.embedded import studio_worker
from ombudsman.studio.work.worker import Worker

if TYPE_CHECKING:
    from tests.studio.people import Studio, Team

AUDIT_KEY = b"an audit key of thirty-two bytes"


@dataclass
class Clock:
    """The time, as the test will have it."""

    now: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **by: float) -> None:
        """Moves the time on."""
        self.now += dt.timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def postgres_url(server: PostgresServer, database: str) -> URL:
    """The URL of a new, empty database for a store."""
    server.create_database(database)
    return URL.create(
        "postgresql+psycopg",
        username=server.user,
        password=server.password,
        host=server.host,
        port=server.port,
        database=database,
    )


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """Where an empty store may be made."""
    if request.param == "sqlite":
        return make_url(f"sqlite:///{tmp_path / 'studio.db'}")
    return postgres_url(request.getfixturevalue("postgres"), "studio_store")


@pytest.fixture
def store(store_url: URL, clock: Clock) -> Iterator[Store]:
    """A store as this version knows it, empty."""
    made = Store(store_url, audit_key=AUDIT_KEY, clock=clock)
    upgrade(made.engine)
    yield made
    made.close()


CHEAP = Passwords(memory_kib=19_456, passes=2)


def resolver(host: str) -> Iterable[str]:
    """Names of the tests: nothing is asked of a real one."""
    known = {
        "db.example.com": "198.51.100.7",
        "other.example.com": "198.51.100.8",
        "myorg.snowflakecomputing.com": "198.51.100.9",
    }
    if host not in known:
        raise OSError
    return [known[host]]


@cache
def _empty_store() -> bytes:
    """The file of a store that was just made, so that not every test waits for its making."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "studio.db"
        made = Store(make_url(f"sqlite:///{path}"), audit_key=AUDIT_KEY)
        upgrade(made.engine)
        with made.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        made.close()
        return path.read_bytes()


def opened(folder: Path, clock: Clock, url: URL | None = None, **settings: Any) -> Foundation:
    """A foundation with little cost: quick passwords, a name server of our own."""
    if url is None and not folder.exists():
        folder.mkdir(mode=0o700)
        (folder / "studio.db").write_bytes(_empty_store())
    settings = {"ovs_require_second_factor": "nobody"} | settings
    told = StudioSettings(
        _env_file=None,
        ovs_data_folder=folder,
        ovs_requests_per_minute=1_000_000,
        ovs_db_url=None if url is None else url.render_as_string(hide_password=False),
        **{"ovs_exports_per_hour": 1_000_000} | settings,
    )
    allowed = [each for each in told.ovs_outbound_allowed.split(",") if each]
    outbound = OutboundPolicy(allowed, resolver=resolver)
    return Foundation.opened(told, clock=clock, passwords=CHEAP, outbound=outbound)


def served(on: Foundation, clock: Clock, *, worker: Worker | None = None) -> Iterator["Studio"]:
    """The application over a foundation, as a client meets it."""
    from tests.studio.people import Studio

    app = create_app(on, worker=worker, knocks_per_minute=1_000_000)
    with Client(app) as client:
        yield Studio(on, app, client, clock)


@pytest.fixture
def studio(tmp_path: Path, clock: Clock) -> Iterator["Studio"]:
    """A studio with nobody in it yet, on SQLite."""
    yield from served(opened(tmp_path / "data", clock), clock)


@pytest.fixture(scope="module")
def shared_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Studio"]:
    """A studio for all tests of a module, with nobody in it yet."""
    clock = Clock()
    on = opened(tmp_path_factory.mktemp("studio") / "data", clock)
    yield from served(on, clock)


@pytest.fixture
def team(shared_studio: "Studio") -> "Team":
    """A new project of the shared studio, with the same member of every role each time."""
    return shared_studio.new_project()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_studio(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator["Studio"]:
    """The same, on SQLite and on PostgreSQL."""
    url = None
    if request.param == "postgresql":
        url = postgres_url(request.getfixturevalue("postgres"), "studio_app")
    yield from served(opened(tmp_path / "data", clock, url), clock)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def working_studio(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Clock
) -> Iterator["Studio"]:
    """The same, with a worker in it."""
    url = None
    if request.param == "postgresql":
        url = postgres_url(request.getfixturevalue("postgres"), "studio_work")
    on = opened(tmp_path / "data", clock, url)
    yield from served(on, clock, worker=studio_worker(on))
