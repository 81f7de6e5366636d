"""What the server's keeper does at the console: the store's form, accounts, keys, and is the audit log whole?"""

import datetime as dt
from dataclasses import dataclass

from ombudsman.model.errors import SettingsError
from ombudsman.studio.foundation import Foundation
from ombudsman.studio.kept_rows import sweep_rows
from ombudsman.studio.logged_ends import end_in_logs
from ombudsman.studio.persistence.audit import Note
from ombudsman.studio.persistence.upgrade import newest_revision
from ombudsman.studio.retention import forget_rows, forget_runs
from ombudsman.studio.security.keys import add_master_key
from ombudsman.studio.security.roles import INSTANCE_ROLES, Role
from ombudsman.studio.services.accounts import Accounts
from ombudsman.studio.services.exports import sweep_exports
from ombudsman.studio.services.vault import Vault
from ombudsman.studio.settings import StudioSettings
from ombudsman.studio.work.exports import sweep_uploads


@dataclass(frozen=True)
class Wholeness:
    """What became of looking through the audit log: how many entries, and the first that does not fit."""

    entries: int
    first_broken: int | None


SESSIONS_KEPT = dt.timedelta(days=30)
ATTEMPTS_KEPT = dt.timedelta(days=2)


def sweep(foundation: Foundation) -> None:
    """Forgets what is over: old sessions, old attempts to sign in, old runs, and files that are nobody's."""
    with foundation.store.writing() as unit:
        unit.sign_ins.sweep(unit.now - SESSIONS_KEPT)
        unit.attempts.sweep(unit.now - ATTEMPTS_KEPT)
    forget_rows(foundation)
    forget_runs(foundation)
    sweep_rows(foundation)
    sweep_uploads(foundation)
    sweep_exports(foundation)


def upgrade_store(settings: StudioSettings) -> str:
    """Brings the store to the form that this program knows, and says which that is."""
    Foundation.opened(settings).close()
    return newest_revision()


def create_user(
    settings: StudioSettings,
    username: str,
    password: str | None,
    role: str,
    *,
    subject: str | None = None,
) -> str:
    """Makes an account, and answers its id.

    Args:
        settings: of the studio.
        username: what the person is called.
        password: None for somebody who signs in by the provider.
        role: of the instance.
        subject: as whom the provider knows that person.

    Raises:
        SettingsError: there is no such role, or name, password or subject may not be one.
        Conflict: the name is taken, or the person has an account.
    """
    if role not in INSTANCE_ROLES:
        roles = ", ".join(INSTANCE_ROLES)
        raise SettingsError(f"there is no role {role!r} of the instance", hint=f"one of: {roles}")
    foundation = Foundation.opened(settings)
    try:
        accounts = Accounts(foundation)
        if subject is not None:
            return accounts.create_known(username, subject, Role(role)).id
        return accounts.create(username, password or "", Role(role)).id
    finally:
        foundation.close()


def reset_user(settings: StudioSettings, username: str, password: str) -> None:
    """Gives somebody a new password, and takes the second factor away.

    Raises:
        NotFound: there is no such user.
        SettingsError: the password may not be one.
    """
    foundation = Foundation.opened(settings)
    try:
        Accounts(foundation).reset(username, password)
    finally:
        foundation.close()


def rotate_keys(settings: StudioSettings) -> int:
    """Makes a new master key, and wraps all data keys by it; how many. Repeat it when it was interrupted.

    Servers that are running find the new key in the file when they need it. Where the master key comes from the
    environment, its keeper has put a new one there, and started the servers with it; then only the wrapping is left.
    """
    Foundation.opened(settings).close()  # makes the key file, where there is none yet
    if settings.ovs_master_key is None:
        add_master_key(settings.data_folder / "keys")
    foundation = Foundation.opened(settings)
    try:
        with foundation.store.writing() as unit:
            moved = Vault(foundation, unit).rewrap_all()
            unit.note(Note("keys.rotate", address="console", details={"data_keys": moved}))
        return moved
    finally:
        foundation.close()


def verify_audit(settings: StudioSettings) -> Wholeness:
    """Looks through the whole audit log, and for the end that the server's log tells of."""
    foundation = Foundation.opened(settings)
    try:
        told = end_in_logs(settings.data_folder / "logs")
        with foundation.store.reading() as unit:
            return Wholeness(unit.audit.count(), unit.audit.first_broken(told))
    finally:
        foundation.close()
