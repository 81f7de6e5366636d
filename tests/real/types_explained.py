"""Which change of type loses something, as a table of rules with their reasons.

`expected` compares families of types as the Parquet files hold them; what a target can hold is a finer question.
A column has the outcome of the first rule whose patterns match both of its types, and one that no rule matches fails
the test.
"""

import re
from typing import NamedTuple


class TypeRule(NamedTuple):
    """`source` is DuckDB's type, `target` the word of the target's script; `finding` is None when nothing is lost.

    `changes_family` says that `expected` lists such a column among its changes of family.
    """

    source: str
    target: str
    finding: str | None
    reason: str
    changes_family: bool = False

    def holds(self, source: str, target: str) -> bool:
        return bool(re.fullmatch(self.source, source) and re.fullmatch(self.target, target.lower()))


BOUNDED = r"n?varchar\(\d+\)"
NARROWER, DIFFERS = "type_narrower", "type_differs"

POSTGRES_RULES = (
    TypeRule("VARCHAR", BOUNDED, NARROWER, "DuckDB forgets the length of a text: it has no bound"),
    TypeRule("VARCHAR", "text", None, "neither has a bound"),
    TypeRule(
        "INTEGER", "smallint", NARROWER, "16 bits of 32; to `expected` both are whole numbers"
    ),
    TypeRule("INTEGER", "int", None, "32 bits both"),
    TypeRule("SMALLINT", "smallint", None, "16 bits both"),
    TypeRule("BOOLEAN", "integer", None, "0 and 1 are all that a bit holds", changes_family=True),
    TypeRule("TIMESTAMP", "date", NARROWER, "a date has no time of day", changes_family=True),
    TypeRule("TIMESTAMP", "timestamp", None, "microseconds both"),
    TypeRule(
        r"DECIMAL\(19,4\)", "real", NARROWER, "a binary fraction is no decimal", changes_family=True
    ),
    TypeRule(r"DECIMAL\(10,2\)", r"numeric\(10,2\)", None, "the same digits"),
    TypeRule("FLOAT", "real", None, "24 significant bits both"),
    TypeRule("BLOB", "bytea", None, "neither has a bound"),
)

SQLITE_RULES = (
    TypeRule(
        "VARCHAR", BOUNDED, NARROWER, "the script says how long a text may be; DuckDB does not"
    ),
    TypeRule("VARCHAR", "text", None, "neither has a bound"),
    TypeRule("INTEGER|SMALLINT", "integer", None, "SQLite's whole numbers have 64 bits"),
    TypeRule("BOOLEAN", "text", DIFFERS, "a bit became the text '0' or '1'", changes_family=True),
    TypeRule(
        "TIMESTAMP",
        "date",
        NARROWER,
        "the script's word promises no time of day",
        changes_family=True,
    ),
    TypeRule(
        "TIMESTAMP",
        "datetime",
        None,
        "the script's word says what its texts are",
        changes_family=True,
    ),
    TypeRule(
        r"DECIMAL\(19,4\)", "numeric", NARROWER, "SQLite keeps 15 digits of 19", changes_family=True
    ),
    TypeRule(r"DECIMAL\(10,2\)", r"numeric\(10,2\)", None, "10 digits outlive a double"),
    TypeRule("FLOAT", "real", None, "SQLite's fractions have 53 significant bits"),
    TypeRule("BLOB", "blob", None, "neither has a bound"),
)

DUCKDB_RULES = (
    *(
        TypeRule(spelt, spelt.lower(), None, "the same type")
        for spelt in ("VARCHAR", "INTEGER", "TIMESTAMP", r"DECIMAL\(10,2\)")
    ),
)

RULES = {"postgresql": POSTGRES_RULES, "sqlite": SQLITE_RULES, "duckdb": DUCKDB_RULES}


def rule_for(engine: str, source: str, target: str) -> TypeRule:
    """The first rule that holds for the two types."""
    for rule in RULES[engine]:
        if rule.holds(source, target):
            return rule
    raise AssertionError(f"no rule says what becomes of {source} in {target} on {engine}")
