"""A table while its catalogue is read: the answers of several queries find each other here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from ombudsman.model.tables import Column, ForeignKey, Index, Key, Table, TableRef


@dataclass
class Draft:
    """What is known of a table so far. Columns are added in the table's own order."""

    ref: TableRef
    kind: Literal["table", "view"] = "table"
    row_estimate: int | None = None
    comment: str | None = None
    marks: tuple[str, ...] = ()
    size_bytes: int | None = None
    columns: list[Column] = field(default_factory=list)
    primary_key: Key | None = None
    unique_keys: list[Key] = field(default_factory=list)
    foreign_keys: list[ForeignKey] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)

    def add_key(self, key: Key) -> None:
        if key.kind == "primary":
            self.primary_key = key
        else:
            self.unique_keys.append(key)

    def table(self) -> Table:
        return Table(
            ref=self.ref,
            kind=self.kind,
            columns=tuple(self.columns),
            primary_key=self.primary_key,
            unique_keys=tuple(sorted(self.unique_keys, key=_by_name_and_columns)),
            foreign_keys=tuple(sorted(self.foreign_keys, key=_by_name_and_columns)),
            indexes=tuple(sorted(self.indexes, key=lambda index: index.name)),
            row_estimate=self.row_estimate,
            comment=self.comment,
            marks=self.marks,
            size_bytes=self.size_bytes,
        )


def tables_of(drafts: Iterable[Draft]) -> tuple[Table, ...]:
    """The finished tables, ordered by schema and name."""
    ordered = sorted(drafts, key=lambda draft: (draft.ref.schema_name or "", draft.ref.name))
    return tuple(draft.table() for draft in ordered)


def _by_name_and_columns(key: Key | ForeignKey) -> tuple[str, tuple[str, ...]]:
    return key.name or "", key.columns
