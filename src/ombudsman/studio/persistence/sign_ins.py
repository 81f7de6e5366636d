"""Sessions, their refresh tokens, sign-ins that a browser has begun, and the API tokens of programs."""

import datetime as dt
from collections.abc import Sequence
from typing import ClassVar

from sqlalchemy import Row, bindparam, delete, or_, select, update

from ombudsman.studio.persistence.entities.users import (
    ApiToken,
    BegunSignIn,
    RefreshToken,
    Session,
    User,
)
from ombudsman.studio.persistence.paging import PageOf, PageRequest, Sorts, page_of
from ombudsman.studio.persistence.rows import Rows

_WITH_USER = (
    select(Session, User)
    .join(User, User.id == Session.user_id)
    .where(Session.id == bindparam("session_id"))
)
"""Every request asks this, so it is written once."""


class SignIns(Rows[Session]):
    """The sessions, ended ones too until they are swept away."""

    entity = Session
    noun = "session"
    sorts: ClassVar[Sorts] = {"created": Session.created, "last_seen": Session.last_seen}

    def with_user(self, session_id: str) -> Row[Session, User] | None:
        """The session and its user."""
        return self.session.execute(_WITH_USER, {"session_id": session_id}).one_or_none()

    def open_of(self, user_id: str, now: dt.datetime) -> Sequence[Session]:
        """The sessions of a user that are neither ended nor over, oldest first."""
        found = select(Session).where(
            Session.user_id == user_id, Session.ended.is_(None), Session.expires > now
        )
        return self.session.scalars(found.order_by(Session.created, Session.id)).all()

    def open_page(self, user_id: str, now: dt.datetime, asked: PageRequest) -> PageOf[Session]:
        """The same, page by page."""
        found = select(Session).where(
            Session.user_id == user_id, Session.ended.is_(None), Session.expires > now
        )
        return self.page(found, asked)

    def end(self, session_id: str, *, at: dt.datetime, reason: str) -> bool:
        """Ends a session; False when it was ended before."""
        ended = (
            update(Session)
            .where(Session.id == session_id, Session.ended.is_(None))
            .values(ended=at, end_reason=reason)
            .returning(Session.id)
        )
        return self.session.scalar(ended) is not None

    def end_all(
        self, user_id: str, *, at: dt.datetime, reason: str, but: str | None = None
    ) -> None:
        """Ends all sessions of a user, but for one."""
        condition = [Session.user_id == user_id, Session.ended.is_(None)]
        if but is not None:
            condition.append(Session.id != but)
        self.session.execute(update(Session).where(*condition).values(ended=at, end_reason=reason))

    def seen(self, session_id: str, at: dt.datetime) -> None:
        """Remembers that the session was used."""
        self.session.execute(update(Session).where(Session.id == session_id).values(last_seen=at))

    def confirmed(self, session_id: str, at: dt.datetime) -> None:
        """Remembers that the password was given again."""
        self.session.execute(
            update(Session).where(Session.id == session_id).values(authenticated=at)
        )

    def was_here_before(self, user_id: str, address: str) -> bool:
        """Whether the user has ever signed in from this address."""
        found = select(Session.id).where(Session.user_id == user_id, Session.address == address)
        return self.session.scalar(found.limit(1)) is not None

    def sweep(self, before: dt.datetime) -> None:
        """Forgets sessions that were over before a moment, with their tokens."""
        over = or_(Session.ended < before, Session.expires < before)
        self.session.execute(delete(Session).where(over))

    # ------------------------------------------------------------ refresh tokens

    def add_refresh(self, session_id: str, token_hash: str, at: dt.datetime) -> None:
        """Adds a link to a session's chain."""
        self.session.add(RefreshToken(hash=token_hash, session_id=session_id, created=at))
        self.session.flush()

    def find_refresh(self, token_hash: str) -> RefreshToken | None:
        """The link of this hash. It is held until the transaction ends: two who bring it come one after the other."""
        found = select(RefreshToken).where(RefreshToken.hash == token_hash).with_for_update()
        return self.session.scalar(found)

    # ------------------------------------------------------------ sign-ins by a provider

    def begin(self, begun: BegunSignIn, now: dt.datetime) -> None:
        """Remembers a sign-in that a browser has begun, and forgets those that nobody came back for."""
        self.session.execute(delete(BegunSignIn).where(BegunSignIn.expires <= now))
        self.session.add(begun)
        self.session.flush()

    def take_begun(self, begun_hash: str, now: dt.datetime) -> BegunSignIn | None:
        """Takes it, once; None when it was taken, is over, or was never begun. Of two at once one gets it."""
        taken = (
            delete(BegunSignIn)
            .where(BegunSignIn.hash == begun_hash, BegunSignIn.expires > now)
            .returning(BegunSignIn)
        )
        return self.session.scalar(taken)

    # ------------------------------------------------------------ API tokens

    def add_token(self, token: ApiToken) -> ApiToken:
        """Adds an API token."""
        self.session.add(token)
        self.session.flush()
        return token

    def token_with_user(self, token_hash: str) -> Row[ApiToken, User] | None:
        """The API token of this hash and its user."""
        found = select(ApiToken, User).join(User, User.id == ApiToken.user_id)
        return self.session.execute(found.where(ApiToken.hash == token_hash)).one_or_none()

    def token_of(self, user_id: str, token_id: str) -> ApiToken | None:
        """A user's token by its id, if it is still good."""
        found = select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.id == token_id)
        return self.session.scalar(found.where(ApiToken.revoked.is_(None)))

    def tokens_of(self, user_id: str, asked: PageRequest) -> PageOf[ApiToken]:
        """A user's tokens that were not revoked."""
        found = select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked.is_(None))
        return page_of(
            self.session,
            found,
            asked,
            sorts={"created": ApiToken.created, "name": ApiToken.name, "expires": ApiToken.expires},
            by_default="-created",
            unique=ApiToken.id,
        )

    def token_used(self, token_id: str, at: dt.datetime) -> None:
        """Remembers the last use."""
        self.session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used=at))

    def revoke_tokens(self, user_id: str, at: dt.datetime) -> None:
        """Takes all tokens of a user back."""
        self.session.execute(
            update(ApiToken)
            .where(ApiToken.user_id == user_id, ApiToken.revoked.is_(None))
            .values(revoked=at)
        )
