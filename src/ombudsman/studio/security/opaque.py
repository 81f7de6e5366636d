"""Tokens that say nothing: refresh tokens, API tokens, invitations, recovery codes. The store keeps their hashes.

They are random enough (128 bits and more) that a plain SHA-256 cannot be searched backwards.
"""

import hashlib
import secrets

API_PREFIX = "ovs_"


def new_token(prefix: str = "") -> str:
    """A token of 256 random bits."""
    return prefix + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the store keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", errors="surrogatepass")).hexdigest()


def new_recovery_code() -> str:
    """A code of 128 random bits that a person can copy from paper: eight groups of four."""
    text = secrets.token_hex(16)
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))
