"""Makes a release's section of CHANGELOG.md out of the fragments in `changelog.d/`, and removes them.

make changelog VERSION=0.1.0
"""

import datetime as dt
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def assemble(changelog: str, fragments: list[str], *, version: str, day: dt.date) -> str:
    """The changelog with a section for this version above the older ones, a line for each fragment.

    Raises:
        ValueError: the version is not one, has its section already, or there is nothing to tell.
    """
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ValueError(f"{version!r} is not a version such as 1.2.0")
    if re.search(rf"^## {re.escape(version)}\b", changelog, re.MULTILINE):
        raise ValueError(f"the changelog tells of {version} already")
    if not fragments:
        raise ValueError("there are no fragments in changelog.d")
    lines = "\n".join(f"- {' '.join(each.split())}" for each in fragments)
    head, _, older = changelog.partition("\n## ")
    section = f"## {version} ({day})\n\n{lines}\n"
    return f"{head.rstrip()}\n\n{section}" + (f"\n## {older}" if older else "")


def main(version: str) -> int:
    changelog = ROOT / "CHANGELOG.md"
    paths = [p for p in sorted((ROOT / "changelog.d").glob("*.md")) if p.name != "README.md"]
    told = [path.read_text(encoding="utf-8") for path in paths]
    today = dt.datetime.now(dt.UTC).date()
    try:
        text = assemble(changelog.read_text(encoding="utf-8"), told, version=version, day=today)
    except ValueError as error:
        print(f"{error}; usage: make changelog VERSION=1.2.0")
        return 2
    changelog.write_text(text, encoding="utf-8")
    for path in paths:
        path.unlink()
    print(f"{len(paths)} changes in CHANGELOG.md under {version}")
    return 0


if __name__ == "__main__":
    sys.exit(main((sys.argv[1:] or [""])[0]))
