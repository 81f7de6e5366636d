"""A run as a pack that can be mailed and kept: the report to read, the results for programs, and what they are worth.

`manifest.json` says of which run, by whom and when the pack was made, whether values of rows are masked, and the
SHA-256 of each file, so that a pack that was changed can be told from one that was not.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from typing import IO

from ombudsman.model.pipeline import Run
from ombudsman.render.html import report
from ombudsman.render.results_json import results
from ombudsman.validators.registry import catalogue


def report_bytes(run: Run) -> bytes:
    """The report as an HTML file."""
    titles = {name: validator.question for name, validator in catalogue().items()}
    return report(run, titles).encode("utf-8", "backslashreplace")


def results_bytes(run: Run) -> bytes:
    """The results as `results.json`."""
    text = json.dumps(results(run), ensure_ascii=False, allow_nan=False, indent=2)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def write_evidence(file: IO[bytes], run: Run, about: Mapping[str, str]) -> None:
    """Writes the pack as a zip file."""
    files = {"report.html": report_bytes(run), "results.json": results_bytes(run)}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    manifest = json.dumps({"about": about, "sha256": digests}, indent=2).encode() + b"\n"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in {**files, "manifest.json": manifest}.items():
            pack.writestr(name, content)
