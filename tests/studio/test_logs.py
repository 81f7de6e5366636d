"""The log: one JSON object a line, and no secret in it, however it comes."""

import json
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from tests.studio.conftest import Clock
from tests.studio.people import Studio

from ombudsman.studio.foundation import Foundation
from ombudsman.studio.logs import (
    KEPT_DAYS,
    STARS,
    DailyFile,
    Secrets,
    name_of_its_own,
    set_up_logging,
)
from ombudsman.studio.services.vault import Vault

SECRET = "OVSCANARY in/the log"


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Any]:
    """What was logged, as it stands in the file."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    for handler in before:
        root.removeHandler(handler)
    secrets = Secrets()
    secrets.add(SECRET, "ab")
    set_up_logging(secrets, tmp_path / "logs", to_terminal=False)
    yield lambda: (tmp_path / "logs" / "studio.log").read_text().splitlines()
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in before:
        root.addHandler(handler)
    root.setLevel(level)
    logging.getLogger("uvicorn.access").disabled = False
    structlog.reset_defaults()


def test_a_line_is_an_object_with_time_level_and_the_requests_id(lines: Any):
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        structlog.get_logger("ombudsman.x").info("request", route="/x", ms=1.5)
        logging.getLogger("some.library").warning("careful %s", "now")
    told = [json.loads(line) for line in lines()]
    assert [each["event"] for each in told] == ["request", "careful now"]
    assert all(each["request_id"] == "r1" for each in told)
    assert told[0]["timestamp"].endswith("Z")
    assert (told[0]["level"], told[0]["ms"], told[1]["logger"]) == ("info", 1.5, "some.library")


@pytest.mark.parametrize(
    "told",
    [
        {"password": SECRET},
        {"dbPassword": 123456},
        {"settings": {"deep": [{"secret": SECRET}]}},
        {"note": f"it was {SECRET}, really"},
        {"url": "postgresql://reader:hush-hush@host/db"},
        {"note": "at host/?p=OVSCANARY%20in%2Fthe%20log"},
        {"header": "Bearer abc.def.ghi"},
        {"value": "ovs_" + "A" * 43},
        {"value": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"},
        {"otp": "123456"},
        {"refresh_token": "x" * 43},
        {"Authorization": "Basic YTpi"},
        {"cookie": "a=b"},
        {"error": ValueError(SECRET)},
    ],
)
def test_a_secret_is_taken_out_wherever_it_stands(lines: Any, told: dict[str, Any]):
    structlog.get_logger("x").info("event", **told)
    (line,) = lines()
    assert STARS in line
    for secret in (
        SECRET,
        "OVSCANARY",
        "hush-hush",
        "abc.def",
        "AAAAAAAA",
        "c2lnbmF0dXJl",
        "123456",
        "YTpi",
        "a=b",
    ):
        assert secret not in line


def test_a_secret_in_a_librarys_message_or_traceback_is_taken_out(lines: Any):
    try:
        int(SECRET)
    except ValueError:
        logging.getLogger("library").exception("it broke with %s", SECRET)
    (line,) = lines()
    assert SECRET not in line
    assert "ValueError" in line


def test_no_name_can_write_a_line_of_its_own(lines: Any):
    evil = 'x\n{"level": "info", "event": "forged"}\r\x1b[2J\u2028'
    structlog.get_logger("x").info("event", project=evil)
    (line,) = lines()
    assert json.loads(line)["project"] == evil
    assert "\x1b" not in line
    assert "\u2028" not in line


def test_a_short_word_is_no_secret_that_would_take_others_out(lines: Any):
    structlog.get_logger("x").info("about")
    assert json.loads(lines()[0])["event"] == "about"


# ------------------------------------------------------------ files


def test_each_process_turns_over_its_own_file_and_none_is_lost(tmp_path: Path):
    files = [DailyFile(tmp_path / f"{name}.log") for name in ("studio", "worker-a-7")]
    for day in range(3):
        for file in files:
            file.emit(logging.LogRecord("x", 20, "", 0, f"day {day}", None, None))
        for file in files:
            file.rolloverAt -= (3 - day) * 86_400  # as if it had begun days before
            file.doRollover()
    for file in files:
        file.close()
        told = "".join(
            path.read_text() for path in tmp_path.glob(Path(file.baseFilename).stem + ".*")
        )
        assert sorted(told.split("\n")) == ["", "day 0", "day 1", "day 2"]


def test_what_is_older_than_thirty_days_goes_whoever_wrote_it(tmp_path: Path):
    kept, gone = tmp_path / "worker-a-7.log.2026-11-01", tmp_path / "worker-b-8.log"
    for path, days in ((kept, KEPT_DAYS - 1), (gone, KEPT_DAYS + 1), (tmp_path / "notes", 99)):
        path.write_text("x")
        at = time.time() - days * 86_400
        os.utime(path, (at, at))
    DailyFile(tmp_path / "studio.log").close()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["notes", "studio.log", kept.name]


def test_a_name_of_its_own_is_a_files_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("socket.gethostname", lambda: "../Amira's computer")
    assert name_of_its_own("worker") == f"worker-..-Amira-s-computer-{os.getpid()}"


def test_what_the_store_keeps_secret_does_not_reach_the_log(studio: Studio, clock: Clock):
    bo = studio.user("bo")
    seed = bo.post("/auth/otp").json()["seed"]
    assert seed not in studio.on.secrets.without(f"somebody says {seed}")
    later = Foundation.opened(studio.on.settings, clock=clock, passwords=studio.on.passwords)
    assert seed in later.secrets.without(seed), "it was not read yet"
    with later.store.reading() as unit:
        box = unit.accounts.get(bo.id).otp_box
        assert box is not None
        Vault(later, unit).open(box, project_id=None, row_id=bo.id, field="otp")
    assert later.secrets.without(seed) == STARS
    later.close()
