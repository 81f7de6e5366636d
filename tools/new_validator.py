"""Begins a validator: its file, its cases and its changelog fragment.

make new V=validate_null_rates F=dq
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FAMILIES = ("schema", "dq", "ri", "dimensions", "facts", "metrics", "timeseries", "business")

MODULE = '''"""Write the question here, as a migration engineer would ask it?

Say what it does, and where its edge is.

Say what it does not prove.
"""

from pydantic import Field

from ombudsman.model.base import Params
from ombudsman.model.result import Kind, Result
from ombudsman.validators.kit import ColumnName, Pair, count_nulls, validator


class {params}(Params):
    """What to look at."""

    columns: list[ColumnName] = Field(
        default=[],
        title="Columns",
        description="By the source's names. None: all mapped columns.",
        examples=[["Email"]],
    )


@validator
async def {name}(tables: Pair, params: {params}) -> Result:
    answers = await tables.both(*(count_nulls(c) for c in params.columns or tables.columns))
    figures = answers.figures()
    return Result(
        figures=figures,
        findings=[f.finding(Kind.NULL_COUNT_DIFFERS) for f in figures if not f.agrees],
    )
'''

CASES = """validator: {name}

both_sides_agree:
  in_docs: true
  source: {{columns: [id], rows: [[1], [2]]}}
  target: {{columns: [id], rows: [[1], [2]]}}
  verdict: passed
"""


def main(name: str, family: str) -> int:
    if not re.fullmatch(r"validate_[a-z0-9_]+", name) or family not in FAMILIES:
        print(f"usage: make new V=validate_something F=<{'|'.join(FAMILIES)}>")
        return 2
    folder = ROOT / "src" / "ombudsman" / "validators" / family
    files = {
        folder / f"{name}.py": MODULE.format(name=name, params=_params(name)),
        ROOT / "tests" / "validators" / "cases" / f"{name}.yml": CASES.format(name=name),
        ROOT
        / "changelog.d"
        / f"{name}.md": f"New check `{name}`: say in a sentence what it finds.\n",
    }
    for path, text in files.items():
        if path.exists():
            print(f"{path.relative_to(ROOT)} is there already")
            return 1
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    print(
        f"Now: write the cases, then `make cases V={name}` and watch them fail; CONTRIBUTING.md tells the rest."
    )
    return 0


def _params(name: str) -> str:
    return "".join(word.capitalize() for word in name.removeprefix("validate_").split("_"))


if __name__ == "__main__":
    sys.exit(main(*[*sys.argv[1:], "", ""][:2]))
