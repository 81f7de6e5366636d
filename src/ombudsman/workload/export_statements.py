"""The SQL with which a workload is exported, as files to be read by whoever runs them on a production server.

Each is one SELECT over the server's own views, headed by the rights it needs. They have been written from the vendor's
documentation; the importer is tested with recorded exports of their columns.
"""

from importlib.resources import files

from ombudsman.model.errors import SettingsError, did_you_mean

KINDS: dict[str, str] = {
    "querystore": "Query Store of SQL Server 2016 to 2019",
    "querystore-2022": "Query Store of SQL Server 2022 and later",
    "querystore-azure": "Query Store of Azure SQL Database and Managed Instance",
    "plan-cache": "the plan cache of a server without Query Store",
    "extended-events": "Extended Events of a server without Query Store",
}
"""What can be exported from, by the name that a person gives."""

DAYS = 30


def export_sql(kind: str, *, days: int = DAYS) -> str:
    """The statement that exports the last `days` days.

    Raises:
        SettingsError: there is no such kind.
    """
    if kind not in KINDS:
        raise SettingsError(f"there is no export of kind {kind!r}", hint=did_you_mean(kind, KINDS))
    text = (files("ombudsman.workload") / "export_sql" / f"{kind}.sql").read_text(encoding="utf-8")
    return text.replace("{days}", str(days))
