"""What do CREATE, ALTER, DROP and TRUNCATE do? The catalogue and the rows behind it change together."""

from typing import TYPE_CHECKING

from tests.standins.tds.batches import Statement
from tests.standins.tds.catalogue import Column, Table
from tests.standins.tds.definitions import (
    Words,
    alter_table,
    create_index,
    create_table,
    drop,
    storage_name,
)
from tests.standins.tds.errors import SqlError, unsupported
from tests.standins.tds.parsing import tokens_of, tree_of
from tests.standins.tds.queries import query
from tests.standins.tds.responses import Response
from tests.standins.tds.scope import quote
from tests.standins.tds.state import Variable

if TYPE_CHECKING:
    from tests.standins.tds.session import Session


def must_write(session: "Session", action: str) -> None:
    if not session.user.can_write:
        raise SqlError(
            262, f"{action} permission denied in database '{session.catalogue.name}'.", severity=14
        )


def create(
    session: "Session", statement: Statement, variables: dict[str, Variable], response: Response
) -> None:
    words = Words(statement.tokens, statement.text)
    words.must("CREATE")
    if words.takes("OR", "ALTER"):
        pass
    what = words.next_text().upper()
    must_write(session, f"CREATE {what}")
    if words.takes("TABLE"):
        table = create_table(words, session.catalogue)
        session._begin_implicitly(session._environment(variables), response, writes=True)
        session.engine.add_table(table, session.catalogue, session._cursor)
        session._undo.append((session.catalogue, table))
        session._has_written = True
    elif words.takes("SCHEMA"):
        name = words.take().text
        if session.catalogue.schema(name):
            raise SqlError(2714, f"There is already an object named '{name}' in the database.")
        session._cursor.execute(f"CREATE SCHEMA {quote(session.catalogue.name)}.{quote(name)}")
        session.catalogue.add_schema(name)
    elif words.takes("VIEW"):
        _create_view(session, words)
    elif words.takes("DATABASE"):
        from tests.standins.tds.engine import Database

        session.engine.create_database(words.take().text, Database())
    elif words.sees("LOGIN") or words.sees("USER"):
        pass
    else:
        create_index(words, session.catalogue)
    response.statement_done()


def _create_view(session: "Session", words: Words) -> None:
    names = words.names()
    schema, name = (names[-2] if len(names) > 1 else "dbo"), names[-1]
    given = [key for key, _ in words.column_names()] if words.sees("(") else []
    words.must("AS")
    text = words.rest()
    environment = session._environment({})
    found = query(tree_of(tokens_of(text), text), None, environment)
    labels = given or [column.name for column in found.columns]
    columns = [
        Column(label, column.type, column.is_nullable)
        for label, column in zip(labels, found.columns, strict=True)
    ]
    own = session.catalogue.schema(schema)
    if own is None:
        raise SqlError(
            2760,
            f'The specified schema name "{schema}" either does not exist or you do not have permission to use it.',
        )
    session.catalogue.add(Table(session.catalogue.next_number(), own, name, columns, query=text))


def alter(
    session: "Session", statement: Statement, variables: dict[str, Variable], response: Response
) -> None:
    words = Words(statement.tokens, statement.text)
    words.must("ALTER")
    must_write(session, "ALTER")
    if words.takes("TABLE"):
        table, added, dropped = alter_table(words, session.catalogue)
        place = storage_name(table, session.catalogue)
        for column in added:
            session._cursor.execute(
                f"ALTER TABLE {place} ADD COLUMN {quote(column.name)} {column.type.carrier}"
            )
        for name in dropped:
            session._cursor.execute(f"ALTER TABLE {place} DROP COLUMN {quote(name)}")
    elif words.takes("DATABASE"):
        _alter_database(session, words)
    else:
        raise unsupported(f"ALTER {words.next_text()}")
    response.statement_done()


def _alter_database(session: "Session", words: Words) -> None:
    name = words.take().text
    catalogue = (
        session.catalogue
        if name.upper() == "CURRENT"
        else session.engine.catalogues.get(name.lower())
    )
    if catalogue is None:
        raise SqlError(
            5011,
            f"User does not have permission to alter database '{name}', the database does not exist, or the database is not in a state that allows access checks.",
        )
    words.must("SET")
    if words.takes("ALLOW_SNAPSHOT_ISOLATION"):
        catalogue.allows_snapshot = words.takes("ON")
    elif words.takes("OFFLINE"):
        catalogue.is_online = False
    elif words.takes("ONLINE"):
        catalogue.is_online = True
    catalogue.changed()


def drop_object(
    session: "Session", statement: Statement, variables: dict[str, Variable], response: Response
) -> None:
    words = Words(statement.tokens, statement.text)
    words.must("DROP")
    must_write(session, "DROP")
    if words.takes("TABLE") or words.takes("VIEW"):
        for part in Words(statement.tokens[2:], statement.text).parts():
            table = drop(part, session.catalogue)
            if table is None:
                continue
            if not table.is_view:
                session._cursor.execute(f"DROP TABLE {storage_name(table, session.catalogue)}")
            session.catalogue.drop(table)
    elif words.takes("SCHEMA"):
        words.takes("IF", "EXISTS")
        name = words.take().text
        session._cursor.execute(
            f"DROP SCHEMA IF EXISTS {quote(session.catalogue.name)}.{quote(name)}"
        )
        session.catalogue.schemas.pop(name.lower(), None)
        session.catalogue.changed()
    elif words.takes("INDEX"):
        _drop_index(session, words)
    else:
        raise unsupported(f"DROP {words.next_text()}")
    response.statement_done()


def _drop_index(session: "Session", words: Words) -> None:
    words.takes("IF", "EXISTS")
    name = words.take().text
    words.must("ON")
    table = session._table(words.names())
    table.indexes[:] = [each for each in table.indexes if each.name.lower() != name.lower()]
    session.catalogue.changed()


def truncate(
    session: "Session", statement: Statement, variables: dict[str, Variable], response: Response
) -> None:
    words = Words(statement.tokens, statement.text)
    words.must("TRUNCATE", "TABLE")
    names = words.names()
    table = session._table(names)
    must_write(session, "ALTER")
    session._cursor.execute(f"DELETE FROM {storage_name(table, session.catalogue)}")
    session._has_written = True
    response.statement_done()
