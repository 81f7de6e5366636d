"""The settings of the installation and where they come from."""

from pathlib import Path

import pytest

from ombudsman.connections.installation import Installation
from ombudsman.model.errors import SettingsError

NAMES = ("MSSQL_", "SNOWFLAKE_", "OVS_DB_", "JWT_")


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith(NAMES):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def origins() -> dict[str, tuple[str, str]]:
    return {each.name: (each.value, each.origin) for each in Installation().origins()}


def test_every_value_says_where_it_comes_from(monkeypatch: pytest.MonkeyPatch):
    Path(".env").write_text(
        "MSSQL_HOST=from-file\nMSSQL_PORT=1444\nJWT_SECRET_KEY=hush\nUNKNOWN=1\n"
    )
    monkeypatch.setenv("MSSQL_HOST", "from-environment")
    monkeypatch.setenv("SNOWFLAKE_PASSWORD", "hush")
    monkeypatch.setenv("MSSQL_USER", "")
    told = origins()
    assert told["MSSQL_HOST"] == ("from-environment", "environment")
    assert told["MSSQL_PORT"] == ("1444", ".env")
    assert told["JWT_ALGORITHM"] == ("HS256", "default")
    assert told["OVS_DB_URL"] == ("", "not set")
    assert told["MSSQL_USER"] == ("", "not set")
    assert told["SNOWFLAKE_PASSWORD"][1] == "environment"
    assert told["JWT_SECRET_KEY"][1] == ".env"
    assert "hush" not in str(told)
    assert "hush" not in repr(Installation())


def test_all_is_optional():
    assert {origin for _, origin in origins().values()} == {"default", "not set"}
    assert all(name.startswith(NAMES) for name in origins())


def test_a_value_that_cannot_be_used_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MSSQL_PORT", "s3cret")
    with pytest.raises(SettingsError) as told:
        Installation()
    assert told.value.message.startswith("MSSQL_PORT cannot be used")
    assert "s3cret" not in told.value.message
