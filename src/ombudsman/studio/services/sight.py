"""Who sees the values of rows plain? The one place that decides, for results, rows, comparisons and files alike.

Nobody, unless they ask for it. Whoever may, gave their password lately and says why, sees them; the audit keeps who,
when, what and why. Everybody else sees them masked (`security.masks`), and is told so.
"""

import unicodedata
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from ombudsman.studio.foundation import Foundation
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.masks import Mask
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.service import Actor, must, must_be_confirmed
from ombudsman.studio.services.stored_run import seen_run


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


def mask_for(
    on: Foundation,
    actor: Actor,
    run_id: str,
    permission: Permission,
    *,
    what: str,
    reason: str | None,
    form: str | None = None,
) -> Mask | None:
    """What an actor's view of a run's rows goes through; None: they see them plain. The audit is told.

    Args:
        on: the studio.
        actor: who looks.
        run_id: at which run.
        permission: by what right.
        what: at which part of the run, for the audit.
        reason: why values are wanted plain; None where they are not.
        form: of which form the file is, where one is taken away.

    Raises:
        NotFound: there is no such run, or they may not know of it.
        NotAllowed: values are wanted plain by somebody who may not see them so, or through an API token.
        ConfirmationRequired: the password was given too long ago.
    """
    is_silent = reason is None and form is None
    with on.store.reading() if is_silent else on.store.writing() as unit:
        run = seen_run(unit, actor, run_id, permission)
        said: dict[str, str] = {"what": what} | ({} if form is None else {"format": form})
        resource, project_id = f"run:{run.id}", run.project_id
        if form is not None:
            plain = reason is not None
            note = actor.note("export", resource, project_id=project_id, plain=plain, **said)
            unit.note(note)
        return mask_in(on, unit, actor, project_id, resource, reason, said)


def mask_in(
    on: Foundation,
    unit: Unit,
    actor: Actor,
    project_id: str,
    resource: str,
    reason: str | None,
    said: Mapping[str, str],
) -> Mask | None:
    """The same for any resource of a project; the audit is told in this transaction, where there is a reason."""
    if reason is None:
        return Mask.of(on.keys.derived("masks", on.keys.masters[-1]), project_id)
    must(unit, actor, Permission.ROWS_PLAIN, project_id, noun=resource.partition(":")[0])
    must_be_confirmed(actor, unit.now)
    unit.note(actor.note("rows.plain", resource, project_id=project_id, reason=reason, **said))
    return None
