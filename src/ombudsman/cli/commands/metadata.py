"""`ombudsman metadata`: what the catalogues say."""

from collections.abc import Sequence
from pathlib import Path

from ombudsman.cli.commands.output import listing, say
from ombudsman.connections.named import connected
from ombudsman.metadata.export import write_catalogue
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.tables import Catalogue, Table
from ombudsman.render.numbers import counted


def extract(
    name: str, *, schemas: Sequence[str] | None, out: Path | None, config: Path | None
) -> None:
    """Reads a catalogue; writes it to a file, or prints a summary."""
    catalogue = _catalogue(name, schemas, config)
    if out is not None:
        write_catalogue(catalogue, out)
        say(f"{counted(len(catalogue.tables), 'table')} written to {out}")
    else:
        headings = ("Table", "Kind", "Columns", "Rows, about", "Key")
        rows = (_summary(table) for table in catalogue.tables)
        listing(headings, rows, right=("Columns", "Rows, about"))
        if not catalogue.tables:
            say("there are no tables")
    for note in catalogue.notes:
        say(note)


def _summary(table: Table) -> tuple[str, ...]:
    rows = "" if table.row_estimate is None else f"{table.row_estimate:,}"
    key = ", ".join(table.primary_key.columns) if table.primary_key else ""
    return str(table.ref), table.kind, str(len(table.columns)), rows, key


def _catalogue(name: str, schemas: Sequence[str] | None, config: Path | None) -> Catalogue:
    with connected(name, config) as connection, connection.open() as reader:
        return read_catalogue(reader, schemas)
