"""What do sys.* and INFORMATION_SCHEMA.* show? Views over the catalogue, made as Arrow tables when a statement asks."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa
from tests.standins.tds import types as t
from tests.standins.tds.catalogue import CREATED, Catalogue, Column, Index, Table
from tests.standins.tds.scope import Output
from tests.standins.tds.typeinfo import WIDTHS, decimal_width, time_width
from tests.standins.tds.types import MAX, TICKS_OF_A_DAY, SqlType

Row = tuple[Any, ...]
Counts = Mapping[tuple[str, str], int]

TYPE_NUMBERS = {
    "image": 34, "text": 35, "uniqueidentifier": 36, "date": 40, "time": 41, "datetime2": 42, "datetimeoffset": 43,
    "tinyint": 48, "smallint": 52, "int": 56, "smalldatetime": 58, "real": 59, "money": 60, "datetime": 61,
    "float": 62, "sql_variant": 98, "ntext": 99, "bit": 104, "decimal": 106, "numeric": 108, "smallmoney": 122,
    "bigint": 127, "hierarchyid": 240, "geometry": 240, "geography": 240, "varbinary": 165, "varchar": 167,
    "binary": 173, "char": 175, "timestamp": 189, "nvarchar": 231, "nchar": 239, "xml": 241, "sysname": 231,
}  # fmt: skip
USER_NUMBERS = {
    **TYPE_NUMBERS,
    "hierarchyid": 128,
    "geometry": 129,
    "geography": 130,
    "sysname": 256,
}

_INT, _SMALL, _TINY, _BIT, _BIG = t.INT, t.SMALLINT, t.TINYINT, t.BIT, t.BIGINT
_NAME, _TEXT, _MOMENT, _VARIANT = t.SYSNAME, t.nvarchar(4000), t.DATETIME, SqlType("sql_variant")
_LETTERS = SqlType("char", length=2)
_CREATED = (CREATED.toordinal() - 1) * TICKS_OF_A_DAY


def variant(kind: str, value: object) -> dict[str, str] | None:
    return None if value is None else {"t": kind, "v": str(value)}


def max_length(kind: SqlType) -> int:
    """Bytes, as sys.columns counts them."""
    name, length = kind.name, kind.length
    if name in {"text", "ntext", "image"}:
        return 16
    if name in {"xml", "geography", "geometry"} or (length == MAX and name != "hierarchyid"):
        return -1
    fixed = {
        **WIDTHS,
        "money": 8,
        "smallmoney": 4,
        "date": 3,
        "datetime": 8,
        "smalldatetime": 4,
        "uniqueidentifier": 16,
        "sql_variant": 8016,
        "hierarchyid": 892,
        "timestamp": 8,
    }
    if name in fixed:
        return fixed[name]
    match name:
        case "decimal":
            return decimal_width(kind.precision)
        case "time":
            return time_width(kind.scale)
        case "datetime2":
            return time_width(kind.scale) + 3
        case "datetimeoffset":
            return time_width(kind.scale) + 5
        case _:
            return length * (2 if kind.is_national else 1)


def precision(kind: SqlType) -> int:
    fixed = {
        "bit": 1,
        "tinyint": 3,
        "smallint": 5,
        "int": 10,
        "bigint": 19,
        "float": 53,
        "real": 24,
        "date": 10,
        "datetime": 23,
        "smalldatetime": 16,
        "money": 19,
        "smallmoney": 10,
    }
    if kind.name in fixed:
        return fixed[kind.name]
    widths = {"time": 8, "datetime2": 19, "datetimeoffset": 26}
    if kind.name in widths:
        return widths[kind.name] + (kind.scale + 1 if kind.scale else 0)
    return kind.precision


def _schemas(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for name in catalogue.schemas.values():
        yield name, schema_number(catalogue, name), 1
    yield "INFORMATION_SCHEMA", 3, 3


def schema_number(catalogue: Catalogue, name: str) -> int:
    fixed = {"dbo": 1, "guest": 2, "sys": 4}
    return fixed.get(name.lower(), 5 + list(catalogue.schemas).index(name.lower()))


def _kind(table: Table) -> tuple[str, str]:
    return ("V ", "VIEW") if table.is_view else ("U ", "USER_TABLE")


def _object(catalogue: Catalogue, table: Table) -> Row:
    kind, described = _kind(table)
    return (
        table.name,
        table.object_id,
        schema_number(catalogue, table.schema),
        0,
        kind,
        described,
        _CREATED,
        _CREATED,
        False,
    )


def _objects(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for table in catalogue:
        yield _object(catalogue, table)
        schema = schema_number(catalogue, table.schema)
        for foreign in table.foreign_keys:
            yield (
                foreign.name,
                foreign.object_id,
                schema,
                table.object_id,
                "F ",
                "FOREIGN_KEY_CONSTRAINT",
                _CREATED,
                _CREATED,
                False,
            )
        for index in table.indexes:
            if index.is_primary or index.is_unique_constraint:
                kind, described = (
                    ("PK", "PRIMARY_KEY_CONSTRAINT")
                    if index.is_primary
                    else ("UQ", "UNIQUE_CONSTRAINT")
                )
                yield (
                    index.name,
                    _key_number(table, index),
                    schema,
                    table.object_id,
                    kind,
                    described,
                    _CREATED,
                    _CREATED,
                    False,
                )


def _tables(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for table in catalogue:
        if not table.is_view:
            history = next((each for each in catalogue if each.name == table.history), None)
            described = ("NON_TEMPORAL_TABLE", "HISTORY_TABLE", "SYSTEM_VERSIONED_TEMPORAL_TABLE")[
                table.temporal_type
            ]
            durability = (0, "SCHEMA_AND_DATA")
            yield (
                *_object(catalogue, table),
                table.is_memory_optimized,
                *durability,
                table.temporal_type,
                described,
                history.object_id if history else None,
                False,
                False,
            )


def _views(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for table in catalogue:
        if table.is_view:
            yield *_object(catalogue, table), False


def _columns(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for table in catalogue:
        for number, column in enumerate(table.columns, 1):
            kind = column.type
            yield (
                table.object_id, column.name, number, TYPE_NUMBERS[kind.name], USER_NUMBERS[kind.name], max_length(kind),
                precision(kind), kind.scale, _collation(catalogue, column), column.is_nullable, column.identity is not None,
                column.computed is not None, column.is_sparse, False, kind.name == "xml", default_number(table, column),
                column.is_hidden, column.generated, ("NOT_APPLICABLE", "AS_ROW_START", "AS_ROW_END")[column.generated], False,
                None, False, None,
            )  # fmt: skip


def _collation(catalogue: Catalogue, column: Column) -> str | None:
    if not column.type.is_text or column.type.name == "xml":
        return None
    return column.type.collation or catalogue.collation


def default_number(table: Table, column: Column) -> int:
    return (
        500_000_000 + table.object_id * 1000 + table.columns.index(column) if column.default else 0
    )


def _types(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for name, number in TYPE_NUMBERS.items():
        schema_id = 4
        yield (
            name,
            number,
            USER_NUMBERS[name],
            schema_id,
            8,
            0,
            0,
            None,
            True,
            False,
            name in t.USER_DEFINED,
            False,
        )


def _of_columns(catalogue: Catalogue) -> Iterator[tuple[Column, Row]]:
    """Columns with their rows in sys.columns, which the views of some of them repeat."""
    columns = (column for table in catalogue for column in table.columns)
    yield from zip(columns, _columns(catalogue, {}), strict=True)


def _identities(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for column, row in _of_columns(catalogue):
        if column.identity:
            first, step = (variant(column.type.name, each) for each in column.identity)
            yield *row, first, step, None


def _computed(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for column, row in _of_columns(catalogue):
        if column.computed:
            yield *row, f"({column.computed})", False, column.is_persisted


def _defaults(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for table in catalogue:
        for number, column in enumerate(table.columns, 1):
            if column.default:
                name = column.default_name or f"DF__{table.name}__{column.name}"
                yield (
                    name,
                    default_number(table, column),
                    schema_number(catalogue, table.schema),
                    table.object_id,
                    number,
                    f"({column.default})",
                )


def _indexes(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for table in catalogue:
        if not table.is_view and not any(index.is_clustered for index in table.indexes):
            yield (
                table.object_id,
                None,
                0,
                0,
                "HEAP",
                False,
                False,
                False,
                False,
                False,
                None,
                False,
            )
        for number, index in numbered(table):
            kind = (
                (5 if index.is_clustered else 6)
                if index.is_columnstore
                else (1 if index.is_clustered else 2)
            )
            words = {
                1: "CLUSTERED",
                2: "NONCLUSTERED",
                5: "CLUSTERED COLUMNSTORE",
                6: "NONCLUSTERED COLUMNSTORE",
            }
            yield (
                table.object_id, index.name, number, kind, words[kind], index.is_unique, index.is_primary,
                index.is_unique_constraint, False, index.filter is not None, index.filter, False,
            )  # fmt: skip


def numbered(table: Table) -> Iterator[tuple[int, Index]]:
    """Indexes with their numbers: the clustered one is 1."""
    others = 2
    for index in table.indexes:
        if index.is_clustered:
            yield 1, index
        else:
            yield others, index
            others += 1


def _index_columns(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for table in catalogue:
        places = {column.name.lower(): number for number, column in enumerate(table.columns, 1)}
        for number, index in numbered(table):
            ordinal = 0
            for ordinal, (name, descends) in enumerate(index.columns, 1):
                key = 0 if index.is_columnstore else ordinal
                yield (
                    table.object_id,
                    number,
                    ordinal,
                    places[name.lower()],
                    key,
                    0,
                    descends,
                    index.is_columnstore,
                )
            for more, name in enumerate(index.included, ordinal + 1):
                yield table.object_id, number, more, places[name.lower()], 0, 0, False, True


def _key_number(table: Table, index: Index) -> int:
    return 600_000_000 + table.object_id * 100 + table.indexes.index(index)


def _keys(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for table in catalogue:
        for number, index in numbered(table):
            if index.is_primary or index.is_unique_constraint:
                kind = (
                    ("PK", "PRIMARY_KEY_CONSTRAINT")
                    if index.is_primary
                    else ("UQ", "UNIQUE_CONSTRAINT")
                )
                yield (
                    index.name,
                    _key_number(table, index),
                    schema_number(catalogue, table.schema),
                    table.object_id,
                    *kind,
                    number,
                    False,
                    True,
                )


def _foreign_keys(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    actions = ("NO_ACTION", "CASCADE", "SET_NULL", "SET_DEFAULT")
    for table in catalogue:
        for each in table.foreign_keys:
            parent = catalogue.table(each.parent_schema, each.parent_table)
            key = (
                next((number for number, index in numbered(parent) if index.is_unique), 1)
                if parent
                else 1
            )
            yield (
                each.name, each.object_id, schema_number(catalogue, table.schema), table.object_id, "F ",
                parent.object_id if parent else 0, key, each.is_disabled, each.is_not_trusted, each.on_delete,
                actions[each.on_delete], each.on_update, actions[each.on_update], False, False,
            )  # fmt: skip


def _foreign_key_columns(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for table in catalogue:
        for each in table.foreign_keys:
            parent = catalogue.table(each.parent_schema, each.parent_table)
            if parent is None:
                continue
            for ordinal, (own, theirs) in enumerate(
                zip(each.columns, each.parent_columns, strict=True), 1
            ):
                yield (
                    each.object_id,
                    ordinal,
                    table.object_id,
                    _place(table, own),
                    parent.object_id,
                    _place(parent, theirs),
                )


def _place(table: Table, name: str) -> int:
    return next(
        number
        for number, column in enumerate(table.columns, 1)
        if column.name.lower() == name.lower()
    )


def _checks(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for table in catalogue:
        for check in table.checks:
            yield (
                check.name,
                check.object_id,
                schema_number(catalogue, table.schema),
                table.object_id,
                0,
                check.definition,
                False,
                False,
            )


def _partitions(catalogue: Catalogue, counts: Counts) -> Iterator[Row]:
    for table in catalogue:
        if table.is_view:
            continue
        rows = counts.get((table.schema.lower(), table.name.lower()), 0)
        own = list(numbered(table))
        heap = [] if any(index.is_clustered for _, index in own) else [0]
        for number in [*heap, *(number for number, _ in own)]:
            partition = table.object_id * 1000 + number
            yield partition, table.object_id, number, 1, partition, rows, 0, "NONE"


def _partition_statistics(catalogue: Catalogue, counts: Counts) -> Iterator[Row]:
    for partition, table, number, part, _, rows, _, _ in _partitions(catalogue, counts):
        pages = rows // 100 + 1
        yield partition, table, number, part, pages, pages, pages, pages, rows


def _properties(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for table in catalogue:
        for (column, name), value in table.properties.items():
            place = _place(table, column) if column else 0
            yield (
                1,
                "OBJECT_OR_COLUMN",
                table.object_id,
                place,
                name,
                variant("nvarchar(4000)", value),
            )


def _modules(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for table in catalogue:
        if table.query is not None:
            yield (
                table.object_id,
                f"CREATE VIEW {table.schema}.{table.name} AS {table.query}",
                True,
                True,
            )


# ------------------------------------------------------------ INFORMATION_SCHEMA


def _standard_tables(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for table in catalogue:
        yield catalogue.name, table.schema, table.name, "VIEW" if table.is_view else "BASE TABLE"


def _standard_columns(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for table in catalogue:
        for number, column in enumerate(table.columns, 1):
            kind = column.type
            sized = kind.is_text or kind.is_binary
            length = (-1 if kind.length == MAX else kind.length) if sized else None
            numeric = kind.is_number and kind.name != "bit"
            yield (
                catalogue.name, table.schema, table.name, column.name, number, f"({column.default})" if column.default else None,
                "YES" if column.is_nullable else "NO", kind.name, length,
                (max_length(kind) if sized else None), precision(kind) if numeric else None,
                (2 if kind.is_float else 10) if numeric else None, None if kind.is_float or not numeric else kind.scale,
                kind.scale if kind.is_temporal else None, _collation(catalogue, column),
            )  # fmt: skip


def _standard_constraints(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for table in catalogue:
        for index in table.indexes:
            if index.is_primary or index.is_unique_constraint:
                yield (
                    catalogue.name,
                    table.schema,
                    index.name,
                    catalogue.name,
                    table.schema,
                    table.name,
                    "PRIMARY KEY" if index.is_primary else "UNIQUE",
                    "NO",
                    "NO",
                )
        for foreign in table.foreign_keys:
            yield (
                catalogue.name,
                table.schema,
                foreign.name,
                catalogue.name,
                table.schema,
                table.name,
                "FOREIGN KEY",
                "NO",
                "NO",
            )


def _standard_key_columns(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for table in catalogue:
        keys = [
            (index.name, [name for name, _ in index.columns])
            for index in table.indexes
            if index.is_primary or index.is_unique_constraint
        ]
        keys += [(foreign.name, foreign.columns) for foreign in table.foreign_keys]
        for key, names in keys:
            for ordinal, name in enumerate(names, 1):
                yield (
                    catalogue.name,
                    table.schema,
                    key,
                    catalogue.name,
                    table.schema,
                    table.name,
                    name,
                    ordinal,
                )


def _standard_schemata(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    for name in catalogue.schemas.values():
        yield catalogue.name, name, "dbo"


def _told_by_the_server(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    """Of what is no database's own the session makes the rows."""
    yield from ()


