"""Two small DuckDB databases to run pipelines over."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ombudsman.connections.connection import connect
from ombudsman.connections.samples import duckdb_file
from ombudsman.connections.settings import DuckDbSettings
from ombudsman.model.mapping import Mapping
from ombudsman.model.pipeline import Pipeline, Step
from ombudsman.pipeline.session import Session

SECRET = "4242-Zaphod"
"""A value of a row: no message may tell it."""

SQL = f"""
CREATE TABLE orders (id INTEGER PRIMARY KEY, amount DECIMAL(12, 2), note VARCHAR);
INSERT INTO orders SELECT i, i / 4, '{SECRET}' FROM range(100) AS r(i);
CREATE TABLE items (id INTEGER PRIMARY KEY, price DOUBLE);
INSERT INTO items SELECT i, i FROM range(10) AS r(i);
"""


def make_databases(folder: Path) -> None:
    """`source.duckdb` and `target.duckdb`, which are the same but for one row of `orders` that the target lost."""
    for name in ("source", "target"):
        with duckdb_file(folder / f"{name}.duckdb") as database:
            database.execute(SQL)
            if name == "target":
                database.execute("DELETE FROM orders WHERE id = 7")


@contextmanager
def opened(folder: Path, mapping: Mapping | None = None) -> Iterator[Session]:
    """A session over the two."""
    with (
        connect("source", DuckDbSettings(path=folder / "source.duckdb")) as source,
        connect("target", DuckDbSettings(path=folder / "target.duckdb")) as target,
        Session(source, target, mapping) as session,
    ):
        yield session


def pipeline(*steps: Step) -> Pipeline:
    return Pipeline(name="test", source="source", target="target", steps=steps)
