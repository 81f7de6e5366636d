"""The private key with which a Snowflake user proves who he is, opened.

The driver could read the file itself, but calls every trouble with it a failure to connect.
"""

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from ombudsman.connections.settings import SnowflakeSettings
from ombudsman.model.errors import LoginRefused

_MAKE = "openssl genrsa 2048 | openssl pkcs8 -topk8 -v2 aes256 -inform PEM -out ombudsman.p8"


def private_key(settings: SnowflakeSettings) -> bytes:
    """The key of `private_key_file`, as DER of PKCS #8.

    Raises:
        LoginRefused: the file is not there, holds no key, or its passphrase is another one.
    """
    path, secret = settings.private_key_file, settings.private_key_passphrase
    assert path is not None  # noqa: S101 - the settings see to it
    passphrase = None if secret is None else secret.get_secret_value().encode()
    try:
        key = load_pem_private_key(path.read_bytes(), passphrase)
    except OSError as error:
        raise LoginRefused(
            f"the private key {path} cannot be read: {error.strerror}",
            hint="look at private_key_file; a relative path begins where ombudsman.yaml lies",
        ) from None
    except TypeError:
        hint = "leave private_key_passphrase out" if passphrase else "set private_key_passphrase"
        state = "not encrypted" if passphrase else "encrypted"
        raise LoginRefused(f"the private key {path} is {state}", hint=hint) from None
    except ValueError:
        raise LoginRefused(
            f"the private key {path} cannot be opened",
            hint=f"look at private_key_passphrase; the file should be a PEM of PKCS #8: {_MAKE}",
        ) from None
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
