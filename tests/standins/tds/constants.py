"""What do the session and the server say of themselves? @@VERSION, SERVERPROPERTY, DB_NAME() and their like."""

import datetime as dt
from typing import TYPE_CHECKING

from tests.standins.tds import types as t
from tests.standins.tds.conversions import Typed, quoted
from tests.standins.tds.types import SqlType

if TYPE_CHECKING:
    from tests.standins.tds.session import Session

VERSION_TEXT = (
    "Microsoft SQL Server 2022 (RTM) - 16.0.1000.6 (X64) - stand-in for tests over DuckDB"
)


def constants(session: "Session") -> dict[str, Typed]:
    """By name: `@@x`, functions without arguments, `serverproperty.x`, `has_perms_by_name.x`."""
    catalogue = session.catalogue
    number = list(session.engine.catalogues).index(catalogue.name.lower()) + 1
    writes = 1 if session.user.can_write else 0
    options = session.options
    texts = {
        "@@version": VERSION_TEXT,
        "@@servername": "STANDIN",
        "@@language": "us_english",
        "db_name": catalogue.name,
        "schema_name": "dbo",
        "suser_sname": session.login.user,
        "suser_name": session.login.user,
        "original_login": session.login.user,
        "system_user": session.login.user,
        "user_name": "dbo" if writes else session.login.user,
        "current_user": "dbo" if writes else session.login.user,
        "session_user": "dbo" if writes else session.login.user,
        "host_name": session.login.host,
        "app_name": session.login.application,
        "serverproperty.productversion": "16.0.1000.6",
        "serverproperty.productlevel": "RTM",
        "serverproperty.edition": "Developer Edition (64-bit)",
        "serverproperty.servername": "STANDIN",
        "serverproperty.machinename": "STANDIN",
        "serverproperty.collation": t.DEFAULT_COLLATION,
        "databasepropertyex." + catalogue.name.lower() + ".collation": catalogue.collation,
        "databasepropertyex." + catalogue.name.lower() + ".status": "ONLINE",
        "databasepropertyex." + catalogue.name.lower() + ".updateability": "READ_WRITE",
        "connectionproperty.net_transport": "TCP",
    }
    wholes = {
        "@@spid": session.number,
        "@@trancount": session.depth,
        "@@rowcount": session.row_count,
        "@@lock_timeout": options.lock_timeout_ms,
        "@@error": 0,
        "@@microsoftversion": 0x100003E8,
        "@@max_precision": 38,
        "@@options": 5432,
        "@@textsize": 2147483647,
        "@@datefirst": 7,
        "xact_state": 1 if session.depth else 0,
        "db_id": number,
        "serverproperty.engineedition": 3,
        "serverproperty.productmajorversion": 16,
        "serverproperty.isintegratedsecurityonly": 0,
        "serverproperty.isclustered": 0,
        "is_srvrolemember.sysadmin": writes,
        "is_member.db_owner": writes,
        "is_member.db_datareader": 1,
        "is_member.db_datawriter": writes,
        "sessionproperty.ansi_nulls": 1,
        "sessionproperty.quoted_identifier": 1,
        "sessionproperty.arithabort": 1
        if options.others.get("ARITHABORT", "OFF").upper() == "ON"
        else 0,
        "sessionproperty.concat_null_yields_null": 1,
        "has_perms_by_name.any": writes,
        "has_perms_by_name.select": 1,
        "has_perms_by_name.connect": 1,
        "has_perms_by_name.view definition": 1 if session.user.reads is None else 0,
        "has_perms_by_name.view database state": 1 if session.user.sees_state else 0,
    }
    texts["has_perms_by_name.columns"] = "\n".join(session.user.updates)
    found = {
        name: Typed(quoted(text), t.nvarchar(max(len(text), 128)), literal=text)
        for name, text in texts.items()
    }
    found |= {name: Typed(str(whole), t.INT, is_nullable=False) for name, whole in wholes.items()}
    found |= _moments()
    identity = session.last_identity
    last = Typed(
        "CAST(NULL AS DECIMAL(38,0))" if identity is None else f"CAST({identity} AS DECIMAL(38,0))",
        t.decimal(38, 0),
    )
    found |= {"@@identity": last, "scope_identity": last}
    found["rowcount_big"] = Typed(f"CAST({session.row_count} AS BIGINT)", t.BIGINT)
    return found


def _moments() -> dict[str, Typed]:
    now = dt.datetime.now(dt.UTC)
    ticks = (now.toordinal() - 1) * t.TICKS_OF_A_DAY
    ticks += ((now.hour * 60 + now.minute) * 60 + now.second) * 10_000_000 + now.microsecond * 10
    exact = Typed(f"CAST({ticks} AS BIGINT)", t.DATETIME2)
    rough = Typed(f"t_datetime(CAST({ticks} AS BIGINT))", t.DATETIME)
    offset = Typed(f"t_offset(CAST({ticks} AS BIGINT), 0)", SqlType("datetimeoffset", scale=7))
    return {
        "getdate": rough,
        "getutcdate": rough,
        "current_timestamp": rough,
        "sysdatetime": exact,
        "sysutcdatetime": exact,
        "sysdatetimeoffset": offset,
    }
