"""Names with blanks, quotes, dots, reserved words and letters of every alphabet, on both sides, through everything."""

import html
import json
from pathlib import Path

import pytest
from tests.cli.shop import Shop, make_shop
from tests.postgres_server import PostgresServer

from ombudsman.model.tables import TableRef
from ombudsman.validators.registry import catalogue

pytestmark = pytest.mark.postgres

SCHEMA = 'my.schema "of" 100%'
FACT = TableRef(schema=SCHEMA, name="order")
MEMBER = TableRef(schema=SCHEMA, name='Größe "x".y; --')
KEY, AMOUNT, DAY, PARENT = "select", "amount %s :x", "日付", 'né à "Zürich"'
SINCE, UNTIL, CURRENT = "von.bis", " to ", "is_current?"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def tables(*, lost: bool) -> str:
    """The SQL of one side, understood by both engines; the target has lost a row of the facts."""
    schema, fact, member = quoted(SCHEMA), quoted(FACT.name), quoted(MEMBER.name)
    columns = ", ".join(quoted(name) for name in (KEY, AMOUNT, DAY, PARENT))
    rows = [f"({n}, {n}.25, DATE '2024-01-0{n}', {n % 2 + 1})" for n in range(1, 6 - lost)]
    return f"""
    CREATE SCHEMA {schema};
    CREATE TABLE {schema}.{member} (
      {quoted(KEY)} INTEGER PRIMARY KEY, {quoted(PARENT)} VARCHAR(20) NOT NULL,
      {quoted(SINCE)} DATE, {quoted(UNTIL)} DATE, {quoted(CURRENT)} BOOLEAN);
    INSERT INTO {schema}.{member} VALUES
      (1, 'a', DATE '2024-01-01', DATE '2024-02-01', false), (2, 'a', DATE '2024-02-01', NULL, true);
    CREATE TABLE {schema}.{fact} (
      {quoted(KEY)} INTEGER PRIMARY KEY, {quoted(AMOUNT)} DECIMAL(12, 2), {quoted(DAY)} DATE,
      {quoted(NAME)} VARCHAR(9) DEFAULT 'a', {quoted(LOADED)} DATE DEFAULT DATE '2024-01-06',
      {quoted(PARENT)} INTEGER REFERENCES {schema}.{member} ({quoted(KEY)}));
    INSERT INTO {schema}.{fact} ({columns}) VALUES {", ".join(rows)};
    """


NAME, LOADED = "where", "geladen; am?"
PARAMS = {
    "validate_business_rule": {"rule": f"{quoted(AMOUNT)} > 0", "key": [KEY]},
    "validate_metric_sums": {
        "columns": [AMOUNT],
        "group_by": [PARENT, {"column": DAY, "period": "month"}],
    },
    "validate_record_counts": {"group_by": [DAY], "where": f"{quoted(KEY)} < 100"},
    "validate_ts_continuity": {"date_column": DAY, "period": "day"},
    "validate_uniqueness": {"columns": [KEY, DAY]},
    "validate_nulls": {"not_allowed": [PARENT]},
    "validate_custom_query": {
        "source_query": f"SELECT MIN({quoted(AMOUNT)}) FROM {quoted(FACT.name)}",
        "target_query": f"SELECT MIN({quoted(AMOUNT)}) FROM {quoted(FACT.name)}",
    },
    "validate_query_parity": {
        "query": f"SELECT {quoted(PARENT)}, MIN({quoted(AMOUNT)}) FROM {quoted(FACT.name)} GROUP BY {quoted(PARENT)}"
    },
    "validate_composite_keys": {"columns": [KEY, DAY]},
    "validate_dim_business_keys": {"business_key": [DAY]},
    "validate_dim_surrogate_keys": {"surrogate_key": KEY, "business_key": [DAY]},
    "validate_domain_values": {"columns": [PARENT]},
    "validate_fact_dim_conformance": {"dimensions": [{"columns": [PARENT], "table": str(MEMBER)}]},
    "validate_late_arriving_facts": {"event_date": DAY, "load_date": LOADED},
    "validate_metric_averages": {"columns": [AMOUNT], "weight": KEY},
    "validate_period_over_period": {"date_column": DAY, "column": AMOUNT},
    "validate_ratios": {"ratios": [{"numerator": AMOUNT, "denominator": KEY}]},
    "validate_regex_patterns": {"columns": [NAME], "pattern": "[a-z]"},
    "validate_ts_duplicates": {"date_column": DAY},
    "validate_ts_rolling_drift": {"date_column": DAY, "column": AMOUNT},
}
HISTORY = {
    "business_key": [PARENT],
    "valid_from": SINCE,
    "valid_to": UNTIL,
    "current_flag": CURRENT,
    "intervals": "half_open",
}
FAILING = {"validate_metric_sums", "validate_record_counts", "validate_statistics"}
"""A row less changes these; which others see it, their own cases say."""


