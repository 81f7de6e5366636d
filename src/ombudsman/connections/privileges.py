"""What could a stored login do beyond reading, and how is one made that could not?

A guard reads text, and texts are endless; what a login has no right to do, it cannot do. So every engine is asked what
the login may do, and says how a login looks that may only read.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Privileges:
    """The rights of one login.

    Attributes:
        login: who we are there, as the engine says.
        beyond: what it could do beyond reading, each in words; empty: nothing that was asked for.
        least: the statements by which an administrator makes a login that may only read.
        unknown: why nothing, or not all, could be told, if so.
    """

    login: str = ""
    beyond: tuple[str, ...] = ()
    least: tuple[str, ...] = ()
    unknown: str | None = None

    @property
    def only_reads(self) -> bool:
        """Whether the engine confirms that the login can only read."""
        return self.unknown is None and not self.beyond

    @property
    def sentence(self) -> str:
        """In one sentence."""
        if self.beyond:
            more = "" if self.unknown is None else f"; what else is not known: {self.unknown}"
            return f"but the login {self.login!r} could {', '.join(self.beyond)}{more}"
        if self.unknown is not None:
            return f"what the login may do is not known: {self.unknown}"
        return f"the login {self.login!r} may only read"


NOT_TOLD = Privileges(unknown="this engine is not asked")
