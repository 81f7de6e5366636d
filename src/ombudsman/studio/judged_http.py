"""What does a web server answer that was configured, or that a configured one named? Asked without trusting it.

The host is judged by the outbound policy and the connection goes to the address that was judged. TLS is verified by the
host's name; without TLS only this machine is asked, and that only where the policy lists it. Nobody is followed
elsewhere, no proxy of the environment is asked, and an answer that is too large, or takes too long as a whole, is cut
off: a time-out for each read alone would let a server drip for hours.
"""

import contextlib
import http.client
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from typing_extensions import override

from ombudsman.model.errors import NotAllowed
from ombudsman.studio.errors import ProviderUnavailable, TooMany
from ombudsman.studio.security.outbound import OutboundPolicy

MOST_BYTES = 256 * 1024
WITHIN_S = 8.0
_AT_ONCE = threading.BoundedSemaphore(4)
"""Who waits for a slow server holds a thread of ours: so only a few may."""


@dataclass(frozen=True)
class Answer:
    """A status and a JSON object; an answer that is none has an empty one, where its status is no success."""

    status: int
    document: Mapping[str, Any]


def get(url: str, policy: OutboundPolicy) -> Answer:
    """What is at this address. Raises as `post` does."""
    return _asked("GET", url, policy)


def post(
    url: str, policy: OutboundPolicy, *, form: Mapping[str, str], headers: Mapping[str, str]
) -> Answer:
    """What a form is answered with.

    Raises:
        ProviderUnavailable: nothing, not in time, too much, or no JSON object; or it may not be asked.
        TooMany: too many wait for such an answer just now.
    """
    told = {"Content-Type": "application/x-www-form-urlencoded"} | dict(headers)
    return _asked("POST", url, policy, body=urlencode(form).encode(), headers=told)


def place_of(url: str) -> SplitResult:
    """The parts of a URL that may be asked.

    Raises:
        ValueError: it is none: not of the web, without a host, or with a user or a fragment in it.
    """
    parts = urlsplit(url)
    wrong = not url.isascii() or not url.isprintable() or " " in url or "\\" in url
    if wrong or parts.scheme not in {"https", "http"} or not parts.hostname or parts.port == 0:
        raise ValueError("no address of the web")
    if parts.username is not None or parts.password is not None or "#" in url:
        raise ValueError("an address with a user or a fragment")
    return parts


def _asked(
    method: str,
    url: str,
    policy: OutboundPolicy,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    try:
        place = place_of(url)
    except ValueError:
        raise _unavailable("names an address that cannot be asked") from None
    if not _AT_ONCE.acquire(blocking=False):
        raise TooMany("too many people are signing in just now", retry_after_s=5)
    try:
        connection = _Connection(place, _judged(place, policy))
        return _answered(connection, method, place, body, dict(headers or {}))
    finally:
        _AT_ONCE.release()


def _judged(place: SplitResult, policy: OutboundPolicy) -> str:
    host = place.hostname or ""
    try:
        address = policy.address_of(host)
    except NotAllowed as error:
        raise ProviderUnavailable(error.message, hint=error.hint) from None
    if place.scheme != "https" and not ipaddress.ip_address(address).is_loopback:
        raise _unavailable("is to be asked without TLS, which holds within one machine only")
    return address


class _Connection(http.client.HTTPConnection):
    """A connection to an address that was judged, and nowhere else."""

    def __init__(self, place: SplitResult, address: str) -> None:
        self.secure = place.scheme == "https"
        self.default_port = 443 if self.secure else 80
        super().__init__(place.hostname or "", place.port, timeout=WITHIN_S)
        self._address = address
        self._context = ssl.create_default_context() if self.secure else None
        self.held: socket.socket | None = None

    @override
    def connect(self) -> None:
        self.sock = self.held = socket.create_connection((self._address, self.port), WITHIN_S)
        if self._context is not None:
            secured = self._context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock = self.held = secured
            secured.do_handshake()

    def cut(self) -> None:
        """Ends it from another thread: whoever waits for a byte gets none."""
        if self.held is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self.held, socket.SHUT_RDWR)


def _answered(
    connection: _Connection,
    method: str,
    place: SplitResult,
    body: bytes | None,
    headers: dict[str, str],
) -> Answer:
    path = (place.path or "/") + (f"?{place.query}" if place.query else "")
    told = {"Accept": "application/json", "Accept-Encoding": "identity", "Connection": "close"}
    with _cut_off(connection) as late:
        try:
            connection.request(method, path, body=body, headers=told | headers)
            response = connection.getresponse()
            with response:
                text = response.read(MOST_BYTES + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            took_long = late.is_set() or isinstance(error, TimeoutError)
            raise _unavailable("takes too long" if took_long else _failure(error)) from None
        if late.is_set():
            raise _unavailable("takes too long")
    if len(text) > MOST_BYTES:
        raise _unavailable("answers too much")
    return Answer(response.status, _document(text, response.status))


@contextlib.contextmanager
def _cut_off(connection: _Connection) -> Iterator[threading.Event]:
    late = threading.Event()

    def cut() -> None:
        late.set()
        connection.cut()

    timer = threading.Timer(WITHIN_S, cut)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        connection.close()


def _document(text: bytes, status: int) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict):
        return document
    if status == http.HTTPStatus.OK:
        raise _unavailable("answers with no JSON object")
    return {}


def _failure(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "has a certificate that does not prove who it is"
    return "does not answer as the web does"


def _unavailable(what: str) -> ProviderUnavailable:
    return ProviderUnavailable(
        f"the sign-in provider {what}", hint="try again; if it stays, tell whoever keeps the server"
    )
