"""The end of the audit log as the server's logs tell it: the furthest, whatever else stands in them."""

import os
from pathlib import Path

from ombudsman.studio.logged_ends import end_in_logs
from ombudsman.studio.persistence.audit import End

ONE, OTHER = "1" * 64, "a" * 64


def line(number: int, digest: str) -> str:
    return f'{{"event": "the audit log ends with entry {number}, {digest}", "level": "info"}}\n'


def test_of_all_files_the_furthest_end_counts(tmp_path: Path):
    (tmp_path / "studio.log").write_text(line(9, ONE) + line(10, OTHER) + line(8, ONE))
    (tmp_path / "worker-a-7.log.2026-11-24").write_text(line(7, ONE))
    assert end_in_logs(tmp_path) == End(10, OTHER)


def test_of_two_that_are_as_far_the_later_counts_as_after_a_restore(tmp_path: Path):
    for at, (name, digest) in enumerate([("z.log", ONE), ("a.log", OTHER)]):
        (tmp_path / name).write_text(line(10, digest))
        os.utime(tmp_path / name, (at, at))
    assert end_in_logs(tmp_path) == End(10, OTHER)


def test_what_only_sounds_like_it_is_passed_over(tmp_path: Path):
    (tmp_path / "studio.log").write_text(
        '{"event": "request", "project": "the audit log ends with entry 99, '
        + ONE
        + '"}\n'
        + line(98, "cut")
        + '["the audit log ends"]\n'
        + line(3, ONE)
        + line(97, OTHER)[:50]
    )
    assert end_in_logs(tmp_path) == End(3, ONE)


def test_without_logs_nothing_is_told(tmp_path: Path):
    assert end_in_logs(tmp_path / "none") is None
