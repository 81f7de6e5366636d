"""The stand-in as a process: `python -m tests.standins.snowflake.serve` in the emulator's environment.

It listens on a free port of the loopback, prints the port, and ends when nobody holds its standard input any more.
"""

import os
import socket
import sys
import threading

import uvicorn
from tests.standins.snowflake.protocol import Server


def main() -> None:
    listener = socket.socket(proto=socket.IPPROTO_TCP)  # else asyncio lets small packets wait
    listener.bind(("127.0.0.1", 0))
    threading.Thread(target=_end_with_the_tests, daemon=True).start()
    server = uvicorn.Server(
        uvicorn.Config(
            Server().app(),
            log_level="info" if os.environ.get("STANDIN_LOG") else "warning",
            access_log=bool(os.environ.get("STANDIN_LOG")),
        )
    )
    print(listener.getsockname()[1], flush=True)  # noqa: T201 - for the one who started us
    server.run(sockets=[listener])


def _end_with_the_tests() -> None:
    sys.stdin.read()
    os._exit(0)


main()
