# ruff: noqa: E501 - a template stands on one line, as a person reads it
"""A corpus of T-SQL: statements from templates of constructs that people write, with the tables that each uses.

Every template is filled with tables, columns, values and spellings (quotes, schemas, aliases, hints, parameters, letter
case) at random; the seed makes the corpus. Labels are what the template was filled with, and not what a parser said.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

DATABASE = "Sales DB"
SCHEMAS = ("dbo", "sales", "Stage Data", "Größen")
TABLES = (
    "Orders", "Order Details", "Customers", "Products", "Fact_Sales", "DimDate", "İşlem", "客户", "Kunden-Stamm", "Log2024",
    "Employee", "Region", "tblInvoice", "vw_Open", "Select", "User",
)  # fmt: skip
COLUMNS = (
    "Id",
    "CustomerId",
    "Amount",
    "Order Date",
    "Status",
    "Name",
    "Größe",
    "Qty",
    "From",
    "ModifiedOn",
    "Code",
)
HINTS = (
    "",
    "",
    "",
    " WITH (NOLOCK)",
    " (NOLOCK)",
    " WITH (INDEX = ix_1)",
    " WITH (INDEX(ix_1), FORCESEEK)",
    " WITH(READPAST,UPDLOCK)",
)
OPTIONS = (
    "",
    "",
    "",
    "",
    " OPTION (RECOMPILE)",
    " OPTION (MAXDOP 1)",
    " OPTION (USE HINT('DISABLE_OPTIMIZER_ROWGOAL'), HASH JOIN)",
)

TEMPLATES = (
    "SELECT {c1}, {c2} FROM {t1} WHERE {c3} = {v}",
    "SELECT TOP (10) {c1}, {c2} FROM {t1} ORDER BY {c2} DESC, {c1}",
    "SELECT TOP 5 PERCENT {c1} FROM {t1} ORDER BY {c1}",
    "SELECT TOP 3 WITH TIES {c1} FROM {t1} ORDER BY {c1}",
    "SELECT DISTINCT {c1} FROM {t1} WHERE {c2} IN ({v}, {v}, {v}) AND {c3} IS NOT NULL",
    "SELECT a.{c1}, b.{c2} FROM {t1} a INNER JOIN {t2} b ON a.{c3} = b.{c3} WHERE a.{c1} > {v}",
    "SELECT a.{c1}, b.{c2}, c.{c3} FROM {t1} AS a LEFT JOIN {t2} AS b ON a.{c3} = b.{c3} RIGHT OUTER JOIN {t3} c ON c.{c1} = b.{c1}",
    "SELECT a.{c1} FROM {t1} a, {t2} b WHERE a.{c2} = b.{c2} AND b.{c3} BETWEEN {v} AND {v}",
    "SELECT {c1}, SUM({c2}) AS total, COUNT(*) n FROM {t1} GROUP BY {c1} HAVING SUM({c2}) > {v} ORDER BY total DESC",
    "SELECT YEAR({c1}), SUM({c2}) FROM {t1} GROUP BY YEAR({c1}) WITH ROLLUP",
    "SELECT {c1}, {c2}, AVG({c3}) FROM {t1} GROUP BY GROUPING SETS (({c1}), ({c1}, {c2}), ())",
    "SELECT {c1}, SUM({c2}) FROM {t1} GROUP BY CUBE({c1})",
    "WITH x AS (SELECT {c1} AS k, SUM({c2}) AS s FROM {t1} GROUP BY {c1}) SELECT x.k, x.s, b.{c3} FROM x JOIN {t2} b ON b.{c1} = x.k",
    ";WITH x (k, p, d) AS (SELECT {c1}, {c2}, 0 FROM {t1} WHERE {c2} IS NULL UNION ALL SELECT a.{c1}, a.{c2}, x.d + 1 FROM {t1} a JOIN x ON a.{c2} = x.k) SELECT * FROM x",
    "WITH x AS (SELECT {c1} FROM {t1}), y AS (SELECT {c1} FROM x WHERE {c1} > {v}) SELECT COUNT(*) FROM y CROSS JOIN {t2}",
    "SELECT {c1} FROM {t1} WHERE EXISTS (SELECT 1 FROM {t2} b WHERE b.{c2} = {t1n}.{c2})",
    "SELECT {c1} FROM {t1} WHERE {c2} NOT IN (SELECT {c2} FROM {t2} WHERE {c3} = {v})",
    "SELECT {c1}, (SELECT MAX({c2}) FROM {t2} b WHERE b.{c1} = a.{c1}) FROM {t1} a",
    "SELECT {c1} FROM {t1} UNION ALL SELECT {c2} FROM {t2} UNION SELECT {c3} FROM {t3} ORDER BY 1",
    "(SELECT {c1} FROM {t1} EXCEPT SELECT {c1} FROM {t2}) INTERSECT SELECT {c1} FROM {t3}",
    "SELECT a.{c1}, d.{c2} FROM {t1} a CROSS APPLY (SELECT TOP 1 {c2} FROM {t2} b WHERE b.{c3} = a.{c3} ORDER BY b.{c1} DESC) d",
    "SELECT a.{c1}, d.n FROM {t1} a OUTER APPLY (SELECT COUNT(*) n FROM {t2} b WHERE b.{c3} = a.{c3}) d",
    "SELECT a.{c1}, s.value FROM {t1} a CROSS APPLY STRING_SPLIT(a.{c2}, ',') s",
    "SELECT {c1}, ROW_NUMBER() OVER (PARTITION BY {c2} ORDER BY {c3} DESC) rn, SUM({c3}) OVER (PARTITION BY {c2} ORDER BY {c1} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM {t1}",
    "SELECT * FROM (SELECT {c1}, RANK() OVER (ORDER BY {c2}) r FROM {t1}) q WHERE q.r <= {v}",
    "SELECT {c1} FROM {t1} ORDER BY {c1} OFFSET 20 ROWS FETCH NEXT 10 ROWS ONLY",
    "SELECT [1], [2] FROM (SELECT {c1}, {c2} FROM {t1}) s PIVOT (SUM({c1}) FOR {c2} IN ([1], [2])) p",
    "SELECT k, v FROM (SELECT {c1}, {c2} FROM {t1}) s UNPIVOT (v FOR k IN ({c1}, {c2})) u",
    "SELECT CASE WHEN {c1} > {v} THEN 'x' WHEN {c2} IS NULL THEN 'y' ELSE 'z' END, IIF({c1} = {v}, 1, 0), CHOOSE(2, {c1}, {c2}) FROM {t1}",
    "SELECT ISNULL({c1}, 0), COALESCE({c2}, {c1}, {v}), NULLIF({c2}, 0) FROM {t1}",
    "SELECT CONVERT(varchar(10), {c1}, 112), CAST({c2} AS decimal(18, 4)), TRY_CONVERT(int, {c3}), TRY_CAST({c3} AS date) FROM {t1}",
    "SELECT DATEADD(day, -7, {c1}), DATEDIFF(month, {c1}, GETDATE()), DATEPART(weekday, {c1}), DATENAME(month, {c1}), EOMONTH({c1}) FROM {t1}",
    "SELECT LEN({c1}) + DATALENGTH({c1}), SUBSTRING({c1}, 1, 3), LEFT({c1}, 2), RTRIM(LTRIM({c1})), CHARINDEX('a', {c1}), PATINDEX('%[0-9]%', {c1}), STUFF({c1}, 1, 1, '') FROM {t1}",
    "SELECT {c1} + ' ' + {c2} AS full_name, CONCAT({c1}, N'-', {c2}), REPLICATE('0', 5), UPPER({c1}) FROM {t1} WHERE {c1} LIKE '[a-c]%' ESCAPE '!'",
    "SELECT STRING_AGG({c1}, ',') WITHIN GROUP (ORDER BY {c1}) FROM {t1} GROUP BY {c2}",
    "SELECT {c1} FROM {t1} WHERE {c2} = {v} FOR XML PATH(''), TYPE",
    "SELECT {c1} FROM {t1} FOR JSON PATH, ROOT('r')",
    "SELECT JSON_VALUE({c1}, '$.a.b'), JSON_QUERY({c1}, '$.c') FROM {t1} WHERE ISJSON({c1}) = 1",
    "SELECT {c1} COLLATE Latin1_General_CI_AS FROM {t1} WHERE {c2} = N'{w}' COLLATE Latin1_General_BIN2",
    "SELECT {c1} AT TIME ZONE 'UTC', ROUND({c2}, 2, 1), {c2} % 3, {c2} / 2, -{c2}, {c2} & 1, {c2} | 2, {c2} ^ 1, ~{c2} FROM {t1}",
    "SELECT @x = {c1}, @y = MAX({c2}) FROM {t1} WHERE {c3} = @z GROUP BY {c1}",
    "SELECT a.{c1} FROM {t1} a JOIN {t1} b ON a.{c1} = b.{c2} AND a.{c3} <> b.{c3}",
    "SELECT {c1} FROM {t1} FULL OUTER JOIN (SELECT {c2} AS k2 FROM {t2}) q ON q.k2 = {c1}",
    "SELECT a.*, b.{c1} FROM {t1} a INNER HASH JOIN {t2} b ON a.{c1} = b.{c1}",
    "SELECT {c1} FROM {t1} WHERE {c2} >= DATEADD(dd, DATEDIFF(dd, 0, GETDATE()), 0) AND {c3} !> {v} AND NOT ({c1} = {v} OR {c1} <> {v})",
    "SELECT {c1} FROM {t1} WHERE {c2} = ANY (SELECT {c2} FROM {t2}) OR {c3} > ALL (SELECT {c3} FROM {t3})",
    "SELECT x.a, x.b FROM (VALUES (1, 'a'), (2, 'b')) AS x (a, b) JOIN {t1} t ON t.{c1} = x.a",
    "SELECT {c1} = {c2}, 'total' = SUM({c3}) FROM {t1} GROUP BY {c2}",
    "SELECT t.{c1}.value('(/r/a)[1]', 'int') FROM {t1} t",
    "SELECT {c1} FROM {t1} FOR SYSTEM_TIME AS OF '2024-01-01' a",
    "SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {c1}) OVER (PARTITION BY {c2}) FROM {t1}",
    "SELECT {c1}, LAG({c2}, 1, 0) OVER (ORDER BY {c3}), FIRST_VALUE({c2}) OVER (ORDER BY {c3}) FROM {t1}",
    "SELECT COUNT_BIG(*), COUNT(DISTINCT {c1}), STDEV({c2}), VAR({c2}), CHECKSUM_AGG({c2}) FROM {t1}",
    "SELECT CURRENT_TIMESTAMP, SYSDATETIME(), GETUTCDATE(), NEWID(), @@ROWCOUNT, SUSER_SNAME(), {c1} FROM {t1}",
    "SELECT {c1} FROM {t1} TABLESAMPLE (10 PERCENT)",
    "SELECT {c1} FROM {t1} a WHERE a.{c2} = $12.50 OR a.{c3} = 0xFF OR a.{c1} = 1e5",
)  # fmt: skip

WRITES = (
    "INSERT INTO {t1} ({c1}, {c2}) SELECT {c1}, {c2} FROM {t2} WHERE {c3} = {v}",
    "INSERT INTO {t1} ({c1}, {c2}) VALUES ({v}, {v}), ({v}, {v})",
    "UPDATE {t1} SET {c1} = {v}, {c2} = {c2} + 1 WHERE {c3} = {v}",
    "UPDATE a SET a.{c1} = b.{c1} FROM {t1} a JOIN {t2} b ON a.{c2} = b.{c2} WHERE b.{c3} = {v}",
    "DELETE FROM {t1} WHERE {c1} = {v}",
    "DELETE a FROM {t1} a LEFT JOIN {t2} b ON a.{c1} = b.{c1} WHERE b.{c1} IS NULL",
    ("MERGE INTO {t1} AS t USING {t2} AS s ON t.{c1} = s.{c1} WHEN MATCHED AND t.{c2} <> s.{c2} THEN UPDATE SET {c2} = s.{c2}"
    " WHEN NOT MATCHED THEN INSERT ({c1}, {c2}) VALUES (s.{c1}, s.{c2});"),
    "SELECT {c1}, {c2} INTO #tmp FROM {t1} WHERE {c3} > {v}",
    "WITH d AS (SELECT {c1}, ROW_NUMBER() OVER (PARTITION BY {c2} ORDER BY {c3}) rn FROM {t1}) DELETE FROM d WHERE rn > 1",
)  # fmt: skip


@dataclass(frozen=True)
class Labelled:
    """A statement, and the tables (schema, name) that it uses."""

    text: str
    tables: frozenset[tuple[str, str]]
    is_read: bool


def corpus(count: int, *, seed: int = 1, writes: float = 0.1) -> Iterator[Labelled]:
    """So many statements; each template comes about equally often."""
    chance = random.Random(seed)  # noqa: S311 - a corpus, not a secret
    for number in range(count):
        is_read = chance.random() >= writes
        templates = TEMPLATES if is_read else WRITES
        yield _filled(templates[number % len(templates)], chance, is_read)


def _filled(template: str, chance: random.Random, is_read: bool) -> Labelled:
    chosen = chance.sample(TABLES, 3)
    schemas = [chance.choice(SCHEMAS) for _ in chosen]
    columns = chance.sample(COLUMNS, 3)
    is_quoted = chance.random() < 0.5
    parameters: list[str] = []

    def name(text: str) -> str:
        plain = (
            text.isascii()
            and text.isidentifier()
            and text.upper() not in {"SELECT", "FROM", "USER"}
        )
        told = text if plain and not is_quoted else chance.choice(["[{}]", '"{}"']).format(text)
        return told.upper() if told.isascii() and chance.random() < 0.2 else told

    def value() -> str:
        kind = chance.randrange(6)
        if kind == 0 and is_read:
            parameters.append(
                f"@p{len(parameters)} {chance.choice(['int', 'nvarchar(4000)', 'decimal(18,2)', 'datetime'])}"
            )
            return f"@p{len(parameters) - 1}"
        return ["5", "-12", "3.75", "'O''Brien'", "N'Çelik'", "'20240131'"][kind]

    filled = template
    used: set[tuple[str, str]] = set()
    for place, (table, schema) in enumerate(zip(chosen, schemas, strict=True), start=1):
        written = f"{name(schema)}.{name(table)}"
        if chance.random() < 0.1:
            written = f"[{DATABASE}].{written}"
        if f"{{t{place}}}" in template:
            used.add((schema, table))
        filled = _with_hints(
            filled, f"{{t{place}}}", written, chance, "{t1n}" not in template and is_read
        )
        filled = filled.replace(f"{{t{place}n}}", name(table))
    for place, column in enumerate(columns, start=1):
        while f"{{c{place}}}" in filled:
            filled = filled.replace(f"{{c{place}}}", name(column), 1)
    while "{v}" in filled:
        filled = filled.replace("{v}", value(), 1)
    filled = filled.replace("{w}", "w")
    if is_read and not filled.startswith((";", "(")) and "FOR " not in filled:
        filled += chance.choice(OPTIONS)
    if chance.random() < 0.2:
        filled = (
            filled.replace(" FROM ", "\n  FROM ").replace(" WHERE ", "\n /* which */ WHERE ")
            + "  -- end"
        )
    if parameters:
        filled = f"({','.join(parameters)}){filled}"
    return Labelled(filled, frozenset(used), is_read)


def _with_hints(text: str, place: str, written: str, chance: random.Random, may_hint: bool) -> str:
    """The table wherever it stands; a hint only behind an alias that is followed by a word that cannot be one."""
    parts = text.split(place)
    made = parts[0]
    for rest in parts[1:]:
        ends = rest == "" or rest.lstrip().startswith(("WHERE", "GROUP", "ORDER"))
        made += written + (chance.choice(HINTS) if may_hint and ends else "") + rest
    return made
