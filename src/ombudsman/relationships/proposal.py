"""A relationship that was declared or found, with what speaks for it."""

from enum import StrEnum

from ombudsman.model.base import Frozen
from ombudsman.model.tables import TableRef

Names = tuple[str, ...]


class Clue(StrEnum):
    """What speaks for or against a relationship.

    `declared`: the catalogue says so. `name`: the column is called like the key, or like the table. `range`: least and
    greatest value lie within those of the key. `inclusion`: sampled values are among the keys. `coverage`: how many of
    the keys are used. `only_parent`: of several possible parents, why this one. `join`: queries join the two so.
    """

    DECLARED = "declared"
    NAME = "name"
    RANGE = "range"
    INCLUSION = "inclusion"
    COVERAGE = "coverage"
    ONLY_PARENT = "only_parent"
    JOIN = "join"


class Evidence(Frozen):
    """One clue, told in a sentence. `weight` is what it adds to the log odds of the relationship."""

    clue: Clue
    told: str
    weight: float


class Cardinality(StrEnum):
    """How many rows refer to one: `many_to_one`, or `one_to_one` where the referring columns are a key themselves."""

    MANY_TO_ONE = "many_to_one"
    ONE_TO_ONE = "one_to_one"


class Relationship(Frozen):
    """`columns` of `table` name a row of `referred` by its `referred_columns`, pair by pair.

    `confidence` is how likely it is that people would call it a foreign key, from 0 to 1; 1 where it is declared.
    `optional` says that a referring column may be NULL. `role` holds the words that tell several references to one
    table apart: `bill to` of `BillToCustomerKey`.
    """

    table: TableRef
    columns: Names
    referred: TableRef
    referred_columns: Names
    declared: bool
    confidence: float
    cardinality: Cardinality
    optional: bool
    role: str = ""
    evidence: tuple[Evidence, ...] = ()
