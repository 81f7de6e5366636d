"""The demo's catalogue: all that its migration got wrong on purpose, and all that must be found.

One entry a defect, in a file a table (`planted/`). Each is a piece of SQL that damages the target, with the steps of
`retail.yaml` that must notice it. The defects stand apart from one another (other tables, other columns, other months),
so that none hides another; where several show in one step, the step's expectation counts all of them together.
"""

from ombudsman.cli.demo.defect import Defect, Expectation
from ombudsman.cli.demo.planted import (
    carriers,
    customers,
    dates,
    employees,
    footfall,
    inventory,
    products,
    promotions,
    returns,
    sales,
    shipments,
    stores,
)

_TABLES = (
    dates,
    stores,
    customers,
    products,
    promotions,
    employees,
    carriers,
    sales,
    returns,
    inventory,
    shipments,
    footfall,
)

DEFECTS: tuple[Defect, ...] = tuple(defect for table in _TABLES for defect in table.DEFECTS)

EXPECTATIONS: tuple[Expectation, ...] = tuple(
    each for table in _TABLES for each in table.EXPECTATIONS
)
