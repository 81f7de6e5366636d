"""What does an execution plan tell that the text does not?

Query Store keeps no values of parameters, but each plan has those for which it was compiled; and its objects are the
engine's own account of the tables it read, through views and synonyms.
"""

from collections.abc import Mapping

from ombudsman.model.errors import SettingsError
from ombudsman.model.tables import TableRef
from ombudsman.workload.recorded import Parameter, Plan, PlannedTable
from ombudsman.workload.safe_xml import BROKEN, SafeXml


def read_plan(xml: str) -> Plan | None:
    """The parameters and tables of a plan; None when it is cut off, too deep, or no plan at all."""
    told = _Told()
    # A plan that was cut off has told some of its tables: some would be taken for all.
    try:
        parser = SafeXml(told.start, lambda _: None)
        parser.feed(xml.lstrip("\ufeff \r\n\t"), last=True)
    except (BROKEN, SettingsError, UnicodeEncodeError):
        return None
    return Plan(tuple(told.parameters.values()), tuple(told.tables)) if told.is_plan else None


class _Told:
    def __init__(self) -> None:
        self.parameters: dict[str, Parameter] = {}
        self.tables: dict[PlannedTable, None] = {}
        self.is_plan = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "ShowPlanXML":
            self.is_plan = True
        elif name == "Object":
            self._object(attributes)
        elif name == "ColumnReference" and "ParameterCompiledValue" in attributes:
            self._parameter(attributes)

    def _object(self, attributes: Mapping[str, str]) -> None:
        name = _bare(attributes.get("Table", ""))
        schema = _bare(attributes.get("Schema", ""))
        database = _bare(attributes.get("Database", ""))
        if name and not name.startswith(("#", "@")) and database.casefold() != "tempdb":
            ref = TableRef(schema=schema or None, name=name)
            self.tables.setdefault(PlannedTable(ref, database or None))

    def _parameter(self, attributes: Mapping[str, str]) -> None:
        name = attributes.get("Column", "")
        if name.startswith("@"):
            self.parameters.setdefault(
                name.casefold(),
                Parameter(
                    name,
                    attributes.get("ParameterDataType"),
                    attributes["ParameterCompiledValue"],
                ),
            )


def _bare(name: str) -> str:
    if name.startswith("[") and name.endswith("]"):
        return name[1:-1].replace("]]", "]")
    return name
