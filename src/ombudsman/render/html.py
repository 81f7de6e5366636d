"""A run as one HTML file, to be opened anywhere, mailed, printed and kept.

It needs no network and no server: style and script stand in the file, and a policy in its head forbids the browser to
load or run anything else. Every text that comes from a database or a person is escaped by the template.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ombudsman.model.pipeline import Run
from ombudsman.render.report_view import report_view
from ombudsman.render.words import LOOKS


def report(run: Run, titles: Mapping[str, str] | None = None) -> str:
    """The report of a run as a whole HTML document; `titles` gives the question that a validator asks."""
    style, script = _own("report.css"), _own("report.js")
    return (
        _templates()
        .get_template("report.html.jinja")
        .render(
            report=report_view(run, titles or {}),
            looks=LOOKS,
            style=Markup(style),  # noqa: S704  # our own file
            script=Markup(script),  # noqa: S704  # our own file
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
    )


def write_report(run: Run, path: Path, titles: Mapping[str, str] | None = None) -> None:
    """Writes the report to a file, in UTF-8."""
    path.write_text(report(run, titles), encoding="utf-8", newline="\n")


def _own(name: str) -> str:
    return resources.files("ombudsman.render").joinpath("report", name).read_text(encoding="utf-8")


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("ombudsman.render", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
