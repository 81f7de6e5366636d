"""Codes of the second factor, and tokens that say nothing."""

import datetime as dt

import pyotp
import pytest

from ombudsman.studio.security.opaque import new_recovery_code, new_token, token_hash
from ombudsman.studio.security.otp import matching_step, new_seed, provisioning_uri

NOW = dt.datetime(2026, 11, 25, 12, 0, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("seconds", "good"), [(0, True), (-30, True), (30, True), (-60, False), (60, False)]
)
def test_the_period_before_and_after_are_good_and_no_other(seconds: int, good: bool):
    seed = new_seed()
    code = pyotp.TOTP(seed).at(NOW + dt.timedelta(seconds=seconds))
    assert (matching_step(seed, code, NOW) is not None) == good


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "１２３４５６", "\ud800", "0" * 1000]
)
def test_what_is_no_code_is_none(code: str):
    assert matching_step(new_seed(), code, NOW) is None


def test_the_rfcs_own_vector():
    seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert matching_step(seed, "287082", dt.datetime.fromtimestamp(59, dt.UTC)) == 1


def test_the_app_is_told_whose_code_it_is():
    assert "amira%40example.com" in provisioning_uri(new_seed(), "amira@example.com")


def test_tokens_are_long_never_the_same_and_kept_as_hashes():
    made = {new_token("ovs_") for _ in range(100)}
    assert len(made) == 100
    assert all(len(token) == 47 for token in made)
    assert len({token_hash(token) for token in made}) == 100
    assert len(new_recovery_code().replace("-", "")) == 32
    assert len(token_hash("\ud800")) == 64
