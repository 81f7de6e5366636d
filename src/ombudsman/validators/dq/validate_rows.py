"""Does every row say the same on both sides, cell by cell?

Compares the rows of both tables exactly: which are missing, extra or duplicated, which differ, in which columns, and
why. Rows are matched by the key; without one whole rows are counted. How an engine writes a value down is no
difference: an INT 1 and a NUMBER(38,0) 1, a padded CHAR and its text, one moment in two time zones are the same. What
a policy forgives beyond that is counted as accepted. Little is read twice: sums over small parts of the tables say
where to look, and values are compared only there; or all rows come here, where that is cheaper. The result says which
it was, and why.

This is the sharpest check that there is. It does not prove that the rows are right, only that they are the same; and of
columns that it left out, because their types have nothing in common or nobody mapped them, it says nothing.
"""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from ombudsman.model.base import Params
from ombudsman.model.errors import Unsupported
from ombudsman.model.forms import form_of
from ombudsman.model.result import Result
from ombudsman.model.tables import Key, Table
from ombudsman.validators.contradictions import named_apart
from ombudsman.validators.kit import (
    ColumnName,
    ConditionText,
    Cost,
    Pair,
    Strategy,
    compare_rows,
    validator,
)


class Rows(Params):
    """Which rows and columns to compare, and how."""

    key: list[ColumnName] = Field(
        default=[],
        title="Key columns",
        description="What names a row, by the source's names. None: the key of the mapping, else the source's own.",
        examples=[["OrderId", "LineNumber"]],
    )
    whole_rows: bool = Field(
        default=False,
        title="Whole rows",
        description="Name rows by all their columns, whatever keys there are, and count how often each side has them.",
        examples=[False],
    )
    columns: list[ColumnName] = Field(
        default=[],
        title="Columns",
        description="The columns to compare. None: all that are mapped and can be compared.",
        examples=[["Quantity", "UnitPrice"]],
    )
    exclude: list[ColumnName] = Field(
        default=[],
        title="All but these columns",
        description="Columns that may differ, as the date of a load does.",
        examples=[["LoadedAt"]],
    )
    where: ConditionText | None = Field(
        default=None,
        title="Only rows where",
        description="A condition in the source's names; each side reads it in its own dialect.",
        examples=["OrderDate >= '2024-01-01'"],
    )
    strategy: Literal["auto", "checksum", "native", "stream"] = Field(
        default="auto",
        title="Strategy",
        description="checksum: sums first, then what differs; native: by the engine's own hash; stream: all rows come"
        " here; auto: whichever costs less.",
        examples=["checksum"],
    )
    limit: int = Field(
        default=1_000_000,
        ge=1,
        title="Enough differing rows",
        description="The comparison stops when so many rows differ; its counts are then told as at least.",
        examples=[1000],
    )
    sample: int | None = Field(
        default=None,
        ge=1,
        title="A sample of rows",
        description="Compare about so many rows, the same on both sides, drawn by a hash of the key. The result says"
        " what share of all rows can differ at the most.",
        examples=[100_000],
    )

    @field_validator("whole_rows")
    @classmethod
    def _without_a_key(cls, value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - as Pydantic calls it
        if value and info.data.get("key"):
            raise ValueError("whole rows are named by all their columns: leave the key out")
        return value

    @field_validator("sample")
    @classmethod
    def _of_keyed_rows(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and info.data.get("whole_rows"):
            raise ValueError("whole rows cannot be sampled: a changed row would be another row")
        return value

    @field_validator("exclude")
    @classmethod
    def _kept_nowhere(cls, value: list[str], info: ValidationInfo) -> list[str]:
        return named_apart(value, info, "key", "columns")


@validator(cost=Cost.ROWS)
async def validate_rows(tables: Pair, params: Rows) -> Result:
    key, whose = ((), "") if params.whole_rows else _key(tables, params)
    columns, left_out = _columns(tables, params, key)
    asked = compare_rows(
        columns,
        key=key,
        equality={name: tables.equality(name) for name in columns},
        where=params.where,
        strategy=Strategy(params.strategy),
        limit=params.limit,
        sample=params.sample,
        rows_file=tables.rows_file,
        repair_file=tables.repair_file,
    )
    compared = await tables.strict.jointly(asked)
    notes = list(compared.notes)
    notes.insert(0, _named_by(key, whose, tables))
    if left_out:
        why = "their types have no form in common"
        notes.insert(0, f"not compared: {', '.join(left_out)}: {why}")
    return compared.model_copy(update={"notes": tuple(notes)})


def _key(tables: Pair, params: Rows) -> tuple[tuple[str, ...], str]:
    """What names a row, and whose word that is: the step's, else the mapping's, else the source's own."""
    if params.key:
        return tuple(params.key), "the step's"
    if tables.mapping.key:
        return tables.mapping.key, "the mapping's"
    mapped = set(tables.columns)
    for key in _declared(tables.source.table):
        if set(key.columns) <= mapped:
            return key.columns, f"the source's {key.kind} key"
    return (), ""


def _declared(table: Table | None) -> tuple[Key, ...]:
    """The keys that a table declares, the primary key first."""
    known = () if table is None else (table.primary_key, *table.unique_keys)
    return tuple(key for key in known if key is not None)


def _named_by(key: tuple[str, ...], whose: str, tables: Pair) -> str:
    if not key:
        return "rows have no key here: whole rows were counted, and a changed row is two"
    told = f"rows are named by {', '.join(key)}, {whose}"
    target = {tables.mapping.target_column(name) or name for name in key}
    unsure = [
        str(side.side)
        for side, names in ((tables.source, set(key)), (tables.target, target))
        if not any(key.enforced and set(key.columns) <= names for key in _declared(side.table))
    ]
    if not unsure:
        return told
    return f"{told}; nothing in the {' and in the '.join(unsure)} keeps it unique"


def _columns(
    tables: Pair, params: Rows, key: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns to compare, and those of the mapping that nobody named and that cannot be."""
    excluded = set(params.exclude)
    if params.columns:
        named = (*key, *(name for name in params.columns if name not in key))
        return tuple(name for name in named if name not in excluded), ()
    wanted = [name for name in tables.columns if name not in excluded or name in key]
    left_out = tuple(name for name in wanted if name not in key and not _has_form(tables, name))
    return tuple(name for name in wanted if name not in left_out), left_out


def _has_form(tables: Pair, column: str) -> bool:
    try:
        form_of(*tables.types(column))
    except Unsupported:
        return False
    return True
