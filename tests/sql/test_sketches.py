"""What is asked for a sketch, on the engines that no test reaches: one statement, which hands over no text."""

import pytest
import sqlglot
from sqlalchemy import column, table
from tests.sql.canonical_engines import DIALECTS

from ombudsman.connections.literals import whole_sql
from ombudsman.model import types as t
from ombudsman.model.types import DataType
from ombudsman.sql.sketches import least_hashes, sketch_form

TYPES: dict[str, DataType] = {
    "boolean": t.Boolean(),
    "integer": t.Integer(bits=32),
    "decimal": t.Decimal(precision=19, scale=4),
    "text": t.Text(length=40),
    "fixed": t.Text(length=5, fixed=True),
    "date": t.Date(),
    "timestamp": t.Timestamp(precision=3),
    "instant": t.Timestamp(zone=True),
    "time": t.Time(),
    "uuid": t.Uuid(),
}


@pytest.mark.parametrize("engine", ["mssql", "snowflake"])
@pytest.mark.parametrize("name", TYPES)
def test_the_statement_is_one_that_the_engine_can_read(engine, name):
    form = sketch_form(TYPES[name])
    assert form is not None
    statement = least_hashes(table("T"), column("x"), TYPES[name], form, size=96)
    written = whole_sql(statement, DIALECTS[engine])
    dialect = "tsql" if engine == "mssql" else engine
    tree = sqlglot.parse_one(written, read=dialect)
    assert tree.find(sqlglot.exp.Group)
    word = "TOP 96" if engine == "mssql" else "LIMIT 96"
    assert word in written.replace("\n", " ")
    is_text = name in {"text", "fixed", "uuid"}
    assert (("LEN(" in written) or ("LENGTH(" in written)) >= is_text


@pytest.mark.parametrize(
    "data_type",
    [t.Float(), t.Binary(), t.Json(), t.Xml(), t.Interval(), t.Unknown(name="geometry"), t.Time(zone=True)],
)  # fmt: skip
def test_what_has_no_text_that_all_engines_make_alike_has_no_sketch(data_type):
    assert sketch_form(data_type) is None
