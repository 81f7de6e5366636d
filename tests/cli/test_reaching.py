"""What cannot be reached or read is told, with exit code 3: never with a password, never at the cost of the rest."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.program import begun, ended
from tests.cli.shop import CUSTOMER, HEADER, SOURCE, Shop, make_shop
from tests.postgres_server import PostgresServer

PASSWORD = "hunter2 is @ secret"
COUNTS = "- {id: counts, validator: validate_record_counts, tables: all}"


def with_source(shop: Shop, **settings: Any) -> Shop:
    """The shop with a PostgreSQL server as its source."""
    told = {"engine": "postgresql", "database": "d", "user": "u", "password": PASSWORD} | settings
    connections = {"old": told, "new": {"engine": "duckdb", "path": "new.duckdb"}}
    shop.write("ombudsman.yaml", json.dumps({"connections": connections}))
    shop.pipeline(COUNTS)
    return shop


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return make_shop(tmp_path)


def both_say(shop: Shop, *words: str) -> None:
    """`run` and `connections test` end with 3, say this, and say no secret."""
    for arguments in (["run", "pipeline.yaml"], ["connections", "test"]):
        told = shop.call(*arguments)
        assert told.code == 3, told.all
        assert [word for word in words if word not in told.all] == [], told.all
        assert PASSWORD not in told.all
        assert "Traceback" not in told.all


def test_a_server_that_does_not_answer(shop: Shop, free_port: int):
    with_source(shop, host="127.0.0.1", port=free_port)
    both_say(
        shop, f"no PostgreSQL server answers at 127.0.0.1:{free_port}", "look at host and port"
    )


def test_a_host_that_does_not_exist(shop: Shop):
    with_source(shop, host="no-such-host.invalid")
    both_say(shop, "no PostgreSQL server answers at no-such-host.invalid:5432")


@pytest.mark.postgres
def test_a_wrong_password_is_never_told(shop: Shop, postgres: PostgresServer):
    with_source(shop, host=postgres.host, port=postgres.port, user="postgres", database="postgres")
    both_say(shop, "did not let user 'postgres'", "look at user, password")
    with begun("--debug", "run", "pipeline.yaml", cwd=shop.folder) as process:
        told = ended(process)
    assert (told.code, "the driver said" in told.err, PASSWORD in told.all) == (3, True, False)


@pytest.mark.postgres
def test_a_database_that_does_not_exist(shop: Shop, postgres: PostgresServer):
    told = {"host": postgres.host, "port": postgres.port, "user": postgres.user}
    with_source(shop, database="nowhere", **(told | {"password": postgres.password}))
    assert "'nowhere'" in shop.call("run", "pipeline.yaml").err
    assert postgres.password not in shop.call("run", "pipeline.yaml").all


def test_a_database_file_that_is_not_there_or_is_none(shop: Shop):
    shop.pipeline(COUNTS)
    (shop.folder / "old.duckdb").unlink()
    both_say(shop, "cannot open", "old.duckdb")
    (shop.folder / "old.duckdb").write_bytes(b"\x00" * 10_000)
    both_say(shop, "cannot open", "old.duckdb")


def test_a_missing_driver_says_which_extra_to_install(shop: Shop, tmp_path: Path):
    """Played in a process of its own, in which the driver cannot be imported."""
    with_source(shop)
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text("import sys\nsys.modules['psycopg'] = None\n")
    source_tree = Path(__file__).parents[2] / "src"
    path = {"PYTHONPATH": f"{blocked}:{source_tree}"}
    with begun("run", "pipeline.yaml", cwd=shop.folder, environment=path) as process:
        told = ended(process)
    assert told.code == 3, told.all
    assert "the driver for PostgreSQL is not installed" in told.err
    assert "pip install 'ombudsman[postgres]'" in told.err


def test_a_dialect_that_is_not_installed_is_told(shop: Shop):
    for url in ("oracle+oracledb://u:hunter2@h/d", "nosuch://u:hunter2@h/d"):
        told = shop.call("metadata", "extract", url)
        assert told.code == 3, told.all
        assert "is not installed" in told.err or "is installed" in told.err
        assert "hunter2" not in told.all


# ------------------------------------------------------------ rights


READER = "narrow_reader"
STEPS = """
- {id: counts, validator: validate_record_counts, tables: all}
- {id: nulls, validator: validate_nulls, tables: all}
- {id: names, validator: validate_nulls, table: Sales.Customers, params: {columns: [CustomerId, Born]}}
- {id: schema, validator: validate_schema_columns, tables: all}
"""


@pytest.fixture
def narrow(shop: Shop, postgres: PostgresServer) -> Shop:
    """A shop whose source's login may not read Orders, nor one column of Customers."""
    postgres.create_database("narrow")
    postgres.create_role(READER, "hunter2")
    postgres.execute(
        "narrow", SOURCE.replace("STRUCT(side INTEGER)", "JSON").replace("{side: 1}", "NULL")
    )
    postgres.execute(
        "narrow",
        f'GRANT USAGE ON SCHEMA "Sales" TO {READER};'
        f'GRANT SELECT ("CustomerId", "Born", "Shape") ON "Sales"."Customers" TO {READER}',
    )
    return with_source(
        shop,
        host=postgres.host,
        port=postgres.port,
        database="narrow",
        user=READER,
        password="hunter2",
    )


