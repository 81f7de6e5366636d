"""How does an answer leave? Results, errors and ends of statements, in the order and with the bits that drivers expect.

Whether more follows is said in the token that ends a statement, so that token waits until it is known.
"""

from collections.abc import Iterable

import pyarrow as pa
from tests.standins.tds import tokens
from tests.standins.tds.cells import encode
from tests.standins.tds.errors import SqlError
from tests.standins.tds.packets import PacketWriter
from tests.standins.tds.rows import rows
from tests.standins.tds.tokens import Done, DoneKind
from tests.standins.tds.typeinfo import ResultColumn, column_metadata, type_info
from tests.standins.tds.types import SqlType

SELECT_COMMAND = 0xC1


class Response:
    """The answer to one message."""

    def __init__(self, writer: PacketWriter) -> None:
        self._writer = writer
        self._waiting: tuple[Done, DoneKind, int, int] | None = None
        self.kind = DoneKind.STATEMENT
        self.in_transaction = False

    def result(self, columns: list[ResultColumn], batches: Iterable[pa.RecordBatch]) -> int:
        """A whole result; how many rows it had."""
        self.add(column_metadata(columns))
        types, count = [column.type for column in columns], 0
        for batch in batches:
            self.add(rows(batch, types))
            count += batch.num_rows
        return count

    def statement_done(self, *, count: int | None = None, is_query: bool = False) -> None:
        """The end of a statement, with the rows it read or changed."""
        self._settle(more=True)
        status = Done.FINAL if count is None else Done.COUNT
        self._waiting = (status, self.kind, count or 0, SELECT_COMMAND if is_query else 0)

    def error(self, failure: SqlError) -> None:
        """An error, and the end of the statement that it broke."""
        self.message(failure.number, failure.text, severity=failure.severity, state=failure.state)
        self._settle(more=True)
        self._waiting = (Done.ERROR, self.kind, 0, 0)

    def message(self, number: int, text: str, *, severity: int, state: int = 1) -> None:
        self.add(tokens.message(number, text, severity=severity, state=state))

    def return_status(self, status: int) -> None:
        self.add(tokens.return_status(status))

    def return_value(self, name: str, sql_type: SqlType, value: pa.Array) -> None:
        """An output parameter."""
        cells = b"".join(part.joined() for part in encode(value, sql_type))
        head = b"\xac\x00\x00" + tokens.short_text(name) + b"\x01" + bytes(6)
        self.add(head + type_info(sql_type) + cells)

    def procedure_done(self) -> None:
        self._settle(more=True)
        self._waiting = (Done.FINAL, DoneKind.PROCEDURE, 0, 0)

    def add(self, content: bytes) -> None:
        """Any other token."""
        self._settle(more=True)
        self._writer.add(content)

    def finish(self) -> None:
        """The end of the whole answer."""
        if self._waiting is None:
            self._waiting = (Done.FINAL, self.kind, 0, 0)
        self._settle(more=False)
        self._writer.finish()

    def cancelled(self) -> None:
        """The answer to a cancel, behind the tokens that are under way: a client reads them to find it."""
        self._waiting = None
        self._writer.forget_unsent()
        self._writer.add(tokens.done(Done.ERROR | Done.MORE, kind=DoneKind.STATEMENT))
        self._writer.add(tokens.done(Done.ATTENTION, kind=DoneKind.STATEMENT))
        self._writer.finish()

    def _settle(self, *, more: bool) -> None:
        if self._waiting is None:
            return
        status, kind, count, command = self._waiting
        self._waiting = None
        if more:
            status |= Done.MORE
        if self.in_transaction:
            status |= Done.IN_TRANSACTION
        self._writer.add(tokens.done(status, kind=kind, count=count, command=command))
