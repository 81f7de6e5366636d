"""SQL Server's settings: what they refuse, and that no value can change the driver, the host or an option."""

import random
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from ombudsman.connections.config import load_config
from ombudsman.connections.named import may_hold_secrets
from ombudsman.connections.settings import SqlServerSettings
from ombudsman.connections.sqlserver_login import odbc_string, pymssql_arguments
from ombudsman.connections.urls import settings_from_url
from ombudsman.model.errors import SettingsError

LOGIN = {"host": "db.example.com", "database": "erp", "user": "reader", "password": "secret"}

HOSTILE = ";{}=[]()'\"\\,!?*@#$% \t\u00a0\u200b\u2028\ufeffé\u0130\U0001f600DRIVER=/x.so"
CONTROL = "\x00\x01\x08\t\n\r\x1b\x7f"


def settings(**changes: Any) -> SqlServerSettings:
    return SqlServerSettings.model_validate(LOGIN | changes)


def read_odbc(text: str) -> list[tuple[str, str]]:
    """The pairs of a connection string by the rules of ODBC, each as often as it stands there."""
    pairs, at = [], 0
    while at < len(text):
        equals = text.index("=", at)
        key, at = text[at:equals].strip().casefold(), equals + 1
        if text[at : at + 1] == "{":
            value, at = "", at + 1
            while text[at] != "}" or text[at + 1 : at + 2] == "}":
                value += text[at]
                at += 2 if text[at] == "}" else 1
            at += 1
        else:
            end = text.find(";", at)
            end = len(text) if end < 0 else end
            value, at = text[at:end], end
        assert text[at : at + 1] in {"", ";"}
        at += 1
        pairs.append((key, value))
    return pairs


def test_the_reader_of_this_test_sees_an_unquoted_value_break_out():
    naive = "Server={tcp:h,1433};PWD={a};DRIVER=/x.so;b}"
    assert ("driver", "/x.so") in read_odbc(naive.replace(";b}", ""))


def hostile_values(number: int) -> list[str]:
    chance = random.Random(20_261_125)  # noqa: S311 - the same values each time
    made = []
    for _ in range(number):
        length = chance.randint(1, 40)
        pieces = [chance.choice((*HOSTILE, ";DRIVER=", "};", "}}", "{{")) for _ in range(length)]
        made.append("".join(pieces)[:250])
    return made


@pytest.mark.parametrize("driver", [None, "ODBC Driver 18 for SQL Server"])
def test_no_value_of_four_thousand_changes_driver_host_or_options(driver: str | None):
    expected = dict(read_odbc(odbc_string(settings(), driver=driver)))
    tried = refused = 0
    for value in hostile_values(4_000):
        for key, odbc in (("password", "pwd"), ("user", "uid"), ("database", "database")):
            tried += 1
            try:
                made = settings(**{key: value})
            except ValidationError:
                refused += 1
                continue
            pairs = read_odbc(odbc_string(made, driver=driver))
            assert len(pairs) == len(dict(pairs))
            assert dict(pairs) == expected | {odbc: value}
            assert driver is None or pairs[-1] == ("driver", driver)
    assert refused < tried / 2, "most of these are values that somebody may have"


def test_microsofts_own_reader_finds_the_same_in_it():
    from mssql_python import connection_string_parser as parser

    for value in hostile_values(500):
        if any(ord(letter) < 0x20 for letter in value):
            continue
        text = odbc_string(settings(password=value, user=value))
        read = parser._ConnectionStringParser(validate_keywords=True)._parse(text)
        assert read == dict(read_odbc(text))
        assert read["pwd"] == read["uid"] == value


@pytest.mark.parametrize("letter", CONTROL)
@pytest.mark.parametrize("key", ["password", "user", "database", "application_name"])
def test_control_characters_are_refused(key: str, letter: str):
    with pytest.raises(ValidationError) as told:
        settings(**{key: f"a{letter}b"})
    assert "control characters" in str(told.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "h,1434"},
        {"host": "h\\INSTANCE"},
        {"host": "np:h"},
        {"host": "lpc:h"},
        {"host": "h;Driver=x"},
        {"host": "{h}"},
        {"host": "/sockets"},
        {"host": ""},
        {"instance": "a;b"},
        {"instance": "a,1433"},
        {"instance": ""},
        {"port": 0},
        {"port": 65_536},
        {"encrypt": "no"},
        {"driver": "/opt/x.so"},
        {"driver": "ODBC Driver 18 for SQL Server"},
        {"odbc_connect": "x"},
        {"Trusted_Connection": "yes"},
        {"application_intent": "ReadOnly"},
        {"authentication": "ActiveDirectoryPassword"},
        {"user": None},
        {"password": None},
        {"password": ""},
        {"authentication": "windows"},
        {"authentication": "entra-managed-identity"},
        {"host_name_in_certificate": "a;b"},
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, Any]):
    with pytest.raises(ValidationError):
        settings(**changes)


def odbc(**changes: Any) -> dict[str, str]:
    return dict(read_odbc(odbc_string(settings(**changes))))


