"""`ombudsman validators`: the catalogue of checks."""

import json
from typing import Any

from rich.console import Console
from rich.markdown import Markdown

from ombudsman.cli.commands.output import listing
from ombudsman.render.docs import page
from ombudsman.render.schema import form_schema
from ombudsman.validators.registry import Validator, catalogue, find


def list_validators(*, as_json: bool) -> None:
    """Prints every validator: name, family and question, or all about it as JSON."""
    if as_json:
        listed = [described(validator) for validator in catalogue().values()]
        print(json.dumps(listed, indent=2, ensure_ascii=False))  # noqa: T201 - for other programs
        return
    rows = ((each.name, each.family, each.question) for each in catalogue().values())
    listing(("Validator", "Family", "Question"), rows)


def show_validator(name: str) -> None:
    """Prints a validator's page."""
    Console().print(Markdown(page(find(name))))


def described(validator: Validator) -> dict[str, Any]:
    """What forms and other programs need to know of a validator."""
    return {
        "name": validator.name,
        "family": validator.family,
        "question": validator.question,
        "cost": validator.cost.value,
        "page": validator.page,
        "params": form_schema(validator.params),
    }
