"""How do bytes reach the client, in clear and under TLS?

TLS is agreed inside the protocol: its handshake travels in packets of kind PRELOGIN, and only afterwards are packets put
into TLS records. Under TDS 8 (`Encrypt=strict`) TLS comes first and the protocol runs inside it from its first byte.
One lock guards the TLS object, for one thread reads while another writes.
"""

import datetime as dt
import ipaddress
import socket
import ssl
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.standins.tds.packets import Disconnected, Kind, PacketWriter, read_packet

TLS_HANDSHAKE = 0x16


class Wire:
    """One client's connection."""

    def __init__(self, client: socket.socket) -> None:
        self._socket = client
        self._buffer = bytearray()
        self._tls: ssl.SSLObject | None = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._guard = threading.Lock()

    @property
    def encrypted(self) -> bool:
        return self._tls is not None

    def first_byte(self) -> int:
        """The byte that comes next, which stays where it is: 0x16 when the client begins with TLS."""
        self._fill(1)
        return self._buffer[0]

    def read(self, count: int) -> bytes:
        """Exactly so many bytes.

        Raises:
            Disconnected: the client has gone.
        """
        self._fill(count)
        found = bytes(self._buffer[:count])
        del self._buffer[:count]
        return found

    def write(self, content: bytes | bytearray) -> None:
        """Sends all of it.

        Raises:
            Disconnected: the client has gone.
        """
        if self._tls is not None:
            with self._guard:
                self._tls.write(content)
                content = self._outgoing.read()
        self._send(content)

    def start_tls(self, context: ssl.SSLContext, *, in_packets: bool) -> None:
        """Shakes hands: inside PRELOGIN packets, or on the bare socket (`strict`).

        Raises:
            Disconnected: the client went, or would not have our certificate.
        """
        tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                self._send_handshake(in_packets=in_packets)
                content = read_packet(self.read)[2] if in_packets else self._some()
                self._incoming.write(content)
            except ssl.SSLError as failure:
                raise Disconnected from failure
            else:
                self._send_handshake(in_packets=in_packets)
                self._tls = tls
                self._decrypt()
                return

    def close(self) -> None:
        """Ends the connection; whoever reads or writes gets `Disconnected`."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            self._socket.close()

    def _send_handshake(self, *, in_packets: bool) -> None:
        content = self._outgoing.read()
        if not content:
            return
        if not in_packets:
            self._send(content)
            return
        writer = PacketWriter(self._send, kind=Kind.PRELOGIN)
        writer.add(content)
        writer.finish()

    def _fill(self, count: int) -> None:
        while len(self._buffer) < count:
            content = self._receive()
            if self._tls is None:
                self._buffer += content
            else:
                self._incoming.write(content)
                self._decrypt()

    def _decrypt(self) -> None:
        assert self._tls is not None
        with self._guard:
            while True:
                try:
                    content = self._tls.read(65_536)
                except ssl.SSLWantReadError:
                    return
                except ssl.SSLError as failure:
                    raise Disconnected from failure
                if not content:
                    raise Disconnected
                self._buffer += content

    def _some(self) -> bytes:
        """What has come already or comes next, of bytes that are no packets."""
        self._fill(1)
        found = bytes(self._buffer)
        self._buffer.clear()
        return found

    def _receive(self) -> bytes:
        try:
            content = self._socket.recv(65_536)
        except OSError as failure:
            raise Disconnected from failure
        if not content:
            raise Disconnected
        return content

    def _send(self, content: bytes | bytearray) -> None:
        try:
            self._socket.sendall(content)
        except OSError as failure:
            raise Disconnected from failure


@dataclass(frozen=True)
class Certificate:
    """A certificate made now, for 127.0.0.1 and localhost, signed by itself, and the contexts that use it."""

    pem: str
    in_packets: ssl.SSLContext
    """TLS 1.2: what travels in packets ends with its handshake, which 1.3 does not."""
    strict: ssl.SSLContext


def self_signed() -> Certificate:
    """A certificate that lasts a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    in_packets, strict = _context(secret + pem), _context(secret + pem)
    in_packets.maximum_version = ssl.TLSVersion.TLSv1_2
    strict.set_alpn_protocols(["tds/8.0"])
    return Certificate(pem.decode(), in_packets, strict)


def _context(content: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "certificate.pem"
        path.write_bytes(content)
        context.load_cert_chain(path)
    return context
