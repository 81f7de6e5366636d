"""Each port is loaded and its pipeline run once, for all tests that look at the outcome."""

from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.real.databases import make_duckdb, make_postgres, make_sqlite, read_meta
from tests.real.foreseen import Foreseen, Sides, Told, foreseen
from tests.real.ports import PORTS, Known, Port

import ombudsman
from ombudsman.connections.config import Config, load_config
from ombudsman.connections.connection import connect
from ombudsman.mapping.by_name import map_by_name
from ombudsman.mapping.file import write_mapping
from ombudsman.mapping.proposal import Proposal
from ombudsman.metadata.read import read_catalogue
from ombudsman.model.mapping import ColumnMapping, Mapping, TableMapping
from ombudsman.model.pipeline import Run
from ombudsman.model.tables import TableRef

PIPELINES = Path(__file__).parent
Written = dict[str, Any]


class Outcome:
    """A port that was loaded into `folder`, where a config names its two sides; mapped and run when asked."""

    def __init__(self, known: Known, folder: Path) -> None:
        self.known = known
        self.port = known.port
        self._folder = folder

    @cached_property
    def config(self) -> Config:
        """What names the two sides."""
        return load_config(self._folder / "ombudsman.yaml")

    @cached_property
    def proposal(self) -> Proposal:
        """The mapping by the names of the two catalogues."""
        catalogues = []
        for side in ("source", "target"):
            settings = self.config.connection(side)
            with connect(side, settings) as connection, connection.open() as reader:
                catalogues.append(read_catalogue(reader))
        return map_by_name(*catalogues)

    @cached_property
    def run(self) -> Run:
        """The pipeline's run."""
        pipeline = self._folder / "pipeline.yaml"
        text = (PIPELINES / self.port.pipeline).read_text("utf-8")
        if self.port.by_hand:
            (self._folder / "mapping.yaml").write_text(write_mapping(self.mapping), "utf-8")
            text += "mapping: mapping.yaml\n"
        pipeline.write_text(text, "utf-8")
        return ombudsman.run(pipeline, config=self._folder / "ombudsman.yaml")

    @cached_property
    def mapping(self) -> Mapping:
        """The proposal, and the tables that a person must bring together."""
        by_hand = [self._by_hand(*names) for names in self.port.by_hand.items()]
        return Mapping(tables=(*self.proposal.mapping.tables, *by_hand))

    def _by_hand(self, source: str, target: str) -> TableMapping:
        meta = self.known.metas[0][source]
        return TableMapping(
            source=TableRef(schema="main", name=source),
            target=TableRef(schema="main", name=target),
            columns=tuple(
                ColumnMapping(source=c["name"], target=self.known.target_column(source, c["name"]))
                for c in meta["columns"]
            ),
            key=tuple(meta["pk"]),
        )

    @cached_property
    def foreseen(self) -> Foreseen:
        """The findings that there must be."""
        return foreseen(self.known, self.run.pipeline.steps)

    @cached_property
    def told(self) -> Foreseen:
        """The findings that there are."""
        told: Foreseen = {}
        for step_run in self.run.steps:
            for f in step_run.result.findings if step_run.result else ():
                figure = f.figure if isinstance(f.figure, str) else None
                here = Told(step_run.step.id, f.kind.value, f.column, figure, f.key)
                assert here not in told, "nothing is found twice"
                told[here] = Sides(f.source, f.target)
        return told


@pytest.fixture(scope="session")
def outcome_of(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[[Port], Outcome]:
    """The outcome of a port; loads it the first time it is asked for."""

    @cache
    def source_of(parquet: str, meta: str) -> Path:
        path = tmp_path_factory.mktemp(parquet) / "source.duckdb"
        make_duckdb(shared_data, parquet=parquet, meta=read_meta(shared_data, meta), path=path)
        return path

    @cache
    def of(name: str) -> Outcome:
        port = next(each for each in PORTS if each.name == name)
        folder = tmp_path_factory.mktemp(port.name)
        source = {"engine": "duckdb", "path": str(source_of(port.source, port.metas[0]))}
        target = _target(port, shared_data, folder, request)
        written = yaml.safe_dump({"connections": {"source": source, "target": target}})
        (folder / "ombudsman.yaml").write_text(written, "utf-8")
        return Outcome(Known(port, shared_data), folder)

    return lambda port: of(port.name)


def _target(port: Port, data: Path, folder: Path, request: pytest.FixtureRequest) -> Written:
    """Makes the target of a port; what its config says of it."""
    if port.engine == "postgresql":
        server = request.getfixturevalue("postgres")
        (script,) = port.scripts
        make_postgres(data, script=script, server=server, database=port.target)
        settings = server.settings(port.target)
        password = settings.password.get_secret_value()
        written: Written = settings.model_dump(mode="json", exclude_none=True)
        return written | {"password": password}
    if port.engine == "sqlite":
        make_sqlite(data, scripts=port.scripts, path=folder / "target.db")
        return {"engine": "sqlalchemy", "url": f"sqlite:///{folder / 'target.db'}"}
    path = folder / "target.duckdb"
    make_duckdb(data, parquet=port.target, meta=read_meta(data, port.metas[1]), path=path)
    return {"engine": "duckdb", "path": str(path)}


@pytest.fixture(
    params=[
        pytest.param(p, id=p.name, marks=[pytest.mark.postgres] if p.engine == "postgresql" else [])
        for p in PORTS
    ]
)
def outcome(request: pytest.FixtureRequest, outcome_of: Callable[[Port], Outcome]) -> Outcome:
    """Each port's outcome in turn."""
    return outcome_of(request.param)
