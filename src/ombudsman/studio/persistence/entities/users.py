"""Who may sign in, and by what they are known meanwhile.

Tokens are kept as hashes: whoever reads the store can sign in with none of them.
"""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ombudsman.studio.persistence.entities.base import Base, Named, Versioned


def _to_user() -> ForeignKey:
    return ForeignKey("users.id", ondelete="CASCADE")


def _to_session() -> ForeignKey:
    return ForeignKey("sessions.id", ondelete="CASCADE")


def _to_project() -> ForeignKey:
    return ForeignKey("projects.id", ondelete="CASCADE")


class User(Versioned, Base):
    """A person. `folded_name` is the name as it is compared; users are disabled and never deleted, for the audit.

    `otp_box` is the seed of the second factor, encrypted; it counts once `otp_since` is set. `otp_last_step` is the
    last period of thirty seconds whose code was used: none is good twice. `password_short` says that the password was
    chosen beside a second factor and is too short without one. `issuer` and `subject` are by whom and as whom the
    person is known who signs in by a provider; such an account has no password.
    """

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        CheckConstraint(
            "(issuer IS NULL) = (subject IS NULL) AND (issuer IS NULL OR password_hash IS NULL)",
            name="provider_or_password",
        ),
    )
    username: Mapped[str]
    folded_name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    disabled: Mapped[bool] = mapped_column(default=False)
    password_hash: Mapped[str | None]
    password_changed: Mapped[dt.datetime | None]
    password_short: Mapped[bool] = mapped_column(default=False)
    last_login: Mapped[dt.datetime | None]
    otp_box: Mapped[bytes | None] = mapped_column(LargeBinary)
    otp_since: Mapped[dt.datetime | None]
    otp_last_step: Mapped[int] = mapped_column(default=0)
    issuer: Mapped[str | None]
    subject: Mapped[str | None]


class Session(Named, Base):
    """A sign-in, and its family of refresh tokens. Ended by logout, by its end, or for a reason that is told."""

    __tablename__ = "sessions"
    user_id: Mapped[str] = mapped_column(_to_user(), index=True)
    authenticated: Mapped[dt.datetime]
    last_seen: Mapped[dt.datetime]
    expires: Mapped[dt.datetime]
    ended: Mapped[dt.datetime | None]
    end_reason: Mapped[str | None]
    address: Mapped[str]
    user_agent: Mapped[str]


class RefreshToken(Base):
    """One link of a session's chain; a link that was used before is a sign of theft."""

    __tablename__ = "refresh_tokens"
    hash: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(_to_session(), index=True)
    created: Mapped[dt.datetime]
    used: Mapped[dt.datetime | None]


class ApiToken(Named, Base):
    """A key for a program: it acts as its user, within its scopes and, where one is named, within one project."""

    __tablename__ = "api_tokens"
    hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[str] = mapped_column(_to_user(), index=True)
    name: Mapped[str]
    scopes: Mapped[list[str]]
    project_id: Mapped[str | None] = mapped_column(_to_project())
    expires: Mapped[dt.datetime]
    last_used: Mapped[dt.datetime | None]
    revoked: Mapped[dt.datetime | None]


class RecoveryCode(Base):
    """Stands in for the second factor once, when it was lost."""

    __tablename__ = "recovery_codes"
    hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(_to_user(), index=True)
    used: Mapped[dt.datetime | None]


class Invitation(Named, Base):
    """A way to an account, good once. The set-up token of the first administrator is one, made by nobody."""

    __tablename__ = "invitations"
    hash: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    role: Mapped[str]
    project_id: Mapped[str | None] = mapped_column(_to_project())
    project_role: Mapped[str | None]
    made_by: Mapped[str | None] = mapped_column(_to_user())
    expires: Mapped[dt.datetime]
    used: Mapped[dt.datetime | None]


class BegunSignIn(Base):
    """A sign-in by a provider that a browser has begun. The browser alone has what `hash` is the hash of."""

    __tablename__ = "begun_sign_ins"
    hash: Mapped[str] = mapped_column(primary_key=True)
    invitation_hash: Mapped[str | None]
    expires: Mapped[dt.datetime] = mapped_column(index=True)


class LoginAttempts(Base):
    """How often somebody failed to sign in of late: by account, by address, or by both. Keys are hashes."""

    __tablename__ = "login_attempts"
    key: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    since: Mapped[dt.datetime]
    blocked_until: Mapped[dt.datetime | None]


class Membership(Base):
    """What a user may do in a project."""

    __tablename__ = "memberships"
    project_id: Mapped[str] = mapped_column(_to_project(), primary_key=True)
    user_id: Mapped[str] = mapped_column(_to_user(), primary_key=True, index=True)
    role: Mapped[str]
    created: Mapped[dt.datetime]
