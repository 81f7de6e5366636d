"""What a connection may be called where others read it."""

import pytest

from ombudsman.connections.named import may_hold_secrets


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("erp", False),
        ("duckdb:///it.duckdb", False),
        ("files:///folder", False),
        ("sqlite:///it.db", False),
        ("postgresql://reader@host:5432/it", False),
        ("postgresql://reader:told@host:5432/it", True),
        ("postgresql://reader@host:5432/it?password=told", True),
        ("mysql://reader:told@host/it", True),
        ("mysql://reader@host/it?key=told", True),
    ],
)
def test_a_url_with_a_password_is_known(name: str, may: bool):
    assert may_hold_secrets(name) is may
