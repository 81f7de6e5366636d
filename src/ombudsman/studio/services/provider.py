"""What does the OpenID Connect provider say? Its discovery document, and the tokens it gives for a code.

Nothing is kept between two sign-ins: people sign in seldom, and a key that the provider has taken back is not believed
a moment longer. Every address that the provider names is judged like its own.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus, urlencode, urlsplit

from ombudsman.studio import judged_http
from ombudsman.studio.errors import NotSignedIn, ProviderUnavailable
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.oidc_client import OidcClient

_WELL_KNOWN = "/.well-known/openid-configuration"


@dataclass(frozen=True)
class BrowserSecret:
    """The one thing that a browser keeps of a sign-in that it has begun; all else follows from it.

    What goes through addresses (state, nonce) does not lead back to it, nor does what the store keeps.
    """

    text: str

    @classmethod
    def new(cls) -> "BrowserSecret":
        return cls(secrets.token_urlsafe(32))

    @property
    def state(self) -> str:
        return self._derived("state")

    @property
    def nonce(self) -> str:
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """What proves to the provider that whoever brings the code is who began (PKCE)."""
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """The verifier's hash, which the provider is told at the beginning."""
        return _text(hashlib.sha256(self.verifier.encode()).digest())

    def _derived(self, what: str) -> str:
        key = self.text.encode("utf-8", "surrogatepass")
        return _text(hmac.new(key, what.encode(), hashlib.sha256).digest())


class Provider:
    """The provider, as it says it is at this moment.

    Raises:
        ProviderUnavailable: it does not say, or says what cannot be.
    """

    def __init__(self, on: Foundation, client: OidcClient) -> None:
        self._client = client
        self._policy = on.outbound
        issuer = client.issuer
        answer = judged_http.get(issuer.rstrip("/") + _WELL_KNOWN, self._policy)
        self._said = _successful(answer)
        if self._said.get("issuer") != issuer:
            raise ProviderUnavailable(
                "the sign-in provider says that it is another",
                hint="OVS_OIDC_ISSUER is its issuer, letter by letter",
            )

    @property
    def always_names_itself(self) -> bool:
        """Whether it says who it is when it sends people back (RFC 9207)."""
        return self._said.get("authorization_response_iss_parameter_supported") is True

    def address(self, secret: BrowserSecret, *, again: bool) -> str:
        """Where a browser goes to sign in. `again`: even if the provider knows the person already."""
        asked = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": self._client.redirect_uri,
            "scope": self._client.scopes,
            "state": secret.state,
            "nonce": secret.nonce,
            "code_challenge": secret.challenge,
            "code_challenge_method": "S256",
        }
        if again:
            asked |= {"prompt": "login", "max_age": "0"}
        address = self._address("authorization_endpoint")
        return (
            address + ("&" if urlsplit(address).query else "?") + urlencode(asked, quote_via=quote)
        )

    def id_token(self, code: str, secret: BrowserSecret) -> object:
        """The ID token that the provider gives for a code; not looked at yet.

        Raises:
            NotSignedIn: it does not take the code.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.redirect_uri,
            "client_id": self._client.client_id,
            "code_verifier": secret.verifier,
        }
        headers: dict[str, str] = {}
        if self._client.secret is not None:
            if self._takes_secrets_in_form:
                form["client_secret"] = self._client.secret
            else:
                headers["Authorization"] = _basic(self._client.client_id, self._client.secret)
        answer = judged_http.post(
            self._address("token_endpoint"), self._policy, form=form, headers=headers
        )
        if answer.document.get("error") == "invalid_grant":
            raise NotSignedIn("the provider does not take the code", hint="sign in again")
        return _successful(answer).get("id_token")

    def keys(self) -> Mapping[str, Any]:
        """The keys that it signs with."""
        return _successful(judged_http.get(self._address("jwks_uri"), self._policy))

    @property
    def _takes_secrets_in_form(self) -> bool:
        """The header is what every provider takes that says nothing."""
        told = self._said.get("token_endpoint_auth_methods_supported")
        return isinstance(told, list) and "client_secret_basic" not in told

    def _address(self, name: str) -> str:
        told = self._said.get(name)
        try:
            if isinstance(told, str):
                place = judged_http.place_of(told)
                if place.scheme == "https" or self._client.issuer.startswith("http:"):
                    return told
        except ValueError:
            pass
        raise ProviderUnavailable(
            f"the sign-in provider names no {name} that can be used",
            hint="look at its discovery document",
        )


def _successful(answer: judged_http.Answer) -> Mapping[str, Any]:
    if answer.status != 200:
        raise ProviderUnavailable(
            f"the sign-in provider answers with status {answer.status}",
            hint="look at what is configured, there and here",
        )
    return answer.document


def _basic(client_id: str, secret: str) -> str:
    """Both are encoded as in a form before they are joined (RFC 6749, 2.3.1)."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _text(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
