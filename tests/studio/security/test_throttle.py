"""Waiting after failures: it grows, it ends, and it cannot lock an owner out."""

import datetime as dt

import pytest

from ombudsman.studio.security.throttle import LONGEST, PAIR, Attempt, counter_key


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 1), (6, 2), (10, 32), (14, 512), (15, 900), (10_000, 900)],
)
def test_each_failure_doubles_the_wait_up_to_a_quarter_of_an_hour(failures: int, seconds: int):
    assert PAIR.wait(failures) == dt.timedelta(seconds=seconds)
    assert PAIR.wait(failures) <= LONGEST


def test_from_a_known_address_what_failed_elsewhere_does_not_count():
    home = Attempt("amira", "192.0.2.1")
    attacker = Attempt("amira", "198.51.100.7")
    shared = set(home.limits(known_address=True)) & set(attacker.limits(known_address=False))
    assert shared == set()


def test_from_an_unknown_address_the_accounts_own_counter_counts():
    assert "account|amira" in Attempt("amira", "198.51.100.7").limits(known_address=False)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.200", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db9::1", False),
        ("unix", "unix", True),
    ],
)
def test_neighbours_are_counted_together_too(one: str, other: str, same: bool):
    def network(address: str) -> str:
        return next(
            k for k in Attempt("a", address).limits(known_address=False) if k.startswith("network")
        )

    assert (network(one) == network(other)) == same


def test_counters_do_not_tell_whose_they_are():
    assert counter_key("account|amira", b"k") != counter_key("account|amira", b"l")
    assert "amira" not in counter_key("account|amira", b"k")
