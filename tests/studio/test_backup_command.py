"""`ombudsman backup` and `restore`, as the keeper meets them."""

import shutil
from pathlib import Path

import pytest
from tests.cli.program import ombudsman

DATA = Path(".ombudsman/studio")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which a studio was made and backed up."""
    for name in ("OVS_DB_URL", "OVS_DATA_FOLDER", "OVS_MASTER_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert ombudsman("db", "upgrade", cwd=tmp_path).code == 0
    made = ombudsman("backup", "--to", "kept", cwd=tmp_path)
    assert made.code == 0, made.err
    assert "0 files of rows" in made.out
    assert "the key is not in it" in made.out
    return tmp_path


def backup_in(folder: Path) -> Path:
    (path,) = (folder / "kept").glob("ombudsman-*.backup")
    return path


def test_a_backup_comes_back_at_another_place(kept: Path):
    elsewhere = kept / "elsewhere"
    missing = ombudsman("restore", backup_in(kept), "--data", elsewhere, cwd=kept)
    assert (missing.code, "master.keys" in missing.all) == (2, False)
    assert "put the key file into" in missing.err
    shutil.copytree(kept / DATA / "keys", elsewhere / "keys")
    restored = ombudsman("restore", backup_in(kept), "--data", elsewhere, cwd=kept)
    assert restored.code == 0, restored.err
    assert "restored as it was at" in restored.out
    verified = ombudsman("audit", "verify", "--data", elsewhere, cwd=kept)
    assert (verified.code, "whole: 2 entries" in verified.out) == (0, True)
    again = ombudsman("restore", backup_in(kept), "--data", elsewhere, cwd=kept)
    assert (again.code, "empty place" in again.err) == (2, True)


def test_without_the_key_it_is_said_what_is_lost(kept: Path):
    told = ombudsman(
        "restore", backup_in(kept), "--without-key", "--data", kept / "elsewhere", cwd=kept
    )
    assert told.code == 0, told.err
    assert "its secrets are lost" in told.out


def test_where_there_is_no_studio_nothing_is_made(tmp_path: Path):
    told = ombudsman("backup", "--data", tmp_path / "nowhere", cwd=tmp_path)
    assert (told.code, "no studio here" in told.err) == (2, True)
    assert not (tmp_path / "nowhere").exists()


def test_what_is_removed_is_told(kept: Path):
    old = kept / "kept" / "ombudsman-20200101T000000Z.backup"
    backup_in(kept).rename(old)
    told = ombudsman("backup", "--to", "kept", "--keep-days", "7", cwd=kept)
    assert told.code == 0, told.err
    assert "1 backup older than 7 days removed" in told.out
    assert not old.exists()
