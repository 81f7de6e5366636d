"""Users, and the invitations by which they come."""

import datetime as dt
from typing import ClassVar

from sqlalchemy import Select, delete, func, select, update

from ombudsman.studio.persistence.entities.users import Invitation, RecoveryCode, User
from ombudsman.studio.persistence.paging import PageOf, PageRequest, Sorts
from ombudsman.studio.persistence.rows import Rows, containing


class Accounts(Rows[User]):
    """The users."""

    entity = User
    noun = "user"
    sorts: ClassVar[Sorts] = {
        "username": User.folded_name,
        "created": User.created,
        "role": User.role,
    }
    by_default = "username"

    def named(self, folded_name: str) -> User | None:
        """The user of this name, as it is compared."""
        return self.session.scalar(select(User).where(User.folded_name == folded_name))

    def known_as(self, issuer: str, subject: str) -> User | None:
        """The user whom a provider knows as this subject."""
        found = select(User).where(User.issuer == issuer, User.subject == subject)
        return self.session.scalar(found)

    def listed(self, asked: PageRequest) -> PageOf[User]:
        """One page of all users."""
        return self.page(select(User).where(containing(User.folded_name, asked.q)), asked)

    def count(self) -> int:
        """How many users there are, disabled ones too."""
        return self.session.scalar(select(func.count()).select_from(User)) or 0

    def active_with_role(self, role: str) -> int:
        """How many users of this role can sign in."""
        found: Select[int] = select(func.count()).select_from(User)
        return self.session.scalar(found.where(User.role == role, User.disabled.is_(False))) or 0

    def hold_role(self, role: str) -> None:
        """Makes others wait who want to change users of this role, until the transaction ends.

        Whoever counts them afterwards counts right: without this two administrators could demote each other at once,
        each seeing the other still there. SQLite lets one write at a time anyway.
        """
        held = select(User.id).where(User.role == role).order_by(User.id)
        self.session.execute(held.with_for_update(key_share=True)).all()

    def signed_in(self, user: User, at: dt.datetime) -> None:
        """Remembers the last sign-in; no edit, so the version stays."""
        self.session.execute(update(User).where(User.id == user.id).values(last_login=at))

    def use_otp_step(self, user: User, step: int) -> bool:
        """Takes the code of this period; False when one as late was taken already."""
        taken = (
            update(User)
            .where(User.id == user.id, User.otp_last_step < step)
            .values(otp_last_step=step)
            .returning(User.id)
        )
        return self.session.scalar(taken) is not None

    def forget_otp(self, user: User) -> None:
        """Takes the second factor away, with its recovery codes."""
        user.otp_box, user.otp_since = None, None
        self.set_recovery_codes(user.id, [])

    # ------------------------------------------------------------ recovery codes

    def set_recovery_codes(self, user_id: str, hashes: list[str]) -> None:
        """These codes and no others are good from now on."""
        self.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
        self.session.add_all(RecoveryCode(hash=each, user_id=user_id) for each in hashes)

    def use_recovery_code(self, user_id: str, code_hash: str, at: dt.datetime) -> bool:
        """Takes a recovery code; False when it is none, or was used."""
        taken = (
            update(RecoveryCode)
            .where(
                RecoveryCode.hash == code_hash,
                RecoveryCode.user_id == user_id,
                RecoveryCode.used.is_(None),
            )
            .values(used=at)
            .returning(RecoveryCode.hash)
        )
        return self.session.scalar(taken) is not None

    # ------------------------------------------------------------ invitations

    def invite(self, invitation: Invitation) -> Invitation:
        """Adds an invitation."""
        self.session.add(invitation)
        self.session.flush()
        return invitation

    def forget_invitations(self, kind: str) -> None:
        """Takes back all unused invitations of a kind."""
        self.session.execute(
            delete(Invitation).where(Invitation.kind == kind, Invitation.used.is_(None))
        )

    def use_invitation(self, token_hash: str, kind: str, at: dt.datetime) -> Invitation | None:
        """Takes an invitation; None when there is none that is good now. Of two at once one gets it."""
        taken = (
            update(Invitation)
            .where(
                Invitation.hash == token_hash,
                Invitation.kind == kind,
                Invitation.used.is_(None),
                Invitation.expires > at,
            )
            .values(used=at)
            .returning(Invitation)
        )
        return self.session.scalar(taken)