@pytest.mark.postgres
def test_steps_that_may_not_read_err_and_all_others_finish(narrow: Shop):
    narrow.pipeline(STEPS)
    outputs = ("--json", "r.json", "--junit", "r.xml", "--html", "r.html")
    told = narrow.call("run", "pipeline.yaml", *outputs)
    assert told.code == 3, told.all
    steps = {
        each["id"]: each for each in json.loads((narrow.folder / "r.json").read_text())["steps"]
    }
    assert {name: each["status"] for name, each in steps.items()} == {
        "counts.Customers": "passed",  # counting needs no more than any column
        "counts.Orders": "errored",
        "nulls.Customers": "errored",
        "nulls.Orders": "errored",
        "names": "passed",
        "schema.Customers": "passed",
        "schema.Orders": "passed",
    }
    problems = [each["problem"] for each in steps.values() if each["problem"]]
    assert {each["code"] for each in problems} == {"permission_denied"}
    assert all("grant SELECT" in each["hint"] for each in problems)
    assert CUSTOMER not in told.all + (narrow.folder / "r.html").read_text()
    assert (narrow.folder / "r.xml").read_text().count("<error") == 3


@pytest.mark.postgres
def test_the_catalogue_names_what_may_not_be_read(narrow: Shop):
    told = narrow.call("metadata", "extract", "old")
    assert (told.code, "the login may not read: Sales.Orders" in told.out) == (0, True)


# ------------------------------------------------------------ URLs


def test_urls_stand_for_connections_and_no_password_is_kept(shop: Shop, postgres: PostgresServer):
    postgres.create_database("by_url")
    postgres.create_role("url_reader", "hunter2")
    postgres.execute(
        "by_url", "CREATE TABLE orders (id integer); GRANT SELECT ON orders TO url_reader"
    )
    url = f"postgresql://url_reader:hunter2@{postgres.host}:{postgres.port}/by_url?sslmode=disable"
    header = HEADER.replace("old", url).replace("new", url)
    shop.pipeline(COUNTS, header=header)
    told = shop.call(
        "run", "pipeline.yaml", "--json", "r.json", "--html", "r.html", "--junit", "r.xml"
    )
    assert told.code == 0, told.all
    written = [path for path in shop.folder.rglob("*") if path.suffix in {".json", ".html", ".xml"}]
    assert len(written) >= 5
    texts = {path.name: path.read_text() for path in written} | {"told": told.all}
    assert [name for name, text in texts.items() if "hunter2" in text] == []
    assert "url_reader@" in told.out
