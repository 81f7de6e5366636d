"""`/auth`: accounts, sign-in, sessions, tokens, the second factor, and users for those who look after them.

A browser gets its refresh token as a cookie that scripts cannot read; since a browser sends cookies by itself, whoever
refreshes by cookie must also send a header that another site's page cannot, and come from an origin that we know.
"""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import Cookie, Header, Request, Response

from ombudsman.model.errors import NotAllowed
from ombudsman.studio.errors import NotSignedIn
from ombudsman.studio.fields import Page
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.routers.http import (
    AskedPage,
    From,
    IfMatch,
    On,
    Operations,
    PathId,
    SignedIn,
    rates,
    tagged,
)
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.accounts import (
    Accounts,
    InvitationGiven,
    InvitationTold,
    Registration,
    UserChange,
    UserTold,
)
from ombudsman.studio.services.own_account import (
    Confirmation,
    NewTokenTold,
    OtpBegun,
    OtpCode,
    OwnAccount,
    PasswordChange,
    RecoveryCodes,
    SessionTold,
    TokenGiven,
    TokenTold,
)
from ombudsman.studio.services.sign_in import Login, Refresh, SignedInTold, SignIn, Tokens

SECURE_COOKIE, PLAIN_COOKIE = "__Host-ovs_refresh", "ovs_refresh"
_REGISTRATIONS_PER_MINUTE = 20

router = Operations(prefix="/auth", tags=["auth"])


@router.operation("POST", "/register", Permission.PUBLIC, errors=(403, 409), status_code=201)
def register(given: Registration, on: On, origin: From, request: Request) -> UserTold:
    """Make an account: by set-up token, by invitation, or freely where registration is open."""
    rates(request).take("registration", origin.address, _REGISTRATIONS_PER_MINUTE)
    return Accounts(on).register(given, origin)


@router.operation("POST", "/login", Permission.PUBLIC, errors=(401,))
def login(given: Login, on: On, origin: From, response: Response) -> SignedInTold:
    """Sign in."""
    tokens = SignIn(on).login(given, origin)
    return _handed_out(tokens, on, response, how=given.refresh)


@router.operation("POST", "/refresh", Permission.PUBLIC, errors=(401, 403))
def refresh(
    given: Refresh,
    on: On,
    origin: From,
    request: Request,
    response: Response,
    secure_cookie: Annotated[str | None, Cookie(alias=SECURE_COOKIE, max_length=200)] = None,
    plain_cookie: Annotated[str | None, Cookie(alias=PLAIN_COOKIE, max_length=200)] = None,
    x_ovs_csrf: Annotated[
        str | None, Header(description="Any value; needed where the cookie is used.")
    ] = None,
) -> SignedInTold:
    """Take the next pair of tokens; the refresh token in the body, or in the cookie."""
    if given.refresh_token is not None:
        return _handed_out(
            SignIn(on).refresh(given.refresh_token, origin), on, response, how="body"
        )
    cookie = secure_cookie if on.settings.ovs_cookie_secure else plain_cookie
    if cookie is None:
        raise NotSignedIn("there is no refresh token", hint="sign in again")
    _refuse_other_sites(request, on, x_ovs_csrf)
    return _handed_out(SignIn(on).refresh(cookie, origin), on, response, how="cookie")


@router.operation("POST", "/logout", Permission.ACCOUNT, before_otp=True, status_code=204)
def logout(on: On, actor: SignedIn, response: Response) -> None:
    """Sign out: the session and all its tokens are over."""
    OwnAccount(on).must_be_person(actor)
    SignIn(on).logout(actor)
    response.delete_cookie(_cookie(on), secure=on.settings.ovs_cookie_secure, httponly=True)


@router.operation("GET", "/me", Permission.SIGNED_IN, before_otp=True)
def me(on: On, actor: SignedIn) -> UserTold:
    """Who am I?"""
    return OwnAccount(on).me(actor)


@router.operation("POST", "/password", Permission.ACCOUNT, status_code=204)
def change_password(change: PasswordChange, on: On, actor: SignedIn) -> None:
    """Set a new password; all other sessions end."""
    OwnAccount(on).change_password(actor, change)


@router.operation("POST", "/confirm", Permission.ACCOUNT, before_otp=True, status_code=204)
def confirm(given: Confirmation, on: On, actor: SignedIn) -> None:
    """Give the password again: what cannot be taken back asks for that every ten minutes."""
    OwnAccount(on).confirm(actor, given)


# ------------------------------------------------------------ sessions


@router.operation("GET", "/sessions", Permission.ACCOUNT)
def list_sessions(on: On, actor: SignedIn, asked: AskedPage) -> Page[SessionTold]:
    """Where am I signed in? Sorted by created or last_seen."""
    return OwnAccount(on).sessions(actor, asked)


