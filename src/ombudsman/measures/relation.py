"""A table as one side has it, spoken of in the source's names.

The mapping turns names into this side's, applies its filters, and on the source side the agreed transformations: what
a relation yields is what both sides should have in common. What a policy forgives is taken off on both sides: each
value is read as the one that stands for all that count as equal to it. Where there is nothing to filter, to change and
to forgive, it is the bare table; else a subquery over it.

Conditions speak of what both sides have in common, too: of the source's values as they are after their transformation,
and of the texts that they hold them against as forgivingly as of the values. Only `source_where` and `target_where`
speak of the bare rows of their side.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import Column as SqlColumn
from sqlalchemy import (
    ColumnElement,
    FromClause,
    MetaData,
    case,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.sql import quoted_name

from ombudsman.model import mapping as changes
from ombudsman.model import types
from ombudsman.model.equality import STRICT, Equality
from ombudsman.model.errors import MappingInvalid, ObjectNotFound, Unsupported, did_you_mean
from ombudsman.model.mapping import TableMapping, Transformation
from ombudsman.model.policy_layers import in_effect
from ombudsman.model.tables import Column, Side, Table
from ombudsman.model.types import DataType
from ombudsman.sql.conditions import Condition, parse_condition, parse_expression
from ombudsman.sql.expressions import (
    PeriodUnit,
    as_text,
    binary_text,
    period_start,
    rounded,
    without_blanks,
    without_padding,
)
from ombudsman.sql.forgiveness import forgiven, forgiven_constant, forgives
from ombudsman.sql.native_types import sqlalchemy_type


class Relation:
    """One side of a table mapping.

    `table` is this side's catalogue entry, `source_table` the source's: its names are the ones spoken here.
    `source_dialect` is the dialect (sqlglot's name) in which people wrote conditions, `dialect` this side's.
    `equality` is what is forgiven in columns, by their source names. Relations of one `reading` read the same values.
    `target_table` is what the target's catalogue says, where it is known: what the types of both sides have in common
    is told by both.
    """

    def __init__(
        self,
        side: Side,
        table: Table,
        *,
        source_table: Table,
        mapping: TableMapping,
        dialect: str,
        source_dialect: str,
        equality: Mapping[str, Equality] | None = None,
        target_table: Table | None = None,
    ) -> None:
        self.side = side
        self.table = table
        self.mapping = mapping
        self._target_table = target_table
        self._source_table = source_table
        self._dialect = dialect
        self._source_dialect = source_dialect
        self._equality = equality or {}
        self._conditions: dict[str, Condition] = {}
        self._said_conditions: dict[str, ColumnElement[bool]] = {}

    @property
    def dialect(self) -> str:
        """The parser's name of the dialect that this side reads."""
        return self._dialect

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Source name -> this side's name, of every column that can be spoken of here."""
        if self.side is Side.SOURCE:
            return {name: name for name in self.table.column_names}
        here = set(self.table.column_names)
        return {pair.source: pair.target for pair in self.mapping.columns if pair.target in here}

    @cached_property
    def reading(self) -> tuple[tuple[str, Equality], ...]:
        """The columns that are read otherwise than they are, each with what is forgiven in it."""
        wanted = [(name, self._equality[name]) for name in self.names if name in self._equality]
        typed = ((name, equality, self.data_type(name)) for name, equality in wanted)
        return tuple(
            (name, in_effect(equality, data_type))
            for name, equality, data_type in typed
            if forgives(equality, data_type)
        )

    def forgives(self, name: str) -> Equality:
        """What is forgiven wherever the column of this source name is read."""
        return self._forgiven.get(name, STRICT)

    def as_read(
        self, name: str, value: ColumnElement[Any], data_type: DataType
    ) -> ColumnElement[Any]:
        """A value of this type, read as the column of this source name is: to hold the two against each other."""
        return forgiven(value, self.forgives(name), data_type)

    def constant(self, name: str, value: Any) -> ColumnElement[Any]:
        """A person's constant, as the values of the column of this source name are read."""
        return forgiven_constant(literal(value), self.forgives(name), self.data_type(name))

    @cached_property
    def from_clause(self) -> FromClause:
        """What to select from; its columns are keyed by the source's names."""
        if not self._is_derived:
            return self._bare
        outcomes = [self._changed(name).label(quoted_name(name, quote=True)) for name in self.names]
        chosen = select(*outcomes).select_from(self._bare).where(*self._own_filters)
        if self.mapping.where is None:
            return chosen.subquery("t")
        condition = self.parsed(self.mapping.where)
        if not self._has_changes:
            return chosen.where(self._said(condition, self.names)).subquery("t")
        changed = chosen.subquery("t")
        return select(changed).where(self._said(condition, self._spoken_names)).subquery("t")

    @property
    def c(self) -> Any:
        """The columns of `from_clause`, by the source's names."""
        return self.from_clause.c

    def column(self, name: str) -> ColumnElement[Any]:
        """The column of this source name. Padding of fixed-length texts is taken off.

        Raises:
            ObjectNotFound: this side has no such column.
        """
        if name not in self.names:
            raise self._no_column(name)
        column: ColumnElement[Any] = self.from_clause.c[name]
        data_type = self.data_type(name)
        return (
            without_padding(column)
            if isinstance(data_type, types.Text) and data_type.fixed
            else column
        )

    def spelt(self, name: str) -> ColumnElement[Any]:
        """The column with its values spelt as the other side's: the letters of a GUID, kept as text here, are small.

        Raises:
            ObjectNotFound: this side has no such column.
        """
        column = self.column(name)
        is_text = isinstance(self.data_type(name), types.Text)
        is_guid = is_text and isinstance(self._other_type(name), types.Uuid)
        return func.lower(column) if is_guid else column

    def held(self, name: str) -> ColumnElement[Any]:
        """The column as its values are held against the other side's.

        Texts are told apart by their code points, whatever this side's collation takes for equal. Raises as `spelt`.
        """
        column = self.spelt(name)
        return binary_text(column) if isinstance(self.data_type(name), types.Text) else column

    def data_type(self, name: str) -> DataType:
        """The type of this side's column of this source name, its transformation minded."""
        return _outcome(self._transformation(name), self.described(name).data_type)

    def is_inexact(self, name: str) -> bool:
        """Whether sums of this column depend on the order of their summands. SQLite keeps decimals as floats."""
        return self.significant_bits(name) is not None

    def significant_bits(self, name: str) -> int | None:
        """Of the binary fractions that this column holds; None where it holds none."""
        data_type = self.data_type(name)
        if isinstance(data_type, types.Float):
            return 24 if data_type.bits <= 32 else 53
        return 53 if self._dialect == "sqlite" and isinstance(data_type, types.Decimal) else None

    def described(self, name: str) -> Column:
        """What this side's catalogue says of the column of this source name.

        Raises:
            ObjectNotFound: this side has no such column.
        """
        column = self.table.column(self.names.get(name, ""))
        if column is None:
            raise self._no_column(name)
        return column

    def condition(self, text: str) -> ColumnElement[bool]:
        """A person's condition, in the source's names and dialect, as this side's expression.

        Raises:
            RuleInvalid: it is not one boolean expression over the source's columns, or is not allowed.
            ObjectNotFound: it speaks of a column that this side lacks.
        """
        if text not in self._said_conditions:
            names = self._spoken_names if self._is_derived else self.names
            self._said_conditions[text] = self._said(self.parsed(text), names)
        return self._said_conditions[text]

    def parsed(self, text: str) -> Condition:
        """The condition, checked; equal conditions are equal however they were spelt."""
        if text not in self._conditions:
            self._conditions[text] = parse_condition(
                text, dialect=self._source_dialect, columns=self._spoken_types
            )
        return self._conditions[text]

    # ------------------------------------------------------------ how it is made

    @cached_property
    def _bare(self) -> FromClause:
        ref = self.table.ref
        columns: list[SqlColumn[Any]] = []
        for source_name, own_name in self.names.items():
            data_type = self.described(source_name).data_type
            kind = sqlalchemy_type(data_type)
            columns.append(SqlColumn(own_name, kind, key=source_name, quote=True))
        return SqlTable(
            ref.name, MetaData(), *columns, schema=ref.schema_name, quote=True, quote_schema=True
        )

    @cached_property
    def _is_derived(self) -> bool:
        return self.mapping.where is not None or bool(self._own_filters) or self._has_changes

    @cached_property
    def _has_changes(self) -> bool:
        return bool(self.reading) or any(self._transformation(name) for name in self.names)

    @cached_property
    def _forgiven(self) -> Mapping[str, Equality]:
        return dict(self.reading)

    @cached_property
    def _own_filters(self) -> tuple[ColumnElement[bool], ...]:
        """What this side alone is filtered by, in its own names and dialect."""
        is_source = self.side is Side.SOURCE
        text = self.mapping.source_where if is_source else self.mapping.target_where
        if text is None:
            return ()
        columns = {column.name: column.data_type for column in self.table.columns}
        condition = parse_condition(
            text, dialect=self._dialect, columns=columns, what=f"{self.side}_where"
        )
        return (_claim(condition.render(self._dialect)),)

    def _said(self, condition: Condition, names: Mapping[str, str]) -> ColumnElement[bool]:
        """A condition of the source's in this side's dialect; `names` are those that its columns have there."""
        for name in condition.columns:
            if name not in names:
                raise self._no_column(name)
        here = {name: self.data_type(name) for name in condition.columns}
        rendered = condition.render(self._dialect, names, types=here, forgiving=self._forgiven)
        return _claim(rendered)

    @cached_property
    def _spoken_names(self) -> Mapping[str, str]:
        return {name: name for name in self.names}

    @cached_property
    def _spoken_types(self) -> Mapping[str, DataType]:
        """The types of which conditions speak: the source's, after the agreed transformations."""
        agreed = {pair.source: pair.transformation for pair in self.mapping.columns}
        return {
            column.name: _outcome(agreed.get(column.name), column.data_type)
            for column in self._source_table.columns
        }

    def _other_type(self, name: str) -> DataType | None:
        """The type of the other side's column of this source name, its transformation minded; None: not known."""
        if self.side is Side.TARGET:
            return self._spoken_types.get(name)
        answer = self.mapping.target_column(name)
        if answer is None or self._target_table is None:
            return None
        column = self._target_table.column(answer)
        return None if column is None else column.data_type

    def _transformation(self, name: str) -> Transformation | None:
        if self.side is Side.TARGET:
            return None
        return next((p.transformation for p in self.mapping.columns if p.source == name), None)

    def _changed(self, name: str) -> ColumnElement[Any]:
        """The column's outcome of its transformation, as it is read, with the type that `data_type` says."""
        outcome = self._transformed(name)
        if name not in self._forgiven:
            return outcome
        data_type = self.data_type(name)
        kind = sqlalchemy_type(data_type)
        return type_coerce(self.as_read(name, type_coerce(outcome, kind), data_type), kind)

    def _transformed(self, name: str) -> ColumnElement[Any]:
        bare: ColumnElement[Any] = self._bare.c[name]
        change = self._transformation(name)
        if change is None:
            return (
                without_padding(bare) if name in self._forgiven and self._is_padded(name) else bare
            )
        if isinstance(change, changes.Expression):
            columns = {column.name: column.data_type for column in self._source_table.columns}
            parsed = parse_expression(change.sql, dialect=self._source_dialect, columns=columns)
            return literal_column(f"({parsed.render(self._dialect, self.names)})")
        data_type = self.described(name).data_type
        column = without_padding(bare) if self._is_padded(name) else bare
        changed = _transformed(column, change, data_type)
        return type_coerce(changed, sqlalchemy_type(self.data_type(name)))

    def _is_padded(self, name: str) -> bool:
        data_type = self.described(name).data_type
        return isinstance(data_type, types.Text) and data_type.fixed

    def _no_column(self, name: str) -> ObjectNotFound | MappingInvalid:
        if self.side is Side.TARGET and name in self._source_table.column_names:
            answer = self.mapping.target_column(name)
            where = (
                f"{self.mapping.target} has no column {answer!r}" if answer else "it is not mapped"
            )
            return ObjectNotFound(
                f"column {name!r} of {self.mapping.source} has no answer in the target: {where}",
                hint=did_you_mean(answer or name, self.table.column_names),
            )
        return ObjectNotFound(
            f"no column {name!r} in {self.table.ref}", hint=did_you_mean(name, self.names)
        )


def _claim(rendered: str) -> ColumnElement[bool]:
    """A rendered condition as an expression.

    It has no type: a BOOLEAN is one that an engine without booleans (SQL Server) holds against 1, and a condition is no
    value there.
    """
    return literal_column(f"({rendered})")


def _outcome(change: Transformation | None, data_type: DataType) -> DataType:
    """The type that a value has after the transformation."""
    if isinstance(change, changes.ToDate):
        return types.Date()
    if isinstance(change, changes.Codes):
        return data_type if _stays_whole(change, data_type) else types.Text()
    return data_type


def _transformed(
    column: ColumnElement[Any], change: Transformation, data_type: DataType
) -> ColumnElement[Any]:
    match change:
        case changes.Trim(ends="right"):
            return without_padding(column)
        case changes.Trim():
            return without_blanks(column)
        case changes.LetterCase(to=to):
            return func.upper(column) if to == "upper" else func.lower(column)
        case changes.EmptyToNull():
            return func.nullif(column, "")
        case changes.Round(scale=scale):
            return rounded(column, scale)
        case changes.ToDate():
            return period_start(column, PeriodUnit.DAY)
        case changes.Codes() if _stays_whole(change, data_type):
            return _recoded(column, change, int)
        case changes.Codes():
            is_text = isinstance(data_type, types.Text)
            return _recoded(column if is_text else as_text(column), change, str)
        case _:  # pragma: no cover - the union is closed
            raise Unsupported(f"no transformation {change!r}")


def _stays_whole(change: changes.Codes, data_type: DataType) -> bool:
    """Whether whole numbers become whole numbers; codes are written as texts, whatever the column holds."""
    texts = (*change.codes, *change.codes.values(), change.other or "0")
    return isinstance(data_type, types.Integer) and all(
        text.lstrip("-").isdecimal() and str(int(text)) == text for text in texts
    )


def _recoded(
    column: ColumnElement[Any], change: changes.Codes, written: type[int] | type[str]
) -> ColumnElement[Any]:
    kept: Any = column if change.other is None else written(change.other)
    pairs = ((column == written(old), written(new)) for old, new in change.codes.items())
    return case(*pairs, else_=kept) if change.codes else column
