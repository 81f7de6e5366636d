"""Each difference between T-SQL and Snowflake is told where it is, and not where a statement only looks alike."""

import pytest
from tests.workload.catalogues import SHOP

from ombudsman.workload.analyze import analyze
from ombudsman.workload.differences import RULES, Effect
from ombudsman.workload.recorded import Recorded

CASES: dict[str, tuple[str, str]] = {
    # code: (a statement that has it, one that is near it and has not)
    "with_ties": ("SELECT TOP 3 WITH TIES n FROM t ORDER BY n", "SELECT TOP 3 n FROM t ORDER BY n"),
    "top_percent": ("SELECT TOP 5 PERCENT n FROM t ORDER BY n", "SELECT TOP 5 n FROM t ORDER BY n"),
    "xml_method": ("SELECT x.value('(/a)[1]', 'int') FROM t", "SELECT x FROM t"),
    "for_xml": ("SELECT n FROM t FOR XML PATH('')", "SELECT n FROM t"),
    "open_json": ("SELECT a FROM OPENJSON(@j) WITH (a int '$.a')", "SELECT JSON_VALUE(s, '$.a') FROM t"),
    "table_function": ("SELECT v.value FROM t CROSS APPLY STRING_SPLIT(t.s, ',') v", "SELECT n FROM t"),
    "own_function": ("SELECT dbo.f(n) FROM t", "SELECT ABS(n) FROM t"),
    "function": ("SELECT CHOOSE(n, 'a', 'b') FROM t", "SELECT IIF(n = 1, 'a', 'b') FROM t"),
    "full_text": ("SELECT n FROM t WHERE CONTAINS(s, 'x')", "SELECT n FROM t WHERE s LIKE '%x%'"),
    "utc_date": ("SELECT GETUTCDATE()", "SELECT n FROM t"),
    "format": ("SELECT FORMAT(m, 'N2') FROM t", "SELECT ROUND(m, 2) FROM t"),
    "session_variable": ("SELECT @@ROWCOUNT", "SELECT @p"),
    "temporal": ("SELECT n FROM t FOR SYSTEM_TIME AS OF '2024-01-01'", "SELECT n FROM t"),
    "other_server": ("SELECT n FROM srv.db.dbo.t", "SELECT n FROM db.dbo.t"),
    "temporary_table": ("SELECT n FROM #t", "SELECT n FROM t"),
    "system_views": ("SELECT name FROM sys.tables", "SELECT n FROM t"),
    "apply": (
        "SELECT t.n FROM t CROSS APPLY (SELECT TOP 1 u.n FROM u WHERE u.n = t.n ORDER BY u.n) q",
        "SELECT t.n FROM t CROSS APPLY (SELECT COUNT(*) c FROM u WHERE u.n = t.n) q",
    ),
    "text_plus": ("SELECT s + s FROM t", "SELECT n + n FROM t"),
    "output": ("INSERT INTO t (n) OUTPUT inserted.n VALUES (1)", "INSERT INTO t (n) VALUES (1)"),
    "by_source": (
        "MERGE t USING u ON t.n = u.n WHEN NOT MATCHED BY SOURCE THEN DELETE;",
        "MERGE t USING u ON t.n = u.n WHEN NOT MATCHED THEN INSERT (n) VALUES (u.n);",
    ),
    "collate_clause": ("SELECT n FROM t WHERE s = 'x' COLLATE Latin1_General_CI_AS", "SELECT n FROM t WHERE s = 'x'"),
    "whole_division": ("SELECT n / 2 FROM t", "SELECT m / 2 FROM t"),
    "whole_average": ("SELECT AVG(n) FROM t", "SELECT AVG(m) FROM t"),
    "cut_to_whole": ("SELECT CAST(m AS int) FROM t", "SELECT CAST(s AS int) FROM t"),
    "round_cuts": ("SELECT ROUND(m, 2, 1) FROM t", "SELECT ROUND(m, 2) FROM t"),
    "decimal_division": ("SELECT m / 3 FROM t", "SELECT m * 3 FROM t"),
    "like_set": ("SELECT n FROM t WHERE s LIKE '[a-c]%'", "SELECT n FROM t WHERE s LIKE 'a%'"),
    "collation": ("SELECT n FROM t WHERE s = 'x'", "SELECT n FROM t WHERE n = 1"),
    "text_order": ("SELECT s FROM t ORDER BY s", "SELECT s FROM t ORDER BY n"),
    "null_text": ("SELECT CONCAT(s, s) FROM t", "SELECT s FROM t"),
    "length": ("SELECT LEN(s) FROM t", "SELECT n FROM t"),
    "substring": ("SELECT SUBSTRING(s, 0, 5) FROM t", "SELECT SUBSTRING(s, 1, 5) FROM t"),
    "isnull": ("SELECT ISNULL(s, 'a long text') FROM t", "SELECT ISNULL(n, 0), COALESCE(s, 'x') FROM t"),
    "null_order": ("SELECT TOP 3 n FROM t ORDER BY m", "SELECT n FROM t ORDER BY m"),
    "convert_style": ("SELECT CONVERT(varchar(10), d, 112) FROM t", "SELECT CONVERT(varchar(10), n) FROM t"),
    "try_convert": ("SELECT TRY_CONVERT(int, m) FROM t", "SELECT TRY_CONVERT(int, s) FROM t"),
    "bare_text": ("SELECT CAST(n AS varchar) FROM t", "SELECT CAST(n AS varchar(30)) FROM t"),
    "compact_date": ("SELECT n FROM t WHERE d >= '20240131'", "SELECT n FROM t WHERE d >= '2024-01-31'"),
    "now": ("SELECT n FROM t WHERE d < GETDATE()", "SELECT n FROM t WHERE d < '2024-01-31'"),
    "weekday": ("SELECT DATEPART(weekday, d) FROM t", "SELECT DATEPART(month, d) FROM t"),
    "date_names": ("SELECT DATENAME(month, d) FROM t", "SELECT MONTH(d) FROM t"),
    "week_difference": ("SELECT DATEDIFF(week, d, d) FROM t", "SELECT DATEDIFF(day, d, d) FROM t"),
    "top_without_order": ("SELECT TOP 3 n FROM t", "SELECT TOP 3 n FROM t ORDER BY n"),
    "chance": ("SELECT NEWID(), n FROM t", "SELECT n FROM t"),
}  # fmt: skip


