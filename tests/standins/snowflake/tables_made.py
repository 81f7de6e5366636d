"""What Snowflake's catalogue tells and DuckDB's does not: how columns were declared, keys that nobody enforces, kinds.

Every CREATE is read on its way to the emulator: keys are taken out of it, for DuckDB would enforce them, and kept here,
in tables of the emulator's own, together with the types as they were written.
"""

import json
import re
from typing import Any

from fakesnow import info_schema
from sqlglot import exp, parse_one

HOME = "_fs_global._fs_information_schema"

TABLES = f"""
CREATE TABLE IF NOT EXISTS {HOME}._kinds
  (db VARCHAR, schema_name VARCHAR, table_name VARCHAR, kind VARCHAR, retention INTEGER, made TIMESTAMP DEFAULT now());
CREATE TABLE IF NOT EXISTS {HOME}._columns
  (db VARCHAR, schema_name VARCHAR, table_name VARCHAR, column_name VARCHAR, data_type VARCHAR, length BIGINT,
   precision BIGINT, scale BIGINT, digits BIGINT, collated VARCHAR, is_identity VARCHAR, said VARCHAR);
CREATE TABLE IF NOT EXISTS {HOME}._keys
  (db VARCHAR, schema_name VARCHAR, table_name VARCHAR, kind VARCHAR, name VARCHAR, columns VARCHAR,
   referred VARCHAR, referred_columns VARCHAR);
"""

COLUMNS_VIEW = """
CREATE OR REPLACE VIEW "{db}"._fs_information_schema._fs_columns AS
SELECT told.* EXCLUDE
    (DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, COLLATION_NAME, IS_IDENTITY,
     COMMENT),
  coalesce(own.data_type, told.DATA_TYPE) AS DATA_TYPE,
  coalesce(own.length, told.CHARACTER_MAXIMUM_LENGTH,
           CASE told.DATA_TYPE WHEN 'TEXT' THEN 16777216 WHEN 'BINARY' THEN 8388608 END) AS CHARACTER_MAXIMUM_LENGTH,
  CASE WHEN own.data_type IS NULL THEN told.NUMERIC_PRECISION ELSE own.precision END AS NUMERIC_PRECISION,
  CASE WHEN own.data_type IS NULL THEN told.NUMERIC_SCALE ELSE own.scale END AS NUMERIC_SCALE,
  coalesce(own.digits, CASE WHEN told.DATA_TYPE LIKE 'TIME%' THEN 9 END) AS DATETIME_PRECISION,
  own.collated AS COLLATION_NAME,
  coalesce(own.is_identity, 'NO') AS IS_IDENTITY,
  coalesce(own.said, told.COMMENT) AS COMMENT
FROM _fs_global._fs_information_schema._fs_columns AS told
LEFT JOIN _fs_global._fs_information_schema._columns AS own
  ON own.db = told.TABLE_CATALOG AND own.schema_name = told.TABLE_SCHEMA AND own.table_name = told.TABLE_NAME
 AND own.column_name = told.COLUMN_NAME
WHERE told.TABLE_CATALOG = '{db}'
"""

