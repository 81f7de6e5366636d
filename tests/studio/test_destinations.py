"""Every host that a connection reaches is judged, and a driver learns the address that was."""

import itertools
from collections.abc import Iterable
from typing import Any

import pytest

from ombudsman.connections.settings import SETTINGS_OF, AnySettings
from ombudsman.connections.sqlserver_login import odbc_string
from ombudsman.model.errors import NotAllowed
from ombudsman.studio.security.outbound import OutboundPolicy
from ombudsman.studio.services.destinations import destinations, pinned, refuse_forbidden

NAMES = {
    "db.example.com": "198.51.100.7",
    "inside.example.com": "127.0.0.1",
    "proxy.example.com": "198.51.100.9",
    "proxy6.example.com": "2001:db8:1::9",
    "shop.database.windows.net": "198.51.100.10",
    "myorg-shop.snowflakecomputing.com": "198.51.100.11",
    "link.snowflakecomputing.com": "127.0.0.1",
}
POSTGRES = {
    "engine": "postgresql",
    "host": "db.example.com",
    "database": "d",
    "user": "u",
    "password": "p",
}
SQLSERVER = POSTGRES | {"engine": "sqlserver"}
SNOWFLAKE = {
    "engine": "snowflake",
    "account": "myorg-shop",
    "user": "u",
    "password": "p",
    "database": "d",
}


def resolver(host: str) -> Iterable[str]:
    if host not in NAMES:
        raise OSError
    return [NAMES[host]]


def settings(told: dict[str, Any]) -> AnySettings:
    return SETTINGS_OF[told["engine"]].model_validate(told)


def policy(*allowed: str, only_listed: bool = False) -> OutboundPolicy:
    return OutboundPolicy(allowed, only_listed=only_listed, resolver=resolver)


def test_every_setting_that_names_a_host_is_among_the_destinations():
    told = {
        "postgresql": POSTGRES,
        "sqlserver": SQLSERVER,
        "snowflake": SNOWFLAKE | {"host": "link.snowflakecomputing.com", "proxy_host": "db.x.com"},
    }
    for engine, model in SETTINGS_OF.items():
        named = {name for name in model.model_fields if name == "host" or name.endswith("_host")}
        if not named:
            continue
        judged = {each.setting for each in destinations(settings(told[engine]))}
        assert named <= judged, engine


@pytest.mark.parametrize(
    ("told", "setting"),
    [
        (POSTGRES | {"host": "inside.example.com"}, "host"),
        (SQLSERVER | {"host": "inside.example.com"}, "host"),
        (SNOWFLAKE | {"proxy_host": "127.0.0.1"}, "proxy_host"),
        (SNOWFLAKE | {"proxy_host": "0x7f.1"}, "proxy_host"),
        (SNOWFLAKE | {"proxy_host": "169.254.169.254"}, "proxy_host"),
        (SNOWFLAKE | {"proxy_host": "/run/x.sock"}, "proxy_host"),
        (SNOWFLAKE | {"proxy_host": "inside.example.com", "proxy_port": 22}, "proxy_host"),
        (SNOWFLAKE | {"host": "localhost"}, "host"),
        (SNOWFLAKE | {"host": "127.0.0.1", "protocol": "http"}, "host"),
        (SNOWFLAKE | {"host": "127.0.0.1", "proxy_host": "proxy.example.com"}, "host"),
        (SNOWFLAKE | {"host": "link.snowflakecomputing.com"}, "host"),
        (SNOWFLAKE | {"account": "nobody-knows"}, "account"),
    ],
)
def test_no_setting_leads_back_into_the_house(told: dict[str, Any], setting: str):
    with pytest.raises(NotAllowed) as caught:
        refuse_forbidden(settings(told), policy())
    assert caught.value.context["pointer"] == f"/settings/{setting}"


