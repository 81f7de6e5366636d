"""What all tables of the store have in common: types, names of constraints, ids, versions.

Instants are UTC everywhere. SQLite keeps no zone, so what comes back from it is given one here; a moment without a zone
is refused before it can be written.

Documents are JSON in texts of ASCII alone. A value of a row may hold what PostgreSQL's own JSON refuses (a NUL, a NaN);
written out like this it comes back as it was, from either store. Nobody asks the store for a part of a document.
"""

import datetime as dt
import json
from typing import Any, ClassVar

from sqlalchemy import DateTime, Dialect, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

from ombudsman.studio.ids import new_id

Document = dict[str, Any]
"""A JSON object."""


class Instant(TypeDecorator[dt.datetime]):
    """A moment, in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    @override
    def python_type(self) -> type[dt.datetime]:
        return dt.datetime

    @override
    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return None if value is None else value.astimezone(dt.UTC)

    @override
    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Written(TypeDecorator[Any]):
    """A document or a list, as JSON in a text."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value)

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dt.datetime: Instant(),
        Document: Written(),
        list[str]: Written(),
        str: String(),
    }


class Named:
    """A row that has an id of its own, and knows when it was made."""

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    created: Mapped[dt.datetime]


class Versioned(Named):
    """A row that people edit: `version` counts the edits, and an edit of an older version is refused."""

    updated: Mapped[dt.datetime]
    version: Mapped[int]

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - of the class
        return {"version_id_col": cls.version}
