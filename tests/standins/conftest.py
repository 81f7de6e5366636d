"""The servers of these tests."""

from tests.standins.fixtures import tds_server

__all__ = ["tds_server"]
