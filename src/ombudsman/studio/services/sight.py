"""Who sees the values of rows plain? The one place that decides, for results, rows, comparisons and files alike.

Nobody, unless they ask for it. Whoever may, gave their password lately and says why, sees them; the audit keeps who,
when, what and why. Everybody else sees them masked (`security.masks`), and is told so.
"""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from pydantic import AfterValidator, Field

from ombudsman.studio.foundation import Foundation
from ombudsman.studio.persistence.entities.runs import StoredRun
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.masks import Mask
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.service import Actor, must, must_be_confirmed


def _words(text: str) -> str:
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for letter in text):
        raise ValueError("should hold no control characters")
    if len(text.split()) == 0:
        raise ValueError("should not be blank")
    return text.strip()


Reason = Annotated[str, Field(min_length=3, max_length=300), AfterValidator(_words)]
REASON = (
    "Why values of rows are needed plain; only owners may, and the audit keeps it. Without: masked."
)


@contextmanager
def looking(on: Foundation, reason: str | None) -> Iterator[Unit]:
    """A transaction to look at results: one that writes where values are wanted plain, for the audit tells that."""
    with on.store.reading() if reason is None else on.store.writing() as unit:
        yield unit


def mask_for(
    on: Foundation, unit: Unit, actor: Actor, run: StoredRun, reason: str | None, what: str
) -> Mask | None:
    """What this actor's view of a run's rows goes through; None: they see them plain.

    Args:
        on: the studio.
        unit: the transaction, of `looking`.
        actor: who looks, and may see the run.
        run: whose rows.
        reason: why they are wanted plain; None where they are not.
        what: which part of the run, for the audit.

    Raises:
        NotAllowed: they are wanted plain by somebody who may not see them so, or through an API token.
        ConfirmationRequired: the password was given too long ago.
    """
    return mask_in(on, unit, actor, run.project_id, f"run:{run.id}", reason, what)


def mask_in(
    on: Foundation,
    unit: Unit,
    actor: Actor,
    project_id: str,
    resource: str,
    reason: str | None,
    what: str,
) -> Mask | None:
    """The same for any resource of a project, named as the audit names it."""
    if reason is None:
        return Mask.of(on.keys.derived("masks", on.keys.masters[-1]), project_id)
    must(unit, actor, Permission.ROWS_PLAIN, project_id, noun=resource.partition(":")[0])
    must_be_confirmed(actor, unit.now)
    unit.note(actor.note("rows.plain", resource, project_id=project_id, what=what, reason=reason))
    return None
