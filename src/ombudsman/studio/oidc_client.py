"""As whom does this studio speak to the provider by which people sign in? None where none is configured."""

from dataclasses import dataclass, field

from ombudsman.model.errors import SettingsError
from ombudsman.studio.judged_http import place_of
from ombudsman.studio.settings import StudioSettings, listed

CALLBACK = "/auth/oidc/callback"


@dataclass(frozen=True)
class OidcClient:
    """What the provider knows of us, and what we ask of it.

    `required` holds claims, each with a value, that an ID token must have: as a text, or in a list of texts.
    """

    issuer: str
    client_id: str
    secret: str | None = field(repr=False)
    scopes: str
    name: str
    public_url: str
    required: tuple[tuple[str, str], ...] = ()

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends people back to; it must know this address, letter by letter."""
        return self.public_url + CALLBACK


def oidc_client(settings: StudioSettings) -> OidcClient | None:
    """The client as it is configured.

    Raises:
        SettingsError: a part is missing, or cannot be used.
    """
    if settings.ovs_oidc_issuer is None:
        return None
    issuer = _web_address("OVS_OIDC_ISSUER", settings.ovs_oidc_issuer)
    if not settings.ovs_oidc_client_id:
        raise SettingsError(
            "OVS_OIDC_CLIENT_ID is missing", hint="the provider gives it to a client"
        )
    if not settings.ovs_public_url:
        raise SettingsError(
            "OVS_PUBLIC_URL is missing",
            hint="with OVS_OIDC_ISSUER it says where the provider sends people back to",
        )
    if "openid" not in settings.ovs_oidc_scopes.split():
        raise SettingsError("OVS_OIDC_SCOPES has no openid", hint="as in: openid profile")
    secret = settings.ovs_oidc_client_secret
    return OidcClient(
        issuer=issuer,
        client_id=settings.ovs_oidc_client_id,
        secret=None if secret is None else secret.get_secret_value(),
        scopes=" ".join(settings.ovs_oidc_scopes.split()),
        name=settings.ovs_oidc_name,
        public_url=_web_address("OVS_PUBLIC_URL", settings.ovs_public_url).rstrip("/"),
        required=tuple(_claim(each) for each in listed(settings.ovs_oidc_required_claims)),
    )


def _web_address(setting: str, text: str) -> str:
    try:
        place = place_of(text)
    except ValueError:
        place = None
    if place is None or place.query:
        raise SettingsError(
            f"{setting} is no address of the web", hint="as in https://sign-in.example.com/realm"
        )
    return text


def _claim(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name.strip() and equals and value.strip()):
        raise SettingsError(
            f"OVS_OIDC_REQUIRED_CLAIMS: {text!r} is no claim with its value",
            hint="as in groups=migration, amr=mfa",
        )
    return name.strip(), value.strip()