def _standard_references(catalogue: Catalogue, _: Counts) -> Iterator[Row]:
    rules = ("NO ACTION", "CASCADE", "SET NULL", "SET DEFAULT")
    for table in catalogue:
        for each in table.foreign_keys:
            parent = catalogue.table(each.parent_schema, each.parent_table)
            keys = [index.name for index in parent.indexes if index.is_unique] if parent else []
            yield (
                catalogue.name, table.schema, each.name, catalogue.name, each.parent_schema, keys[0] if keys else None,
                "SIMPLE", rules[each.on_update], rules[each.on_delete],
            )  # fmt: skip


def _described(text: str) -> list[Output]:
    kinds = {
        "int": _INT,
        "small": _SMALL,
        "tiny": _TINY,
        "bit": _BIT,
        "big": _BIG,
        "name": _NAME,
        "text": _TEXT,
        "moment": _MOMENT,
        "variant": _VARIANT,
        "letters": _LETTERS,
    }
    return [Output(name, kinds[kind]) for name, kind in (each.split(":") for each in text.split())]


_OBJECT = "name:name object_id:int schema_id:int parent_object_id:int type:letters type_desc:name create_date:moment modify_date:moment is_ms_shipped:bit"

_COLUMN = "object_id:int name:name column_id:int system_type_id:tiny user_type_id:int max_length:small precision:tiny scale:tiny collation_name:name is_nullable:bit is_identity:bit is_computed:bit is_sparse:bit is_column_set:bit is_xml_document:bit default_object_id:int is_hidden:bit generated_always_type:tiny generated_always_type_desc:name is_masked:bit encryption_type:int is_rowguidcol:bit rule_object_id:int"

