"""The page of how to serve a team says what really happens: its commands are carried out, one after the other."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from tests.cli.program import ended
from tests.studio.test_serve import serving, told

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "serve.md"
STATED = """
set -eu
ombudsman() { :; }   # the demo's files are there already
curl() { command curl --noproxy '*' --fail-with-body "$@" | tee -a answers; echo >> answers; }
"""
APP = (
    "import json, pyotp; lines = open('answers').read().splitlines(); "
    "print(pyotp.TOTP(json.loads(lines[-1])['seed']).now())"
)
CODE = f'CODE=$({sys.executable} -c "{APP}")   # the phone'


def commands(address: str, setup: str) -> str:
    """The page's commands from the set-up token on, with this server's address and token."""
    blocks = re.findall(
        r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    text = "\n".join(blocks[1:])
    text = re.sub(r"^STUDIO=.*$", f"STUDIO={address}", text, flags=re.MULTILINE)
    text = re.sub(r"^CODE=.*$", lambda _: CODE, text, flags=re.MULTILINE)
    return STATED + re.sub(r"^SETUP=.*$", f"SETUP={setup}", text, flags=re.MULTILINE)


@pytest.mark.skipif(
    shutil.which("curl") is None, reason="the page is about curl, which is not here"
)
def test_the_commands_of_the_page_lead_to_a_finished_run(tmp_path: Path):
    (tmp_path / "ombudsman-demo").mkdir()
    for side in ("source", "target"):
        with duckdb.connect(str(tmp_path / "ombudsman-demo" / f"{side}.duckdb")) as database:
            database.execute("CREATE SCHEMA Sales")
            rows = 3 if side == "source" else 2
            database.execute(f"CREATE TABLE Sales.FactSales AS FROM range({rows}) AS r(SalesKey)")
    with serving(tmp_path) as (process, lines):
        found = re.search(r"setup=([\w-]+)", told(lines, "set-up"))
        assert found
        script = commands(told(lines, "address"), found[1])
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        process.send_signal(signal.SIGTERM)
        assert ended(process).code == 0
    told_by_curl = (tmp_path / "answers").read_text().splitlines()
    answers = [json.loads(line) for line in told_by_curl if line.startswith("{")]
    assert answers[0]["role"] == "administrator"
    assert [each["outcome"] for each in answers if "outcome" in each] == ["ok", "ok"]
    assert "event: RunStarted" in told_by_curl
    assert "event: End" in told_by_curl
    (run,) = [each for each in answers if "timeline" in each]
    (step,) = [each for each in answers if "result" in each]
    assert (run["status"], run["steps"]) == ("failed", {"failed": 1})
    assert step["result"]["findings"][0]["message"] == "3 rows in source, 2 in target"
    assert len(answers[-1]["codes"]) == 10
