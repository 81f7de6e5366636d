"""The kinds of steps that a pipeline may have, with all that a form needs to ask for one.

They are the validators of this installation, ours and those of installed packages: code, and no row of the store.
"""

from collections.abc import Callable
from typing import Any

from pydantic import Field

from ombudsman.model.errors import NotFound, did_you_mean
from ombudsman.pipeline.bound import has_tolerance
from ombudsman.render.schema import form_schema
from ombudsman.studio.fields import Page, Told
from ombudsman.studio.persistence.paging import PageRequest, page_of_known
from ombudsman.studio.services.service import Service
from ombudsman.validators.registry import Cost, Validator, catalogue

_SORTS: dict[str, Callable[[Validator], tuple[Any, ...]]] = {
    "name": lambda each: (each.name,),
    "family": lambda each: (each.family, each.name),
    "cost": lambda each: (list(Cost).index(each.cost), each.name),
}


class ValidatorTold(Told):
    """A kind of step."""

    name: str
    family: str
    question: str = Field(description="What it answers: the title of its steps.")
    cost: Cost = Field(
        description="What it costs the databases: the catalogue alone, a share of a scan, a search, or all rows."
    )
    takes_tolerance: bool = Field(
        description="Whether a step of it may say how far figures may lie apart."
    )
    page: str = Field(
        description="What it does, what it proves and what not, in Markdown; the question is its first line."
    )
    params: dict[str, Any] = Field(
        description=(
            "The JSON Schema of its params, for a form: fields in their order, each with title and description."
            " `x-ombudsman` says what a text is, for a picker or an editor: column, referred_column, condition,"
            " pattern, query or target_query."
        )
    )


class Validators(Service):
    """The validators."""

    def listed(self, asked: PageRequest) -> Page[ValidatorTold]:
        """The validators whose name, family or question holds the text that is sought, page by page.

        Raises:
            SettingsError: there is no such sort, or the cursor is of another list.
        """
        sought = (asked.q or "").casefold()
        found = [
            each
            for each in catalogue().values()
            if any(sought in text.casefold() for text in (each.name, each.family, each.question))
        ]
        page = page_of_known(
            found, asked, sorts=_SORTS, by_default="name", unique=lambda each: each.name
        )
        items = [_told(each) for each in page.items]
        return Page(items=items, total=page.total, next_cursor=page.next_cursor)

    def get(self, name: str) -> ValidatorTold:
        """One validator.

        Raises:
            NotFound: there is none of this name.
        """
        found = catalogue().get(name)
        if found is None:
            raise NotFound("there is no such validator", hint=did_you_mean(name, catalogue()))
        return _told(found)


def _told(validator: Validator) -> ValidatorTold:
    return ValidatorTold(
        name=validator.name,
        family=validator.family,
        question=validator.question,
        cost=validator.cost,
        takes_tolerance=has_tolerance(validator.params),
        page=validator.page,
        params=form_schema(validator.params),
    )
