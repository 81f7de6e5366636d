"""The server's own process; `process.py` starts it and speaks to it over the pipe of this number."""

import sys
from multiprocessing.connection import Connection

from tests.standins.tds.process import serve

if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
