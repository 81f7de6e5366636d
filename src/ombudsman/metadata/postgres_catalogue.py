"""The catalogue of a PostgreSQL database: five queries, however many tables. PostgreSQL 12 and later.

Partitions are left out: their partitioned table stands for them. A materialised view is a view. An index that only
holds up a key is told as the key.

Traps:

- The catalogue lists tables that the login may not read: they are named in the notes.
- `reltuples` is -1 where nobody has counted yet (0 before version 14); a partitioned table has the sum of its
  partitions.
- A column of a domain has the domain's name, and its type, default and NOT NULL from the domain, perhaps domains deep.
- A key that refers to a partitioned table has a row for each partition beside its own (`conparentid`).
- A constraint may be there and not hold: NOT VALID, and NOT ENFORCED since version 18 (a column that older ones lack).
- A partial unique index says nothing about the whole table, and is told as not unique.
"""

from collections.abc import Sequence
from typing import Any

from ombudsman.connections.reader import Reader
from ombudsman.metadata.asking import check_schemas, in_schemas, not_readable
from ombudsman.metadata.draft import Draft, tables_of
from ombudsman.model.tables import Catalogue, Column, ForeignKey, Index, Key, TableRef
from ombudsman.sql.native_types import read_type

SCHEMAS = """
SELECT nspname::text AS schema_name, nspname = current_schema() AS is_default
FROM pg_catalog.pg_namespace
WHERE left(nspname, 3) <> 'pg_' AND nspname <> 'information_schema'
"""

WANTED = """
WITH RECURSIVE wanted AS (
  SELECT c.oid, n.oid AS schema_oid, n.nspname::text AS schema_name, c.relname::text AS name, c.relkind::text AS kind,
         c.reltuples::bigint AS estimate, c.relpages AS pages
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND NOT c.relispartition
    AND left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema'
    AND (:every OR n.nspname IN :schemas)
)"""
"""Begins each of the four questions below: tables, partitioned and foreign tables, views and materialised views."""

TABLES = """
SELECT oid, schema_name, name, kind,
       CASE
         WHEN kind = 'v' OR estimate < 0 AND kind <> 'p' THEN NULL
         WHEN kind = 'p' THEN (
           SELECT CASE WHEN min(leaf.reltuples) >= 0 THEN sum(leaf.reltuples::bigint)::bigint END
           FROM pg_catalog.pg_partition_tree(wanted.oid) AS part
           JOIN pg_catalog.pg_class AS leaf ON leaf.oid = part.relid
           WHERE part.isleaf AND leaf.relkind <> 'p')
         WHEN estimate = 0 AND pages = 0 AND current_setting('server_version_num')::int < 140000 THEN NULL
         ELSE estimate
       END,
       pg_catalog.obj_description(oid, 'pg_class'),
       pg_catalog.has_schema_privilege(schema_oid, 'USAGE') AND pg_catalog.has_any_column_privilege(oid, 'SELECT')
FROM wanted
"""

COLUMNS = """, bases AS (
  SELECT oid AS domain, typbasetype AS base, typtypmod AS modifier, typnotnull AS forbids_null
  FROM pg_catalog.pg_type WHERE typtype = 'd'
  UNION ALL
  SELECT bases.domain, t.typbasetype, CASE WHEN bases.modifier = -1 THEN t.typtypmod ELSE bases.modifier END,
         bases.forbids_null OR t.typnotnull
  FROM bases JOIN pg_catalog.pg_type AS t ON t.oid = bases.base AND t.typtype = 'd'
), domains AS (
  SELECT bases.* FROM bases JOIN pg_catalog.pg_type AS t ON t.oid = bases.base AND t.typtype <> 'd'
)
SELECT a.attrelid, a.attname::text,
       pg_catalog.format_type(a.atttypid, a.atttypmod),
       pg_catalog.format_type(coalesce(d.base, a.atttypid), coalesce(d.modifier, a.atttypmod)),
       NOT (a.attnotnull OR coalesce(d.forbids_null, false)),
       coalesce(pg_catalog.pg_get_expr(preset.adbin, preset.adrelid), t.typdefault),
       a.attidentity::text <> '', a.attgenerated::text <> '',
       CASE WHEN a.attcollation <> t.typcollation THEN co.collname::text END,
       pg_catalog.col_description(a.attrelid, a.attnum)
FROM wanted
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = wanted.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
LEFT JOIN domains AS d ON d.domain = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef AS preset ON preset.adrelid = a.attrelid AND preset.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation AS co ON co.oid = a.attcollation
ORDER BY a.attrelid, a.attnum
"""

