"""How commands print: for a person at a terminal, and for the next program of a pipe.

A terminal folds what is too long; a pipe gets every line whole, for its reader counts lines and not columns.
"""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ombudsman.render.values import visible

_WHOLE_LINE = 10_000


def say(text: str) -> None:
    """Prints one sentence. Names come from files and databases: none is read as markup or steers the terminal."""
    Console(highlight=False).print(Text(visible(text)), soft_wrap=True)


def listing(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()
) -> None:
    """Prints a plain table; the columns named in `right` hold numbers."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WHOLE_LINE)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in headings:
        table.add_column(heading, overflow="fold", justify="right" if heading in right else "left")
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    console.print(table)