def codes(text: str) -> set[str]:
    workload = analyze([Recorded(text=text)], SHOP)
    assert not workload.unread, workload.unread
    return {each.code for pattern in workload.patterns for each in pattern.differences}


@pytest.mark.parametrize("code", CASES)
def test_a_difference_is_told_where_it_is(code: str):
    assert code in codes(CASES[code][0])


@pytest.mark.parametrize("code", CASES)
def test_a_difference_is_not_told_where_it_is_not(code: str):
    assert code not in codes(CASES[code][1])


def test_every_difference_has_a_case_and_a_reason():
    assert set(CASES) == {rule.difference.code for rule in RULES}
    assert all(rule.difference.what and rule.difference.reason for rule in RULES)


def test_a_cast_that_snowflake_refuses_keeps_a_statement_from_running():
    """TRY_CAST takes texts alone there: of a number it is an error, and no other answer."""
    workload = analyze([Recorded(text=CASES["try_convert"][0])], SHOP)
    assert workload.patterns[0].will_not_run


def test_what_keeps_a_statement_from_running_comes_first():
    workload = analyze(
        [Recorded(text="SELECT TOP 3 WITH TIES LEN(s), s + s FROM t ORDER BY s")], SHOP
    )
    effects = [each.effect for each in workload.patterns[0].differences]
    assert effects == sorted(effects, key=lambda each: each is not Effect.WILL_NOT_RUN)
    assert workload.patterns[0].will_not_run
    assert workload.patterns[0].answers_differ


def test_a_plain_statement_has_none():
    assert (
        codes("SELECT t.n, SUM(u.m) FROM t JOIN u ON u.n = t.n WHERE t.n > 5 GROUP BY t.n") == set()
    )
