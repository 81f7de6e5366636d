"""Which stored procedures does the server have? Those that drivers call, and one that describes columns."""

import pyarrow as pa
from tests.standins.tds import types as t
from tests.standins.tds.definitions import Words
from tests.standins.tds.errors import SqlError, unsupported
from tests.standins.tds.parameters import Call, Parameter
from tests.standins.tds.parsing import tokens_of
from tests.standins.tds.responses import Response
from tests.standins.tds.session import Session
from tests.standins.tds.state import Variable
from tests.standins.tds.tokens import DoneKind


class Procedures:
    """The procedures of a session, with the statements it has prepared."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._prepared: dict[int, tuple[str, str]] = {}
        """Statement and parameter list, by handle."""

    def run(self, call: Call, response: Response) -> None:
        """Runs a call; errors are told in the response."""
        response.kind = DoneKind.IN_PROCEDURE
        try:
            went_well = self._run(call, response)
        except SqlError as failure:
            response.error(failure)
            went_well = False
        if went_well:
            response.return_status(0)
        response.procedure_done()
        response.kind = DoneKind.STATEMENT

    def _run(self, call: Call, response: Response) -> bool:
        name, parameters = call.procedure.lower().split(".")[-1].strip("[]"), call.parameters
        match name:
            case "sp_executesql":
                statement, listed = _text(parameters, 0), _text(parameters, 1)
                return self._execute(statement, listed, parameters[2:], response)
            case "sp_prepare":
                handle = self._prepare(_text(parameters, 2), _text(parameters, 1))
                self._tell_handle(parameters[0], handle, response)
                return True
            case "sp_prepexec":
                statement, listed = _text(parameters, 2), _text(parameters, 1)
                handle = self._prepare(statement, listed)
                went_well = self._execute(statement, listed, parameters[3:], response)
                if went_well:
                    self._tell_handle(parameters[0], handle, response)
                return went_well
            case "sp_execute":
                found = self._prepared.get(parameters[0].value)
                if found is None:
                    raise SqlError(
                        8179,
                        f"Could not find prepared statement with handle {parameters[0].value}.",
                    )
                return self._execute(*found, parameters[1:], response)
            case "sp_unprepare":
                self._prepared.pop(parameters[0].value, None)
                return True
            case "sp_reset_connection":
                return True
            case _:
                raise SqlError(2812, f"Could not find stored procedure '{call.procedure}'.")

    def _prepare(self, statement: str, listed: str) -> int:
        handle = len(self._prepared) + 1
        self._prepared[handle] = (statement, listed)
        return handle

    def _tell_handle(self, parameter: Parameter, handle: int, response: Response) -> None:
        response.return_value(parameter.name, t.INT, pa.array([handle], type=pa.int32()))

    def _execute(
        self, statement: str, listed: str, given: list[Parameter], response: Response
    ) -> bool:
        if len(given) > 2100:
            raise SqlError(
                8003,
                "The incoming request has too many parameters. The server supports a maximum of 2100 parameters.",
            )
        variables = declared(listed)
        names = list(variables)
        for index, parameter in enumerate(given):
            name = parameter.name.lower() or (
                names[index] if index < len(names) else f"p{index + 1}"
            )
            kind = variables[name].type if name in variables else parameter.type
            if kind.name != parameter.type.name:
                kind = parameter.type
            variables[name] = Variable(kind, parameter.value)
        return self._session.run(statement, variables, response)


def declared(listed: str) -> dict[str, Variable]:
    """The parameters that a list names: `@P1 int, @P2 nvarchar(4000) OUTPUT`."""
    found: dict[str, Variable] = {}
    if not listed.strip():
        return found
    for part in Words(tokens_of(listed), listed).parts():
        part.must("@")
        name = part.take().text.lower()
        part.takes("AS")
        begin = part.position
        while (
            not part.is_at_end
            and not part.sees("OUTPUT")
            and not part.sees("OUT")
            and not part.sees("=")
        ):
            part.take()
        kind = t.read_type(part.written(part._tokens[begin : part.position]))
        if kind is None:
            raise SqlError(
                2715, f"Column, parameter, or variable: Cannot find data type of @{name}."
            )
        found[name] = Variable(kind)
    return found


def _text(parameters: list[Parameter], index: int) -> str:
    if index >= len(parameters) or parameters[index].value is None:
        return ""
    return str(parameters[index].value)


def run_written(
    session: Session, words: Words, variables: dict[str, Variable], response: Response
) -> None:
    """EXEC name arguments: a statement in a text, an extended property, or nothing this server has."""
    if words.sees("("):
        text = words.group().take().text
        session.run(text, {}, response)
        return
    name = words.names()[-1].lower()
    arguments = _arguments(words)
    match name:
        case "sp_executesql":
            inner = declared(arguments.get("1", arguments.get("params", "")) or "")
            session.run(arguments.get("0", arguments.get("stmt", "")) or "", inner, response)
        case "sp_addextendedproperty":
            _add_property(session, arguments)
            response.statement_done()
        case _:
            raise unsupported(f"the procedure {name}")


def _arguments(words: Words) -> dict[str, str]:
    """By name, or by place from 0."""
    found: dict[str, str] = {}
    if words.is_at_end:
        return found
    for index, part in enumerate(Words(words._tokens[words.position :], words._text).parts()):
        key = str(index)
        if part.takes("@"):
            key = part.take().text.lower()
            part.must("=")
        found[key] = part.take().text
    return found


def _add_property(session: Session, arguments: dict[str, str]) -> None:
    table = session._table(
        [
            arguments.get("level0name", arguments.get("3", "dbo")),
            arguments.get("level1name", arguments.get("5", "")),
        ]
    )
    column = arguments.get("level2name", arguments.get("7"))
    name = arguments.get("name", arguments.get("0", ""))
    table.properties[column, name] = arguments.get("value", arguments.get("1", ""))
    session.catalogue.changed()
