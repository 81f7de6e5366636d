"""A mapping that was found rather than written, with the reason for each pair and all that stayed open."""

from enum import StrEnum
from typing import Literal

from ombudsman.mapping.names import Likeness
from ombudsman.model.base import Frozen
from ombudsman.model.mapping import Mapping
from ombudsman.model.tables import TableRef


class FoundBy(StrEnum):
    """Why two tables of like names were taken for each other, schemas considered.

    `schema_given`: the caller said which schema answers which. `schema`: the schemas have like names.
    `default_schema`: both stand in the default schema of their side. `schema_prefix`: the schema of one side stands in
    front of the table's name on the other (`Sales.Customer`, `SALES_CUSTOMER`). `name_alone`: the schemas have nothing
    in common, but no other table has such a name.
    """

    SCHEMA_GIVEN = "schema_given"
    SCHEMA = "schema"
    DEFAULT_SCHEMA = "default_schema"
    SCHEMA_PREFIX = "schema_prefix"
    NAME_ALONE = "name_alone"


class Ambiguity(Frozen):
    """Names of both sides that might answer one another in more than one way. None of them is mapped."""

    source: tuple[str, ...]
    target: tuple[str, ...]


class ColumnMatch(Frozen):
    """A column pair and how its names are alike."""

    source: str
    target: str
    likeness: Likeness


class TableMatch(Frozen):
    """A table pair: how it was found, its column pairs, and the columns that have no pair.

    `key_from` says where the proposed key comes from: the source's primary key, its first unique key without NULLs,
    or nowhere.
    """

    source: TableRef
    target: TableRef
    likeness: Likeness
    found_by: FoundBy
    key_from: Literal["primary", "unique"] | None = None
    columns: tuple[ColumnMatch, ...] = ()
    unmatched_source: tuple[str, ...] = ()
    unmatched_target: tuple[str, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()


class Proposal(Frozen):
    """The mapping, and behind each of its tables, in the same order, how it was found.

    Every table of both catalogues is in `tables`, in `unmatched_source` or `unmatched_target`, or in `ambiguities`.
    """

    mapping: Mapping
    tables: tuple[TableMatch, ...] = ()
    unmatched_source: tuple[TableRef, ...] = ()
    unmatched_target: tuple[TableRef, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()
