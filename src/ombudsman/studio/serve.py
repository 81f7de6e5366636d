"""Starts the server: data folder, keys and store where they are missing, the way in for the first administrator, HTTP.

It listens on the loopback unless told otherwise: whoever opens it to a network puts TLS before it. On SIGTERM or Ctrl-C
it takes no more requests, answers those it has, and ends.
"""

import contextlib
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

import uvicorn

from ombudsman.model.errors import SettingsError
from ombudsman.studio.alone import alone
from ombudsman.studio.app import create_app
from ombudsman.studio.daily import Daily
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.logs import name_of_its_own, set_up_logging
from ombudsman.studio.services.accounts import SETUP_GOOD_FOR, Accounts
from ombudsman.studio.settings import StudioSettings, is_loopback
from ombudsman.studio.upkeep import sweep
from ombudsman.studio.work.embedded import studio_worker, take_back

KEEP_ALIVE_S = 65
"""Longer than the minute after which proxies give up: else they meet a connection that is just being closed."""
_GRACE_S = 10

Say = Callable[[str], None]


@dataclass(frozen=True)
class Where:
    """What the command line says in place of the settings."""

    host: str | None = None
    port: int | None = None
    data_folder: Path | None = None

    def settings(self) -> StudioSettings:
        """The settings with these in them."""
        told = {
            "ovs_host": self.host,
            "ovs_port": self.port,
            "ovs_data_folder": self.data_folder,
        }
        return StudioSettings(**{name: value for name, value in told.items() if value is not None})


def serve(where: Where, say: Say) -> None:
    """Serves until it is told to stop.

    Raises:
        SettingsError: something that was configured cannot be used, the port is taken, or another server is at work
            on the same store.
        StoreUnavailable: the store does not answer.
    """
    settings = where.settings()
    # The port first, then the store: who cannot serve touches nothing of who does.
    with _listening(settings) as listening, alone(settings):
        foundation = Foundation.opened(settings)
        sweep(foundation)
        take_back(foundation)
        worker = studio_worker(foundation) if settings.ovs_worker_places else None
        app = create_app(foundation, worker=worker)
        _log(foundation, "studio")
        for line in _greeting(foundation, _address(settings, listening)):
            say(line)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.ovs_trusted_proxies),
            forwarded_allow_ips=settings.ovs_trusted_proxies or None,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=_GRACE_S,
        )
        # Whoever interrupts it wants it to stop: then it has ended well.
        with Daily(partial(sweep, foundation)), contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])
        if worker is not None and worker.hangs:
            end_at_once()


def work(where: Where, say: Say) -> None:
    """Executes the runs of a studio's store until it is told to stop; what is unfinished then is given back.

    Raises:
        SettingsError: something cannot be used, or the store is one server's own.
        StoreUnavailable: the store does not answer.
    """
    settings = where.settings()
    foundation = Foundation.opened(settings)
    if foundation.store.is_sqlite:
        raise SettingsError(
            "the store is a SQLite file, which belongs to one server: it executes its runs itself",
            hint="for many machines, name a PostgreSQL database in OVS_DB_URL",
        )
    worker = studio_worker(foundation)
    _log(foundation, "worker")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    worker.start()
    say(
        f"worker {worker.name}: {worker.places} runs at once; results in {settings.data_folder / 'results'}"
    )
    stopped.wait()
    worker.stop()
    foundation.close()
    if worker.hangs:
        end_at_once()


def end_at_once() -> None:
    """Ends the process though a driver hangs in a thread of it, for which Python would wait without end.

    What was to be kept is in the store by now, and the runs are given back.
    """
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


def _listening(settings: StudioSettings) -> socket.socket:
    """The socket, bound before anything is said, so that a port that is taken is told as such."""
    try:
        family = socket.AF_INET6 if ":" in settings.ovs_host else socket.AF_INET
        return socket.create_server((settings.ovs_host, settings.ovs_port), family=family)
    except OSError as error:
        raise SettingsError(
            f"cannot listen at {settings.ovs_host}:{settings.ovs_port}: {error.strerror}",
            hint="name another with --host and --port",
        ) from None


def _address(settings: StudioSettings, listening: socket.socket) -> str:
    if settings.ovs_public_url:
        return settings.ovs_public_url.rstrip("/")
    host = f"[{settings.ovs_host}]" if ":" in settings.ovs_host else settings.ovs_host
    return f"http://{host}:{listening.getsockname()[1]}"


def _greeting(foundation: Foundation, address: str) -> list[str]:
    settings = foundation.settings
    lines = [
        f"Ombudsman Validation Studio {version('ombudsman')}",
        f"  address  {address}",
        f"  data     {settings.data_folder}",
        f"  store    {settings.store_url.render_as_string(hide_password=True)}",
    ]
    token = Accounts(foundation).setup_token()
    if token is not None:
        minutes = int(SETUP_GOOD_FOR.total_seconds() // 60)
        lines += [
            f"  set-up   {address}/studio/register#setup={token}",
            f"           makes the first administrator, once, within {minutes} minutes",
        ]
    if not is_loopback(settings.ovs_host):
        lines.append("  note     others can reach this address: put TLS before it")
    return lines


def _log(on: Foundation, kind: str) -> None:
    """Begins the log. A store that is one file has one server; over any other, many may share the data folder."""
    name = kind if on.store.is_sqlite else name_of_its_own(kind)
    set_up_logging(on.secrets, on.settings.data_folder / "logs", to_terminal=False, name=name)
