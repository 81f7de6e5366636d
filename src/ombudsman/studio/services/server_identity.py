"""Would a connection use what belongs to the server, and not to whoever made it?

Windows and Kerberos logins, the identity of an Azure machine, the keeper's browser, `~/.pgpass`, the client certificate
in `~/.postgresql`: with each of them a database would take the studio itself for the user, and everybody who may make
a connection would read what the server may. It is refused, unless its keeper says otherwise (OVS_SERVER_IDENTITY).
"""

from ombudsman.connections.settings import (
    WITHOUT_PASSWORD,
    AnySettings,
    PostgresSettings,
    SnowflakeSettings,
    SqlServerSettings,
)
from ombudsman.model.errors import NotAllowed

_HINT = (
    "log in with a secret of your own; the server's keeper could allow it by OVS_SERVER_IDENTITY"
)


def refuse_server_identity(settings: AnySettings) -> None:
    """Raises NotAllowed when the settings ask for a login in the server's own name."""
    match settings:
        case SqlServerSettings() if settings.authentication in WITHOUT_PASSWORD:
            _refuse(settings.authentication)
        case SnowflakeSettings(authentication="sso"):
            _refuse("sso")


def by_own_secret(settings: AnySettings) -> AnySettings:
    """The settings as a driver may be told them: such that it takes nothing that lies about on the server.

    Raises:
        NotAllowed: there is no secret, so that the driver would look for one.
    """
    refuse_server_identity(settings)
    if not isinstance(settings, PostgresSettings):
        return settings
    if settings.password is None or not settings.password.get_secret_value():
        raise NotAllowed(
            "the connection has no password, and the studio lends none of its own",
            hint="set its password",
            pointer="/settings/password",
        )
    return settings.model_copy(update={"password_only": True})


def _refuse(authentication: str) -> None:
    raise NotAllowed(
        f"{authentication!r} authentication would log in as the studio's server itself",
        hint=_HINT,
        pointer="/settings/authentication",
    )