@pytest.mark.parametrize(
    "told",
    [
        POSTGRES,
        SQLSERVER,
        SNOWFLAKE,
        SNOWFLAKE | {"proxy_host": "proxy.example.com"},
        SNOWFLAKE | {"account": "resolved-by-the-proxy", "proxy_host": "proxy.example.com"},
        SQLSERVER | {"host": "shop.database.windows.net", "authentication": "entra-password"},
        {"engine": "duckdb", "path": "a.duckdb"},
        {"engine": "files", "folder": "a"},
    ],
)
def test_ordinary_hosts_are_allowed(told: dict[str, Any]):
    refuse_forbidden(settings(told), policy())


@pytest.mark.parametrize(
    ("told", "needed"),
    [
        (POSTGRES, ["db.example.com"]),
        (SNOWFLAKE, ["myorg-shop.snowflakecomputing.com"]),
        (SNOWFLAKE, [".snowflakecomputing.com"]),
        (
            SNOWFLAKE | {"proxy_host": "proxy.example.com"},
            ["proxy.example.com", ".snowflakecomputing.com"],
        ),
        (
            SQLSERVER
            | {"host": "shop.database.windows.net", "authentication": "entra-service-principal"},
            ["shop.database.windows.net", "login.microsoftonline.com"],
        ),
    ],
)
def test_where_only_listed_hosts_are_allowed_each_of_them_must_be(
    told: dict[str, Any], needed: list[str]
):
    refuse_forbidden(settings(told), policy(*needed, only_listed=True))
    for fewer in itertools.combinations(needed, len(needed) - 1):
        with pytest.raises(NotAllowed):
            refuse_forbidden(settings(told), policy(*fewer, only_listed=True))


@pytest.mark.parametrize(
    ("told", "changed"),
    [
        (POSTGRES, {"host": "198.51.100.7"}),
        (POSTGRES | {"sslmode": "verify-ca"}, {"host": "198.51.100.7"}),
        (POSTGRES | {"sslmode": "verify-full"}, {}),
        (
            SQLSERVER,
            {"host": "198.51.100.7", "host_name_in_certificate": "db.example.com"},
        ),
        (SQLSERVER | {"host_name_in_certificate": "other.example.com"}, {"host": "198.51.100.7"}),
        (SQLSERVER | {"host": "198.51.100.7"}, {}),
        (SQLSERVER | {"host": "shop.database.windows.net"}, {}),
        (
            SQLSERVER | {"host": "evil-database.windows.net.example.com"},
            "refused",
        ),
        (SNOWFLAKE, {}),
        (SNOWFLAKE | {"proxy_host": "proxy.example.com"}, {"proxy_host": "198.51.100.9"}),
        (SNOWFLAKE | {"proxy_host": "proxy6.example.com"}, {"proxy_host": "[2001:db8:1::9]"}),
        ({"engine": "duckdb", "path": "a.duckdb"}, {}),
    ],
)
def test_a_driver_learns_the_address_unless_the_name_is_proved(
    told: dict[str, Any], changed: dict[str, str] | str
):
    given = settings(told)
    if isinstance(changed, str):
        with pytest.raises(NotAllowed):
            pinned(given, policy())
        return
    assert pinned(given, policy()) == given.model_copy(update=changed)


def test_a_windows_login_keeps_the_name_where_the_certificate_proves_it():
    told = {key: SQLSERVER[key] for key in ("engine", "host", "database")}
    told |= {"authentication": "windows"}
    proved = settings(told)
    assert pinned(proved, policy()) == proved
    unproved = settings(told | {"trust_server_certificate": True})
    assert pinned(unproved, policy()) != unproved


def test_the_certificate_of_a_pinned_sql_server_is_still_asked_for_its_name():
    told = odbc_string(pinned(settings(SQLSERVER), policy()))  # type: ignore[arg-type]
    assert "Server={tcp:198.51.100.7,1433}" in told
    assert "HostnameInCertificate={db.example.com}" in told
    assert "TrustServerCertificate={no}" in told


def test_a_name_that_changes_its_mind_is_never_reached():
    answers = iter([["198.51.100.7"], ["127.0.0.1"]])
    rebinding = OutboundPolicy(resolver=lambda _: next(answers))
    refuse_forbidden(settings(SQLSERVER), rebinding)
    with pytest.raises(NotAllowed):
        pinned(settings(SQLSERVER), rebinding)
