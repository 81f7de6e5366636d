"""What every service stands on: the settings, the store, the keys, and what is made of them. One per server."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from ombudsman.model.errors import SettingsError
from ombudsman.studio.clock import Clock, utc_now
from ombudsman.studio.logs import Secrets
from ombudsman.studio.oidc_client import OidcClient, oidc_client
from ombudsman.studio.persistence.store import Store
from ombudsman.studio.persistence.upgrade import upgrade
from ombudsman.studio.security.envelope import Envelope
from ombudsman.studio.security.keys import KEY_FILE, Keys, load_keys
from ombudsman.studio.security.outbound import OutboundPolicy
from ombudsman.studio.security.passwords import Passwords
from ombudsman.studio.security.tokens import AccessTokens
from ombudsman.studio.settings import StudioSettings, listed


@dataclass(frozen=True)
class Foundation:
    """The parts of one studio. `opened` makes them."""

    settings: StudioSettings
    store: Store
    keys: Keys = field(repr=False)
    passwords: Passwords
    outbound: OutboundPolicy
    blocked_passwords: frozenset[str] = field(repr=False)
    secrets: Secrets = field(default_factory=Secrets, repr=False)
    clock: Clock = utc_now
    oidc: OidcClient | None = None

    @classmethod
    def opened(
        cls,
        settings: StudioSettings,
        *,
        clock: Clock = utc_now,
        passwords: Passwords | None = None,
        outbound: OutboundPolicy | None = None,
    ) -> "Foundation":
        """Makes the data folder, keys and store where they are missing, and brings the store up to date.

        Raises:
            SettingsError: something that was configured cannot be used, or the store is of a newer program.
            StoreUnavailable: the store does not answer.
        """
        oidc = oidc_client(settings)
        folder = settings.data_folder
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            settings.files_folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"the data folder {folder} cannot be made: {error.strerror}",
                hint="name another in OVS_DATA_FOLDER",
            ) from None
        keys = _keys(settings)
        store = Store(settings.store_url, audit_key=keys.audit, clock=clock)
        with store.failures_told():
            upgrade(store.engine)
        return cls(
            settings=settings,
            store=store,
            keys=keys,
            passwords=passwords or Passwords(),
            outbound=outbound
            or OutboundPolicy(
                listed(settings.ovs_outbound_allowed), only_listed=settings.ovs_outbound == "listed"
            ),
            blocked_passwords=_blocked(settings.ovs_password_blocklist),
            secrets=_secrets(settings),
            clock=clock,
            oidc=oidc,
        )

    @property
    def envelope(self) -> Envelope:
        return Envelope(self.keys)

    @property
    def tokens(self) -> AccessTokens:
        minutes = self.settings.jwt_access_token_expire_minutes
        return AccessTokens(
            self.keys.tokens,
            lifetime=dt.timedelta(minutes=minutes),
            clock=self.clock,
            find=self.keys.token_key,
        )

    def close(self) -> None:
        """Gives everything back."""
        self.store.close()


def keys_at_hand(settings: StudioSettings) -> Keys | None:
    """The keys that are there; None when there are none yet, and a start would make them.

    Raises:
        SettingsError: one of them cannot be used.
    """
    is_there = settings.ovs_master_key is not None or (_key_folder(settings) / KEY_FILE).exists()
    return _keys(settings) if is_there else None


def _keys(settings: StudioSettings) -> Keys:
    def opened(secret: SecretStr | None) -> str | None:
        return None if secret is None else secret.get_secret_value()

    return load_keys(
        _key_folder(settings),
        master=opened(settings.ovs_master_key),
        previous=listed(opened(settings.ovs_master_key_previous) or ""),
        jwt_secret=opened(settings.jwt_secret_key),
    )


def _key_folder(settings: StudioSettings) -> Path:
    return settings.data_folder / "keys"


def _secrets(settings: StudioSettings) -> Secrets:
    """What is configured and must not stand in the log, wherever it comes from."""
    secrets = Secrets()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            secrets.add(value.get_secret_value())
    secrets.add(settings.store_url.password or "")
    return secrets


def _blocked(path: Path | None) -> frozenset[str]:
    if path is None:
        return frozenset()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(
            f"OVS_PASSWORD_BLOCKLIST {path} cannot be read", hint="one password a line, in UTF-8"
        ) from None
    return frozenset(line.strip().casefold() for line in lines if line.strip())
