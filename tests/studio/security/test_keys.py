"""Keys: made when there are none, refused when they can be guessed, and never one for two uses."""

import base64
import os
import stat
from pathlib import Path

import pytest

from ombudsman.model.errors import SettingsError
from ombudsman.studio.security.keys import Keys, MasterKey, add_master_key, load_keys

GOOD = base64.b64encode(bytes(range(32))).decode()


def test_the_first_start_makes_a_key_file_for_its_owner_alone(tmp_path: Path):
    keys = load_keys(tmp_path / "keys")
    path = tmp_path / "keys" / "master.keys"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert load_keys(tmp_path / "keys") == keys


def test_two_studios_have_nothing_in_common(tmp_path: Path):
    one, other = load_keys(tmp_path / "a"), load_keys(tmp_path / "b")
    assert one.masters[0].secret != other.masters[0].secret


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path):
    load_keys(tmp_path)
    (tmp_path / "master.keys").chmod(0o640)
    with pytest.raises(SettingsError, match="others may read"):
        load_keys(tmp_path)


@pytest.mark.parametrize("text", ["", "\n", "not base64 at all!", GOOD[:20], "A" * 44 + "\n"])
def test_a_key_file_that_holds_no_good_key_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "master.keys"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(SettingsError):
        load_keys(tmp_path)


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "secret",
        "changeme",
        "x" * 64,
        "ab" * 32,
        "password" * 8,
        "thisisasecretthisisasecretthisisasecret",
        "your-secret-key-change-me-in-production-example"[:40],
        "TEST_NON_DEV_SECRET"[:31],
        "12345678901234567890123456789012",
        "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET"[:20],
    ],
)
def test_a_secret_that_can_be_guessed_is_refused_by_its_variables_name(secret: str, tmp_path: Path):
    with pytest.raises(SettingsError, match="JWT_SECRET_KEY") as told:
        load_keys(tmp_path, jwt_secret=secret)
    assert not secret or secret not in told.value.message


def test_a_random_secret_is_taken_and_signs(tmp_path: Path):
    secret = base64.b64encode(os.urandom(32)).decode()
    keys = load_keys(tmp_path, jwt_secret=secret)
    assert next(iter(keys.tokens.values())) == secret.encode()


def test_configured_keys_stand_in_for_the_file(tmp_path: Path):
    older = base64.b64encode(bytes(range(1, 33))).decode()
    keys = load_keys(tmp_path, master=GOOD, previous=[older])
    assert not (tmp_path / "master.keys").exists()
    assert [key.secret for key in keys.masters] == [bytes(range(32)), bytes(range(1, 33))]


def test_every_use_has_a_key_of_its_own():
    keys = Keys([MasterKey.of(bytes(range(32)))])
    derived = {keys.derived(purpose) for purpose in ("tokens", "audit", "data keys", "counters")}
    assert len(derived) == 4
    assert keys.masters[0].secret not in derived


def test_a_new_key_goes_on_top_and_the_audit_stays_with_the_oldest(tmp_path: Path):
    before = load_keys(tmp_path)
    added = add_master_key(tmp_path)
    after = load_keys(tmp_path)
    assert [key.name for key in after.masters] == [added.name, before.masters[0].name]
    assert after.audit == before.audit
    assert set(before.tokens.values()) < set(after.tokens.values())
    assert stat.S_IMODE((tmp_path / "master.keys").stat().st_mode) == 0o600


def test_keys_do_not_show_themselves(tmp_path: Path):
    keys = load_keys(tmp_path, master=GOOD)
    assert str(bytes(range(32))) not in repr(keys)
    assert GOOD not in repr(keys.masters[0])
