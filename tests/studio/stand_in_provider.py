"""A stand-in for an OpenID Connect provider: its four addresses, on loopback, within the test process.

It is no provider: nobody has a password there, and whoever asks is who the test says. But it is strict where a provider
must be (a code is good once, for the verifier, the client and the address that it was made for), and it lies on
command: claims, signatures, keys, its own description, and how it answers.
"""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.studio.client import BASE_URL
from typing_extensions import override

CLIENT_ID, CLIENT_SECRET = "studio of/tests", "hush:hush/& hush"
RSA_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
OTHER_RSA_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
SHORT_RSA_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=1_024)  # noqa: S505 - to be refused
EC_KEY = ec.generate_private_key(ec.SECP256R1())

Claims = dict[str, Any]
Signer = Callable[[Claims], str]


def public_pem(key: rsa.RSAPrivateKey) -> bytes:
    """The public key as everybody can read it."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def signed(key: Any = RSA_KEY, algorithm: str = "RS256", name: str | None = "rsa") -> Signer:
    """Signs as the provider does, or with whatever is given."""
    headers = {} if name is None else {"kid": name}
    return lambda claims: jwt.encode(claims, key, algorithm=algorithm, headers=headers)


def jwk(key: Any, name: str, **more: str) -> dict[str, Any]:
    """A public key as key sets have it."""
    algorithm = jwt.algorithms.RSAAlgorithm
    made = (
        algorithm.to_jwk(key.public_key(), as_dict=True)
        if isinstance(key, rsa.RSAPrivateKey)
        else jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    )
    return {name: value for name, value in made.items() if name != "key_ops"} | {"kid": name} | more


@dataclass
class StandInProvider:
    """The provider, and the lies that it is to tell."""

    now: Callable[[], float]
    issuer: str = ""
    asks_for_secret: bool = True
    sign: Signer = field(default_factory=signed)
    keys: list[dict[str, Any]] = field(
        default_factory=lambda: [jwk(RSA_KEY, "rsa", use="sig", alg="RS256"), jwk(EC_KEY, "ec")]
    )
    described: dict[str, Any] = field(default_factory=dict)
    claimed: Claims = field(default_factory=dict)
    answered: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    last_query: dict[str, str] = field(default_factory=dict)
    _codes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def sign_in(self, address: str, subject: str = "248289761001", **claims: Any) -> str:
        """Somebody signs in at the address of a browser; where the provider sends the browser back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.last_query = asked
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked | {"claims": {"sub": subject} | claims}
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})

    # ------------------------------------------------------------ what it answers

    def discovery(self) -> dict[str, Any]:
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        return {k: v for k, v in (told | self.described).items() if v is not None}

    def token(self, form: Mapping[str, str], authorization: str | None) -> tuple[int, Any]:
        asked = self._codes.pop(form.get("code", ""), None)
        verifier = form.get("code_verifier", "").encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=")
        if not self._is_client(form, authorization):
            return 401, {"error": "invalid_client"}
        if (
            asked is None
            or form.get("grant_type") != "authorization_code"
            or form.get("redirect_uri") != asked["redirect_uri"]
            or asked["code_challenge_method"] != "S256"
            or asked["code_challenge"] != challenge.decode()
        ):
            return 400, {"error": "invalid_grant"}
        now = int(self.now())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": asked["nonce"],
        }
        claims |= asked["claims"] | self.claimed
        token = self.sign({k: v for k, v in claims.items() if v is not None})
        return 200, {"token_type": "Bearer", "access_token": "unused", "id_token": token}

    def _is_client(self, form: Mapping[str, str], authorization: str | None) -> bool:
        if not self.asks_for_secret:
            return form["client_id"] == CLIENT_ID and authorization is None
        if authorization is None:
            return form.get("client_secret") == CLIENT_SECRET and form["client_id"] == CLIENT_ID
        told = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        return [unquote_plus(each) for each in told.split(":")] == [CLIENT_ID, CLIENT_SECRET]


class _Handler(BaseHTTPRequestHandler):
    provider: ClassVar[StandInProvider]

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer({name: values[0] for name, values in parse_qs(text).items()})

    def _answer(self, form: dict[str, str]) -> None:
        provider, path = self.provider, urlsplit(self.path).path
        provider.asked.append(path)
        if path in provider.answered:
            provider.answered[path](self)
            return
        status: int = 200
        document: Any = {"error": "not_found"}
        match path:
            case "/.well-known/openid-configuration":
                document = provider.discovery()
            case "/keys":
                document = {"keys": provider.keys}
            case "/token":
                provider.forms.append(form)
                status, document = provider.token(form, self.headers.get("Authorization"))
            case _:
                status = 404
        answer(self, json.dumps(document).encode(), status)

    @override
    def log_message(self, *_: object) -> None:
        """Says nothing."""


def answer(to: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    """Answers with these bytes."""
    to.send_response(status)
    to.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        to.send_header(name, value)
    to.end_headers()
    to.wfile.write(body)


def dripping(to: BaseHTTPRequestHandler) -> None:
    """Answers a byte at a time, for longer than anybody waits; until nobody listens."""
    to.send_response(200)
    to.end_headers()
    try:
        for _ in range(400):
            to.wfile.write(b" ")
            to.wfile.flush()
            time.sleep(0.05)
    except OSError:
        pass


def configured(provider: StandInProvider, **more: Any) -> dict[str, Any]:
    """The settings of a studio that knows this provider, and lets everybody in whom it names."""
    return {
        "ovs_oidc_issuer": provider.issuer,
        "ovs_oidc_client_id": CLIENT_ID,
        "ovs_oidc_client_secret": CLIENT_SECRET,
        "ovs_oidc_name": "the company",
        "ovs_public_url": BASE_URL,
        "ovs_outbound_allowed": "127.0.0.1",
        "ovs_registration": "open",
    } | more


@contextmanager
def provided(now: Callable[[], float]) -> Iterator[StandInProvider]:
    """A stand-in that listens until the test ends."""
    provider = StandInProvider(now)
    handler = type("Handler", (_Handler,), {"provider": provider})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
