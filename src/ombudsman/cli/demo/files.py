"""The files of a demo: where each lies in its folder, and those that are always the same."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

_WRITTEN_AS_THEY_ARE = ("retail.yaml", "mapping.yaml", "ombudsman.yaml")


@dataclass(frozen=True)
class DemoFiles:
    """Where the files of a demo lie."""

    directory: Path

    @property
    def source(self) -> Path:
        return self.directory / "source.duckdb"

    @property
    def target(self) -> Path:
        return self.directory / "target.duckdb"

    @property
    def pipeline(self) -> Path:
        return self.directory / "retail.yaml"

    @property
    def mapping(self) -> Path:
        return self.directory / "mapping.yaml"

    @property
    def config(self) -> Path:
        return self.directory / "ombudsman.yaml"

    @property
    def truth(self) -> Path:
        return self.directory / "truth.json"


def write_settings(directory: Path) -> None:
    """Writes the pipeline, the mapping and the connections of the demo."""
    for name in _WRITTEN_AS_THEY_ARE:
        (directory / name).write_text(packaged(name), encoding="utf-8")


def packaged(name: str) -> str:
    """The text of a file that comes with the demo."""
    return files("ombudsman.cli.demo").joinpath(name).read_text(encoding="utf-8")
