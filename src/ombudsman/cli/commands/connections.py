"""`ombudsman connections`: what is configured, and whether it answers."""

from pathlib import Path

from ombudsman.cli.commands.output import listing, say
from ombudsman.cli.failures import PASSED, exit_code
from ombudsman.connections.connection import connect
from ombudsman.connections.named import config_of
from ombudsman.connections.privileges import Privileges
from ombudsman.model.errors import OmbudsmanError


def list_connections(config: Path | None) -> None:
    """Prints name, engine and address of every connection; no secret."""
    connections = config_of(config).connections
    rows = ((name, each.engine, each.where) for name, each in connections.items())
    listing(("Connection", "Engine", "Where"), rows)


def test_connections(config: Path | None, name: str | None, *, privileges: bool) -> int:
    """Tries one connection, or all; the exit code is 0 when every one answers.

    With `privileges` it is told, too, what each login could do beyond reading.
    """
    loaded = config_of(config)
    chosen = {name: loaded.connection(name)} if name else loaded.connections
    worst = PASSED
    for each, settings in chosen.items():
        try:
            with connect(each, settings) as connection:
                report = connection.check()
                found = connection.privileges() if privileges else None
        except OmbudsmanError as error:
            worst = max(worst, exit_code(error))
            say(f"{each}: {error.message}")
            if error.hint:
                say(f"    {error.hint}")
        else:
            say(f"{each}: {report.version}, {report.latency_ms:.1f} ms")
            for told in (report.read_only, *report.notes):
                say(f"    {told}")
            if found is not None:
                _say_privileges(found)
    return worst


def _say_privileges(found: Privileges) -> None:
    if found.only_reads:
        say(f"    {found.login} may only read")
        return
    if not found.beyond:
        say(f"    {found.sentence}")
        return
    say(f"    {found.login} could, beyond reading:")
    for each in found.beyond:
        say(f"        {each}")
    if found.unknown is not None:
        say(f"    what else is not known: {found.unknown}")
    say("    one that may only read is made so:")
    for each in found.least:
        say(f"        {each}")