@router.operation("DELETE", "/sessions/{session_id}", Permission.ACCOUNT, status_code=204)
def end_session(session_id: PathId, on: On, actor: SignedIn) -> None:
    """End one of my sessions."""
    OwnAccount(on).end_session(actor, session_id)


# ------------------------------------------------------------ API tokens


@router.operation("GET", "/tokens", Permission.ACCOUNT)
def list_tokens(on: On, actor: SignedIn, asked: AskedPage) -> Page[TokenTold]:
    """My API tokens. Sorted by created, name or expires."""
    return OwnAccount(on).tokens(actor, asked)


@router.operation("POST", "/tokens", Permission.ACCOUNT, errors=(404,), status_code=201)
def make_token(given: TokenGiven, on: On, actor: SignedIn) -> NewTokenTold:
    """Make an API token; it is told this once."""
    return OwnAccount(on).make_token(actor, given)


@router.operation("DELETE", "/tokens/{token_id}", Permission.ACCOUNT, status_code=204)
def revoke_token(token_id: PathId, on: On, actor: SignedIn) -> None:
    """Take an API token back."""
    OwnAccount(on).revoke_token(actor, token_id)


# ------------------------------------------------------------ second factor


@router.operation(
    "POST", "/otp", Permission.ACCOUNT, before_otp=True, errors=(409,), status_code=201
)
def begin_otp(on: On, actor: SignedIn) -> OtpBegun:
    """Take a seed for a second factor."""
    return OwnAccount(on).begin_otp(actor)


@router.operation("POST", "/otp/confirm", Permission.ACCOUNT, before_otp=True, errors=(409,))
def confirm_otp(given: OtpCode, on: On, actor: SignedIn) -> RecoveryCodes:
    """Turn the second factor on, by its first code."""
    return OwnAccount(on).confirm_otp(actor, given)


@router.operation("DELETE", "/otp", Permission.ACCOUNT, errors=(409,), status_code=204)
def remove_otp(on: On, actor: SignedIn) -> None:
    """Turn the second factor off; a password that is too short without it has to be changed first."""
    OwnAccount(on).remove_otp(actor)


# ------------------------------------------------------------ users


@router.operation("POST", "/invitations", Permission.USER_WRITE, errors=(404,), status_code=201)
def invite(given: InvitationGiven, on: On, actor: SignedIn) -> InvitationTold:
    """Invite somebody; the token is told this once, and good for three days."""
    return Accounts(on).invite(actor, given)


@router.operation("GET", "/users", Permission.USER_READ)
def list_users(on: On, actor: SignedIn, asked: AskedPage) -> Page[UserTold]:
    """The users. Sorted by username, created or role."""
    return Accounts(on).listed(actor, asked)


@router.operation("GET", "/users/{user_id}", Permission.USER_READ)
def get_user(user_id: PathId, on: On, actor: SignedIn, response: Response) -> UserTold:
    """One user."""
    told = Accounts(on).get(actor, user_id)
    tagged(response, told.version)
    return told


@router.operation(
    "PATCH", "/users/{user_id}", Permission.USER_WRITE, errors=(409,), needs=("version",)
)
def change_user(
    user_id: PathId,
    change: UserChange,
    on: On,
    actor: SignedIn,
    version: IfMatch,
    response: Response,
) -> UserTold:
    """Change a user's role, or disable the account; its sessions end."""
    told = Accounts(on).change(actor, user_id, change, version=version)
    tagged(response, told.version)
    return told


# ------------------------------------------------------------ inside


def set_refresh_cookie(response: Response, tokens: Tokens, on: Foundation) -> None:
    """Gives a browser its refresh token."""
    response.set_cookie(
        _cookie(on),
        tokens.refresh_token,
        max_age=max(0, int((tokens.session_ends - on.clock()).total_seconds())),
        secure=on.settings.ovs_cookie_secure,
        httponly=True,
        samesite="strict",
    )


def _handed_out(
    tokens: Tokens, on: Foundation, response: Response, *, how: Literal["cookie", "body"]
) -> SignedInTold:
    if how == "cookie":
        set_refresh_cookie(response, tokens, on)
    return SignedInTold(
        access_token=tokens.access_token,
        expires_in=tokens.expires_in,
        must_set_up_otp=tokens.must_set_up_otp,
        refresh_token=tokens.refresh_token if how == "body" else None,
    )


def _cookie(on: Foundation) -> str:
    return SECURE_COOKIE if on.settings.ovs_cookie_secure else PLAIN_COOKIE


def _refuse_other_sites(request: Request, on: Foundation, header: str | None) -> None:
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    known = {*on.settings.allowed_origins, on.settings.ovs_public_url or ""}
    same = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    if header is None or not (origin in known or (same and site in {"same-origin", "none"})):
        raise NotAllowed(
            "a cookie is taken from our own pages alone", hint="send the header X-OVS-CSRF"
        )