TABLES_VIEW = """
CREATE OR REPLACE VIEW "{db}"._fs_information_schema._fs_tables AS
SELECT found.TABLE_CATALOG, found.TABLE_SCHEMA, found.TABLE_NAME,
  CASE WHEN found.is_view THEN 'VIEW'
       WHEN own.kind = 'EXTERNAL' THEN 'EXTERNAL TABLE'
       WHEN own.kind IN ('TEMPORARY', 'EVENT') THEN own.kind || ' TABLE'
       WHEN own.kind = 'MATERIALIZED' THEN 'MATERIALIZED VIEW'
       ELSE 'BASE TABLE' END AS TABLE_TYPE,
  CASE WHEN own.kind = 'TRANSIENT' THEN 'YES' ELSE 'NO' END AS IS_TRANSIENT,
  CASE WHEN own.kind = 'TEMPORARY' THEN 'YES' ELSE 'NO' END AS IS_TEMPORARY,
  CASE WHEN own.kind = 'ICEBERG' THEN 'YES' ELSE 'NO' END AS IS_ICEBERG,
  CASE WHEN own.kind = 'DYNAMIC' THEN 'YES' ELSE 'NO' END AS IS_DYNAMIC,
  CASE WHEN own.kind = 'HYBRID' THEN 'YES' ELSE 'NO' END AS IS_HYBRID,
  'YES' AS IS_INSERTABLE_INTO, coalesce(own.retention, 1) AS RETENTION_TIME, NULL AS CLUSTERING_KEY,
  CASE WHEN found.is_view THEN NULL ELSE found.estimated_size END AS ROW_COUNT,
  CASE WHEN found.is_view THEN NULL ELSE found.estimated_size * 1024 END AS BYTES,
  coalesce(own.made, 'epoch'::TIMESTAMP)::TIMESTAMPTZ AS CREATED,
  ext.comment AS COMMENT
FROM (
  SELECT database_name AS TABLE_CATALOG, schema_name AS TABLE_SCHEMA, table_name AS TABLE_NAME, estimated_size,
         false AS is_view FROM duckdb_tables()
  UNION ALL
  SELECT database_name, schema_name, view_name, NULL, true FROM duckdb_views() WHERE NOT internal
) AS found
LEFT JOIN _fs_global._fs_information_schema._kinds AS own
  ON own.db = TABLE_CATALOG AND own.schema_name = TABLE_SCHEMA AND own.table_name = found.TABLE_NAME
LEFT JOIN _fs_global._fs_information_schema._fs_tables_ext AS ext
  ON ext.ext_table_catalog = TABLE_CATALOG AND ext.ext_table_schema = TABLE_SCHEMA
 AND ext.ext_table_name = found.TABLE_NAME
WHERE TABLE_CATALOG = '{db}' AND TABLE_SCHEMA NOT IN ('_fs_information_schema', 'main')
"""

KINDS = (
    "TRANSIENT",
    "TEMPORARY",
    "TEMP",
    "ICEBERG",
    "EXTERNAL",
    "DYNAMIC",
    "HYBRID",
    "EVENT",
    "MATERIALIZED",
)

_CREATE = re.compile(
    r"^\s*CREATE\s+(?P<again>OR\s+REPLACE\s+)?(?P<kind>(?:"
    + "|".join(KINDS)
    + r")\s+)?(?=TABLE\b|VIEW\b)",
    re.IGNORECASE,
)
_RETENTION = re.compile(r"\s+DATA_RETENTION_TIME_IN_DAYS\s*=\s*(\d+)", re.IGNORECASE)
_WORDS = {
    "INT": ("NUMBER", 38, 0), "BIGINT": ("NUMBER", 38, 0), "SMALLINT": ("NUMBER", 38, 0), "TINYINT": ("NUMBER", 38, 0),
    "DECIMAL": ("NUMBER", 38, 0), "FLOAT": ("FLOAT", None, None), "DOUBLE": ("FLOAT", None, None),
}  # fmt: skip
_TEXTS = {"VARCHAR", "TEXT", "CHAR", "NVARCHAR", "NCHAR"}
_MOMENTS = {"TIMESTAMP": "TIMESTAMP_NTZ", "DATETIME": "TIMESTAMP_NTZ", "TIMESTAMPNTZ": "TIMESTAMP_NTZ",
            "TIMESTAMPLTZ": "TIMESTAMP_LTZ", "TIMESTAMPTZ": "TIMESTAMP_TZ", "TIME": "TIME"}  # fmt: skip


def prepare(duck: Any) -> None:
    """Makes the emulator's tables for what DuckDB does not know. Databases made later get our views as well."""
    duck.execute(TABLES)
    plain = info_schema.per_db_creation_sql

    def with_ours(catalog: str) -> str:
        return (
            f"{plain(catalog)};{COLUMNS_VIEW.format(db=catalog)};{TABLES_VIEW.format(db=catalog)};"
        )

    info_schema.per_db_creation_sql = with_ours


