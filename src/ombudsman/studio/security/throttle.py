"""How long must somebody wait who failed to sign in?

Counted are the pair of account and address, the account alone, the address, its network, and wrong codes of a second
factor by account. The trap: whoever can
make an account wait by failing on purpose has locked its owner out. So the wider counters bind only addresses from
which the owner never signed in; from a known address only what failed there for this account counts. Unknown accounts
are counted like others, for a difference would tell that they are unknown. Nothing waits longer than a quarter of an
hour.
"""

import datetime as dt
import hashlib
import hmac
import ipaddress
from dataclasses import dataclass

LONGEST = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class Limit:
    """After `free` failures within `window` each further one doubles the wait, from a second up to `LONGEST`."""

    free: int
    window: dt.timedelta

    def wait(self, failures: int) -> dt.timedelta:
        """How long to wait after so many failures."""
        beyond = failures - self.free
        if beyond < 0:
            return dt.timedelta(0)
        return min(LONGEST, dt.timedelta(seconds=2 ** min(beyond, 10)))


PAIR = Limit(free=5, window=dt.timedelta(hours=24))
ACCOUNT = Limit(free=100, window=dt.timedelta(hours=24))
ADDRESS = Limit(free=20, window=dt.timedelta(minutes=10))
NETWORK = Limit(free=200, window=dt.timedelta(minutes=10))
CODES = Limit(free=10, window=dt.timedelta(hours=24))


@dataclass(frozen=True)
class Attempt:
    """Somebody wants to sign in: the account's folded name, and the address from which."""

    account: str
    address: str

    def limits(self, *, known_address: bool) -> dict[str, Limit]:
        """What is counted, by what is counted. `known_address`: the account's owner has signed in from here."""
        own = {self.own: PAIR}
        if known_address:
            return own
        return own | {
            f"account|{self.account}": ACCOUNT,
            f"address|{self.address}": ADDRESS,
            f"network|{_network(self.address)}": NETWORK,
        }

    def code_limits(self, *, known_address: bool) -> dict[str, Limit]:
        """What is counted when the password was right and the code of the second factor was not."""
        return {} if known_address else {f"codes|{self.account}": CODES}

    @property
    def own(self) -> str:
        """What a success sets back to nothing."""
        return f"pair|{self.account}|{self.address}"


def counter_key(told: str, key: bytes) -> str:
    """The name under which the store counts: without the key nobody can tell whose counter it is."""
    return hmac.new(key, told.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _network(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    width = 24 if ip.version == 4 else 48
    return str(ipaddress.ip_network((ip, width), strict=False))
