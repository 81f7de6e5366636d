"""What does each mapped column mean, and which are asked nothing for that?

Columns that tell how a row came into its table (created, modified, loaded) differ by their nature after a migration:
they are no amounts, no codes and no date of an event, and a note says so.
"""

from collections.abc import Sequence
from dataclasses import replace

from ombudsman.model.tables import Catalogue, ColumnRef
from ombudsman.pipeline.generate_tables import MappedTable
from ombudsman.relationships.meaning import Meaning, Use, classify_columns
from ombudsman.relationships.proposal import Relationship

NAMED = 4
"""So many columns are named in a note."""


def with_meanings(
    tables: Sequence[MappedTable],
    source: Catalogue,
    relationships: Sequence[Relationship],
    use: Use | None,
) -> list[str]:
    """Tells each column what it means; a note for each table that has columns left out."""
    found = classify_columns(source, relationships, use=use)
    notes: list[str] = []
    for table in tables:
        table.columns = tuple(
            replace(column, meaning=found.get(ColumnRef(table.source.ref, column.name)))
            for column in table.columns
        )
        audit = [column.name for column in table.columns if column.means(Meaning.AUDIT)]
        if audit:
            named = ", ".join(audit[:NAMED])
            more = f" and {len(audit) - NAMED} more" if len(audit) > NAMED else ""
            notes.append(
                f"{table.ref}: left out of sums, codes and dates of events, as telling how a row came there:"
                f" {named}{more}"
            )
    return notes