VIEWS: dict[str, tuple[list[Output], Callable[[Catalogue, Counts], Iterator[Row]]]] = {
    "sys.schemas": (_described("name:name schema_id:int principal_id:int"), _schemas),
    "sys.objects": (_described(_OBJECT), _objects),
    "sys.all_objects": (_described(_OBJECT), _objects),
    "sys.tables": (_described(_OBJECT + " is_memory_optimized:bit durability:tiny durability_desc:name temporal_type:tiny temporal_type_desc:name history_table_id:int is_external:bit is_node:bit"), _tables),
    "sys.views": (_described(_OBJECT + " with_check_option:bit"), _views),
    "sys.columns": (_described(_COLUMN), _columns),
    "sys.types": (_described("name:name system_type_id:tiny user_type_id:int schema_id:int max_length:small precision:tiny scale:tiny collation_name:name is_nullable:bit is_user_defined:bit is_assembly_type:bit is_table_type:bit"), _types),
    "sys.identity_columns": (_described(_COLUMN + " seed_value:variant increment_value:variant last_value:variant"), _identities),
    "sys.computed_columns": (_described(_COLUMN + " definition:text uses_database_collation:bit is_persisted:bit"), _computed),
    "sys.default_constraints": (_described("name:name object_id:int schema_id:int parent_object_id:int parent_column_id:int definition:text"), _defaults),
    "sys.check_constraints": (_described("name:name object_id:int schema_id:int parent_object_id:int parent_column_id:int definition:text is_disabled:bit is_not_trusted:bit"), _checks),
    "sys.indexes": (_described("object_id:int name:name index_id:int type:tiny type_desc:name is_unique:bit is_primary_key:bit is_unique_constraint:bit is_disabled:bit has_filter:bit filter_definition:text is_hypothetical:bit"), _indexes),
    "sys.index_columns": (_described("object_id:int index_id:int index_column_id:int column_id:int key_ordinal:tiny partition_ordinal:tiny is_descending_key:bit is_included_column:bit"), _index_columns),
    "sys.key_constraints": (_described("name:name object_id:int schema_id:int parent_object_id:int type:letters type_desc:name unique_index_id:int is_system_named:bit is_enforced:bit"), _keys),
    "sys.foreign_keys": (_described("name:name object_id:int schema_id:int parent_object_id:int type:letters referenced_object_id:int key_index_id:int is_disabled:bit is_not_trusted:bit delete_referential_action:tiny delete_referential_action_desc:name update_referential_action:tiny update_referential_action_desc:name is_system_named:bit is_ms_shipped:bit"), _foreign_keys),
    "sys.foreign_key_columns": (_described("constraint_object_id:int constraint_column_id:int parent_object_id:int parent_column_id:int referenced_object_id:int referenced_column_id:int"), _foreign_key_columns),
    "sys.partitions": (_described("partition_id:big object_id:int index_id:int partition_number:int hobt_id:big rows:big data_compression:tiny data_compression_desc:name"), _partitions),
    "sys.dm_db_partition_stats": (_described("partition_id:big object_id:int index_id:int partition_number:int in_row_data_page_count:big in_row_used_page_count:big used_page_count:big reserved_page_count:big row_count:big"), _partition_statistics),
    "sys.extended_properties": (_described("class:tiny class_desc:name major_id:int minor_id:int name:name value:variant"), _properties),
    "sys.sql_modules": (_described("object_id:int definition:text uses_ansi_nulls:bit uses_quoted_identifier:bit"), _modules),
    "information_schema.tables": (_described("TABLE_CATALOG:name TABLE_SCHEMA:name TABLE_NAME:name TABLE_TYPE:name"), _standard_tables),
    "information_schema.columns": (_described("TABLE_CATALOG:name TABLE_SCHEMA:name TABLE_NAME:name COLUMN_NAME:name ORDINAL_POSITION:int COLUMN_DEFAULT:text IS_NULLABLE:name DATA_TYPE:name CHARACTER_MAXIMUM_LENGTH:int CHARACTER_OCTET_LENGTH:int NUMERIC_PRECISION:int NUMERIC_PRECISION_RADIX:small NUMERIC_SCALE:int DATETIME_PRECISION:small COLLATION_NAME:name"), _standard_columns),
    "information_schema.table_constraints": (_described("CONSTRAINT_CATALOG:name CONSTRAINT_SCHEMA:name CONSTRAINT_NAME:name TABLE_CATALOG:name TABLE_SCHEMA:name TABLE_NAME:name CONSTRAINT_TYPE:name IS_DEFERRABLE:name INITIALLY_DEFERRED:name"), _standard_constraints),
    "information_schema.key_column_usage": (_described("CONSTRAINT_CATALOG:name CONSTRAINT_SCHEMA:name CONSTRAINT_NAME:name TABLE_CATALOG:name TABLE_SCHEMA:name TABLE_NAME:name COLUMN_NAME:name ORDINAL_POSITION:int"), _standard_key_columns),
    "information_schema.referential_constraints": (_described("CONSTRAINT_CATALOG:name CONSTRAINT_SCHEMA:name CONSTRAINT_NAME:name UNIQUE_CONSTRAINT_CATALOG:name UNIQUE_CONSTRAINT_SCHEMA:name UNIQUE_CONSTRAINT_NAME:name MATCH_OPTION:name UPDATE_RULE:name DELETE_RULE:name"), _standard_references),
    "information_schema.schemata": (_described("CATALOG_NAME:name SCHEMA_NAME:name SCHEMA_OWNER:name"), _standard_schemata),
    "sys.databases": (_described("name:name database_id:int collation_name:name compatibility_level:tiny state:tiny state_desc:name snapshot_isolation_state:tiny snapshot_isolation_state_desc:name is_read_committed_snapshot_on:bit is_read_only:bit user_access_desc:name is_query_store_on:bit create_date:moment source_database_id:int"), _told_by_the_server),
    "sys.dm_exec_sessions": (_described("session_id:small transaction_isolation_level:small login_name:name status:name program_name:name host_name:name open_transaction_count:int"), _told_by_the_server),
}  # fmt: skip


