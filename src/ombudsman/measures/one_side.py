"""One database asked by itself, in its own names: its tables as they are, nothing mapped and nothing changed."""

from collections.abc import Coroutine, Mapping
from typing import Any

from ombudsman.connections.reader import Reader
from ombudsman.measures.relation import Relation
from ombudsman.measures.rounds import ISOLATED, Ask, Rounds
from ombudsman.model.mapping import TableMapping
from ombudsman.model.tables import Catalogue, Side, TableRef

Talk = Coroutine[Ask, tuple[Any, ...], Any]


class Relations:
    """The tables of one catalogue, each as it is."""

    def __init__(self, reader: Reader, catalogue: Catalogue) -> None:
        self._dialect = reader.connection.sql_dialect
        self._tables = {table.ref: table for table in catalogue.tables}
        self._made: dict[TableRef, Relation] = {}

    def __getitem__(self, ref: TableRef) -> Relation:
        if ref not in self._made:
            table = self._tables[ref]
            self._made[ref] = Relation(
                Side.SOURCE,
                table,
                source_table=table,
                mapping=TableMapping(source=ref, target=ref),
                dialect=self._dialect,
                source_dialect=self._dialect,
            )
        return self._made[ref]

    def rows(self, ref: TableRef) -> int | None:
        """About how many rows a table has, as the catalogue says."""
        return self._tables[ref].row_estimate


def answered(reader: Reader, talks: Mapping[str, Talk]) -> dict[str, Any]:
    """What each conversation came to: its value, or the error that is its own.

    Raises:
        OmbudsmanError: the database was lost, or took too long.
    """
    found: dict[str, Any] = {}
    with Rounds({Side.SOURCE: reader}) as rounds:
        for name, talk in talks.items():
            rounds.begin(name, talk)
        while ended := rounds.wait():
            for each in ended:
                if each.error is not None and not isinstance(each.error, ISOLATED):
                    raise each.error
                found[each.id] = each.value if each.error is None else each.error
    return found
