"""Which columns does a shop put at the end of every table, whatever the table is about?

Who wrote the row and when, in words that only the shop knows: `LMDT`, `CHUS`. They are told by where they stand, not by
what they are called. A single column that ends every table may be anything, and tells nothing.
"""

from collections import Counter

from ombudsman.model.tables import Catalogue, TableRef
from ombudsman.relationships.proposal import Names

FEWEST_TABLES = 8
"""In fewer tables what is repeated may be so by chance."""

IN_SHARE = 0.8
"""In so many of the tables, at least."""

FEWEST_TOGETHER = 2


def stamps(catalogue: Catalogue) -> dict[TableRef, Names]:
    """The last columns of each table, as far as nearly every table has them; none where that are less than two."""
    tables = [table for table in catalogue.tables if table.kind != "view"]
    if len(tables) < FEWEST_TABLES:
        return {}
    counted = Counter(name for table in tables for name in set(table.column_names))
    repeated = {name for name, count in counted.items() if count >= IN_SHARE * len(tables)}
    found: dict[TableRef, Names] = {}
    for table in tables:
        last: list[str] = []
        for name in reversed(table.column_names):
            if name not in repeated:
                break
            last.append(name)
        if FEWEST_TOGETHER <= len(last) < len(table.columns):
            found[table.ref] = tuple(last)
    return found
