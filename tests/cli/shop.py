"""A small shop before and after its migration, in two DuckDB files, with a folder for everything that a run needs."""

import textwrap
from dataclasses import dataclass
from pathlib import Path

from tests.cli.program import Told, ombudsman

from ombudsman.connections.samples import duckdb_file

CUSTOMER = "Zaphod Beeblebrox"
"""A value of a row: no message may tell it."""

SOURCE = f"""
CREATE SCHEMA "Sales";
CREATE TABLE "Sales"."Customers" (
  "CustomerId" INTEGER PRIMARY KEY, "FullName" VARCHAR NOT NULL, "Born" DATE, "Shape" STRUCT(side INTEGER));
CREATE TABLE "Sales"."Orders" (
  "OrderId" BIGINT PRIMARY KEY, "CustomerId" INTEGER, "Amount" DECIMAL(18, 2), "OrderDate" DATE);
INSERT INTO "Sales"."Customers" VALUES (1, '{CUSTOMER}', '1978-03-08', {{side: 1}}), (2, 'Trillian', NULL, NULL);
INSERT INTO "Sales"."Orders" VALUES
  (1, 1, 10.10, '2024-01-05'), (2, 1, 20.20, '2024-02-05'), (9007199254740993, 2, 0.01, '2024-03-05');
"""

TARGET = f"""
CREATE SCHEMA SALES;
CREATE TABLE SALES.CUSTOMERS (
  CUSTOMER_ID INTEGER PRIMARY KEY, FULL_NAME VARCHAR NOT NULL, BORN DATE, SHAPE STRUCT(side INTEGER));
CREATE TABLE SALES.ORDERS (
  ORDER_ID BIGINT PRIMARY KEY, CUSTOMER_ID INTEGER, AMOUNT DECIMAL(18, 2), ORDER_DATE DATE);
INSERT INTO SALES.CUSTOMERS VALUES (1, '{CUSTOMER}', '1978-03-08', {{side: 1}}), (2, 'Trillian', NULL, NULL);
INSERT INTO SALES.ORDERS VALUES
  (1, 1, 10.10, '2024-01-05'), (2, 1, 20.20, '2024-02-05'), (9007199254740993, 2, 0.02, '2024-03-05');
"""

CONFIG = """
connections:
  old: {engine: duckdb, path: old.duckdb}
  new: {engine: duckdb, path: new.duckdb}
"""

HEADER = """
name: shop
source: old
target: new
"""


@dataclass(frozen=True)
class Shop:
    """The folder of a shop: `ombudsman.yaml`, `old.duckdb`, `new.duckdb`, and what a test writes."""

    folder: Path

    def write(self, name: str, text: str) -> Path:
        """Writes a file, its text shifted to the left margin."""
        path = self.folder / name
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def pipeline(self, steps: str, *, header: str = HEADER) -> Path:
        """Writes `pipeline.yaml` with these steps."""
        return self.write(
            "pipeline.yaml", f"{textwrap.dedent(header)}\nsteps:\n{textwrap.dedent(steps)}"
        )

    def call(self, *arguments: str | Path) -> Told:
        """Calls the program in the folder."""
        return ombudsman(*arguments, cwd=self.folder)


def make_shop(folder: Path, *, source: str = SOURCE, target: str = TARGET) -> Shop:
    """Makes the two databases and the file of connections."""
    for name, sql in (("old", source), ("new", target)):
        with duckdb_file(folder / f"{name}.duckdb") as database:
            database.execute(sql)
    shop = Shop(folder)
    shop.write("ombudsman.yaml", CONFIG)
    return shop
