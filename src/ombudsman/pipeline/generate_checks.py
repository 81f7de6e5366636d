"""Which checks does one table want beyond those that all want, and why?

Keys beside the main one, histories, members of dimensions, codes; what a fact wants stands in `generate_facts.py`.
"""

from collections.abc import Iterator
from typing import Any

from ombudsman.model.types import NUMERIC
from ombudsman.pipeline.generate_facts import sums
from ombudsman.pipeline.generate_steps import Naming, Proposed
from ombudsman.pipeline.generate_tables import History, MappedTable, Names

MOST_MEMBERS = 200_000
"""So many keys are compared member by member at most: a fuller table is to be cut by a condition."""

FAR_DATE = "9999-12-31"


def checks(table: MappedTable, naming: Naming) -> Iterator[Proposed]:
    """The steps of one table."""
    yield from _keys(table, naming)
    yield from _members(table, naming)
    if table.history is not None:
        yield from _history(table, naming, table.history)
    yield from _references_by_name(table, naming)
    yield from sums(table, naming)
    yield from _codes(table, naming)
    yield from _patterns(table, naming)


def _step(table: MappedTable, naming: Naming, validator: str, *parts: str, **more: Any) -> Proposed:
    return Proposed(naming.id(*parts), validator, table=table.ref, needs=(naming.count,), **more)


# ------------------------------------------------------------ keys and members


def _keys(table: MappedTable, naming: Naming) -> Iterator[Proposed]:
    key = table.key
    if key is not None and not key.in_mapping:
        yield _step(
            table,
            naming,
            "validate_uniqueness",
            "key",
            why=f"{key.why}; if that is so, give it to the mapping as its key",
            params={"columns": list(key.columns)},
        )
    for number, columns in enumerate(table.unique_keys, start=1):
        may_be_null = any(c.source.nullable for c in table.columns if c.name in columns)
        yield _step(
            table,
            naming,
            "validate_uniqueness",
            "unique",
            *([str(number)] if len(table.unique_keys) > 1 else []),
            why="the source declares it unique",
            params={"columns": list(columns)} | ({"allow_null": True} if may_be_null else {}),
        )
    if key is not None and len(key.columns) > 1 and not table.is_fact:
        yield _by_member(
            table,
            naming,
            "validate_composite_keys",
            "key_parts",
            why=f"{key.why} has several parts: the same combinations are on both sides",
            params={} if key.in_mapping else {"columns": list(key.columns)},
        )


def _members(table: MappedTable, naming: Naming) -> Iterator[Proposed]:
    key = table.business_key
    if key is None or not table.is_dimension:
        return
    several = {} if table.history is None else {"one_row_each": False}
    yield _by_member(
        table,
        naming,
        "validate_dim_business_keys",
        "members",
        why=f"{_list(key.columns)}, {key.why}, names a member: no member was lost",
        params={"business_key": list(key.columns), **several},
    )
    if table.surrogate_key is None:
        return
    named = [*key.columns, *([table.history.valid_from.name] if table.history else [])]
    yield _by_member(
        table,
        naming,
        "validate_dim_surrogate_keys",
        "surrogate_keys",
        why=f"{table.surrogate_key} stands for {_list(named)}: one number each, given anew or not",
        params={"surrogate_key": table.surrogate_key, "business_key": named},
    )
    if table.history is None:
        yield _step(
            table,
            naming,
            "validate_scd1",
            "attributes",
            why=f"where {table.surrogate_key} was given anew, this compares the attributes by {_list(key.columns)}",
            params={"business_key": list(key.columns), "exclude": [table.surrogate_key]},
            suggested=True,
        )


def _by_member(
    table: MappedTable, naming: Naming, validator: str, part: str, **more: Any
) -> Proposed:
    """A check that holds all members at once: of too full a table only a suggestion."""
    if table.rows is not None and table.rows > MOST_MEMBERS:
        more["why"] += f"; more than {MOST_MEMBERS:,} rows: cut it by params.where first"
        more["suggested"] = True
    return _step(table, naming, validator, part, **more)


def _history(table: MappedTable, naming: Naming, history: History) -> Iterator[Proposed]:
    begins, ends, flag = history.valid_from.name, history.valid_to.name, history.current
    params: dict[str, Any] = {
        "business_key": list(history.business_key),
        "valid_from": begins,
        "valid_to": ends,
        "open_end": FAR_DATE,
    }
    why = f"{begins} and {ends} are the interval of a version"
    if flag is not None and flag.is_of(NUMERIC | {"boolean"}):
        params["current_flag"] = flag.name
    elif flag is not None:
        why += f"; {flag.name} is a text: add it as current_flag, with its current_value"
    if not history.business_key:
        why += "; name the business key"
        params["business_key"] = ["?"]
    yield _step(
        table,
        naming,
        "validate_scd2",
        "history",
        why=why + "; intervals: closed_days if a version ends the day before the next",
        params=params,
        suggested=not history.business_key,
    )


def _references_by_name(table: MappedTable, naming: Naming) -> Iterator[Proposed]:
    named = [each for each in table.references if not each.declared]
    if not named or table.is_fact:
        return
    told = "; ".join(each.why for each in named)
    yield _step(
        table,
        naming,
        "validate_foreign_keys",
        "references",
        why=f"not declared, but inferred: {told}",
        params={
            "references": [
                {
                    "columns": list(each.columns),
                    "table": str(each.table),
                    "referred_columns": list(each.referred),
                }
                for each in named
            ]
        },
    )


# ------------------------------------------------------------ texts


def _codes(table: MappedTable, naming: Naming) -> Iterator[Proposed]:
    if table.codes:
        yield _step(
            table,
            naming,
            "validate_domain_values",
            "codes",
            why="codes, by their names or their shortness: no value that the source does not have",
            params={"columns": [each.name for each in table.codes]},
        )


def _patterns(table: MappedTable, naming: Naming) -> Iterator[Proposed]:
    by_pattern: dict[str, list[str]] = {}
    for column in table.columns:
        if (pattern := column.looks_like) is not None:
            by_pattern.setdefault(pattern, []).append(column.name)
    for number, (pattern, columns) in enumerate(by_pattern.items(), start=1):
        yield _step(
            table,
            naming,
            "validate_regex_patterns",
            "patterns",
            *([str(number)] if len(by_pattern) > 1 else []),
            why=f"what the name of {_list(columns)} promises; make the pattern yours",
            params={"columns": columns, "pattern": pattern},
            suggested=True,
        )


def _list(names: Names | list[str]) -> str:
    return ", ".join(names)
