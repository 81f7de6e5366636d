"""What do the statements do that read and change no table? SET, DECLARE, USE, PRINT, WAITFOR, THROW and their like."""

from typing import TYPE_CHECKING, Any

from sqlglot import exp
from tests.standins.tds import types as t
from tests.standins.tds.batches import Statement
from tests.standins.tds.conversions import Typed, convert
from tests.standins.tds.definitions import Words
from tests.standins.tds.errors import SqlError, syntax
from tests.standins.tds.expressions import expression
from tests.standins.tds.parsing import tokens_of, tree_of
from tests.standins.tds.queries import query
from tests.standins.tds.responses import Response
from tests.standins.tds.scope import Scope
from tests.standins.tds.state import ISOLATION_LEVELS, Cancelled, Variable
from tests.standins.tds.structure import must_write
from tests.standins.tds.types import SqlType

if TYPE_CHECKING:
    from tests.standins.tds.session import Session


def set_option(
    session: "Session", statement: Statement, variables: dict[str, Variable], response: Response
) -> None:
    words = Words(statement.tokens, statement.text)
    words.must("SET")
    if words.takes("@"):
        name = words.take().text.lower()
        words.must("=")
        _assign(session, name, words, variables)
    elif words.takes("TRANSACTION", "ISOLATION", "LEVEL"):
        session.options.isolation = " ".join(words.rest().upper().split())
        if session.options.isolation not in ISOLATION_LEVELS:
            raise syntax(session.options.isolation)
    elif words.takes("LOCK_TIMEOUT"):
        session.options.lock_timeout_ms = int(words.rest().replace(" ", ""))
    elif words.takes("IDENTITY_INSERT"):
        name = words.names()[-1]
        session.options.identity_insert = name if words.takes("ON") else None
    else:
        _set_plainly(session, words)
    response.statement_done()


def _set_plainly(session: "Session", words: Words) -> None:
    for part in words.parts():
        name = part.take().text.upper()
        value = part.rest()
        is_on = value.upper() == "ON"
        match name:
            case "NOCOUNT":
                session.options.counts = not is_on
            case "IMPLICIT_TRANSACTIONS":
                session.options.implicit = is_on
            case "XACT_ABORT":
                session.options.aborts = is_on
            case "FMTONLY":
                session.options.describes_only = is_on
            case _:
                session.options.others[name] = value


def _assign(session: "Session", name: str, words: Words, variables: dict[str, Variable]) -> None:
    variable = variables.get(name)
    if variable is None:
        raise SqlError(137, f'Must declare the scalar variable "@{name}".', severity=15)
    text = f"SELECT {words.rest()}"
    tree = tree_of(tokens_of(text), text)
    variable.value = _value(session, tree.expressions[0], variable.type, variables)


def _value(
    session: "Session", node: exp.Expr, kind: SqlType, variables: dict[str, Variable]
) -> Any:
    environment = session._environment(variables)
    value = convert(expression(node, Scope(environment)), kind)
    found = session._execute(
        f"SELECT CAST({value.sql} AS {kind.carrier})", environment, variables
    ).fetchone()
    return found[0] if found else None


def assign_selected(
    session: "Session", tree: exp.Select, variables: dict[str, Variable], response: Response
) -> None:
    names = [each.this.name.lower() for each in tree.expressions]
    values = tree.copy()
    values.set("expressions", [each.expression for each in tree.expressions])
    environment = session._environment(variables)
    found = query(values, None, environment)
    casts = ", ".join(
        f"CAST({convert(Typed(f'a{index}', column.type), variables[name].type).sql} AS {variables[name].type.carrier})"
        for index, (name, column) in enumerate(zip(names, found.columns, strict=True))
    )
    labels = ", ".join(f"a{index}" for index in range(len(names)))
    rows = session._execute(
        f"SELECT {casts} FROM ({found.sql}) AS assigned({labels})", environment, variables
    ).fetchall()
    for index, name in enumerate(names):
        if rows:
            variables[name].value = rows[-1][index]
    response.statement_done(count=len(rows) if session.options.counts else None)


def declare(
    session: "Session", statement: Statement, variables: dict[str, Variable], response: Response
) -> None:
    words = Words(statement.tokens[1:], statement.text)
    for part in words.parts():
        part.must("@")
        name = part.take().text.lower()
        part.takes("AS")
        begin = part.position
        while not part.is_at_end and not part.sees("="):
            part.take()
        kind = t.read_type(part.written(part._tokens[begin : part.position]))
        if kind is None:
            raise SqlError(
                2715, f"Column, parameter, or variable: Cannot find data type of @{name}."
            )
        variables[name] = Variable(kind)
        if part.takes("="):
            _assign(session, name, part, variables)


def use(
    session: "Session", statement: Statement, variables: dict[str, Variable], response: Response
) -> None:
    session.enter(statement.tokens[1].text, response)
    response.statement_done()


def print_text(
    session: "Session", statement: Statement, variables: dict[str, Variable], response: Response
) -> None:
    text = f"SELECT {Words(statement.tokens[1:], statement.text).rest()}"
    value = _value(
        session, tree_of(tokens_of(text), text).expressions[0], t.nvarchar(4000), variables
    )
    response.message(0, str(value), severity=0)
    response.statement_done()


def wait(
    session: "Session", statement: Statement, variables: dict[str, Variable], response: Response
) -> None:
    words = Words(statement.tokens[1:], statement.text)
    words.must("DELAY")
    hours, minutes, seconds = words.take().text.split(":")
    if session.cancelled.wait(int(hours) * 3600 + int(minutes) * 60 + float(seconds)):
        raise Cancelled
    response.statement_done()


def raise_error(
    session: "Session", statement: Statement, variables: dict[str, Variable], response: Response
) -> None:
    if statement.verb == "THROW":
        number, text, _ = (
            part.take().text for part in Words(statement.tokens[1:], statement.text).parts()
        )
        raise SqlError(int(number), text)
    parts = Words(statement.tokens[1:], statement.text).group().parts()
    severity = int(parts[1].take().text)
    if severity <= 10:
        response.message(50_000, parts[0].take().text, severity=severity)
        response.statement_done()
        return
    raise SqlError(50_000, parts[0].take().text, severity=severity)


def accept(
    session: "Session", statement: Statement, variables: dict[str, Variable], response: Response
) -> None:
    """Statements about rights: users are told to the server when it starts."""
    must_write(session, statement.verb)
    response.statement_done()


def end(
    session: "Session", statement: Statement, variables: dict[str, Variable], response: Response
) -> None:
    response.statement_done()
