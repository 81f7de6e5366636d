"""How is each driver of SQL Server told where to log in?

An ODBC connection string is code: `DRIVER=` in it names a library that is loaded, and of two the last one wins. So it
is built here and nowhere else, of typed settings, every value in braces; a value cannot end its own braces, for a
closing one is doubled. The driver's name is never a setting of a user's, and stands last.

pymssql takes its settings one by one. It cannot prove a certificate, and so is only for those who have said that they
need none (`trust_server_certificate`, or `encrypt: optional`).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ombudsman.connections.settings import SQL_SERVER_PORT, SqlServerSettings
from ombudsman.model.errors import SettingsError

_ENTRA: Mapping[str, str] = MappingProxyType(
    {
        "entra-password": "ActiveDirectoryPassword",
        "entra-service-principal": "ActiveDirectoryServicePrincipal",
        "entra-managed-identity": "ActiveDirectoryMSI",
        "entra-interactive": "ActiveDirectoryInteractive",
        "entra-default": "ActiveDirectoryDefault",
    }
)
"""ODBC's words."""

_ENCRYPT = {"optional": "no", "mandatory": "yes", "strict": "strict"}
_INTENT = {"read_only": "ReadOnly", "read_write": "ReadWrite"}
_ODBC_ONLY = "install mssql-python with the system libraries libltdl7 and libgssapi-krb5-2"


def odbc_string(settings: SqlServerSettings, *, driver: str | None = None) -> str:
    """The connection string. `driver` is the name of an installed ODBC driver; mssql-python brings its own."""
    told = {
        "Server": _server(settings),
        "Database": settings.database,
        **_identity(settings),
        "Encrypt": _ENCRYPT[settings.encrypt],
        "TrustServerCertificate": "yes" if settings.trust_server_certificate else "no",
        "HostnameInCertificate": settings.host_name_in_certificate,
        "ApplicationIntent": _INTENT[settings.application_intent],
    }
    if driver is not None:
        told |= {"APP": settings.application_name, "Driver": driver}
    return ";".join(f"{key}={_braced(value)}" for key, value in told.items() if value)


def pymssql_arguments(settings: SqlServerSettings) -> dict[str, Any]:
    """The arguments of `pymssql.connect`.

    Raises:
        SettingsError: the settings ask for something that this driver cannot do.
    """
    _refuse_what_pymssql_cannot(settings)
    instance = f"\\{settings.instance}" if settings.instance and not settings.port else ""
    return {
        "server": f"{settings.host}{instance}",
        "port": str(settings.port or SQL_SERVER_PORT),
        "user": settings.user,
        "password": _password(settings),
        "database": settings.database,
        "appname": settings.application_name,
        "login_timeout": settings.connect_timeout_s,
        "encryption": "request" if settings.encrypt == "optional" else "require",
        "read_only": settings.application_intent == "read_only",
        "tds_version": "7.4",
        "charset": "UTF-8",
        "use_datetime2": True,
    }


def _refuse_what_pymssql_cannot(settings: SqlServerSettings) -> None:
    if settings.authentication != "sql":
        what = f"{settings.authentication!r} authentication"
    elif settings.encrypt == "strict":
        what = "encrypt: strict"
    elif settings.encrypt == "mandatory" and not settings.trust_server_certificate:
        what = "the proof of a server's certificate"
    elif ":" in settings.host:
        what = "an IPv6 address"
    else:
        return
    raise SettingsError(f"the driver pymssql does not know {what}", hint=_ODBC_ONLY)


def _server(settings: SqlServerSettings) -> str:
    """TCP and nothing else; a port makes the name of an instance needless."""
    if settings.instance and settings.port is None:
        return f"tcp:{settings.host}\\{settings.instance}"
    return f"tcp:{settings.host},{settings.port or SQL_SERVER_PORT}"


def _identity(settings: SqlServerSettings) -> dict[str, str | None]:
    if settings.authentication == "windows":
        return {"Trusted_Connection": "yes"}
    return {
        "Authentication": _ENTRA.get(settings.authentication),
        "UID": settings.user,
        "PWD": _password(settings),
    }


def _password(settings: SqlServerSettings) -> str | None:
    return None if settings.password is None else settings.password.get_secret_value()


def _braced(value: str) -> str:
    return "{" + value.replace("}", "}}") + "}"
