"""Where does a Snowflake account live, and how is a name told to it?

An account is called `organisation-account`, or by its older locator with a region: `xy12345.eu-central-1`. Both are the
beginning of a host. Nothing else is let through: what could end a host (a slash, a colon, `@`, `?`, `#`) would send the
password elsewhere.
"""

import re

from ombudsman.model.errors import nearest

DOMAINS = (".snowflakecomputing.com", ".snowflakecomputing.cn")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9][A-Za-z0-9_-]*){0,3}")
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9][A-Za-z0-9_-]*)+")
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
_QUOTED_NAME = re.compile(r'"(?:[^"]|"")+"')


def checked_account(text: str) -> str:
    """The account identifier; raises ValueError when it is none."""
    if text.casefold().startswith(("http:", "https:")) or text.casefold().endswith(DOMAINS):
        raise ValueError(
            "should be the account alone, such as myorg-account1, without https:// and .snowflakecomputing.com"
        )
    if _ACCOUNT.fullmatch(text) is None:
        raise ValueError(
            "should be an account identifier, such as myorg-account1 or xy12345.eu-central-1"
        )
    return text


def checked_host(text: str) -> str:
    """A host of Snowflake's, or this machine (for tests); raises ValueError when it is neither."""
    if text in LOOPBACK:
        return text
    if _HOST.fullmatch(text) is None or not text.casefold().endswith(DOMAINS):
        raise ValueError(f"should be a host that ends in {DOMAINS[0]}")
    return text


def host_of(account: str) -> str:
    """The host of an account."""
    return f"{account.replace('_', '-').casefold()}{DOMAINS[0]}"


def identifier(name: str) -> str:
    """A name as Snowflake is told it: `sales` means SALES there, `"sales"` and `Order Lines` themselves."""
    if _PLAIN_NAME.fullmatch(name) or _QUOTED_NAME.fullmatch(name):
        return name
    return '"' + name.replace('"', '""') + '"'


def exact_name(name: str) -> str:
    """The name as the catalogue spells it, of one that a person wrote by Snowflake's rule."""
    if _QUOTED_NAME.fullmatch(name):
        return name[1:-1].replace('""', '"')
    return name.upper() if _PLAIN_NAME.fullmatch(name) else name


def account_hint(account: str) -> str:
    """What to look at when nobody answers in the name of the account."""
    parts = account.split(".")
    if len(parts) > 1 and (region := nearest(parts[1], _REGIONS)) and region != parts[1].casefold():
        return f"look at the account {account!r}: did you mean the region {region!r}?"
    return (
        f"look at the account {account!r}: it is the beginning of the address in the browser, "
        "organisation-account or locator.region"
    )


_REGIONS = (
    *("us-east-1", "us-east-2", "us-west-2", "ca-central-1", "sa-east-1", "eu-west-1", "eu-west-2"),
    *(
        "eu-west-3",
        "eu-central-1",
        "eu-central-2",
        "eu-north-1",
        "ap-northeast-1",
        "ap-northeast-2",
    ),
    *("ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3"),
    *("us-central1", "europe-west2", "europe-west4", "europe-west3", "us-east4"),
    *("east-us-2", "west-us-2", "central-us", "south-central-us", "canada-central", "uk-south"),
    *(
        "north-europe",
        "west-europe",
        "switzerland-north",
        "uae-north",
        "central-india",
        "japan-east",
    ),
    *("southeast-asia", "australia-east"),
)
