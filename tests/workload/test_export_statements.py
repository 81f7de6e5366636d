"""The export SQL is one SELECT over the server's views, only reads, and gives what the importer knows."""

import pytest
from sqlglot import exp, parse

from ombudsman.model.errors import SettingsError
from ombudsman.workload.export_columns import columns_meant
from ombudsman.workload.export_statements import KINDS, export_sql


def tree(kind: str) -> exp.Select:
    (made,) = parse(export_sql(kind), read="tsql")
    assert isinstance(made, exp.Select)
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_one_select_that_writes_nothing(kind: str):
    made = tree(kind)
    assert made.find(exp.Into, exp.Insert, exp.Update, exp.Delete, exp.Command) is None
    tables = {t.db.lower() for t in made.find_all(exp.Table) if t.db}
    assert tables == {"sys"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_importer_knows_its_columns(kind: str):
    meant = set(columns_meant(tree(kind).named_selects))
    assert "text" in meant
    assert meant & {"avg_duration", "total_duration"}
    assert meant & {"avg_reads", "total_reads"}
    assert "last_seen" in meant or "first_seen" in meant
    if kind.startswith("querystore"):
        told = {
            "executions",
            "ok_executions",
            "module",
            "active_days",
            "default_schema",
            "plan",
            "restricted",
        }
        assert told - {"module"} <= meant


@pytest.mark.parametrize("kind", KINDS)
def test_it_tells_the_rights_and_takes_the_days(kind: str):
    assert "-- Rights: " in export_sql(kind)
    assert "-7, " in export_sql(kind, days=7)
    assert "{days}" not in export_sql(kind)


def test_another_kind_is_refused_with_the_nearest():
    with pytest.raises(SettingsError, match="no export of kind 'query-store'") as raised:
        export_sql("query-store")
    assert raised.value.hint == "did you mean 'querystore'?"