def noted(sql: str, duck: Any, database: str | None, schema: str | None) -> str:
    """A statement as the emulator may have it. What it says of a table that is made or dropped is kept."""
    if re.match(r"\s*DROP\s", sql, re.IGNORECASE):
        _forget(parse_one(sql, read="snowflake"), duck, database, schema)
        return sql
    head = _CREATE.match(sql)
    if head is None:
        return sql
    kind = (
        (head["kind"] or "")
        .strip()
        .upper()
        .replace("TEMP", "TEMPORARY")
        .replace("TEMPORARYORARY", "TEMPORARY")
    )
    retention = _RETENTION.search(sql)
    plain = _RETENTION.sub("", sql)
    plain = f"CREATE {head['again'] or ''}{plain[head.end() :]}"
    tree = parse_one(plain, read="snowflake")
    assert isinstance(tree, exp.Create)
    place = _place(tree.find(exp.Table), database, schema)
    _forget_place(duck, place)
    days = int(retention[1]) if retention else 0 if kind == "EXTERNAL" else None
    duck.execute(
        f"INSERT INTO {HOME}._kinds (db, schema_name, table_name, kind, retention) VALUES (?, ?, ?, ?, ?)",
        [*place, kind, days],
    )
    if not isinstance(tree.this, exp.Schema) or tree.args.get("kind") != "TABLE":
        return plain
    _keep_columns(tree.this, duck, place)
    _without_bad_sequences(tree.this, place[-1])
    _take_keys(tree.this, duck, place)
    return tree.sql(dialect="snowflake")


def _keep_columns(columns: exp.Schema, duck: Any, place: tuple[str, ...]) -> None:
    for column in columns.find_all(exp.ColumnDef):
        name, length, precision, scale, digits = _declared(column.args["kind"])
        collation, identity, said = None, "NO", None
        for constraint in list(column.args.get("constraints") or []):
            if isinstance(constraint.kind, exp.CollateColumnConstraint):
                collation = constraint.kind.this.name
                constraint.pop()
            if isinstance(
                constraint.kind,
                exp.GeneratedAsIdentityColumnConstraint | exp.AutoIncrementColumnConstraint,
            ):
                identity = "YES"
            if isinstance(constraint.kind, exp.CommentColumnConstraint):
                said = constraint.kind.name
        duck.execute(
            f"INSERT INTO {HOME}._columns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *place,
                _spelt(column.this),
                name,
                length,
                precision,
                scale,
                digits,
                collation,
                identity,
                said,
            ],
        )


def _without_bad_sequences(columns: exp.Schema, table: str) -> None:
    """The emulator makes a sequence for an identity, called after the table, and quotes nothing."""
    if re.fullmatch(r"\w+", table):
        return
    kinds = (exp.GeneratedAsIdentityColumnConstraint, exp.AutoIncrementColumnConstraint)
    for column in columns.find_all(exp.ColumnDef):
        for constraint in list(column.args.get("constraints") or []):
            if isinstance(constraint.kind, kinds):
                constraint.pop()


def _declared(kind: exp.DataType) -> tuple[Any, ...]:
    word = kind.this.value if isinstance(kind.this, exp.DataType.Type) else str(kind.this)
    numbers = [int(each.name) for each in kind.expressions if each.name.isdigit()]
    if word in _WORDS:
        name, precision, scale = _WORDS[word]
        if word == "DECIMAL" and numbers:
            precision, scale = numbers[0], numbers[1] if len(numbers) > 1 else 0
        return name, None, precision, scale, None
    if word in _TEXTS:
        longest = 1 if word in {"CHAR", "NCHAR"} else 16_777_216
        return "TEXT", numbers[0] if numbers else longest, None, None, None
    if word in {"BINARY", "VARBINARY"}:
        return "BINARY", numbers[0] if numbers else 8_388_608, None, None, None
    if word in _MOMENTS:
        return _MOMENTS[word], None, None, None, numbers[0] if numbers else 9
    return word, None, None, None, None


