"""The page for people and the statements of the program say the same."""

from pathlib import Path

from ombudsman.connections.settings import SqlServerSettings
from ombudsman.connections.sqlserver_drivers import INSTALL_LIBRARIES
from ombudsman.connections.sqlserver_privileges import least_privileges

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "connect" / "sql-server.md"


def test_the_least_privilege_login_of_the_page_is_the_one_that_is_printed():
    text = PAGE.read_text(encoding="utf-8")
    for statement in least_privileges("erp"):
        assert f"{statement};" in text
    assert INSTALL_LIBRARIES in text


def test_every_way_to_log_in_and_every_setting_of_encryption_is_told():
    text = PAGE.read_text(encoding="utf-8")
    fields = SqlServerSettings.model_fields
    for word in fields["authentication"].annotation.__args__:  # type: ignore[union-attr]
        assert f"`{word}`" in text
    for name in ("encrypt", "trust_server_certificate", "host_name_in_certificate", "driver"):
        assert f"`{name}" in text


def test_a_name_cannot_leave_its_brackets():
    assert "USE [a]]; DROP TABLE t --]" in least_privileges("a]; DROP TABLE t --")
