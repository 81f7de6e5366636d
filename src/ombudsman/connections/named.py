"""Connections by name: from what a person wrote (a name in ombudsman.yaml, or a URL) to an open connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from ombudsman.connections.config import Config, load_config
from ombudsman.connections.connection import Connection, connect
from ombudsman.connections.settings import SqlAlchemySettings
from ombudsman.connections.urls import settings_from_url
from ombudsman.model.errors import SettingsError

CONFIG_NAME = "ombudsman.yaml"


def config_of(config: Path | None, *, beside: Path | None = None) -> Config:
    """The config file that was named, else `ombudsman.yaml` here, else beside the pipeline file.

    Raises:
        SettingsError: there is none, or it cannot be used.
    """
    if config is not None:
        return load_config(config)
    beside_pipeline = [beside.parent / CONFIG_NAME] if beside else []
    places = dict.fromkeys([Path(CONFIG_NAME), *beside_pipeline])
    for place in places:
        if place.is_file():
            return load_config(place)
    looked = " and no ".join(str(place) for place in places)
    raise SettingsError(
        f"no connections: there is no {looked}",
        hint="write one, name it with --config, or give a URL instead of a connection's name",
    )


@contextmanager
def connected(
    name: str, config: Path | None, *, beside: Path | None = None
) -> Iterator[Connection]:
    """The connection of this name, or of this URL; closed at the end."""
    if _is_url(name):
        settings = settings_from_url(name)
        connection = connect(settings.where, settings)
    else:
        connection = connect(name, config_of(config, beside=beside).connection(name))
    try:
        yield connection
    finally:
        connection.close()


def without_secrets(name: str) -> str:
    """What a connection is called where others may read it: its name, or where its URL leads, without a password."""
    return settings_from_url(name).where if _is_url(name) else name


def may_hold_secrets(name: str) -> bool:
    """Whether what a connection is called is a URL with a password in it, or with keys that might be one."""
    if not _is_url(name):
        return False
    settings = settings_from_url(name)
    if isinstance(settings, SqlAlchemySettings):
        return settings.where != name
    return any(isinstance(value, SecretStr) for _, value in settings)


def _is_url(name: str) -> bool:
    return "://" in name
