"""What do INSERT, UPDATE and DELETE do to the rows behind?

The server fills in what T-SQL fills in: defaults, identities, row versions, computed columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp
from tests.standins.tds import types as t
from tests.standins.tds.catalogue import Catalogue, Column, Table
from tests.standins.tds.conversions import Typed, convert
from tests.standins.tds.definitions import storage_name
from tests.standins.tds.errors import SqlError, no_column, no_object, unsupported
from tests.standins.tds.expressions import condition, expression
from tests.standins.tds.parsing import tokens_of, tree_of
from tests.standins.tds.queries import query
from tests.standins.tds.scope import Environment, Output, Scope, Source, quote
from tests.standins.tds.typeinfo import ResultColumn


@dataclass(frozen=True)
class Change:
    """A statement that changes rows, and of which table."""

    sql: str
    catalogue: Catalogue
    table: Table
    has_identity: bool = False
    output: Sequence[ResultColumn] = ()
    """What OUTPUT asks for of the rows that were put in."""


def target(node: exp.Expr, environment: Environment) -> tuple[Catalogue, Table]:
    """The table that is to be changed.

    Raises:
        SqlError: 208, there is none.
    """
    if isinstance(node, exp.Schema):
        node = node.this
    database = node.text("catalog") or environment.database
    catalogue = environment.catalogues.get(database.lower())
    table = catalogue.table(node.text("db") or "dbo", node.name) if catalogue else None
    if catalogue is None or table is None:
        written = ".".join(
            part for part in (node.text("catalog"), node.text("db"), node.name) if part
        )
        raise no_object(written)
    return catalogue, table


def insert(node: exp.Insert, environment: Environment, *, identity_allowed: bool) -> Change:
    """INSERT, of values or of a query."""
    catalogue, table = target(node.this, environment)
    names = (
        [each.name for each in node.this.expressions]
        if isinstance(node.this, exp.Schema)
        else _plain(table, identity_allowed=identity_allowed)
    )
    given = [_column(table, name) for name in names]
    for column in given:
        if column.identity and not identity_allowed:
            raise SqlError(
                544,
                f"Cannot insert explicit value for identity column in table '{table.name}' when IDENTITY_INSERT is set to OFF.",
            )
        if column.computed or column.type.name == "timestamp":
            raise SqlError(
                271,
                f'The column "{column.name}" cannot be modified because it is either a computed column or is the result of a UNION operator.',
            )
    rows = _rows(node.expression, given, environment)
    aliases = [f"v{index}" for index in range(len(given))]
    values = {
        column.name.lower(): f"v.{alias}" for column, alias in zip(given, aliases, strict=True)
    }
    for column in table.columns:
        if column.name.lower() not in values and not column.computed:
            values[column.name.lower()] = _filled(column, table, catalogue, environment)
    inner = ", ".join(
        f"{values[column.name.lower()]} AS {quote(column.name)}"
        for column in table.columns
        if not column.computed
    )
    complete = (
        f"SELECT {inner} FROM ({rows}) AS v({', '.join(aliases)})" if aliases else f"SELECT {inner}"
    )
    selected = ", ".join(
        _computed(column, table, environment) if column.computed else f"r.{quote(column.name)}"
        for column in table.columns
    )
    sql = f"INSERT INTO {storage_name(table, catalogue)} SELECT {selected} FROM ({complete}) AS r"
    told = _output(node, table)
    if told:
        sql += f" RETURNING {', '.join(quote(column.name) for column in told)}"
    shown = [ResultColumn(each.name, each.type, each.is_nullable) for each in told]
    has_identity = any(column.identity for column in table.columns)
    return Change(sql, catalogue, table, has_identity, shown)


def _output(node: exp.Insert, table: Table) -> list[Column]:
    """The columns of OUTPUT inserted.x: drivers ask so for the identity of a new row."""
    returning = node.args.get("returning")
    told = []
    for each in returning.expressions if returning is not None else ():
        if not isinstance(each, exp.Column) or each.table.lower() != "inserted":
            raise unsupported("OUTPUT of anything but inserted columns")
        told.append(_column(table, each.name))
    return told


def _plain(table: Table, *, identity_allowed: bool) -> list[str]:
    """The columns that INSERT without a list means."""
    return [
        column.name
        for column in table.columns
        if not column.computed
        and column.type.name != "timestamp"
        and (identity_allowed or not column.identity)
        and not column.generated
    ]


def _column(table: Table, name: str) -> Column:
    found = table.column(name)
    if found is None:
        raise no_column(name)
    return found


def _rows(node: exp.Expr | None, given: list[Column], environment: Environment) -> str:
    if node is None:
        return "SELECT 1"
    if isinstance(node, exp.Values):
        scope = Scope(environment)
        rows = []
        for row in node.expressions:
            cells = row.expressions if isinstance(row, exp.Tuple) else [row]
            if len(cells) != len(given):
                raise SqlError(
                    213, "Column name or number of supplied values does not match table definition."
                )
            rows.append(
                "("
                + ", ".join(
                    _cell(cell, column, scope) for cell, column in zip(cells, given, strict=True)
                )
                + ")"
            )
        return f"VALUES {', '.join(rows)}"
    inner = query(node, None, environment)
    if len(inner.columns) != len(given):
        raise SqlError(
            213, "Column name or number of supplied values does not match table definition."
        )
    names = [f"q{index}" for index in range(len(given))]
    listed = ", ".join(
        stored(Typed(name, output.type), column)
        for name, output, column in zip(names, inner.columns, given, strict=True)
    )
    return f"SELECT {listed} FROM ({inner.sql}) AS q({', '.join(names)})"


def _cell(node: exp.Expr, column: Column, scope: Scope) -> str:
    if isinstance(node, exp.Column) and node.name.upper() == "DEFAULT" and not node.table:
        return _default(column, scope.environment)
    return stored(expression(node, scope), column)


def stored(value: Typed, column: Column) -> str:
    """The value as the column holds it; a text that is too long for it is refused, as T-SQL does."""
    kind = column.type
    sized = (kind.is_text or kind.is_binary) and kind.length != t.MAX and kind.name != "timestamp"
    if not sized or value.is_null:
        return convert(value, kind).sql
    if value.literal is not None and len(value.literal) <= kind.length:
        return convert(value, kind).sql
    whole = convert(
        value,
        t.SqlType(
            kind.name.replace("char", "varchar")
            if kind.name in {"char", "nchar"}
            else "varbinary"
            if kind.name == "binary"
            else kind.name,
            length=t.MAX,
            collation=kind.collation,
        ),
    )
    count = "octet_length" if kind.is_binary else "length"
    told = f"t_fail(2628, 'String or binary data would be truncated in table column ''{column.name.replace(chr(39), '')}''.')"
    content = f"rtrim({whole.sql}, ' ')" if kind.is_text else whole.sql
    checked = f"CASE WHEN {count}({content}) > {kind.length} THEN CAST({told} AS {kind.carrier}) ELSE {whole.sql} END"
    return convert(Typed(checked, whole.type), kind).sql


def _default(column: Column, environment: Environment) -> str:
    if column.default is None:
        return f"CAST(NULL AS {column.type.carrier})"
    text = f"SELECT {column.default}"
    node = tree_of(tokens_of(text), text)
    return stored(expression(node.expressions[0], Scope(environment)), column)


def _filled(column: Column, table: Table, catalogue: Catalogue, environment: Environment) -> str:
    if column.identity:
        return f"CAST(nextval({_sequence(table, catalogue)}) AS {column.type.carrier})"
    if column.type.name == "timestamp":
        return f"unhex(t_hex_of_whole(nextval({version_sequence(catalogue)}), 16))"
    if column.generated:
        now = environment.constants["sysutcdatetime"]
        if column.generated == 2:
            return f"CAST({3_652_058 * t.TICKS_OF_A_DAY + t.TICKS_OF_A_DAY - 1} AS BIGINT)"
        return convert(now, column.type).sql
    return _default(column, environment)


def _sequence(table: Table, catalogue: Catalogue) -> str:
    name = f"{quote(catalogue.name)}.{quote(table.schema)}.{quote('identity of ' + table.name)}"
    return "'" + name.replace("'", "''") + "'"


def identity_sql(table: Table, catalogue: Catalogue) -> str | None:
    """The sequence that gives the identity column its values."""
    column = next((each for each in table.columns if each.identity), None)
    if column is None or column.identity is None:
        return None
    first, step = column.identity
    low = f"MINVALUE {-(2**63)} MAXVALUE {2**63 - 1}"
    name = f"{quote(catalogue.name)}.{quote(table.schema)}.{quote('identity of ' + table.name)}"
    return f"CREATE OR REPLACE SEQUENCE {name} INCREMENT BY {step} {low} START WITH {first}"


def last_identity_sql(change: Change) -> str:
    return f"SELECT currval({_sequence(change.table, change.catalogue)})"


def version_sequence(catalogue: Catalogue) -> str:
    return "'" + f"{quote(catalogue.name)}.dbo.{quote('row versions')}".replace("'", "''") + "'"


def _computed(column: Column, table: Table, environment: Environment) -> str:
    columns = [Output(each.name, each.type) for each in table.columns if not each.computed]
    scope = Scope(environment, sources=[Source("r", columns)])
    text = f"SELECT {column.computed}"
    node = tree_of(tokens_of(text), text)
    return convert(expression(node.expressions[0], scope), column.type).sql


def computed_type(column: Column, table: Table, environment: Environment) -> t.SqlType:
    """Of which type the expression is."""
    columns = [Output(each.name, each.type) for each in table.columns if not each.computed]
    scope = Scope(environment, sources=[Source("r", columns)])
    text = f"SELECT {column.computed}"
    node = tree_of(tokens_of(text), text)
    return expression(node.expressions[0], scope).type


def update(node: exp.Update, environment: Environment) -> Change:
    """UPDATE, with or without FROM."""
    catalogue, table, scope, sources, where = _aimed(node, node.this, environment)
    changed: dict[str, str] = {}
    for each in node.expressions:
        column = _column(table, each.this.name)
        value = _cell(each.expression, column, scope)
        changed[column.name] = value
    for column in table.columns:
        if column.type.name == "timestamp":
            changed[column.name] = (
                f"unhex(t_hex_of_whole(nextval({version_sequence(catalogue)}), 16))"
            )
    listed = ", ".join(f"{quote(name)} = {value}" for name, value in changed.items())
    if any(column.computed for column in table.columns):
        raise unsupported("UPDATE of a table with computed columns")
    sql = f"UPDATE {storage_name(table, catalogue)} AS {quote(sources)} SET {listed}{where}"
    return Change(sql, catalogue, table)


def delete(node: exp.Delete, environment: Environment) -> Change:
    """DELETE, with or without FROM."""
    catalogue, table, _, alias, where = _aimed(node, node.this, environment)
    return Change(
        f"DELETE FROM {storage_name(table, catalogue)} AS {quote(alias)}{where}", catalogue, table
    )


def _aimed(
    node: exp.Expr, aimed: exp.Expr, environment: Environment
) -> tuple[Catalogue, Table, Scope, str, str]:
    """The table, what may be named, its alias, and the rows that are meant."""
    from_ = node.args.get("from_")
    if from_ is not None:
        raise unsupported("UPDATE ... FROM")
    catalogue, table = target(aimed, environment)
    scope = Scope(environment)
    alias = aimed.alias or aimed.name
    columns = [Output(column.name, column.type) for column in table.columns]
    scope.sources.append(Source(alias, columns, (f"{table.schema}.{table.name}".lower(),)))
    where = node.args.get("where")
    return catalogue, table, scope, alias, f" WHERE {condition(where.this, scope)}" if where else ""


def load_sql(table: Table, catalogue: Catalogue, source: str, kinds: Mapping[str, str]) -> str:
    """An INSERT that takes the rows of a relation of DuckDB as they are: moments become ticks, texts are padded.

    `kinds` are the relation's types in DuckDB by column; columns that it lacks are NULL.
    """
    cells = []
    lowered = {name.lower(): (name, kind) for name, kind in kinds.items()}
    for column in table.columns:
        name, kind = lowered.get(column.name.lower(), (None, ""))
        cells.append(
            f"CAST(NULL AS {column.type.carrier})"
            if name is None
            else _loaded(quote(name), kind, column.type)
        )
    return f"INSERT INTO {storage_name(table, catalogue)} SELECT {', '.join(cells)} FROM {source}"


def _loaded(x: str, kind: str, to: t.SqlType) -> str:
    day = t.TICKS_OF_A_DAY
    epoch = 719_162 * day
    if to.is_moment:
        ticks = {
            "DATE": f"t_ticks({x})",
            "TIMESTAMP_NS": f"(epoch_ns({x}) // 100 + {epoch} - CASE WHEN epoch_ns({x}) % 100 < 0 THEN 1 ELSE 0 END)",
        }.get(kind, f"(epoch_us({x}) * 10 + {epoch})")
        return convert(Typed(x if kind == "BIGINT" else ticks, t.DATETIME2), to).sql
    if to.name == "time":
        return f"(epoch_us({x}) * 10)" if kind != "BIGINT" else x
    if to.name == "datetimeoffset" and "STRUCT" not in kind:
        return f"CASE WHEN {x} IS NULL THEN NULL ELSE t_offset(epoch_us({x}) * 10 + {epoch}, 0) END"
    if to.is_text and kind == "VARCHAR":
        return convert(Typed(x, t.nvarchar(t.MAX)), to).sql
    if to.is_binary and kind == "BLOB":
        return convert(Typed(x, t.SqlType("varbinary", length=t.MAX)), to).sql
    return f"CAST({x} AS {to.carrier})"
