"""Sign-in by an OpenID Connect provider: the browser goes there with a question, and comes back with a code.

An account is bound to who the provider is and to its name for the person there (issuer and subject), and to nothing
else: an e-mail address or a user name can pass to somebody else, and then so would the account. Whoever is known to
nobody yet gets an account only as registration allows. Such an account has no password of ours, and is asked for no
second factor of ours: both are the provider's business.
"""

import datetime as dt
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from ombudsman.model.errors import NotAllowed, NotFound
from ombudsman.studio.errors import NotSignedIn
from ombudsman.studio.fields import Given, Token, Told, folded, one_line
from ombudsman.studio.oidc_client import OidcClient
from ombudsman.studio.persistence.audit import Note
from ombudsman.studio.persistence.entities.users import BegunSignIn, User
from ombudsman.studio.persistence.unit import Unit
from ombudsman.studio.security.id_tokens import authenticated, claims_of
from ombudsman.studio.security.opaque import token_hash
from ombudsman.studio.services.accounts import Accounts, Newcomer
from ombudsman.studio.services.provider import BrowserSecret, Provider
from ombudsman.studio.services.service import Caller, Service
from ombudsman.studio.services.sign_in import SignIn, Tokens

BEGUN_FOR = dt.timedelta(minutes=10)
_LONGEST_NAME = 100
_NAMES = ("preferred_username", "email", "name")
_NEVER_CONFIRMED = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class OidcBegin(Given):
    """How a sign-in by the provider begins."""

    invitation: Token | None = Field(
        default=None, description="Of somebody who has no account yet."
    )
    again: bool = Field(
        default=False,
        description="Have the provider ask who it is, even if it knows: for what asks for a confirmation.",
    )


class OidcBegun(Told):
    """Where the browser goes to sign in."""

    address: str


class OidcTold(Told):
    """Whether people can sign in by a provider."""

    name: str | None = Field(description="What the provider is called; null where there is none.")


@dataclass(frozen=True)
class SentBack:
    """What a browser brings back from the provider. `issuer` is who says so, where it does."""

    state: str
    code: str | None
    error: str | None
    issuer: str | None


class ProviderSignIn(Service):
    """Begins a sign-in by the provider, and ends it."""

    def told(self) -> OidcTold:
        """What there is."""
        return OidcTold(name=None if self.on.oidc is None else self.on.oidc.name)

    def begin(self, given: OidcBegin) -> tuple[OidcBegun, BrowserSecret]:
        """Where the browser goes, and what it keeps meanwhile.

        Raises:
            NotFound: no provider is configured.
            ProviderUnavailable: it does not answer as it should.
        """
        client = self._client()
        secret = BrowserSecret.new()
        address = Provider(self.on, client).address(secret, again=given.again)
        invitation = given.invitation
        with self.on.store.writing() as unit:
            unit.sign_ins.begin(
                BegunSignIn(
                    hash=token_hash(secret.text),
                    invitation_hash=None if invitation is None else token_hash(invitation),
                    expires=unit.now + BEGUN_FOR,
                ),
                unit.now,
            )
        return OidcBegun(address=address), secret

    def finish(self, sent: SentBack, secret: BrowserSecret | None, caller: Caller) -> Tokens:
        """Signs in whom the provider names.

        Raises:
            NotFound: no provider is configured.
            NotSignedIn: this browser began no such sign-in, or what it brings is not good; it says why.
            NotAllowed: the person may not come in.
            ProviderUnavailable: the provider does not answer as it should.
        """
        client = self._client()
        try:
            begun, claims = self._proved(client, sent, secret)
        except NotSignedIn as error:
            with self.on.store.writing() as unit:
                unit.note(
                    Note(
                        "login",
                        outcome="failed",
                        address=caller.address,
                        request_id=caller.request_id,
                        details={"by": "provider", "why": error.message},
                    )
                )
            raise
        with self.on.store.writing() as unit:
            user = unit.accounts.known_as(client.issuer, claims["sub"])
            _must_have(claims, client.required)
            if user is None:
                user = self._newcomer(unit, client, claims, begun, caller)
            if user.disabled:
                raise NotAllowed(
                    "this account is disabled", hint="an administrator can open it again"
                )
            proved = authenticated(claims, unit.now) or _NEVER_CONFIRMED
            return SignIn(self.on).begin_session(
                unit, user, caller, authenticated=proved, by="provider"
            )

    # ------------------------------------------------------------ inside

    def _client(self) -> OidcClient:
        if self.on.oidc is None:
            raise NotFound("nobody signs in by a provider here", hint="POST /auth/login")
        return self.on.oidc

    def _proved(
        self, client: OidcClient, sent: SentBack, secret: BrowserSecret | None
    ) -> tuple[BegunSignIn, Mapping[str, Any]]:
        """The sign-in that was begun, and what the provider says of the person."""
        if secret is None or not hmac.compare_digest(
            sent.state.encode("utf-8", "surrogatepass"), secret.state.encode()
        ):
            raise NotSignedIn(
                "this browser has not begun this sign-in, or has begun another since",
                hint="sign in again, in one window",
            )
        with self.on.store.writing() as unit:
            begun = unit.sign_ins.take_begun(token_hash(secret.text), unit.now)
        if begun is None:
            raise NotSignedIn("this sign-in is over, or was used before", hint="sign in again")
        if sent.issuer is not None and sent.issuer != client.issuer:
            raise NotSignedIn("another provider has sent you back", hint="sign in again")
        if sent.error is not None or sent.code is None:
            raise NotSignedIn("the provider did not sign you in", hint="sign in again")
        provider = Provider(self.on, client)
        if sent.issuer is None and provider.always_names_itself:
            raise NotSignedIn("it is not told which provider sent you back", hint="sign in again")
        claims = claims_of(
            provider.id_token(sent.code, secret),
            provider.keys(),
            issuer=client.issuer,
            client_id=client.client_id,
            nonce=secret.nonce,
            now=self.on.clock(),
        )
        return begun, claims

    def _newcomer(
        self,
        unit: Unit,
        client: OidcClient,
        claims: Mapping[str, Any],
        begun: BegunSignIn,
        caller: Caller,
    ) -> User:
        """A new account, if registration allows it."""
        newcomer = Newcomer(
            username=_free_name(unit, claims), issuer=client.issuer, subject=claims["sub"]
        )
        return Accounts(self.on).let_in(
            unit, newcomer, invitation_hash=begun.invitation_hash, caller=caller
        )


def _must_have(claims: Mapping[str, Any], required: tuple[tuple[str, str], ...]) -> None:
    for name, value in required:
        said = claims.get(name)
        if said != value and not (isinstance(said, list) and value in said):
            raise NotAllowed(
                f"the provider does not say {name}={value} of you",
                hint="ask whoever looks after accounts there",
            )


def _free_name(unit: Unit, claims: Mapping[str, Any]) -> str:
    """What the person is called there, with a number behind it where somebody else is called so here."""
    told = next((name for each in _NAMES if (name := one_line(claims.get(each)))), "somebody")
    name, number = told[:_LONGEST_NAME].strip(), 1
    while unit.accounts.named(folded(name)) is not None:
        number += 1
        name = f"{told[: _LONGEST_NAME - 12].strip()} {number}"
    return name
