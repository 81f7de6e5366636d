"""A server that speaks SQL Server's protocol, for tests; see README.md."""

from tests.standins.tds.engine import Database, User
from tests.standins.tds.faults import Fault
from tests.standins.tds.process import TdsServer
from tests.standins.tds.server import PASSWORD

__all__ = ["PASSWORD", "Database", "Fault", "TdsServer", "User"]
