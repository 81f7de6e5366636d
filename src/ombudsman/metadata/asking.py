"""How the catalogue is asked: statements of our own, bound to the schemas that are wanted."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from ombudsman.model.errors import ObjectNotFound, did_you_mean


def in_schemas(sql: str, schemas: Sequence[str] | None) -> sa.TextClause:
    """The statement with its `(:every OR schema IN :schemas)` bound; None asks for every schema."""
    if ":schemas" not in sql:
        return sa.text(sql)
    return sa.text(sql).bindparams(
        sa.bindparam("every", schemas is None, sa.Boolean()),
        sa.bindparam("schemas", list(schemas or [""]), sa.String(), expanding=True),
    )


def check_schemas(wanted: Sequence[str] | None, known: Iterable[str], *, connection: str) -> None:
    """Raises ObjectNotFound when a wanted schema does not exist: its tables would be missed in silence."""
    names = list(known)
    for name in wanted or ():
        if name not in names:
            raise ObjectNotFound(
                f"no schema {name!r} in connection {connection!r}", hint=did_you_mean(name, names)
            )


def not_readable(names: Iterable[str]) -> tuple[str, ...]:
    """The note on tables that are in the catalogue and that the login may not read."""
    closed = sorted(names)
    return (f"the login may not read: {', '.join(closed)}",) if closed else ()