def test_what_is_not_said_is_safe():
    assert odbc() == {
        "server": "tcp:db.example.com,1433",
        "database": "erp",
        "uid": "reader",
        "pwd": "secret",
        "encrypt": "yes",
        "trustservercertificate": "no",
        "applicationintent": "ReadOnly",
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"port": 1434}, {"server": "tcp:db.example.com,1434"}),
        ({"instance": "SQL2019"}, {"server": "tcp:db.example.com\\SQL2019"}),
        ({"instance": "SQL2019", "port": 5_000}, {"server": "tcp:db.example.com,5000"}),
        ({"host": "::1"}, {"server": "tcp:::1,1433"}),
        ({"encrypt": "strict"}, {"encrypt": "strict"}),
        ({"encrypt": "optional"}, {"encrypt": "no"}),
        ({"trust_server_certificate": True}, {"trustservercertificate": "yes"}),
        ({"host_name_in_certificate": "sql"}, {"hostnameincertificate": "sql"}),
        ({"application_intent": "read_write"}, {"applicationintent": "ReadWrite"}),
        ({"authentication": "entra-password"}, {"authentication": "ActiveDirectoryPassword"}),
        (
            {"authentication": "entra-service-principal"},
            {"authentication": "ActiveDirectoryServicePrincipal", "pwd": "secret"},
        ),
        (
            {"authentication": "entra-managed-identity", "password": None},
            {"authentication": "ActiveDirectoryMSI", "uid": "reader"},
        ),
        (
            {"authentication": "entra-interactive", "password": None, "user": None},
            {"authentication": "ActiveDirectoryInteractive"},
        ),
        (
            {"authentication": "windows", "password": None, "user": None},
            {"trusted_connection": "yes"},
        ),
    ],
)
def test_each_setting_reaches_the_driver(changes: dict[str, Any], expected: dict[str, str]):
    assert odbc(**changes).items() >= expected.items()


def test_without_a_password_none_is_written():
    told = odbc(authentication="entra-interactive", password=None, user=None)
    assert not told.keys() & {"pwd", "uid"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "certificate"),
        ({"encrypt": "strict"}, "strict"),
        ({"authentication": "entra-password"}, "entra-password"),
        ({"authentication": "windows", "user": None, "password": None}, "windows"),
        ({"host": "::1", "encrypt": "optional"}, "IPv6"),
    ],
)
def test_pymssql_is_not_asked_for_what_it_cannot_do(changes: dict[str, Any], said: str):
    with pytest.raises(SettingsError, match=said) as told:
        pymssql_arguments(settings(**changes))
    assert "libltdl7" in str(told.value.hint)


def test_pymssql_encrypts_where_it_should():
    trusted = pymssql_arguments(settings(trust_server_certificate=True))
    assert trusted["encryption"] == "require"
    assert trusted["read_only"] is True
    assert (trusted["server"], trusted["port"]) == ("db.example.com", "1433")
    assert pymssql_arguments(settings(encrypt="optional"))["encryption"] == "request"
    named = pymssql_arguments(settings(encrypt="optional", instance="I1"))
    assert named["server"] == "db.example.com\\I1"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mssql://u:p%3B%7D@h/d", SqlServerSettings(host="h", database="d", user="u", password=SecretStr("p;}"))),
        (
            "sqlserver://u:p@h:1434/d?encrypt=strict&lock_timeout_s=9",
            SqlServerSettings(
                host="h", port=1434, database="d", user="u", password=SecretStr("p"), encrypt="strict", lock_timeout_s=9
            ),
        ),
        (
            "mssql+pymssql://u:p@h/d?instance=I1",
            SqlServerSettings(
                host="h", instance="I1", database="d", user="u", password=SecretStr("p"), driver="pymssql"
            ),
        ),
        (
            "mssql+mssqlpython://h/d?authentication=windows",
            SqlServerSettings(host="h", database="d", authentication="windows", driver="mssql-python"),
        ),
    ],
)  # fmt: skip
def test_a_url_stands_for_settings(url: str, expected: SqlServerSettings):
    assert settings_from_url(url) == expected
    assert may_hold_secrets(url) == (expected.password is not None)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mssql://u:hunter2@h/d?Driver=x", "no key 'Driver'"),
        ("mssql://u:hunter2@h/d?odbc_connect=x", "no key 'odbc_connect'"),
        ("mssql://u:hunter2@h/d?encrypt=no", "encrypt"),
        ("mssql://u:hunter2@h", "database"),
        ("mssql://h/d", "needs user and password"),
    ],
)
def test_a_url_that_cannot_be_used_is_told_without_its_password(url: str, said: str):
    with pytest.raises(SettingsError) as told:
        settings_from_url(url)
    assert said in told.value.message
    assert "hunter2" not in str(vars(told.value))


def test_where_it_leads_is_told_without_secrets():
    assert settings().where == "reader@db.example.com:1433/erp"
    assert settings(instance="I1").where == "reader@db.example.com\\I1/erp"


def test_the_variables_of_the_installation_can_be_named(tmp_path: Any):
    path = tmp_path / "ombudsman.yaml"
    path.write_text(
        "connections:\n  erp:\n    engine: sqlserver\n    host: ${MSSQL_HOST}\n    port: ${MSSQL_PORT:-1433}\n"
        "    database: ${MSSQL_DATABASE}\n    user: ${MSSQL_USER}\n    password: ${MSSQL_PASSWORD}\n"
    )
    environment = {
        "MSSQL_HOST": "db.example.com",
        "MSSQL_DATABASE": "erp",
        "MSSQL_USER": "reader",
        "MSSQL_PASSWORD": "secret",
    }
    assert load_config(path, environment).connection("erp") == settings(port=1433)
