"""`/validators`: the kinds of steps, for whoever writes a pipeline or draws its forms."""

from typing import Annotated

from fastapi import Path

from ombudsman.studio.fields import Page
from ombudsman.studio.routers.http import AskedPage, On, Operations, SignedIn
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.validators import Validators, ValidatorTold

router = Operations(prefix="/validators", tags=["pipelines"])


@router.operation("GET", "", Permission.SIGNED_IN)
def list_validators(on: On, actor: SignedIn, asked: AskedPage) -> Page[ValidatorTold]:
    """The kinds of steps, each with its page and the schema of its params. Sorted by name, family or cost."""
    del actor  # whoever is signed in
    return Validators(on).listed(asked)


@router.operation("GET", "/{name}", Permission.SIGNED_IN)
def get_validator(
    name: Annotated[str, Path(max_length=200)], on: On, actor: SignedIn
) -> ValidatorTold:
    """One kind of step."""
    del actor
    return Validators(on).get(name)
