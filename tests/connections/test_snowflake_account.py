"""Accounts, hosts and names: what is taken, and that no value of a setting can lead elsewhere."""

import random
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr, ValidationError

from ombudsman.connections.settings import SnowflakeSettings
from ombudsman.connections.snowflake_account import exact_name, host_of, identifier
from ombudsman.connections.snowflake_session import SESSION_PARAMETERS, parameters
from ombudsman.connections.urls import settings_from_url
from ombudsman.model.errors import SettingsError

TOLD: dict[str, Any] = {
    "account": "myorg-account1",
    "user": "u",
    "password": SecretStr("p"),
    "database": "shop",
}


@pytest.mark.parametrize(
    ("account", "host"),
    [
        ("myorg-account1", "myorg-account1.snowflakecomputing.com"),
        ("MYORG-My_Account", "myorg-my-account.snowflakecomputing.com"),
        ("xy12345.eu-central-1", "xy12345.eu-central-1.snowflakecomputing.com"),
        ("xy12345.west-europe.azure", "xy12345.west-europe.azure.snowflakecomputing.com"),
        ("myorg-a.privatelink", "myorg-a.privatelink.snowflakecomputing.com"),
    ],
)
def test_an_account_is_the_beginning_of_its_host(account: str, host: str):
    assert SnowflakeSettings(**TOLD | {"account": account}).account == account
    assert host_of(account) == host


@pytest.mark.parametrize(
    "changes",
    [
        {"account": "https://myorg-a.snowflakecomputing.com"},
        {"account": "myorg-a.snowflakecomputing.com"},
        {"account": "evil.com/"},
        {"account": "a@evil.com"},
        {"account": "a:443"},
        {"account": "a?x"},
        {"account": "a#x"},
        {"account": "-a"},
        {"account": "a..b"},
        {"account": ""},
        {"host": "evil.com"},
        {"host": "evil.com/.snowflakecomputing.com"},
        {"host": "evil.com?.snowflakecomputing.com"},
        {"host": "x@y.snowflakecomputing.com"},
        {"protocol": "http"},
        {"protocol": "http", "host": "a.snowflakecomputing.com"},
        {"port": 0},
        {"password": None},
        {"authentication": "key_pair"},
        {"authentication": "programmatic_token"},
        {"authentication": "oauth"},
        {"authentication": "okta"},
        {"database": ""},
        {"warehouse": "a\nb"},
        {"private_key": "text"},
        {"session_parameters": {"TIMEZONE": "Asia/Tokyo"}},
        {"proxy_host": "a b"},
        {"query_tag": "x" * 101},
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, Any]):
    SnowflakeSettings(**TOLD)
    with pytest.raises(ValidationError):
        SnowflakeSettings(**TOLD | changes)


def test_no_hostile_value_changes_host_user_or_options():
    """Four thousand values: each is refused, or is one keyword's value and nothing else."""
    chance = random.Random(20261125)  # noqa: S311 - no secret is made of it
    plain = set(
        parameters(SnowflakeSettings(**TOLD | {"schema": "s", "warehouse": "w", "role": "r"}))
    )
    pieces = [
        *";{}[]=&?#/\\@:%'\"$()<>|, \t",
        "\x00",
        "\n",
        "\x1b",
        "é",
        "evil.com",
        "host=",
        "a",
        "_",
        "-",
        ".",
    ]
    pieces += ["authenticator=", "protocol=http", "//", "${X}", ".snowflakecomputing.com", "\u2028"]
    taken = 0
    for _ in range(4_000):
        value = "".join(chance.choices(pieces, k=chance.randint(1, 9)))
        key = chance.choice(
            ["account", "user", "password", "database", "schema", "warehouse", "role", "query_tag"]
        )
        base = TOLD | {"schema": "s", "warehouse": "w", "role": "r"}
        try:
            settings = SnowflakeSettings(**base | {key: value})
        except ValidationError:
            continue
        taken += 1
        told = parameters(settings)
        assert set(told) == plain
        assert told["protocol"] == "https"
        assert told["authenticator"] == "snowflake"
        address = urlsplit(f"https://{told['host']}:{told['port']}/")
        assert address.hostname == told["host"].casefold()
        assert str(address.hostname).endswith(".snowflakecomputing.com")
        assert (address.username, address.path, address.query) == (None, "/", "")
        assert set(told["session_parameters"]) - set(SESSION_PARAMETERS) == {
            "STATEMENT_TIMEOUT_IN_SECONDS",
            "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS",
            "QUERY_TAG",
        }
    assert taken > 1_000


@pytest.mark.parametrize(
    ("written", "told", "exact"),
    [
        ("shop", "shop", "SHOP"),
        ("Shop_1$", "Shop_1$", "SHOP_1$"),
        ('"shop"', '"shop"', "shop"),
        ('"a""b"', '"a""b"', 'a"b'),
        ("Order Lines", '"Order Lines"', "Order Lines"),
        ('a"b', '"a""b"', 'a"b'),
        ("1st", '"1st"', "1st"),
        ("größe", '"größe"', "größe"),
    ],
)
def test_names_are_read_as_snowflake_reads_them(written: str, told: str, exact: str):
    assert identifier(written) == told
    assert exact_name(written) == exact


def test_a_url_stands_for_settings():
    url = "snowflake://u:p%40%3A%2Fw@myorg-account1/shop/sales?warehouse=wh&role=reading"
    assert settings_from_url(url) == SnowflakeSettings(
        account="myorg-account1",
        user="u",
        password=SecretStr("p@:/w"),
        database="shop",
        schema_name="sales",
        warehouse="wh",
        role="reading",
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("snowflake://u:p@myorg-a:443/shop", "port"),
        ("snowflake://u:p@myorg-a/shop?host=evil.com", "host"),
        ("snowflake://u:p@myorg-a/shop?protocol=http", "protocol"),
        ("snowflake://u:p@myorg-a/shop?warehous=w", "warehous"),
        ("snowflake://u@myorg-a/shop", "password"),
        ("snowflake://u:p@myorg-a", "database"),
    ],
)
def test_a_url_that_cannot_be_used_is_told_without_its_password(url: str, said: str):
    with pytest.raises(SettingsError) as told:
        settings_from_url(url)
    assert said in f"{told.value} {told.value.hint}"
    assert ":p@" not in str(told.value)
