"""A database that we know only by its SQLAlchemy dialect. PostgreSQL, met as a stranger, stands for them all."""

import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from tests.connections.conftest import Shop, postgres_shop
from tests.postgres_server import PostgresServer

from ombudsman.connections.connection import connect
from ombudsman.connections.settings import PostgresSettings, SqlAlchemySettings
from ombudsman.model.errors import (
    Cancelled,
    ConnectionFailed,
    DriverMissing,
    ObjectNotFound,
    StatementInvalid,
    TimedOut,
)

ORDERS = sa.table("orders", sa.column("id", sa.Integer), sa.column("amount", sa.Numeric(12, 2)))


@pytest.fixture
def shop(postgres: PostgresServer) -> Shop:
    met = postgres_shop(postgres)
    known = met.settings
    assert isinstance(known, PostgresSettings)
    assert known.password is not None
    url = sa.URL.create(
        "postgresql+psycopg",
        host=known.host,
        port=known.port,
        username=known.user,
        password=known.password.get_secret_value(),
        database=known.database,
    )
    secret = SecretStr(url.render_as_string(hide_password=False))
    return Shop(met.engine, SqlAlchemySettings(url=secret))


@pytest.mark.postgres
def test_it_is_asked_like_the_others_and_nothing_is_promised(shop: Shop):
    statement = sa.select(ORDERS).where(ORDERS.c.amount > Decimal(1)).order_by(ORDERS.c.id)
    with shop.connection() as connection, connection.open() as reader:
        assert connection.sql_dialect == "postgres"
        got = reader.query(statement)
        assert got.rows == [(1, Decimal("1.50")), (3, Decimal("3.00"))]
        assert reader.query(got.sql).rows == got.rows
        streamed = [row for batch in reader.stream(statement) for row in batch.to_pylist()]
        assert streamed == [{"id": 1, "amount": "1.50"}, {"id": 3, "amount": "3.00"}]
        report = connection.check()
        assert report.snapshot is None
        assert "not proven" in report.read_only


@pytest.mark.postgres
def test_its_errors_are_told_by_their_codes(shop: Shop):
    with shop.connection(max_concurrent_queries=1) as connection, connection.open() as reader:
        with pytest.raises(ObjectNotFound):
            reader.query("SELECT 1 FROM no_such_table")
        with pytest.raises(StatementInvalid) as told:
            list(reader.stream("SELECT 1 / 0"))
        assert told.value.context["code"] == "22012"
        assert reader.query(sa.select(ORDERS.c.id)).rows


@pytest.mark.postgres
def test_it_is_cancelled_and_stopped_by_what_its_driver_offers(shop: Shop):
    with (
        shop.connection(statement_timeout_s=2) as connection,
        connection.open() as reader,
        ThreadPoolExecutor(1) as pool,
    ):
        under_way = pool.submit(reader.query, "SELECT pg_sleep(30)")
        time.sleep(0.3)
        connection.cancel()
        assert isinstance(under_way.exception(), Cancelled)
        with pytest.raises(TimedOut):
            reader.query("SELECT pg_sleep(30)")
        assert reader.query("SELECT 1").rows == [(1,)]


@pytest.mark.postgres
def test_a_wrong_password_is_not_repeated(shop: Shop):
    assert isinstance(shop.settings, SqlAlchemySettings)
    url = sa.make_url(shop.settings.url.get_secret_value()).set(password="hunter'2 @%")
    settings = SqlAlchemySettings(url=SecretStr(url.render_as_string(hide_password=False)))
    with pytest.raises(ConnectionFailed) as told:
        connect("erp", settings).open()
    assert "hunter" not in f"{told.value} {told.value.hint} {told.value.context}"


@pytest.mark.parametrize("url", ["nosuchdialect://u:hunter2@h/d", "mysql+pymysql://u:hunter2@h/d"])
def test_a_missing_dialect_or_driver_is_told(url: str):
    with pytest.raises(DriverMissing) as told:
        connect("erp", SqlAlchemySettings(url=SecretStr(url))).open()
    assert "hunter2" not in f"{told.value} {told.value.context}"
    assert told.value.hint
