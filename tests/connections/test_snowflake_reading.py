"""The last look at a text: one statement that reads, and nothing after it."""

import pytest

from ombudsman.connections.snowflake_reading import is_reading


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "  select 1",
        "(SELECT 1) UNION ALL (SELECT 2)",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "SHOW PRIMARY KEYS IN DATABASE",
        "SELECT ';' , '->>', \"a;b\", $$ ; $$ -- ; DROP",
        "SELECT 'it''s \\' ; fine'",
        "/* ; */ SELECT 1 /* DELETE */",
        'SELECT "DELETE" FROM "DROP"',
        'SELECT "CALL", "system$", \'SYSTEM$WAIT(1)\' FROM "CALLS" -- CALL SYSTEM$WAIT(1)',
        "SELECT RECALL, CALLS, SYSTEM, A.SYSTEM_$ FROM t",
        "SHOW PROCEDURES",
        "SELECT 'one text, for \\' holds it together; DELETE FROM t --'",
    ],
)
def test_what_reads_is_let_through(sql: str):
    assert is_reading(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "   ",
        "-- SELECT 1",
        "SELECT 1;",
        "SELECT 1; SELECT 2",
        "SELECT 1 ->> DELETE FROM $1",
        "INSERT INTO t SELECT 1",
        "/* SELECT */ DROP TABLE t",
        "CALL p()",
        "WITH p AS PROCEDURE () RETURNS TEXT LANGUAGE SQL AS $$ BEGIN DROP TABLE t; END $$ CALL p()",
        "with p as procedure () returns text language sql as 'drop table t' call/**/p()",
        "SELECT SYSTEM$CANCEL_ALL_QUERIES(1)",
        "SELECT 1, (select system$wait(60))",
        "SELECT SYSTEM$TASK_DEPENDENTS_ENABLE ('t')",
        'SELECT "SYSTEM$WAIT"(60)',
        "EXECUTE IMMEDIATE 'DROP TABLE t'",
        "BEGIN SELECT 1; END",
        "COPY INTO @~ FROM t",
        "PUT file:///a @~",
        "LIST @~",
        "USE ROLE ACCOUNTADMIN",
        "GRANT SELECT ON t TO ROLE r",
        "SELECT 'open",
        'SELECT "open',
        "SELECT '\\\\'; DELETE FROM t --'",
    ],
)
def test_everything_else_is_not(sql: str):
    assert not is_reading(sql)
