"""Did every declared key and reference arrive?

Compares the primary keys, unique keys (and unique indexes) and foreign keys that the two catalogues declare, by the
mapping. A primary key that became a unique key is told as such; a unique key is also kept by a primary key of the same
columns. Foreign keys agree when they lead from the same columns to the same columns of the same table.

Some engines (Snowflake) take a key as a remark and enforce nothing. A key that the source enforced and the target only
declares is noted, or reported if you wish. Keys over columns or to tables that were not migrated are noted.

That a key is declared does not prove that it holds, least of all where it is not enforced: `validate_uniqueness` and
`validate_foreign_keys` look at the rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pydantic import Field

from ombudsman.model.base import Params
from ombudsman.model.result import Finding, Kind, Result
from ombudsman.model.tables import ForeignKey, Side, Table
from ombudsman.validators.kit import Cost, Pair, validator

NO_KEY = "no key"


class SchemaKeys(Params):
    """What may differ."""

    allow_extra: bool = Field(
        default=False,
        title="Extra keys are welcome",
        description="Do not report keys and references that only the target declares.",
    )
    foreign_keys: bool = Field(
        default=True,
        title="Foreign keys too",
        description="Compare references as well as primary and unique keys.",
    )
    must_enforce: bool = Field(
        default=False,
        title="Keys must be enforced",
        description="Report keys that the source enforces and the target only declares.",
    )


@dataclass(frozen=True)
class Declared:
    """A key as one side declares it, in the target's names.

    A foreign key leads from its `columns` to the columns `refers` of `table`, pair by pair; `leads_to` says so in the
    names of the side that declares it.
    """

    word: str
    columns: tuple[str, ...]
    enforced: bool = True
    table: str = ""
    refers: tuple[str, ...] = ()
    leads_to: str = ""

    @property
    def identity(self) -> tuple[str, frozenset[tuple[str, str]]]:
        """Two keys of one identity ask the same of the rows; in what order the columns stand is no matter."""
        there = self.refers or ("",) * len(self.columns)
        return self.table, frozenset(zip(self.columns, there, strict=True))

    @property
    def told(self) -> str:
        """What a finding calls it."""
        return f"{self.word}{self.leads_to}" + ("" if self.enforced else ", not enforced")


@validator(cost=Cost.CATALOGUE)
async def validate_schema_keys(tables: Pair, params: SchemaKeys) -> Result:
    source, target = tables.source.relation.table, tables.target.relation.table
    notes: list[str] = []
    wanted = list(_in_target_names(tables, _keys(source), notes))
    there = list(_keys(target))
    if params.foreign_keys:
        wanted += _references_in_target_names(tables, source.foreign_keys, notes)
        there += [_reference(key) for key in target.foreign_keys]
    by_identity = {key.identity: key for key in reversed(there)}
    findings: list[Finding] = []
    for key in wanted:
        answer = by_identity.pop(key.identity, None)
        if answer is None or (key.word, answer.word) == ("primary key", "unique key"):
            findings.append(_finding(tables, key, key, answer))
        elif key.enforced and not answer.enforced:
            if params.must_enforce:
                findings.append(_finding(tables, key, key, answer))
            else:
                columns = ", ".join(_source_names(tables, key))
                notes.append(
                    f"the target declares the {key.word} of {columns} and does not enforce it"
                )
    if not params.allow_extra:
        findings += [_finding(tables, key, None, key) for key in by_identity.values()]
    return Result(findings=findings, notes=notes)


def _keys(table: Table) -> Iterator[Declared]:
    """Primary key, unique keys and unique indexes; of those over the same columns the first only."""
    found: dict[frozenset[str], Declared] = {}
    primary = () if table.primary_key is None else (table.primary_key,)
    for key in (*primary, *table.unique_keys):
        declared = Declared(f"{key.kind} key", key.columns, key.enforced)
        found.setdefault(frozenset(key.columns), declared)
    for index in table.indexes:
        if index.unique:
            found.setdefault(frozenset(index.columns), Declared("unique key", index.columns))
    return iter(found.values())


def _reference(key: ForeignKey) -> Declared:
    return Declared(
        "foreign key",
        key.columns,
        key.enforced,
        table=str(key.table),
        refers=key.referred_columns,
        leads_to=f" to {key.table} ({', '.join(key.referred_columns)})",
    )


def _in_target_names(
    tables: Pair, keys: Iterable[Declared], notes: list[str]
) -> Iterator[Declared]:
    """The source's keys over migrated columns as the target should have them; the others go to the notes."""
    for key in keys:
        names = [tables.mapping.target_column(name) for name in key.columns]
        columns = tuple(name for name in names if name is not None)
        if len(columns) == len(names):
            yield replace(key, columns=columns)
        else:
            lost = [n for n, there in zip(key.columns, names, strict=True) if there is None]
            notes.append(
                f"not compared: the {key.word} of {', '.join(key.columns)}, for {', '.join(lost)} was not migrated"
            )


def _references_in_target_names(
    tables: Pair, keys: Sequence[ForeignKey], notes: list[str]
) -> Iterator[Declared]:
    for key in keys:
        told = f"not compared: the foreign key of {', '.join(key.columns)} to {key.table}"
        if not tables.is_mapped(key.table):
            notes.append(f"{told}, for that table was not migrated")
            continue
        parent = tables.related(key.table)
        names = [parent.mapping.target_column(name) for name in key.referred_columns]
        refers = tuple(name for name in names if name is not None)
        if len(refers) < len(names):
            notes.append(f"{told}, for its columns were not migrated")
            continue
        ref = parent.target.table.ref if parent.target.table else parent.mapping.target
        answered = replace(_reference(key), table=str(ref), refers=refers)
        yield from _in_target_names(tables, [answered], notes)


def _source_names(tables: Pair, key: Declared) -> list[str]:
    return [tables.mapping.source_column(name) or name for name in key.columns]


def _finding(
    tables: Pair, key: Declared, source: Declared | None, target: Declared | None
) -> Finding:
    return Finding(
        kind=Kind.KEY_DIFFERS,
        side=Side.TARGET,
        column=", ".join(_source_names(tables, key)),
        source=NO_KEY if source is None else source.told,
        target=NO_KEY if target is None else target.told,
    )