def system_view(view: str) -> list[Output]:
    return VIEWS[view][0]


def as_arrow(view: str, rows: list[Row]) -> pa.Table:
    """The rows as a table of the view's columns."""
    columns = VIEWS[view][0]
    kinds = {
        "int": pa.int32(),
        "smallint": pa.int16(),
        "tinyint": pa.uint8(),
        "bit": pa.bool_(),
        "bigint": pa.int64(),
        "datetime": pa.int64(),
        "sql_variant": pa.struct([("t", pa.string()), ("v", pa.string())]),
    }
    arrays = [
        pa.array([row[index] for row in rows], type=kinds.get(column.type.name, pa.string()))
        for index, column in enumerate(columns)
    ]
    return pa.Table.from_arrays(arrays, names=[column.name for column in columns])


def database_rows(catalogues: Mapping[str, Catalogue]) -> list[Row]:
    rows: list[Row] = []
    names = ["master", *(each.name for each in catalogues.values() if each.name != "master")]
    for number, name in enumerate(names, 1):
        each = catalogues[name.lower()]
        snapshot = (1, "ON") if each.allows_snapshot else (0, "OFF")
        state = (0, "ONLINE") if each.is_online else (6, "OFFLINE")
        rows.append(
            (
                name,
                number,
                each.collation,
                each.compatibility,
                *state,
                *snapshot,
                False,
                False,
                "MULTI_USER",
                False,
                _CREATED,
                None,
            )
        )
    return rows
