"""Which table of the catalogue does a name in a statement mean?

SQL Server's names follow the collation, nearly always without letter case. A name without schema is looked for in the
default schema of who asked, then in dbo; one that only one schema has is taken from there. Without a catalogue every
name is taken as it was written. A table of another database is none of the catalogue's, and so is every one whose name
has three parts while the catalogue does not tell its database's name.
"""

from collections import defaultdict

from sqlglot import exp

from ombudsman.model.tables import Catalogue, Table, TableRef

FALLBACK_SCHEMA = "dbo"


class KnownTables:
    """The tables of a catalogue by their names, letter case set aside."""

    def __init__(self, catalogue: Catalogue | None, *, default_schema: str | None = None) -> None:
        self._default = default_schema or (catalogue.default_schema if catalogue else None)
        self._by_name: dict[str, list[Table]] = defaultdict(list)
        self.database = catalogue.database if catalogue else None
        self.is_open = catalogue is None
        """Without a catalogue every table is known, and none of its columns."""
        self._names: set[str] = set()
        for table in catalogue.tables if catalogue else ():
            self._by_name[table.ref.name.lower()].append(table)
            self._names |= {name.casefold() for name in (table.ref.name, *table.column_names)}

    def is_no_name(self, name: str) -> bool:
        """Whether no table and no column is called so; never without a catalogue, which knows no names."""
        return not self.is_open and name.casefold() not in self._names

    def find(
        self, node: exp.Table, *, default_schema: str | None = None
    ) -> Table | TableRef | None:
        """The table; only its name where there is no catalogue; None for one that is not there."""
        if self.is_open:
            schema = node.db or default_schema or self._default or FALLBACK_SCHEMA
            return TableRef(schema=schema.lower(), name=node.name.lower())
        if node.catalog and node.catalog.lower() != (self.database or "").lower():
            return None
        alike = self._by_name.get(node.name.lower(), [])
        wanted = [node.db] if node.db else [default_schema, self._default, FALLBACK_SCHEMA]
        for schema in filter(None, wanted):
            for table in alike:
                if (table.ref.schema_name or "").lower() == schema.lower():
                    return table
        if len(alike) == 1 and (not node.db or alike[0].ref.schema_name is None):
            return alike[0]
        return None
