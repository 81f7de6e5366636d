"""The SQL of every validator on every engine, one statement a file: `make snapshots` writes them, a test compares.

A file is called by its engine, its number in the order of asking, what was asked, and of which side:
`sql/validate_nulls/mssql_1_nulls_of_orders_both.sql`.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.validators.names import NAMES
from tests.validators.sql_examples import ENGINES, Shop, open_shop, reason_for_none

FOLDER = Path(__file__).parent / "sql"


def wanted(shop: Shop) -> Iterator[tuple[Path, str]]:
    """Every file and what it holds."""
    for name in NAMES:
        if reason_for_none(name) is not None:
            continue
        for engine in ENGINES:
            for number, each in enumerate(shop.asked(name, engine), 1):
                file = f"{engine}_{number}_{each.example}_{each.sides}.sql"
                yield FOLDER / name / file, each.sql


def main() -> None:
    """Writes what is wanted, and removes what no longer is."""
    with tempfile.TemporaryDirectory() as folder, open_shop(Path(folder)) as shop:
        files = dict(wanted(shop))
    for path in set(FOLDER.rglob("*.sql")) - files.keys():
        path.unlink()
    for path, sql in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sql, encoding="utf-8")


if __name__ == "__main__":
    main()
