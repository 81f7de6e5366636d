"""The checks that every table should pass, each written once for all of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ombudsman.model.policy import Severity
from ombudsman.model.tables import TableRef
from ombudsman.model.types import NUMERIC
from ombudsman.pipeline.generate_steps import Proposed, Section
from ombudsman.pipeline.generate_tables import MappedTable

COLUMNS, COUNTS = "columns", "counts"
"""The templates that others need."""

Which = Callable[[MappedTable], bool]


@dataclass(frozen=True)
class Templates:
    """Writes templates over `tables`, which both sides have; `lost` are those of the mapping that the target lacks.

    Together they may be the `whole` mapping. Where a catalogue lacks some, tables are named one by one.
    """

    tables: Sequence[MappedTable]
    lost: Sequence[TableRef]
    whole: bool

    def sections(self) -> Iterator[Section]:
        """What the catalogues can tell, then what the rows can."""
        yield Section(
            "The catalogues: is everything there, and wide enough?", tuple(self._schema())
        )
        yield Section("The rows of every table", tuple(self._rows()))

    def _schema(self) -> Iterator[Proposed]:
        every = (*(table.ref for table in self.tables), *self.lost)
        yield Proposed(
            COLUMNS,
            "validate_schema_columns",
            "first of all: does every table and column have its answer?",
            tables="all" if self.whole else every,
        )
        yield from self._template(
            "datatypes",
            "validate_schema_datatypes",
            "a narrower type loses values, now or later",
            needs=(COLUMNS,),
        )
        yield from self._template(
            "nullability",
            "validate_schema_nullability",
            "a lost NOT NULL is a lost guard; a warning, for it is often agreed",
            needs=(COLUMNS,),
            severity=Severity.WARNING,
        )
        yield from self._template(
            "keys",
            "validate_schema_keys",
            "keys and references keep the rows sound; a warning, for warehouses often declare none",
            needs=(COLUMNS,),
            severity=Severity.WARNING,
        )

    def _rows(self) -> Iterator[Proposed]:
        yield from self._template(
            COUNTS, "validate_record_counts", "did every row arrive?", needs=(COLUMNS,)
        )
        yield from self._template(
            "unique",
            "validate_uniqueness",
            "the mapping's key, or else the source's primary key, names each row once",
            of=_has_key,
        )
        yield from self._template(
            "references",
            "validate_foreign_keys",
            "the source declares foreign keys on these tables; those of facts are looked at below",
            of=lambda table: not table.is_fact and any(r.declared for r in table.references),
        )
        yield from self._template(
            "nulls", "validate_nulls", "as many values are missing as before, column by column"
        )
        yield from self._template(
            "statistics",
            "validate_statistics",
            "least, greatest, mean and deviation; where keys were given anew on purpose, name the columns",
        )
        yield from self._template(
            "distribution",
            "validate_distribution",
            "numbers are spread as before, to one per cent; a warning, for shares are no proof",
            of=lambda table: any(each.is_of(NUMERIC) for each in table.columns),
            params={"max_distance": 0.01},
            severity=Severity.WARNING,
        )
        yield from self._template(
            "rows",
            "validate_rows",
            "these tables have a key: every value of every row is compared",
            of=_has_key,
        )

    def _template(
        self,
        name: str,
        validator: str,
        why: str,
        *,
        of: Which = lambda _: True,
        needs: tuple[str, ...] = (COUNTS,),
        **more: Any,
    ) -> Iterator[Proposed]:
        """The template over the tables for which `of` holds; none where it holds for no table."""
        chosen = [table for table in self.tables if of(table)]
        if chosen:
            is_for_all = self.whole and not self.lost and len(chosen) == len(self.tables)
            named = tuple(table.ref for table in chosen)
            tables: Literal["all"] | tuple[TableRef, ...] = "all" if is_for_all else named
            yield Proposed(name, validator, why, tables=tables, needs=needs, **more)


def _has_key(table: MappedTable) -> bool:
    return table.key is not None and table.key.in_mapping
