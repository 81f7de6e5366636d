"""The server as its keeper starts it: a process of its own, from nothing to an administrator, and to a clean end."""

import io
import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url
from tests.cli.program import SOURCE_TREE, Told, begun, ended, ombudsman
from tests.studio.conftest import AUDIT_KEY
from tests.studio.people import PASSWORD
from tests.studio.work.queued import enqueue, project_of

from ombudsman.studio.persistence.store import Store

NAMES = ("OVS_", "JWT_", "MSSQL_", "SNOWFLAKE_")


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(NAMES):
            monkeypatch.delenv(name)


@contextmanager
def serving(cwd: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A server on a free port, and what it said at its start."""
    with begun("serve", "--port", "0", *more, cwd=cwd) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip())
            if "makes the first administrator" in line:
                break
        yield process, lines


def told(lines: list[str], word: str) -> str:
    return next(line.split(None, 1)[1] for line in lines if line.strip().startswith(word))


def test_from_nothing_to_a_signed_in_administrator(tmp_path: Path):
    with serving(tmp_path) as (process, lines):
        address, link = told(lines, "address"), told(lines, "set-up")
        token = re.search(r"setup=([\w-]+)", link)
        assert token, lines
        with httpx.Client(base_url=address, trust_env=False) as client:
            assert client.get("/health").json()["status"] == "ok"
            body = {"username": "amira", "password": PASSWORD, "setup_token": token[1]}
            assert client.post("/auth/register", json=body).status_code == 201
            signed_in = client.post("/auth/login", json={"username": "amira", "password": PASSWORD})
            access = signed_in.json()["access_token"]
            me = client.get("/auth/me", headers={"Authorization": f"Bearer {access}"})
            assert me.json()["role"] == "administrator"
        process.send_signal(signal.SIGTERM)
        end = ended(process)
    assert (end.code, end.err) == (0, "")
    folder = tmp_path / ".ombudsman" / "studio"
    assert stat.S_IMODE((folder / "keys" / "master.keys").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    log = (folder / "logs" / "studio.log").read_text()
    assert '"route": "/auth/login"' in log
    for secret in (token[1], PASSWORD, access):
        assert secret not in log


def test_a_port_that_is_taken_is_told(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = ombudsman("serve", "--port", str(port), cwd=tmp_path)
    assert said.code == 2
    assert f"127.0.0.1:{port}" in said.err


def test_a_second_server_on_the_same_store_takes_nothing_of_the_first(tmp_path: Path):
    with serving(tmp_path) as (process, lines):
        port = told(lines, "address").rpartition(":")[2]
        store = Store(
            make_url(f"sqlite:///{tmp_path / '.ombudsman/studio/studio.db'}"), audit_key=AUDIT_KEY
        )
        with store.writing() as unit:
            project_id, user_id = project_of(unit)
            run_id = enqueue(unit, project_id, user_id)
            assert unit.runs.take(run_id, worker="the first", lease_s=600)
        on_its_port, elsewhere = (
            ombudsman("serve", "--port", each, cwd=tmp_path) for each in (port, "0")
        )
        assert (on_its_port.code, f"127.0.0.1:{port}" in on_its_port.err) == (2, True)
        assert (elsewhere.code, "another server is at work" in elsewhere.err) == (2, True)
        with store.reading() as unit:
            run = unit.runs.get(run_id)
            assert (run.status, run.leased_by, run.attempt) == ("running", "the first", 1)
        store.close()
        process.send_signal(signal.SIGTERM)
        assert ended(process).code == 0
    with begun("serve", "--port", "0", cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Ombudsman"), "the lock went with the first"


def test_a_driver_that_hangs_does_not_keep_the_process_alive():
    script = """
import threading
from concurrent.futures import ThreadPoolExecutor
from ombudsman.studio.serve import end_at_once

ThreadPoolExecutor().submit(threading.Event().wait)
print("ends")
end_at_once()
"""
    environment = os.environ | {"PYTHONPATH": str(SOURCE_TREE)}
    ran = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    )
    assert ran.stdout == b"ends\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JWT_SECRET_KEY", "changeme"),
        ("JWT_SECRET_KEY", "secret" * 10),
        ("OVS_MASTER_KEY", "bm90IGEga2V5"),
        ("OVS_DB_URL", "mysql://u:hush@h/d"),
        ("OVS_ALLOWED_ORIGINS", "*"),
        ("JWT_ALGORITHM", "none"),
    ],
)
def test_the_server_does_not_start_with_what_can_be_guessed_or_makes_no_sense(
    tmp_path: Path, name: str, value: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(name, value)
    said = ombudsman("serve", "--port", "0", cwd=tmp_path)
    assert said.code == 2
    assert name in said.err
    assert "hush" not in said.all


# ------------------------------------------------------------ the keeper's other verbs


def create(cwd: Path, *more: str, password: str = PASSWORD, verb: str = "create") -> Told:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(password + "\n"))
        return ombudsman("user", verb, *more, "--password-stdin", cwd=cwd)


def test_an_account_is_made_and_a_second_of_its_name_is_not(tmp_path: Path):
    made = create(tmp_path, "amira", "--role", "administrator")
    assert made.code == 0, made.err
    assert "amira is administrator now" in made.out
    again = create(tmp_path, "AMIRA")
    assert (again.code, "taken" in again.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "password", "word"),
    [
        (["bo", "--role", "owner"], PASSWORD, "no role 'owner'"),
        (["bo"], "short", "fewer"),
        (["b\to"], PASSWORD, "user name"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused(
    tmp_path: Path, arguments: list[str], password: str, word: str
):
    made = create(tmp_path, *arguments, password=password)
    assert made.code == 2
    assert word in made.err


def test_whoever_lost_the_password_gets_another(tmp_path: Path):
    assert create(tmp_path, "amira").code == 0
    reset = create(tmp_path, "AMIRA", password="vier ganz andere worte", verb="reset")
    assert (reset.code, "new password" in reset.out) == (0, True), reset.err
    missing = create(tmp_path, "nobody", verb="reset")
    assert (missing.code, "no such user" in missing.err) == (2, True)
    short = create(tmp_path, "amira", password="short", verb="reset")
    assert (short.code, "fewer" in short.err) == (2, True)


def test_the_store_is_upgraded_keys_are_rotated_and_the_audit_is_whole(tmp_path: Path):
    assert "form 0001" in ombudsman("db", "upgrade", cwd=tmp_path).out
    assert create(tmp_path, "amira").code == 0
    rotated = ombudsman("keys", "rotate", cwd=tmp_path)
    assert rotated.code == 0, rotated.err
    keys = (tmp_path / ".ombudsman/studio/keys/master.keys").read_text().split()
    assert len(keys) == 2
    verified = ombudsman("audit", "verify", cwd=tmp_path)
    assert (verified.code, "whole: 2 entries" in verified.out) == (0, True)


def test_an_audit_log_that_was_changed_is_told_by_the_exit_code(tmp_path: Path):
    assert create(tmp_path, "amira").code == 0
    with sqlite3.connect(tmp_path / ".ombudsman/studio/studio.db") as database:
        database.execute("DROP TRIGGER audit_log_UPDATE")
        database.execute("UPDATE audit_log SET actor_name = 'eve'")
    database.close()
    verified = ombudsman("audit", "verify", cwd=tmp_path)
    assert (verified.code, "entry 1" in verified.out) == (1, True)


def test_an_end_that_was_cut_off_from_the_audit_log_is_missed_by_the_servers_log(tmp_path: Path):
    with serving(tmp_path) as (process, lines):
        with httpx.Client(base_url=told(lines, "address"), trust_env=False) as client:
            body = {"username": "nobody", "password": PASSWORD}
            assert client.post("/auth/login", json=body).status_code == 401
        process.send_signal(signal.SIGTERM)
        assert ended(process).code == 0
    assert ombudsman("audit", "verify", cwd=tmp_path).code == 0
    with sqlite3.connect(tmp_path / ".ombudsman/studio/studio.db") as database:
        database.execute("DROP TRIGGER audit_log_DELETE")
        database.execute("DELETE FROM audit_log WHERE number = 2")
        database.execute(
            "UPDATE audit_head SET number = 1, digest = (SELECT digest FROM audit_log WHERE number = 1)"
        )
    database.close()
    verified = ombudsman("audit", "verify", cwd=tmp_path)
    assert (verified.code, "entry 2" in verified.out) == (1, True)


def test_the_settings_of_the_studio_are_shown_with_their_origins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("OVS_MASTER_KEY", "hush-hush")
    shown = ombudsman("config", "show", cwd=tmp_path)
    assert re.search(r"OVS_DATA_FOLDER\s+\S+\s+default", shown.out)
    assert "hush" not in shown.out
