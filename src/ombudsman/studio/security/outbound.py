"""To which hosts may the studio connect on somebody's behalf?

Whoever may write a host into a form could otherwise ask for the machine itself, its cloud's metadata service, or
whatever listens in its network. So a host is resolved once, *all* its addresses are judged, and the connection goes to
an address that was judged: a name that resolves otherwise a moment later gains nothing.

Numbers are read as addresses only in their plain form: `0x7f.1`, `127.1` and `2130706433` name this machine to some
resolvers, and are refused.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ombudsman.model.errors import NotAllowed

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str], Iterable[str]]
_METADATA = frozenset(
    ipaddress.ip_address(each)
    for each in (
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "fd00:ec2::254",
        "168.63.129.16",
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def resolved(host: str) -> Iterable[str]:
    """All addresses of a host, as the machine resolves it."""
    return {str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}


@dataclass(frozen=True)
class OutboundPolicy:
    """What is allowed.

    `allowed` lists hosts (`db.example.com`), suffixes (`.example.com`), addresses and networks (`10.1.0.0/16`). With
    `only_listed` nothing else is allowed; without it everything is but what is dangerous, which must be listed.
    """

    allowed: Sequence[str] = ()
    only_listed: bool = False
    resolver: Resolver = resolved

    def address_of(self, host: str) -> str:
        """An address to connect to.

        Raises:
            NotAllowed: the policy refuses the host, or an address that it resolves to.
        """
        name = host.rstrip(".").casefold()
        if host.startswith("/") or _is_odd_number(name):
            raise _refused(host)
        listed_by_name = self._lists_name(name)
        addresses = [_judged(each) for each in self._addresses(name)]
        if not addresses:
            raise NotAllowed(f"the host {host!r} has no address", hint="look at its spelling")
        for address in addresses:
            listed = (listed_by_name and not _is_dangerous(address)) or self._lists_address(address)
            if not listed and (self.only_listed or _is_dangerous(address)):
                raise _refused(host)
        return str(addresses[0])

    def judge_name(self, host: str) -> None:
        """Judges a host by its name alone, for somebody else will resolve it.

        Raises:
            NotAllowed: only listed hosts are allowed, and this is none.
        """
        if self.only_listed and not self._lists_name(host.rstrip(".").casefold()):
            raise _refused(host)

    def _addresses(self, name: str) -> list[str]:
        literal = _literal(name)
        if literal is not None:
            return [str(literal)]
        try:
            return sorted(self.resolver(name))
        except (OSError, UnicodeError):
            return []

    def _lists_name(self, name: str) -> bool:
        return any(
            name.endswith(each.casefold()) if each.startswith(".") else name == each.casefold()
            for each in self.allowed
        )

    def _lists_address(self, address: Address) -> bool:
        return any(
            network is not None and address.version == network.version and address in network
            for network in map(_network, self.allowed)
        )


def _judged(text: str) -> Address:
    """The address behind an address: what is wrapped into IPv6 is judged as what it is."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour
        if wrapped is None and address in _NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return wrapped or address
    return address


def _is_dangerous(address: Address) -> bool:
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or address.is_multicast
        or address.is_reserved
        or address in _METADATA
        or (isinstance(address, ipaddress.IPv4Address) and address.packed[0] == 0)
    )


def _literal(name: str) -> Address | None:
    try:
        return ipaddress.ip_address(name.strip("[]").partition("%")[0])
    except ValueError:
        return None


def _is_odd_number(name: str) -> bool:
    """Whether some resolver would take this for a number, though it is no plain address."""
    last = name.rsplit(".", 1)[-1]
    looks_like_number = re.fullmatch(r"0x[0-9a-f]*|\d+", last) is not None
    return looks_like_number and _literal(name) is None


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _refused(host: str) -> NotAllowed:
    return NotAllowed(
        f"the studio may not connect to {host!r}",
        hint="an administrator can allow it in OVS_OUTBOUND_ALLOWED",
    )
