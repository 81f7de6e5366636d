"""A script of SQL statements that would make the target equal to the source. It is written, and never run.

Statements are written in the target's dialect and names, as the differences are found, in one transaction.

Traps tamed here:

- A padded CHAR and its text are one value: where the target keeps the text in another type, blanks are trimmed off
  before it is held against one.
- `= NULL` finds nothing.
- Whole numbers that stand for truth values are no truth values to PostgreSQL.
- Moments that Python cannot hold are written as texts, which engines read as what the column is.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from ombudsman.compare.cells import cell_form
from ombudsman.compare.columns import ComparedColumn, Layout
from ombudsman.compare.python_values import PythonValue, python_value
from ombudsman.compare.side import ComparedSide
from ombudsman.compare.unfinished import Unfinished
from ombudsman.model import types
from ombudsman.model.errors import Unsupported, WorkspaceFailed
from ombudsman.model.forms import Scalar, shown


class RepairScript:
    """The script in the making. A context manager; its file takes its name when it is whole."""

    def __init__(self, path: Path, sides: tuple[ComparedSide, ComparedSide]) -> None:
        self._file = Unfinished(path, "the repair script")
        self._source, self._target = sides
        self._layout: Layout = sides[0].layout
        self._quote = self._target.reader.connection.dialect.identifier_preparer.quote_identifier
        self._out: TextIO | None = None
        self.restart()

    @property
    def lacks(self) -> tuple[str, ...]:
        """The columns of the target that were not compared: a row that is deleted loses them."""
        compared = {column.target_name for column in self._layout.columns}
        return tuple(
            name for name in self._target.relation.table.column_names if name not in compared
        )

    # ------------------------------------------------------------ statements

    def delete(self, row: Sequence[Scalar]) -> None:
        """All rows that the key columns' values name."""
        self._statement(lambda: f"DELETE FROM {self._table} WHERE {self._named(row)}", row)

    def insert(self, row: Sequence[Scalar]) -> None:
        """A row; the values are those of all columns of the layout."""

        def written() -> str:
            names = ", ".join(self._name(column) for column in self._layout.columns)
            return f"INSERT INTO {self._table} ({names}) VALUES ({self._values(row)})"

        self._statement(written, row)

    def update(self, row: Sequence[Scalar], cells: Iterable[tuple[ComparedColumn, Scalar]]) -> None:
        """Some cells of the row that the key columns' values name."""

        def written() -> str:
            told = ", ".join(f"{self._name(c)} = {self._value(c, value)}" for c, value in cells)
            return f"UPDATE {self._table} SET {told} WHERE {self._named(row)}"

        self._statement(written, row)

    def remark(self, text: str, row: Sequence[Scalar] = ()) -> None:
        """A line that is no statement, about the row that the key columns' values name."""
        keys = self._layout.keys
        values = [shown(v, cell_form(c)) for c, v in zip(keys, row, strict=False)]
        name = f"{json.dumps(values)}: " if values else ""
        self._write(f"-- {name}{text}\n")

    def _statement(self, written: Callable[[], str], row: Sequence[Scalar]) -> None:
        try:
            self._write(f"{written()};\n")
        except Unsupported as error:
            self.remark(f"left as it is: {error.message}", row)

    # ------------------------------------------------------------ names and values

    @property
    def _table(self) -> str:
        ref = self._target.relation.table.ref
        return ".".join(self._quote(part) for part in (ref.schema_name, ref.name) if part)

    def _name(self, column: ComparedColumn) -> str:
        return self._quote(column.target_name)

    def _named(self, row: Sequence[Scalar]) -> str:
        pairs = zip(self._layout.keys, row, strict=False)
        return " AND ".join(self._is(column, value) for column, value in pairs)

    def _is(self, column: ComparedColumn, value: Scalar) -> str:
        name = self._name(column)
        if value is None:
            return f"{name} IS NULL"
        target = column.target_type
        if column.form.padded and not (isinstance(target, types.Text) and target.fixed):
            name = f"RTRIM({name})"
        return f"{name} = {self._value(column, value)}"

    def _values(self, row: Sequence[Scalar]) -> str:
        pairs = zip(self._layout.columns, row, strict=True)
        return ", ".join(self._value(column, value) for column, value in pairs)

    def _value(self, column: ComparedColumn, value: Scalar) -> str:
        return self._target.reader.literal(written_value(value, column))

    # ------------------------------------------------------------ the file

    def restart(self) -> None:
        """Forgets what was written, and begins anew."""
        self._close()
        with self._file.writing():
            self._out = self._file.part.open("w", encoding="utf-8", newline="\n")
        for line in self._head():
            self.remark(line)
        self._write("BEGIN TRANSACTION;\n")

    def _head(self) -> Iterable[str]:
        source, target = (side.relation.table.ref for side in (self._source, self._target))
        yield f"What would make the target {one_line(target)} equal to the source {one_line(source)}."
        yield "It was written by a comparison of their rows, and was not run. Read it before you do."
        if self._target.share < 1:
            yield "Only a sample of the rows was compared: what differs elsewhere is not mended here."
        mapping = self._target.relation.mapping
        if self._target.filters or mapping.where or mapping.target_where or mapping.source_where:
            yield "Only some rows were compared: a row outside may have a key that is inserted here."
        if self.lacks:
            names = ", ".join(one_line(name) for name in self.lacks)
            yield f"Columns that were not compared have no value in what is inserted: {names}."

    def _write(self, text: str) -> None:
        assert self._out is not None  # noqa: S101 - it is open
        with self._file.writing():
            self._out.write(text)

    def _close(self) -> None:
        if self._out is not None:
            with self._file.writing():
                self._out.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._write("COMMIT;\n")
                self._close()
                self._file.done()
            else:
                with suppress(WorkspaceFailed):  # why it ended is told, not what followed from it
                    self._close()
        finally:
            self._file.gone()


def one_line(name: object) -> str:
    """A name that cannot end a comment."""
    return " ".join(str(name).splitlines())


def written_value(value: Scalar, column: ComparedColumn) -> PythonValue:
    """A canonical value as one that the target's literals can be made of."""
    if isinstance(column.target_type, types.Boolean) and value is not None:
        return bool(value) if not isinstance(value, str) else value
    return python_value(value, cell_form(column))
