"""`ombudsman connections`: what is configured, and whether it answers."""

from pathlib import Path

from ombudsman.cli.commands.output import listing, say
from ombudsman.cli.failures import PASSED, exit_code
from ombudsman.connections.connection import connect
from ombudsman.connections.named import config_of
from ombudsman.model.errors import OmbudsmanError


def list_connections(config: Path | None) -> None:
    """Prints name, engine and address of every connection; no secret."""
    connections = config_of(config).connections
    rows = ((name, each.engine, each.where) for name, each in connections.items())
    listing(("Connection", "Engine", "Where"), rows)


def test_connections(config: Path | None, name: str | None) -> int:
    """Tries one connection, or all; the exit code is 0 when every one answers."""
    loaded = config_of(config)
    chosen = {name: loaded.connection(name)} if name else loaded.connections
    worst = PASSED
    for each, settings in chosen.items():
        try:
            with connect(each, settings) as connection:
                report = connection.check()
        except OmbudsmanError as error:
            worst = max(worst, exit_code(error))
            say(f"{each}: {error.message}")
            if error.hint:
                say(f"    {error.hint}")
        else:
            say(f"{each}: {report.version}, {report.latency_ms:.1f} ms")
            for told in (report.read_only, *report.notes):
                say(f"    {told}")
    return worst
