"""Which hosts would a connection reach, and which of them does its driver learn as an address?

Every setting that names a host, or from which one follows, stands here: one that nobody judges is a door past the
policy, for a proxy leads to this machine as well as a host does.

A driver is told the address that was judged, so that a name cannot change its mind. The name stays where the server is
found or proved by it, and whoever owns the name is known: a certificate that must bear it, the domains of Azure and of
Snowflake.

What a server says once it was reached is not judged here: SQL Server may send its driver on to another server, and
Snowflake names the storage that holds a large result. The firewall of the studio's machine has the last word.
"""

import ipaddress
from dataclasses import dataclass

from ombudsman.connections.settings import (
    AnySettings,
    PostgresSettings,
    SnowflakeSettings,
    SqlServerSettings,
)
from ombudsman.connections.snowflake_account import LOOPBACK, host_of
from ombudsman.model.errors import NotAllowed
from ombudsman.studio.security.outbound import OutboundPolicy

AZURE = (
    ".database.windows.net",
    ".database.usgovcloudapi.net",
    ".database.chinacloudapi.cn",
    ".database.fabric.microsoft.com",
    ".datawarehouse.fabric.microsoft.com",
    ".sql.azuresynapse.net",
)
"""Where a gateway finds the database by the name that it is called by."""

_SIGN_IN = {
    ".database.usgovcloudapi.net": "login.microsoftonline.us",
    ".database.chinacloudapi.cn": "login.partner.microsoftonline.cn",
}
_SIGN_IN_ELSEWHERE = "login.microsoftonline.com"


@dataclass(frozen=True)
class Destination:
    """A host that a connection reaches, and the setting that it comes from.

    `is_known_by_name`: its name alone is judged, for a proxy resolves it, or a great provider owns it.
    """

    setting: str
    host: str
    is_known_by_name: bool = False


def destinations(settings: AnySettings) -> list[Destination]:
    """All hosts that these settings lead to; none where files are read."""
    match settings:
        case PostgresSettings():
            return [Destination("host", settings.host)]
        case SqlServerSettings():
            return [Destination("host", settings.host), *_sign_in(settings)]
        case SnowflakeSettings():
            return _of_snowflake(settings)
    return []


def refuse_forbidden(settings: AnySettings, policy: OutboundPolicy) -> None:
    """Raises NotAllowed, with a pointer to the setting, when one of the hosts is not allowed."""
    for each in destinations(settings):
        try:
            if each.is_known_by_name:
                policy.judge_name(each.host)
            else:
                policy.address_of(each.host)
        except NotAllowed as error:
            error.context["pointer"] = f"/settings/{each.setting}"
            raise


def pinned(settings: AnySettings, policy: OutboundPolicy) -> AnySettings:
    """The settings with addresses that were judged in place of names, where that can be.

    Raises:
        NotAllowed: the policy refuses a host.
    """
    match settings:
        case PostgresSettings() if settings.sslmode != "verify-full":
            return settings.model_copy(update={"host": policy.address_of(settings.host)})
        case SqlServerSettings() if not _is_found_by_name(settings):
            return _pinned_sqlserver(settings, policy.address_of(settings.host))
        case SnowflakeSettings() if settings.proxy_host is not None:
            address = policy.address_of(settings.proxy_host)
            return settings.model_copy(update={"proxy_host": _in_url(address)})
    return settings


def _of_snowflake(settings: SnowflakeSettings) -> list[Destination]:
    host, setting = settings.host, "host"
    if host is None:
        host, setting = host_of(settings.account), "account"
    if settings.proxy_host is None:
        return [Destination(setting, host)]
    return [
        Destination("proxy_host", settings.proxy_host),
        Destination(setting, host, is_known_by_name=host not in LOOPBACK),
    ]


def _sign_in(settings: SqlServerSettings) -> list[Destination]:
    """Where Microsoft Entra ID answers."""
    if not settings.authentication.startswith("entra-"):
        return []
    clouds = (each for cloud, each in _SIGN_IN.items() if _name(settings).endswith(cloud))
    host = next(clouds, _SIGN_IN_ELSEWHERE)
    return [Destination("authentication", host, is_known_by_name=True)]


def _pinned_sqlserver(settings: SqlServerSettings, address: str) -> SqlServerSettings:
    """The certificate bears the name still: so the driver is told it apart."""
    name = settings.host_name_in_certificate or settings.host
    told = {} if address == settings.host else {"host_name_in_certificate": name}
    return settings.model_copy(update={"host": address, **told})


def _is_found_by_name(settings: SqlServerSettings) -> bool:
    """Azure's gateway needs the name. So does Kerberos; then the certificate has to prove it."""
    if _name(settings).endswith(AZURE):
        return True
    proved = settings.encrypt != "optional" and not settings.trust_server_certificate
    own_name = settings.host_name_in_certificate in {None, settings.host}
    return settings.authentication == "windows" and proved and own_name


def _name(settings: SqlServerSettings) -> str:
    return settings.host.rstrip(".").casefold()


def _in_url(address: str) -> str:
    return f"[{address}]" if ipaddress.ip_address(address).version == 6 else address
