"""The pipeline as a person writes it: `load.py` reads it, `expand.py` makes steps of it.

name: retail
source: erp                 # connections, by name
target: warehouse
mapping: mapping.yaml       # relative to this file; or the mapping itself; or nothing: mapped by name
defaults: {severity: warning, equality: {trailing_blanks: ignored}}
policies:                   # of tables and their columns, by the source's names; the nearest wins
  Sales.FactSales:
    tolerance: {relative: 0.001}
    columns:
      SalesAmount: {tolerance: {absolute: 0.01}}
steps:
  - id: sales_by_month
    validator: validate_metric_sums
    table: Sales.FactSales
    params: {columns: [SalesAmount], group_by: [OrderMonth]}
    needs: [counts]
    severity: blocking
  - id: counts              # a template: counts.FactSales, counts.DimDate, ...
    validator: validate_record_counts
    tables: all             # or a list of tables and patterns: [Sales.FactSales, Sales.Dim*]
"""

from collections.abc import Mapping as Lookup
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from ombudsman.mapping.written import TableName
from ombudsman.model.base import Strict
from ombudsman.model.equality import Equality
from ombudsman.model.mapping import Mapping
from ombudsman.model.pipeline import OnFailure
from ombudsman.model.policy import Policy, Severity
from ombudsman.model.tolerance import Tolerance
from ombudsman.model.yaml_source import YamlSource

ID_LIMIT = 200


class WrittenStep(Strict):
    """A step over one `table`, or a template that makes one step for each of `tables`.

    What a step leaves open, the policies of its table and the file's defaults say.
    """

    id: str = Field(min_length=1, max_length=ID_LIMIT)
    validator: str
    table: TableName | None = None
    tables: Literal["all"] | tuple[str, ...] | None = None
    params: dict[str, Any] = Field(default={})
    needs: tuple[str, ...] = ()
    severity: Severity | None = None
    tolerance: Tolerance | None = None
    equality: Equality | None = None
    on_failure: OnFailure | None = None
    description: str | None = None

    @property
    def is_template(self) -> bool:
        return self.tables is not None


class Defaults(Policy):
    """What holds for every step that does not say otherwise."""

    on_failure: OnFailure = OnFailure.SKIP_DEPENDENTS

    @property
    def policy(self) -> Policy:
        """Without what is no policy."""
        return Policy(severity=self.severity, tolerance=self.tolerance, equality=self.equality)


class WrittenPolicy(Policy):
    """What is said of a table, whose name it stands under, and of its columns."""

    columns: dict[str, Policy] = Field(default={})


class WrittenPipeline(Strict):
    """The whole file. Its steps and its mapping are read one by one, so that each tells its own faults."""

    name: str = Field(min_length=1)
    description: str | None = None
    source: str = Field(min_length=1)
    target: str = Field(min_length=1)
    mapping: Any = None
    defaults: Defaults = Defaults()
    policies: dict[str, WrittenPolicy] = Field(default={})
    steps: Any


@dataclass(frozen=True)
class PipelineFile:
    """A pipeline file that was read and found right, but for what only a mapping can tell.

    `steps` are paired with their positions in the file. `mapping` is the file's own; None when it has none.
    """

    document: YamlSource
    name: str
    description: str | None
    source: str
    target: str
    defaults: Defaults
    policies: Lookup[str, WrittenPolicy]
    steps: tuple[tuple[int, WrittenStep], ...]
    mapping: Mapping | None
