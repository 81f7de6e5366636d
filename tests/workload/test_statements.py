# ruff: noqa: E501 - a case stands on one line, as a person reads it
"""Batches, procedures and views are cut where their statements begin; hints and declarations are no part of what is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.workload.recorded import Parameter
from ombudsman.workload.statements import StatementKind, read_statements

READ, WRITE, OTHER = StatementKind.READ, StatementKind.WRITE, StatementKind.OTHER


def kinds(text: str) -> list[tuple[str, str]]:
    """What kind each statement is, and its first two words."""
    return [(each.kind, " ".join(each.text.split()[:2])) for each in read_statements(text).all]


SPLIT = {
    "one": ("SELECT a FROM t", [(READ, "SELECT a")]),
    "semicolon": ("SELECT a FROM t; SELECT b FROM t;", [(READ, "SELECT a"), (READ, "SELECT b")]),
    "nothing_between": ("SELECT a FROM t SELECT b FROM t", [(READ, "SELECT a"), (READ, "SELECT b")]),
    "union": ("SELECT a FROM t UNION ALL SELECT b FROM u EXCEPT SELECT 1", [(READ, "SELECT a")]),
    "insert_select": (
        "INSERT INTO t (a) SELECT a FROM u SELECT 1",
        [(WRITE, "INSERT INTO"), (READ, "SELECT 1")],
    ),
    "insert_values": (
        "INSERT t VALUES (1) SELECT 1",
        [(WRITE, "INSERT t"), (READ, "SELECT 1")],
    ),
    "insert_exec": (
        "INSERT INTO t EXEC p SELECT 1",
        [(WRITE, "INSERT INTO"), (READ, "SELECT 1")],
    ),
    "common": (
        "SELECT 1 ;WITH x AS (SELECT 1 a) SELECT a FROM x WITH y (b) AS (SELECT 2) SELECT b FROM y",
        [(READ, "SELECT 1"), (READ, "WITH x"), (READ, "WITH y")],
    ),
    "common_and_write": (
        "WITH x AS (SELECT 1 a) UPDATE t SET a = x.a FROM x SELECT 1",
        [(WRITE, "WITH x"), (READ, "SELECT 1")],
    ),
    "merge": (
        ("MERGE t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = 1 WHEN NOT MATCHED THEN INSERT (a) VALUES (1)"
        " WHEN NOT MATCHED BY SOURCE THEN DELETE; SELECT 1"),
        [(WRITE, "MERGE t"), (READ, "SELECT 1")],
    ),
    "case_is_no_block": (
        "SELECT CASE WHEN a = 1 THEN 1 ELSE 2 END FROM t SELECT 1",
        [(READ, "SELECT CASE"), (READ, "SELECT 1")],
    ),
    "if_else": (
        "IF @a = 1 SELECT a FROM t ELSE SELECT b FROM t",
        [(OTHER, "IF @a"), (READ, "SELECT a"), (READ, "SELECT b")],
    ),
    "blocks": (
        "BEGIN TRY BEGIN TRAN UPDATE t SET a = 1 COMMIT END TRY BEGIN CATCH ROLLBACK END CATCH",
        [(OTHER, "BEGIN TRAN"), (WRITE, "UPDATE t"), (OTHER, "COMMIT"), (OTHER, "ROLLBACK")],
    ),
    "batches": (
        "SELECT 1\nGO 5\nSELECT 2\ngo\n",
        [(READ, "SELECT 1"), (READ, "SELECT 2")],
    ),
    "procedure": (
        "CREATE PROCEDURE dbo.p @a int = 1 AS SET NOCOUNT ON SELECT a FROM t WHERE a = @a RETURN 0",
        [(OTHER, "CREATE PROCEDURE"), (OTHER, "SET NOCOUNT"), (READ, "SELECT a"), (OTHER, "RETURN 0")],
    ),
    "view": ("CREATE VIEW v AS SELECT a FROM t", [(OTHER, "CREATE VIEW"), (READ, "SELECT a")]),
    "trigger": (
        "CREATE TRIGGER x ON t AFTER INSERT, UPDATE AS INSERT INTO l SELECT a FROM inserted",
        [(OTHER, "CREATE TRIGGER"), (WRITE, "INSERT INTO")],
    ),
    "table_function": (
        "CREATE FUNCTION f (@a int) RETURNS TABLE AS RETURN (SELECT a FROM t WHERE b = @a)",
        [(OTHER, "CREATE FUNCTION"), (READ, "RETURN (SELECT")],
    ),
    "condition_with_a_query": (
        "IF EXISTS (SELECT 1 FROM t) UPDATE t SET a = 1",
        [(READ, "IF EXISTS"), (WRITE, "UPDATE t")],
    ),
    "assignment_of_a_query": ("SET @n = (SELECT COUNT(*) FROM t)", [(READ, "SET @n")]),
    "calls_and_settings": ("EXEC p 1 SET NOCOUNT ON DECLARE @a int PRINT 'x'", [
        (OTHER, "EXEC p"), (OTHER, "SET NOCOUNT"), (OTHER, "DECLARE @a"), (OTHER, "PRINT 'x'"),
    ]),
    "quoted_words_begin_nothing": ("SELECT [select], [end] FROM [update] WHERE a = 'delete from t'", [(READ, "SELECT [select],")]),
    "fetch": (
        "SELECT a FROM t ORDER BY a OFFSET 5 ROWS FETCH NEXT 5 ROWS ONLY SELECT 1",
        [(READ, "SELECT a"), (READ, "SELECT 1")],
    ),
    "into": ("SELECT a INTO #x FROM t", [(WRITE, "SELECT a")]),
    "values_in_parentheses": ("(SELECT a FROM t) UNION (SELECT b FROM u)", [(READ, "(SELECT a")]),
    "comments": ("-- SELECT 1\n/* SELECT 2 */ SELECT 3 -- DELETE", [(READ, "SELECT 3")]),
}  # fmt: skip


@pytest.mark.parametrize("case", SPLIT)
def test_statements_are_cut_where_they_begin(case: str):
    text, expected = SPLIT[case]
    assert kinds(text) == expected


@pytest.mark.parametrize("case", SPLIT)
def test_all_that_reads_or_writes_is_parsed(case: str):
    for each in read_statements(SPLIT[case][0]).all:
        assert each.unread is None
        assert (each.tree is None) == (each.kind is OTHER)


PIECES = ["SELECT a FROM t WHERE b = 1", "UPDATE t SET a = 1 WHERE b = 2", "INSERT INTO t (a) VALUES (1)",
          "DELETE FROM t WHERE a = 1", "WITH x AS (SELECT 1 AS a) SELECT a FROM x", "EXEC dbo.p @a = 1",
          "SELECT a FROM t UNION SELECT b FROM u", "SET @a = 1", "SELECT CASE WHEN a = 1 THEN 2 END FROM t"]  # fmt: skip
JOINTS = [" ", "\n", ";\n", "\nGO\n", " ; ; ", "\n-- so\n"]


@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=6),
    st.lists(st.sampled_from(JOINTS), min_size=6, max_size=6),
)
def test_what_is_put_together_is_taken_apart(parts: list[str], joints: list[str]):
    # A WITH needs the end of what stands before to be clear, in T-SQL as well.
    made = "".join(f"{joint}{part}" for joint, part in zip(joints, parts, strict=False))
    assert [each.text for each in read_statements(made).all] == parts


PARAMETERS = {
    "(@p1 int)SELECT a FROM t WHERE b=@p1": [("@p1", "int")],
    "(@P1 nvarchar(4000),@P2 decimal(10,2) OUTPUT)SELECT 1": [("@P1", "nvarchar(4000)"), ("@P2", "decimal(10,2)")],
    "(@0 int,@1 varchar(8000))SELECT 1": [("@0", "int"), ("@1", "varchar(8000)")],
    "(@t dbo.Ids READONLY)SELECT 1 FROM @t": [("@t", "dbo.Ids")],
    "( @a AS int )\nSELECT 1": [("@a", "int")],
    "(SELECT 1)": [],
    "SELECT @p1": [],
}  # fmt: skip


@pytest.mark.parametrize("text", PARAMETERS)
def test_declared_parameters_are_read_and_taken_off(text: str):
    found = read_statements(text)
    assert found.parameters == tuple(Parameter(*each) for each in PARAMETERS[text])
    assert all(each.tree is not None for each in found.all)


HINTS = [
    "WITH (NOLOCK)", "WITH (NOLOCK, INDEX(ix1))", "WITH (INDEX = ix)", "(NOLOCK)", "with(index(1), forceseek)",
    "WITH (FORCESEEK (ix (a, b)))", "WITH (INDEX = (ix1, ix2) NOLOCK)", "WITH (READPAST, UPDLOCK, ROWLOCK)",
]  # fmt: skip
OPTIONS = [
    "OPTION (RECOMPILE)", "OPTION (MAXDOP 1, USE HINT('ENABLE_QUERY_OPTIMIZER_HOTFIXES'))", "OPTION (OPTIMIZE FOR (@a = 1))",
    "OPTION (TABLE HINT (t, INDEX (ix)))", "OPTION (HASH JOIN, MAXRECURSION 0)",
]  # fmt: skip


@pytest.mark.parametrize("hint", HINTS)
@pytest.mark.parametrize("option", OPTIONS)
def test_hints_are_no_part_of_a_statement(hint: str, option: str):
    said = f"SELECT x.a FROM dbo.t x {hint} INNER HASH JOIN u {hint} ON u.a = x.a WHERE x.b = 1 {option}"
    (hinted,) = read_statements(said).all
    (plain,) = read_statements(
        "SELECT x.a FROM dbo.t x INNER JOIN u ON u.a = x.a WHERE x.b = 1"
    ).all
    assert hinted.tree == plain.tree


@pytest.mark.parametrize(
    "said",
    [
        "SELECT TOP 5 WITH TIES a FROM t ORDER BY a",
        "SELECT a FROM OPENJSON(@j) WITH (a int '$.a')",
        "SELECT nolock FROM f(1)",
        "SELECT a FROM t LEFT JOIN merge_log m ON m.a = t.a",
        "SELECT a FROM t WHERE (Snapshot = 1)",
        "SELECT a FROM t WHERE b = dbo.f(Snapshot) AND c = 1",
        "SELECT a, dbo.f(Snapshot) FROM t",
        "SELECT a FROM t GROUP BY a, dbo.f(Snapshot)",
        "SELECT a FROM t JOIN u ON (Snapshot) = 1",
        "SELECT a FROM OPENJSON(@j) WITH (index int '$.a')",
        "INSERT INTO t (Snapshot) VALUES (1)",
    ],
)
def test_what_only_looks_like_a_hint_stays(said: str):
    (found,) = read_statements(said).all
    assert " ".join(found.text.split()) == said
    assert found.tree is not None


def test_hints_of_the_old_way_stand_behind_each_table_of_a_list():
    (hinted,) = read_statements("SELECT a FROM t (NOLOCK), dbo.u AS x (NOLOCK) WHERE b = 1").all
    (plain,) = read_statements("SELECT a FROM t, dbo.u AS x WHERE b = 1").all
    assert hinted.tree == plain.tree


@pytest.mark.parametrize("text", ["SELECT a FROM t WHERE b = '\ud800'", "SELECT [a\udc00] FROM t"])
def test_half_a_character_is_replaced(text: str):
    (found,) = read_statements(text).all
    assert found.tree is not None
    assert "\ufffd" in found.text
    found.text.encode()


UNREAD = {
    "SELECT a FROM": (1, 10),
    "SELECT 1;\nSELECT a,\n  FROM t WHERE": (3, 10),
    "SELECT 'open": (1, 1),
    "": (1, 1),
    "SELECT a FROM p, f, q WHERE MATCH(p-(f)->q)": (1, 36),
}


@pytest.mark.parametrize("text", UNREAD)
def test_what_cannot_be_parsed_says_why_and_where(text: str):
    unread = [each.unread for each in read_statements(text).all if each.unread]
    assert len(unread) == 1
    assert unread[0].reason
    assert abs(unread[0].column - UNREAD[text][1]) <= 6
    assert unread[0].line == UNREAD[text][0]
    assert "SENTINEL" not in unread[0].reason


@given(st.text(alphabet=st.sampled_from("SELECT FROM()[]'\"@#;,.-/*\n\0abİ單1=<>"), max_size=80))
def test_no_text_breaks_the_reading(text: str):
    for each in read_statements(text).all:
        assert (each.tree is None) or (each.unread is None)


def test_a_very_long_text_is_told_and_not_parsed():
    (found,) = read_statements("SELECT 1 WHERE a IN (" + "1," * 600_000 + "1)").all
    assert found.unread is not None
    assert "longer than" in found.unread.reason


def test_deep_nesting_is_told_and_breaks_nothing():
    (found,) = read_statements("SELECT " + "(" * 5_000 + "1" + ")" * 5_000).all
    assert found.tree is not None or found.unread is not None