CONSTRAINTS = """
SELECT k.conrelid, k.contype::text, k.conname::text, own.names, rn.nspname::text, r.relname::text, referred.names,
       k.convalidated AND coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true)
FROM wanted
JOIN pg_catalog.pg_constraint AS k
  ON k.conrelid = wanted.oid AND k.contype IN ('p', 'u', 'f') AND k.conparentid = 0
CROSS JOIN LATERAL (
  SELECT array_agg(a.attname::text ORDER BY part.place) AS names
  FROM unnest(k.conkey) WITH ORDINALITY AS part(number, place)
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = part.number) AS own
CROSS JOIN LATERAL (
  SELECT array_agg(a.attname::text ORDER BY part.place) AS names
  FROM unnest(k.confkey) WITH ORDINALITY AS part(number, place)
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = part.number) AS referred
LEFT JOIN pg_catalog.pg_class AS r ON r.oid = k.confrelid
LEFT JOIN pg_catalog.pg_namespace AS rn ON rn.oid = r.relnamespace
"""

INDEXES = """
SELECT i.indrelid, own.relname::text, i.indisunique AND i.indpred IS NULL, parts.names
FROM wanted
JOIN pg_catalog.pg_index AS i ON i.indrelid = wanted.oid AND i.indisvalid
JOIN pg_catalog.pg_class AS own ON own.oid = i.indexrelid
CROSS JOIN LATERAL (
  SELECT array_agg(coalesce(a.attname::text, pg_catalog.pg_get_indexdef(i.indexrelid, part.place::int, true))
                   ORDER BY part.place) AS names
  FROM unnest(i.indkey) WITH ORDINALITY AS part(number, place)
  LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = part.number AND part.number > 0
  WHERE part.place <= i.indnkeyatts) AS parts
WHERE NOT EXISTS (
  SELECT FROM pg_catalog.pg_constraint AS k
  WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x'))
"""

Drafts = dict[int, Draft]


def read_postgres(reader: Reader, schemas: Sequence[str] | None) -> Catalogue:
    """Reads the database that a PostgreSQL connection is connected to."""

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return reader.query(in_schemas(WANTED + sql, schemas)).rows

    known = reader.query(in_schemas(SCHEMAS, schemas))
    check_schemas(schemas, (name for name, _ in known.rows), connection=reader.connection.name)
    drafts: Drafts = {}
    closed: list[str] = []
    for oid, schema, name, kind, estimate, comment, readable in ask(TABLES):
        ref = TableRef(schema=schema, name=name)
        drafts[oid] = Draft(
            ref, "view" if kind in "vm" else "table", row_estimate=estimate, comment=comment
        )
        if not readable:
            closed.append(str(ref))
    for oid, *told in ask(COLUMNS):
        if draft := drafts.get(oid):
            draft.columns.append(_column(told))
    for oid, *told in ask(CONSTRAINTS):
        if draft := drafts.get(oid):
            _add_constraint(draft, told)
    for oid, name, unique, columns in ask(INDEXES):
        if draft := drafts.get(oid):
            draft.indexes.append(Index(name=name, columns=tuple(columns), unique=unique))
    return Catalogue(
        connection=reader.connection.name,
        engine=reader.connection.engine,
        default_schema=next((name for name, is_default in known.rows if is_default), None),
        taken_at=known.started,
        tables=tables_of(drafts.values()),
        notes=not_readable(closed),
    )


def _column(told: Sequence[Any]) -> Column:
    name, native, base, nullable, default, identity, generated, collation, comment = told
    return Column(
        name=name,
        native_type=native,
        data_type=read_type("postgresql", base),
        nullable=nullable,
        default=None if generated else default,
        identity=identity,
        computed=default if generated else None,
        collation=collation,
        comment=comment,
    )


def _add_constraint(draft: Draft, told: Sequence[Any]) -> None:
    kind, name, columns, referred_schema, referred_table, referred_columns, enforced = told
    if kind != "f":
        draft.add_key(
            Key(
                kind="primary" if kind == "p" else "unique",
                columns=tuple(columns),
                name=name,
                enforced=enforced,
            )
        )
        return
    draft.foreign_keys.append(
        ForeignKey(
            columns=tuple(columns),
            table=TableRef(schema=referred_schema, name=referred_table),
            referred_columns=tuple(referred_columns),
            name=name,
            enforced=enforced,
        )
    )
