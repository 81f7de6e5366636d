"""What every table of rows with ids can do: find one, add one, remove one, list a page."""

from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import Select, func
from sqlalchemy.orm import InstrumentedAttribute, Session

from ombudsman.model.errors import NotFound
from ombudsman.studio.persistence.entities.base import Named
from ombudsman.studio.persistence.paging import PageOf, PageRequest, Sorts, page_of

E = TypeVar("E", bound=Named)


class Rows(Generic[E]):
    """The rows of one table. `noun` is what a message calls one of them."""

    entity: type[E]
    noun: ClassVar[str]
    sorts: ClassVar[Sorts]
    by_default: ClassVar[str] = "-created"

    def __init__(self, session: Session) -> None:
        self.session = session

    def find(self, row_id: str) -> E | None:
        """The row of this id, if there is one."""
        return self.session.get(self.entity, row_id)

    def get(self, row_id: str) -> E:
        """The row of this id.

        Raises:
            NotFound: there is none.
        """
        row = self.find(row_id)
        if row is None:
            raise no_such(self.noun)
        return row

    def add(self, row: E) -> E:
        """Adds the row, so that later statements see it."""
        self.session.add(row)
        self.session.flush()
        return row

    def remove(self, row: E) -> None:
        """Removes the row, and what belongs to it."""
        self.session.delete(row)
        self.session.flush()

    def page(self, statement: Select[E], asked: PageRequest) -> PageOf[E]:
        """One page of a selection of these rows."""
        return page_of(
            self.session,
            statement,
            asked,
            sorts=self.sorts,
            by_default=self.by_default,
            unique=_id_of(self.entity),
        )


def containing(column: InstrumentedAttribute[str], q: str | None) -> Any:
    """The condition that a text holds `q`, letter case set aside; true when nothing is sought."""
    return True if not q else func.lower(column).contains(q.lower(), autoescape=True)


def no_such(noun: str, *, denied: bool = False) -> NotFound:
    """What is said of a thing that is not there, and of one that you may not know of: both sound the same.

    `denied` tells them apart for the audit, and for nobody else.
    """
    return NotFound(f"there is no such {noun}", denied=denied)


def _id_of(entity: type[E]) -> InstrumentedAttribute[Any]:
    column: InstrumentedAttribute[Any] = entity.id
    return column