def _take_keys(columns: exp.Schema, duck: Any, place: tuple[str, ...]) -> None:
    """Takes the keys out of a CREATE TABLE. A primary key is kept as what it enforces: NOT NULL."""
    for part in list(columns.expressions):
        if isinstance(part, exp.ColumnDef):
            for constraint in list(part.args.get("constraints") or []):
                if _keep_key(constraint.kind, [_spelt(part.this)], duck, place, None):
                    constraint.pop()
        elif isinstance(part, exp.Constraint):
            if any(
                _keep_key(inner, None, duck, place, _spelt(part.this)) for inner in part.expressions
            ):
                part.pop()
        elif _keep_key(part, None, duck, place, None):
            part.pop()


def _keep_key(
    part: Any, own: list[str] | None, duck: Any, place: tuple[str, ...], name: str | None
) -> bool:
    referred: tuple[Any, Any] = (None, None)
    if isinstance(part, exp.PrimaryKeyColumnConstraint | exp.PrimaryKey):
        kind, columns = "PRIMARY", own or _names(part)
        for column in _columns_beside(part):
            if _spelt(column.this) in columns:
                column.append(
                    "constraints", exp.ColumnConstraint(kind=exp.NotNullColumnConstraint())
                )
    elif isinstance(part, exp.UniqueColumnConstraint):
        kind, columns = "UNIQUE", own or _names(part.this)
    elif isinstance(part, exp.ForeignKey | exp.Reference):
        reference = part.args["reference"] if isinstance(part, exp.ForeignKey) else part
        kind, columns = "FOREIGN", own or _names(part)
        table = reference.find(exp.Table)
        target = _place(table, *place[:2])
        referred_columns = _names(reference.this) if isinstance(reference.this, exp.Schema) else []
        referred = (json.dumps(target), json.dumps(referred_columns or _primary(duck, target)))
    else:
        return False
    name = name or f"SYS_CONSTRAINT_{abs(hash((kind, *place, *columns))):x}"
    duck.execute(
        f"INSERT INTO {HOME}._keys VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [*place, kind, name, json.dumps(columns), *referred],
    )
    return True


def _columns_beside(part: Any) -> list[Any]:
    return list(part.find_ancestor(exp.Schema).find_all(exp.ColumnDef))


def _primary(duck: Any, place: tuple[str, ...]) -> list[str]:
    found = duck.execute(
        f"SELECT columns FROM {HOME}._keys WHERE kind = 'PRIMARY' AND (db, schema_name, table_name) = (?, ?, ?)",
        list(place),
    ).fetchone()
    return json.loads(found[0]) if found else []


def _names(part: Any) -> list[str]:
    return [
        _spelt(each)
        for each in part.expressions
        for each in [each.this if isinstance(each, exp.Ordered) else each]
    ]


def _spelt(name: Any) -> str:
    found = name if isinstance(name, exp.Identifier) else name.find(exp.Identifier)
    return found.name if found.args.get("quoted") else found.name.upper()


def _place(table: Any, database: str | None, schema: str | None) -> tuple[str, ...]:
    parts = [_spelt(part) for part in table.parts]
    return (*[database or "", schema or ""][: 3 - len(parts)], *parts)


def _forget(tree: Any, duck: Any, database: str | None, schema: str | None) -> None:
    kind, table = tree.args.get("kind"), tree.find(exp.Table)
    if kind in {"TABLE", "VIEW"}:
        _forget_place(duck, _place(table, database, schema))
    elif kind == "SCHEMA":
        parts = [_spelt(part) for part in table.parts]
        for each in ("_kinds", "_columns", "_keys"):
            duck.execute(
                f"DELETE FROM {HOME}.{each} WHERE db = ? AND schema_name = ?",
                [parts[-2] if len(parts) > 1 else database, parts[-1]],
            )


def _forget_place(duck: Any, place: tuple[str, ...]) -> None:
    for each in ("_kinds", "_columns", "_keys"):
        duck.execute(
            f"DELETE FROM {HOME}.{each} WHERE (db, schema_name, table_name) = (?, ?, ?)",
            list(place),
        )
