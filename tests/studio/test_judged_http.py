"""A configured web server is believed no more than it must: its certificate, its name, its haste, its size."""

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from typing_extensions import override

from ombudsman.studio import judged_http
from ombudsman.studio.errors import ProviderUnavailable
from ombudsman.studio.security.outbound import OutboundPolicy

NAME = "sign-in.example.com"


def policy(*allowed: str, addresses: Callable[[str], list[str]] | None = None) -> OutboundPolicy:
    return OutboundPolicy(
        allowed or ("127.0.0.1",), resolver=addresses or (lambda _: ["127.0.0.1"])
    )


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b'{"host": "%s"}' % self.headers["Host"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A web server on loopback; its port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def certificate(folder: Path, name: str) -> ssl.SSLContext:
    """A server's certificate for this name, which nobody trusts but who trusts `cert.pem`."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize(
    ("bears", "trusted", "good"),
    [(NAME, True, True), (NAME, False, False), ("another.example.com", True, False)],
)
def test_who_answers_over_tls_must_prove_the_name(
    bears: str, trusted: bool, good: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    context = certificate(tmp_path, bears)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    with serving(context) as port:
        url = f"https://{NAME}:{port}/x"
        if good:
            assert judged_http.get(url, policy()).document == {"host": f"{NAME}:{port}"}
            return
        with pytest.raises(ProviderUnavailable, match="certificate"):
            judged_http.get(url, policy())


def test_a_name_is_resolved_once_and_cannot_change_its_mind():
    told = iter([["127.0.0.1"], ["169.254.169.254"]])
    with serving() as port:
        answer = judged_http.get(f"http://{NAME}:{port}/", policy(addresses=lambda _: next(told)))
    assert answer.status == 200


def test_of_several_addresses_all_must_be_allowed():
    both = policy(addresses=lambda _: ["127.0.0.1", "169.254.169.254"])
    with serving() as port, pytest.raises(ProviderUnavailable, match="may not connect"):
        judged_http.get(f"http://{NAME}:{port}/", both)


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving() as port:
        assert judged_http.get(f"http://127.0.0.1:{port}/", policy()).status == 200


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_says_nothing_is_left_in_time(scheme: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(judged_http, "WITHIN_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port, began = silent.getsockname()[1], time.monotonic()
        with pytest.raises(ProviderUnavailable, match="takes too long"):
            judged_http.get(f"{scheme}://127.0.0.1:{port}/", policy())
    assert time.monotonic() - began < 2


def test_nobody_there_is_told_as_such_and_gives_the_place_back():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    def ask(_: int) -> str:
        with pytest.raises(ProviderUnavailable) as told:
            judged_http.get(f"http://127.0.0.1:{port}/", policy())
        return str(told.value)

    with ThreadPoolExecutor(1) as pool:
        assert all("does not answer" in each for each in pool.map(ask, range(10)))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sign-in.example.com",
        "//sign-in.example.com/",
        "ftp://sign-in.example.com/",
        "https:///x",
        "https://a@sign-in.example.com/",
        "https://:b@sign-in.example.com/",
        "https://sign-in.example.com/#x",
        "https://sign-in.example.com/#",
        "https://sign-in.example.com:0/",
        "https://sign-in.example.com:99999/",
        "https://sign-in.example.com:x/",
        "https://sign-in.example.com/ x",
        "https://sign-in.example.com/\r\nX: y",
        "https://sign-in.example.com\\@evil.example.com/",
        "https://[::1/",
        "https://sign-\u0456n.example.com/",
    ],
)
def test_what_is_no_plain_address_of_the_web_is_not_asked(url: str):
    with pytest.raises(ValueError, match=r"."):
        judged_http.place_of(url)
    with pytest.raises(ProviderUnavailable, match="cannot be asked"):
        judged_http.get(url, policy())
