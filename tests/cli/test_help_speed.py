"""`--help` answers at once: it imports nothing that takes time."""

import subprocess
import sys

from tests.cli.program import SOURCE_TREE

HEAVY = (
    *(
        "sqlalchemy",
        "pydantic",
        "rich",
        "duckdb",
        "sqlglot",
        "pyarrow",
        "psycopg",
        "jinja2",
        "yaml",
    ),
    *("duckdb_sqlalchemy", "rapidfuzz", "pydantic_settings"),
)
PROGRAM = f"""
import sys
from ombudsman.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print([name for name in {HEAVY!r} if name in sys.modules])
"""


def loaded_by(*arguments: str) -> str:
    """Which of the heavy modules a call of the program had imported at its end, as Python prints a list."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env={"PYTHONPATH": str(SOURCE_TREE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def test_help_imports_no_heavy_module():
    assert loaded_by("--help") == "[]"


def test_other_light_answers_import_what_typer_reads_options_by_and_no_more():
    for arguments in (["--version"], ["run", "--help"]):
        assert loaded_by(*arguments) == "['pydantic']"


def test_work_does_import_them():
    """The proof that the empty list above means something."""
    assert "'sqlalchemy'" in loaded_by("validators", "--json")
