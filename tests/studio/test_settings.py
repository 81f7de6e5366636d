"""The studio's settings: one source, and nothing that makes no sense."""

import os
from pathlib import Path

import pytest

from ombudsman.model.errors import SettingsError
from ombudsman.studio.settings import StudioSettings


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("OVS_", "JWT_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_with_nothing_configured_the_store_is_a_file_in_the_data_folder(tmp_path: Path):
    settings = StudioSettings()
    assert (
        settings.store_url.render_as_string() == f"sqlite:///{tmp_path}/.ombudsman/studio/studio.db"
    )
    assert settings.files_folder == tmp_path / ".ombudsman" / "studio" / "files"
    assert settings.ovs_host == "127.0.0.1"
    assert settings.ovs_registration == "invitation"


def test_the_parts_of_a_database_make_a_url(monkeypatch: pytest.MonkeyPatch):
    for name, value in {"HOST": "db", "USER": "o", "PASSWORD": "p@/:", "NAME": "n"}.items():
        monkeypatch.setenv(f"OVS_DB_{name}", value)
    url = StudioSettings().store_url
    assert (url.host, url.username, url.password, url.database) == ("db", "o", "p@/:", "n")
    assert url.drivername == "postgresql+psycopg"


def test_a_url_wins_over_the_parts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OVS_DB_HOST", "db")
    monkeypatch.setenv("OVS_DB_URL", "postgresql://u:p@other/x")
    assert StudioSettings().store_url.host == "other"


@pytest.mark.parametrize("url", ["mysql://u:hush@h/d", "sqlite://", "hush", "sqlite:///:memory:"])
def test_a_store_that_cannot_be_one_is_refused_without_its_password(
    url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OVS_DB_URL", url)
    with pytest.raises(SettingsError, match="OVS_DB_URL") as told:
        _ = StudioSettings().store_url
    assert "hush" not in str(told.value.problem())


@pytest.mark.parametrize(
    "origin", ["*", "null", "https://", "example.com", "https://*.example.com", "https://a/b"]
)
def test_an_origin_that_is_not_exact_is_refused(origin: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OVS_ALLOWED_ORIGINS", f"https://good.example.com, {origin}")
    with pytest.raises(SettingsError, match="OVS_ALLOWED_ORIGINS"):
        _ = StudioSettings().allowed_origins


def test_another_algorithm_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JWT_ALGORITHM", "none")
    with pytest.raises(SettingsError, match="JWT_ALGORITHM"):
        StudioSettings()


def test_each_value_tells_its_origin_and_no_secret(monkeypatch: pytest.MonkeyPatch):
    Path(".env").write_text("OVS_PORT=9000\nOVS_MASTER_KEY=hush\n")
    monkeypatch.setenv("OVS_REGISTRATION", "open")
    told = {each.name: (each.value, each.origin) for each in StudioSettings().origins()}
    assert told["OVS_PORT"] == ("9000", ".env")
    assert told["OVS_REGISTRATION"] == ("open", "environment")
    assert told["OVS_HOST"] == ("127.0.0.1", "default")
    assert told["MSSQL_HOST"] == ("", "not set")
    assert "hush" not in str(told)
