"""The settings of a connection as a form sends them, and as the store keeps them: typed, and secrets apart.

What may be set is what the engine's model has; there is no URL and no list of options, for a connection string is code.
Secrets go in and never come out. A secret belongs to the place that it was given for: when anything changes that says
where the secret would be sent, it is forgotten, so that nobody can point a stored password at a host of their own.
"""

import secrets as random_secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args

from pydantic import Field, SecretStr, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from ombudsman.connections.settings import SETTINGS_OF, AnySettings
from ombudsman.model.errors import NotAllowed, SettingsError

STUDIO_ENGINES: dict[str, type[AnySettings]] = {
    engine: model for engine, model in SETTINGS_OF.items() if engine != "sqlalchemy"
}
"""The engines whose connections may be made in a browser: all but the one that takes a URL."""

_LEFT_OUT = random_secrets.token_hex(16)
"""Stands for a secret that an engine needs, and that was not said again: no text that somebody sends is this one."""


def _with_what_is_left_out(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in ("password", "token"):
        if told.get(name) is None:
            yield told | {name: _LEFT_OUT}


def _but_for_secrets(told: Any, judged: ValidatorFunctionWrapHandler) -> Any:
    """Takes settings without the secret that their engine needs: it may be kept from before."""
    try:
        return judged(told)
    except ValidationError:
        if not isinstance(told, dict):
            raise
        for whole in _with_what_is_left_out(told):
            try:
                return judged(whole)
            except ValidationError:
                continue
        raise


if TYPE_CHECKING:
    TypedSettings = AnySettings
    ChangedSettings = AnySettings
else:
    TypedSettings = Annotated[
        Union[tuple(STUDIO_ENGINES.values())],  # noqa: UP007 - made of what there is
        Field(discriminator="engine"),
    ]
    ChangedSettings = Annotated[TypedSettings, WrapValidator(_but_for_secrets)]

_HARMLESS = frozenset(
    {
        "max_concurrent_queries",
        "connect_timeout_s",
        "statement_timeout_s",
        "application_name",
        "memory_limit",
        "threads",
    }
)
"""What may change without the secret being sent elsewhere."""
_SERVER_ONLY = ("spill_folder",)
"""What the server's keeper decides, and no form."""


def secret_fields(settings: AnySettings) -> list[str]:
    """The names of the engine's secret fields."""
    fields = type(settings).model_fields
    return [name for name, field in fields.items() if SecretStr in _types(field.annotation)]


def without_secrets(settings: AnySettings) -> dict[str, Any]:
    """The settings as the store keeps them and the API shows them."""
    return settings.model_dump(mode="json", exclude=set(secret_fields(settings)))


def secrets_of(settings: AnySettings) -> dict[str, str]:
    """The secrets that were given."""
    return {name: text for name, text in _opened(settings).items() if text not in {"", _LEFT_OUT}}


def left_out(settings: AnySettings) -> str | None:
    """The secret that these settings need and that was not given; None when they are whole."""
    return next((name for name, text in _opened(settings).items() if text == _LEFT_OUT), None)


def _opened(settings: AnySettings) -> dict[str, str]:
    values = {name: getattr(settings, name) for name in secret_fields(settings)}
    return {
        name: value.get_secret_value()
        for name, value in values.items()
        if isinstance(value, SecretStr)
    }


def restored(stored: dict[str, Any], secrets: dict[str, str]) -> AnySettings:
    """The settings out of the store, with their secrets.

    Raises:
        SettingsError: a secret is missing, or another program kept them in a form that this one does not know.
    """
    model = STUDIO_ENGINES.get(str(stored.get("engine")))
    if model is None:
        raise SettingsError("the connection's engine is not known to this version of the program")
    whole = stored | secrets
    try:
        return model.model_validate(whole)
    except ValueError:
        for told in _with_what_is_left_out(whole):
            if _is_one(model, told):
                raise SettingsError(
                    "the connection has no secret any more", hint="set it again"
                ) from None
        raise SettingsError(
            "the connection was saved by another version of the program", hint="save it again"
        ) from None


def _is_one(model: type[AnySettings], told: dict[str, Any]) -> bool:
    try:
        model.model_validate(told)
    except ValueError:
        return False
    return True


def keeps_secrets(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether the secrets would still go where they were given for."""
    names = (before.keys() | after.keys()) - _HARMLESS
    return all(before.get(name) == after.get(name) for name in names)


def confined(settings: AnySettings, folder: Path) -> AnySettings:
    """The settings with every path inside `folder`; a relative one begins there.

    Raises:
        NotAllowed: a path leads out of it, by whatever way.
        SettingsError: something is set that only the server's keeper may set.
    """
    for name in _SERVER_ONLY:
        if getattr(settings, name, None) is not None:
            raise SettingsError(
                f"{name} cannot be set here", hint="leave it out", pointer=f"/settings/{name}"
            )
    paths = {
        name: value
        for name, value in settings
        if isinstance(value, Path) and name not in _SERVER_ONLY
    }
    inside = {name: _inside(value, folder, name) for name, value in paths.items()}
    return settings.model_copy(update=inside)


def _inside(path: Path, folder: Path, name: str) -> Path:
    try:
        resolved = (folder / path).resolve()
    except (OSError, RuntimeError, ValueError):
        resolved = None
    if resolved is None or not resolved.is_relative_to(folder.resolve()):
        raise NotAllowed(
            "the path leads out of the folder from which files are read",
            hint="put the file there; OVS_FILES_FOLDER names it",
            pointer=f"/settings/{name}",
        )
    return resolved


def _types(annotation: Any) -> set[Any]:
    """All types that an annotation is made of."""
    return {annotation}.union(*(_types(each) for each in get_args(annotation)))
