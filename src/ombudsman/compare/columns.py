"""The columns that are compared, each with the form in which both sides' values are brought together."""

from collections.abc import Sequence
from dataclasses import dataclass

from ombudsman.measures.relation import Relation
from ombudsman.model.equality import STRICT, Equality
from ombudsman.model.errors import Unsupported
from ombudsman.model.forms import Form, FormKind, form_of
from ombudsman.model.types import DataType

_MEASURED = {
    FormKind.INTEGER,
    FormKind.DECIMAL,
    FormKind.FLOAT32,
    FormKind.FLOAT64,
    FormKind.TIME,
    FormKind.TIMESTAMP,
    FormKind.INSTANT,
}


@dataclass(frozen=True)
class ComparedColumn:
    """A column of both sides. `name` is the source's name, `place` its number in every statement (`c0`, `c1` ...).

    One that is `part_of_key` helps to name the row: what its policy forgives must be forgiven before rows can meet.
    """

    name: str
    target_name: str
    place: int
    source_type: DataType
    target_type: DataType
    form: Form
    equality: Equality = STRICT
    part_of_key: bool = False

    @property
    def label(self) -> str:
        """What the column is called in the engine's own tables."""
        return f"c{self.place}"

    @property
    def is_forgiven_beyond_its_name(self) -> bool:
        """Whether the policy forgives digits, which no name of a row can: only cells side by side can be near."""
        cuts = (self.equality.decimals, self.equality.second_digits)
        distances = (self.equality.relative, self.equality.ulps)
        return self.form.kind in _MEASURED and (cuts != (None, None) or any(distances))

    @property
    def types(self) -> tuple[DataType, DataType]:
        return self.source_type, self.target_type


@dataclass(frozen=True)
class Layout:
    """What is compared of a table: the columns that name a row, and the others.

    Without a key the whole row is its own name: then all columns are keys, and rows are compared as a multiset.
    """

    keys: tuple[ComparedColumn, ...]
    others: tuple[ComparedColumn, ...]
    has_key: bool

    @property
    def columns(self) -> tuple[ComparedColumn, ...]:
        """All of them, keys first; a column's `place` is its position here."""
        return self.keys + self.others


def layout(
    source: Relation,
    target: Relation,
    *,
    key: Sequence[str],
    columns: Sequence[str],
    equality: dict[str, Equality],
) -> Layout:
    """The layout over the columns of these source names; `key` may be empty.

    Raises:
        ObjectNotFound: a side has no such column.
        Unsupported: two types have no form in common.
    """
    others = [name for name in columns if name not in key]
    names = [*key, *others]
    made = tuple(
        _column(
            source,
            target,
            name,
            place,
            equality.get(name, STRICT),
            part_of_key=not key or name in key,
        )
        for place, name in enumerate(names)
    )
    if not key:
        return Layout(made, (), has_key=False)
    return Layout(made[: len(key)], made[len(key) :], has_key=True)


def _column(
    source: Relation,
    target: Relation,
    name: str,
    place: int,
    equality: Equality,
    *,
    part_of_key: bool,
) -> ComparedColumn:
    ours, theirs = source.data_type(name), target.data_type(name)
    try:
        form = form_of(ours, theirs)
    except Unsupported as error:
        raise Unsupported(
            f"column {name!r} of {source.table.ref}: {error.message}",
            hint="leave the column out of the comparison, or agree on a transformation in the mapping",
        ) from None
    return ComparedColumn(
        name, target.names[name], place, ours, theirs, form, equality, part_of_key
    )
