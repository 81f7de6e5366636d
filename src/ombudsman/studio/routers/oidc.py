"""`/auth/oidc`: sign-in by an OpenID Connect provider, where one is configured.

Between the beginning and the end the browser keeps one secret, in a cookie of ten minutes. It has to come along when
the provider sends the browser back from another site; so this cookie is `lax`, and good for nothing but that.
"""

from typing import Annotated

from fastapi import Cookie, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from ombudsman.studio.foundation import Foundation
from ombudsman.studio.routers.auth import set_refresh_cookie
from ombudsman.studio.routers.http import From, On, Operations, rates
from ombudsman.studio.security.roles import Permission
from ombudsman.studio.services.provider import BrowserSecret
from ombudsman.studio.services.provider_sign_in import (
    BEGUN_FOR,
    OidcBegin,
    OidcBegun,
    OidcTold,
    ProviderSignIn,
    SentBack,
)

SECURE_COOKIE, PLAIN_COOKIE = "__Host-ovs_oidc", "ovs_oidc"
_PER_MINUTE = 60
"""Of one address, behind which a whole office may sit."""
_PLAIN = r"^[\x20-\x7e]*$"

router = Operations(prefix="/auth/oidc", tags=["auth"])


@router.operation("GET", "", Permission.PUBLIC)
def oidc_provider(on: On) -> OidcTold:
    """Is there a provider to sign in by, and what is it called?"""
    return ProviderSignIn(on).told()


@router.operation("POST", "/begin", Permission.PUBLIC, errors=(404,))
def begin_oidc(
    given: OidcBegin, on: On, origin: From, request: Request, response: Response
) -> OidcBegun:
    """Begin to sign in by the provider: the browser goes to the address that is answered."""
    rates(request).take("oidc begin", origin.address, _PER_MINUTE)
    begun, secret = ProviderSignIn(on).begin(given)
    response.set_cookie(
        _cookie(on),
        secret.text,
        max_age=int(BEGUN_FOR.total_seconds()),
        secure=on.settings.ovs_cookie_secure,
        httponly=True,
        samesite="lax",
    )
    return begun


async def _sent_back(
    state: Annotated[str, Query(max_length=200, pattern=_PLAIN)],
    code: Annotated[str | None, Query(max_length=4_096, pattern=_PLAIN)] = None,
    error: Annotated[str | None, Query(max_length=200, pattern=_PLAIN)] = None,
    iss: Annotated[str | None, Query(max_length=2_000, pattern=_PLAIN)] = None,
) -> SentBack:
    return SentBack(state=state, code=code, error=error, issuer=iss)


async def _secret(
    on: On,
    secure_cookie: Annotated[str | None, Cookie(alias=SECURE_COOKIE, max_length=200)] = None,
    plain_cookie: Annotated[str | None, Cookie(alias=PLAIN_COOKIE, max_length=200)] = None,
) -> BrowserSecret | None:
    cookie = secure_cookie if on.settings.ovs_cookie_secure else plain_cookie
    return None if cookie is None else BrowserSecret(cookie)


@router.operation(
    "GET",
    "/callback",
    Permission.PUBLIC,
    errors=(401, 403, 404, 409, 507),
    status_code=303,
    response_class=RedirectResponse,
)
def finish_oidc(
    on: On,
    origin: From,
    request: Request,
    sent: Annotated[SentBack, Depends(_sent_back)],
    secret: Annotated[BrowserSecret | None, Depends(_secret)],
) -> Response:
    """Where the provider sends the browser back to: signs in, sets the refresh cookie, and goes on to the pages."""
    rates(request).take("oidc callback", origin.address, _PER_MINUTE)
    tokens = ProviderSignIn(on).finish(sent, secret, origin)
    pages = f"{(on.settings.ovs_public_url or '').rstrip('/')}/studio/"
    response = RedirectResponse(pages, status_code=303)
    set_refresh_cookie(response, tokens, on)
    response.delete_cookie(_cookie(on), secure=on.settings.ovs_cookie_secure, httponly=True)
    return response


def _cookie(on: Foundation) -> str:
    return SECURE_COOKIE if on.settings.ovs_cookie_secure else PLAIN_COOKIE
