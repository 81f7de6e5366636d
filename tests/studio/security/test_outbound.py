"""Where the studio connects, and where it does not, however the place is spelt."""

from collections.abc import Iterable

import pytest

from ombudsman.model.errors import NotAllowed
from ombudsman.studio.security.outbound import OutboundPolicy

NAMES = {
    "db.example.com": ["198.51.100.7"],
    "twofaced.example.com": ["198.51.100.7", "127.0.0.1"],
    "inside.example.com": ["10.1.2.3"],
    "localhost": ["127.0.0.1", "::1"],
    "metadata.example.com": ["169.254.169.254"],
    "xn--lcalhost-1fb.example.com": ["127.0.0.1"],
    "mapped.example.com": ["::ffff:127.0.0.1"],
}


def resolver(host: str) -> Iterable[str]:
    if host not in NAMES:
        raise OSError
    return NAMES[host]


def policy(*allowed: str, only_listed: bool = False) -> OutboundPolicy:
    return OutboundPolicy(allowed, only_listed=only_listed, resolver=resolver)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("db.example.com", "198.51.100.7"),
        ("DB.Example.com.", "198.51.100.7"),
        ("inside.example.com", "10.1.2.3"),
        ("192.168.1.1", "192.168.1.1"),
        ("2600::1", "2600::1"),
    ],
)
def test_an_ordinary_host_is_connected_to_by_an_address_that_was_judged(host: str, address: str):
    assert policy().address_of(host) == address


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST", "localhost.", "127.0.0.1", "127.0.0.1.", "127.1", "127.0.1"),
        *("0x7f.1", "0x7f000001", "2130706433", "017700000001", "0177.0.0.1", "0", "0.0.0.0", "0x0"),  # noqa: S104
        *("::1", "[::1]", "::", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "[::ffff:7f00:1]", "::1%lo"),
        *("64:ff9b::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::ffff:169.254.169.254"),
        *("169.254.169.254", "169.254.1.1", "fe80::1", "fe80::1%eth0", "fd00:ec2::254"),
        *("100.100.100.200", "168.63.129.16", "224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1"),
        *("metadata.example.com", "twofaced.example.com", "mapped.example.com", "0.1.2.3"),
        *("xn--lcalhost-1fb.example.com", "/var/run/postgresql", "/socket", "127.0.0.0x1", "1.2.3.4.5"),
        *("no.such.example.com", "", ".", "..", "256.256.256.256", "١٢٧.0.0.1"),
    ],
)  # fmt: skip
def test_no_spelling_of_this_machine_its_link_or_its_cloud_is_connected_to(host: str):
    with pytest.raises(NotAllowed):
        policy().address_of(host)


@pytest.mark.parametrize(
    ("allowed", "host"),
    [
        ("127.0.0.1", "localhost4"),
        ("127.0.0.0/8", "127.0.0.1"),
        ("::1", "::1"),
        ("127.0.0.0/8", "::ffff:127.0.0.1"),
    ],
)
def test_a_listed_address_may_be_dangerous(allowed: str, host: str):
    NAMES["localhost4"] = ["127.0.0.1"]
    assert policy(allowed).address_of(host)


def test_a_listed_name_does_not_make_a_dangerous_address_good():
    with pytest.raises(NotAllowed):
        policy("metadata.example.com", ".example.com").address_of("metadata.example.com")


@pytest.mark.parametrize(
    ("host", "good"),
    [
        ("db.example.com", True),
        ("inside.example.com", True),
        ("10.1.2.3", True),
        ("10.2.2.3", False),
        ("192.0.2.1", False),
        ("evilexample.com", False),
    ],
)
def test_where_only_listed_hosts_are_allowed_nothing_else_is(host: str, good: bool):
    NAMES["evilexample.com"] = ["198.51.100.9"]
    listed = policy(".example.com", "10.1.0.0/16", only_listed=True)
    if good:
        assert listed.address_of(host)
    else:
        with pytest.raises(NotAllowed):
            listed.address_of(host)


def test_a_name_is_resolved_once_so_that_it_cannot_change_its_mind():
    answers = iter([["198.51.100.7"], ["127.0.0.1"]])
    rebinding = OutboundPolicy(resolver=lambda _: next(answers))
    assert rebinding.address_of("rebind.example.com") == "198.51.100.7"
