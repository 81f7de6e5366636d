"""A request that may come twice is carried out once: the second gets the first one's answer.

The client names its request by a key of its own. Key and answer are kept in the transaction that does the work, so
there is never the one without the other. Keys belong to their user, and are kept for two days.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from ombudsman.studio.errors import KeyReused
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.services.service import Actor

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Once:
    """The request's key, and what it asks for in short; without a key every request is a new one."""

    key: str | None = None
    fingerprint: str = ""

    def answer(self, unit: Unit, actor: Actor, model: type[M], make: Callable[[], M]) -> M:
        """What `make` answers, or answered before.

        Raises:
            KeyReused: the key was used for another request.
        """
        if self.key is None:
            return make()
        if unit.answered.claim(actor.user_id, self.key, self.fingerprint, unit.now):
            told = make()
            unit.answered.answer(actor.user_id, self.key, told.model_dump(mode="json"))
            return told
        found = unit.answered.find(actor.user_id, self.key)
        if found is None or found.answer is None or found.fingerprint != self.fingerprint:
            raise KeyReused(hint="take a new key for each new request")
        return model.model_validate(found.answer)