@pytest.fixture(params=["to_postgres", "from_postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path, postgres: PostgresServer) -> Shop:
    source, target = tables(lost=False), tables(lost=True)
    shop = make_shop(tmp_path, source=source, target=target)
    there = "old" if request.param == "from_postgres" else "new"
    postgres.create_database("odd_names")
    postgres.execute("odd_names", source if there == "old" else target)
    connections: dict[str, dict[str, object]] = {
        name: {"engine": "duckdb", "path": f"{name}.duckdb"} for name in ("old", "new")
    }
    server = {"host": postgres.host, "port": postgres.port, "database": "odd_names"}
    login = {"user": postgres.user, "password": postgres.password}
    connections[there] = {"engine": "postgresql", **server, **login}
    shop.write("ombudsman.yaml", json.dumps({"connections": connections}))
    return shop


def test_odd_names_go_through_everything(shop: Shop):
    suggested = shop.call("mapping", "suggest", "old", "new", "--out", "mapping.yaml")
    assert suggested.code == 0, suggested.all
    assert "2 tables mapped" in suggested.out
    steps = [
        {"id": f"{name}.ü", "validator": name, "table": str(FACT), "params": PARAMS.get(name, {})}
        for name in catalogue()
        if name != "validate_scd2"  # the history of the other table
    ]
    history = {"validator": "validate_scd2", "table": str(MEMBER), "params": HISTORY}
    steps.append(
        {"id": "validate_scd2.ü", **history, "needs": [steps[0]["id"]], "severity": "info"}
    )
    header = {
        "name": "odd <names> & more",
        "source": "old",
        "target": "new",
        "mapping": "mapping.yaml",
    }
    shop.write("pipeline.yaml", json.dumps(header | {"steps": steps}, ensure_ascii=False))

    checked = shop.call("pipeline", "check", "pipeline.yaml", "--connect")
    assert checked.code == 0, checked.all
    diagram = shop.call("pipeline", "diagram", "pipeline.yaml")
    assert (diagram.code, diagram.out.count("-->")) == (0, 1)

    told = shop.call(
        "run", "pipeline.yaml", "--json", "r.json", "--html", "r.html", "--junit", "r.xml"
    )
    data = json.loads((shop.folder / "r.json").read_text())
    by_validator = {each["validator"]: each for each in data["steps"]}
    assert set(by_validator) == set(catalogue())
    problems = {name: each["problem"] for name, each in by_validator.items() if each["problem"]}
    assert problems == {}
    assert told.code == 1, told.all
    assert {name for name, each in by_validator.items() if each["verdict"] == "failed"} >= FAILING
    assert by_validator["validate_scd2"]["verdict"] == "passed"
    (finding,) = by_validator["validate_record_counts"]["findings"]
    assert (finding["key"], finding["source"], finding["target"]) == (["2024-01-05"], 1, 0)
    assert finding["table"] == str(FACT)
    page = (shop.folder / "r.html").read_text()
    assert html.escape(AMOUNT) in page
    assert "odd &lt;names&gt; &amp; more" in page
    assert "odd <names>" not in page

    nearest = shop.call("run", "pipeline.yaml", "--only", "validate_nuls.ü")
    assert (nearest.code, "'validate_nulls.ü'" in nearest.err) == (2, True)


def test_odd_names_survive_the_catalogue_files(shop: Shop):
    for suffix in ("yaml", "json"):
        told = shop.call("metadata", "extract", "old", "--schema", SCHEMA, "--out", f"c.{suffix}")
        assert told.code == 0, told.all
        text = (shop.folder / f"c.{suffix}").read_text()
        assert DAY in text
    misspelt = shop.call("metadata", "extract", "old", "--schema", SCHEMA.upper())
    assert (misspelt.code, repr(SCHEMA) in misspelt.err) == (3, True), misspelt.err
