"""A failure of Snowflake's is told as what it is: of the login, of the network, or of a statement."""

from typing import Any

import pytest
from pydantic import SecretStr
from snowflake.connector.errors import DatabaseError, Error, OperationalError, ProgrammingError
from sqlalchemy.exc import DBAPIError
from tests.standins.snowflake.account import Standin

from ombudsman.connections.connection import connect
from ombudsman.connections.settings import SnowflakeSettings
from ombudsman.connections.snowflake_failures import login_failed
from ombudsman.model.errors import (
    LoginRefused,
    ObjectNotFound,
    OmbudsmanError,
    PermissionDenied,
    StatementInvalid,
    TimedOut,
    Unreachable,
)


def told(error: Exception, *, account: str = "myorg-shop") -> OmbudsmanError:
    settings = SnowflakeSettings(
        account=account, user="READER", password=SecretStr("secret"), database="SHOP"
    )
    failure = login_failed(error, settings, connection="shop")
    assert failure is not None
    return failure


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ProgrammingError("Insufficient privileges", errno=3001), PermissionDenied),
        (ProgrammingError("No active warehouse selected", errno=606), StatementInvalid),
        (ProgrammingError("Object does not exist", errno=2003), ObjectNotFound),
        (ProgrammingError("unexpected 'X'", errno=1003), StatementInvalid),
        (ProgrammingError("timed out", errno=630), TimedOut),
        (DatabaseError("Incorrect username or password", errno=390100), LoginRefused),
        (OperationalError("Connection refused", errno=250001), Unreachable),
        (OperationalError("no number"), Unreachable),
    ],
)
def test_what_is_wrong_with_a_statement_is_not_told_as_an_account_that_nobody_reaches(
    error: Error, kind: type[OmbudsmanError]
):
    for each in (error, DBAPIError("SHOW GRANTS", None, error)):
        assert type(told(each)) is kind


def test_the_statement_is_told_with_it():
    refused = ProgrammingError("Insufficient privileges", errno=3001)
    assert told(DBAPIError("SHOW GRANTS", None, refused)).context["sql"] == "SHOW GRANTS"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("HTTP 429: Too Many Requests", "the account is busy"),
        ("503 Service Unavailable", "Snowflake is busy"),
        ("Connection refused", "firewall"),
        ("certificate verify failed", "cannot be trusted"),
        ("ProxyError('Cannot connect to proxy.', OSError())", "proxy_host"),
        ("timed out; request_id=5034290d-4041-4503-8503-404429503429", "connect_timeout_s"),
        ("timed out after 4290 ms, 5035 bytes", "connect_timeout_s"),
    ],
)
@pytest.mark.parametrize("account", ["myorg-shop", "proxy-429", "certificate-503.eu-west-1"])
def test_the_hint_is_by_what_went_wrong_and_not_by_a_name_or_a_number_of_a_request(
    account: str, words: str, hint: str
):
    said = f"250001: Could not connect to {account}.snowflakecomputing.com:443: {words}"
    assert hint in str(told(OperationalError(said, errno=250001), account=account).hint)


def test_grants_that_may_not_be_looked_at_are_told_as_such(snowflake: Standin):
    fault: dict[str, Any] = {"where": "query", "times": 9, "containing": "SHOW GRANTS"}
    with connect("shop", snowflake.place().settings) as connection:
        connection.check()
        snowflake.will(fault | {"code": "003001", "message": "Insufficient privileges"})
        try:
            with pytest.raises(PermissionDenied):
                connection.privileges()
        finally:
            snowflake.will()
