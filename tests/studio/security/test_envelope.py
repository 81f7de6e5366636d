"""A sealed secret opens at its place, with its key, unchanged; and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombudsman.model.errors import SettingsError
from ombudsman.studio.ids import new_id
from ombudsman.studio.security.envelope import Envelope, Place, key_id_of
from ombudsman.studio.security.keys import Keys, MasterKey

OLD, NEW = MasterKey.of(bytes(range(32))), MasterKey.of(bytes(range(1, 33)))
ENVELOPE = Envelope(Keys([OLD]))
KEY = ENVELOPE.new_key(new_id())
PLACE = Place("project", "row", "field")


@given(st.text())
def test_what_was_sealed_comes_out_again(secret: str):
    secret = secret.encode("utf-8", "ignore").decode()
    box = ENVELOPE.seal(KEY, secret, PLACE)
    assert ENVELOPE.open(KEY, box, PLACE) == secret
    assert key_id_of(box) == KEY.key_id


def test_the_same_secret_never_looks_the_same():
    assert len({ENVELOPE.seal(KEY, "hush", PLACE) for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("other", "row", "field"),
        Place("project", "other", "field"),
        Place("project", "row", "other"),
        Place("project|row", "field", ""),
        Place("", "", ""),
    ],
)
def test_a_box_that_was_moved_does_not_open(elsewhere: Place):
    box = ENVELOPE.seal(KEY, "hush", PLACE)
    with pytest.raises(SettingsError, match="cannot be opened"):
        ENVELOPE.open(KEY, box, elsewhere)


def test_a_box_of_which_any_byte_was_changed_does_not_open():
    box = ENVELOPE.seal(KEY, "hush", PLACE)
    for at in range(27, len(box)):
        changed = box[:at] + bytes([box[at] ^ 1]) + box[at + 1 :]
        with pytest.raises(SettingsError):
            ENVELOPE.open(KEY, changed, PLACE)


@pytest.mark.parametrize("box", [b"", b"\x01", b"\x02" + b"a" * 80, b"\x01" + b"a" * 30])
def test_what_is_no_box_is_told_as_such(box: bytes):
    with pytest.raises(SettingsError):
        key_id_of(box)


def test_another_data_key_does_not_open_it():
    box = ENVELOPE.seal(KEY, "hush", PLACE)
    with pytest.raises(SettingsError):
        ENVELOPE.open(ENVELOPE.new_key(KEY.key_id), box, PLACE)


def test_after_a_rotation_the_box_opens_with_the_new_master_key_alone():
    box = ENVELOPE.seal(KEY, "hush", PLACE)
    moved = Envelope(Keys([NEW, OLD])).rewrapped(KEY)
    assert moved.master == NEW.name
    assert Envelope(Keys([NEW])).open(moved, box, PLACE) == "hush"
    with pytest.raises(SettingsError, match="is not there"):
        Envelope(Keys([NEW])).open(KEY, box, PLACE)


def test_two_data_keys_cannot_be_swapped():
    other = ENVELOPE.new_key(new_id())
    swapped = type(KEY)(KEY.key_id, other.wrapped, other.master)
    with pytest.raises(SettingsError):
        ENVELOPE.seal(swapped, "hush", PLACE)
