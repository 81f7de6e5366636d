"""`ombudsman serve`, `worker`, `user`, `db`, `keys`, `audit`: the studio, from its keeper's keyboard."""

import getpass
import importlib.util
import sys
from pathlib import Path

from ombudsman.cli.commands.output import say
from ombudsman.cli.failures import DISAGREE, PASSED
from ombudsman.model.errors import SettingsError
from ombudsman.render.numbers import counted


def serve(host: str | None, port: int | None, data_folder: Path | None) -> int:
    """Serves until it is stopped; stopped, it has ended well."""
    need_extra()
    from ombudsman.studio.serve import Where
    from ombudsman.studio.serve import serve as serve_studio

    serve_studio(Where(host, port, data_folder), _say_now)
    return PASSED


def work(data_folder: Path | None) -> int:
    """Executes runs until it is stopped."""
    need_extra()
    from ombudsman.studio.serve import Where
    from ombudsman.studio.serve import work as work_for_studio

    work_for_studio(Where(data_folder=data_folder), _say_now)
    return PASSED


def create_user(
    name: str, *, role: str, subject: str | None, from_stdin: bool, data_folder: Path | None
) -> None:
    """Makes an account; the password is typed twice, or comes as the first line of standard input.

    Who is the `subject` of a provider has none.
    """
    need_extra()
    from ombudsman.studio.serve import Where
    from ombudsman.studio.upkeep import create_user as create

    password = None if subject is not None else _password(from_stdin=from_stdin)
    settings = Where(data_folder=data_folder).settings()
    user_id = create(settings, name, password, role, subject=subject)
    say(f"{name} is {role} now ({user_id})")


def reset_user(name: str, *, from_stdin: bool, data_folder: Path | None) -> None:
    """Gives a user a new password, and takes the second factor away."""
    need_extra()
    from ombudsman.studio.serve import Where
    from ombudsman.studio.upkeep import reset_user as reset

    reset(Where(data_folder=data_folder).settings(), name, _password(from_stdin=from_stdin))
    say(
        f"{name} has a new password, no second factor, and is signed in nowhere; API tokens are gone"
    )


def upgrade(data_folder: Path | None) -> None:
    """Brings the store up to date."""
    need_extra()
    from ombudsman.studio.serve import Where
    from ombudsman.studio.upkeep import upgrade_store

    form = upgrade_store(Where(data_folder=data_folder).settings())
    say(f"the store has the form {form}, the newest that this program knows")


def rotate_keys(data_folder: Path | None) -> None:
    """Makes a new master key."""
    need_extra()
    from ombudsman.studio.serve import Where
    from ombudsman.studio.upkeep import rotate_keys as rotate

    moved = rotate(Where(data_folder=data_folder).settings())
    say(f"the newest master key encrypts {counted(moved, 'data key')}")


def verify_audit(data_folder: Path | None) -> int:
    """Says whether the audit log is whole; the exit code says it too."""
    need_extra()
    from ombudsman.studio.serve import Where
    from ombudsman.studio.upkeep import verify_audit as verify

    told = verify(Where(data_folder=data_folder).settings())
    if told.first_broken is None:
        say(f"the audit log is whole: {counted(told.entries, 'entry', 'entries')}")
        return PASSED
    say(f"the audit log was changed: entry {told.first_broken} is not what it was, or is missing")
    return DISAGREE


def need_extra() -> None:
    """Says what to install before an import can fail halfway."""
    missing = [
        name for name in ("fastapi", "uvicorn", "alembic") if not importlib.util.find_spec(name)
    ]
    if missing:
        raise SettingsError(
            "the studio is not installed",
            hint="install ombudsman with its extra: ombudsman[studio]",
        )


def _password(*, from_stdin: bool) -> str:
    return sys.stdin.readline().rstrip("\r\n") if from_stdin else _typed_twice()


def _typed_twice() -> str:
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise SettingsError("the two passwords are not the same")
    return password


def _say_now(text: str) -> None:
    say(text)
    sys.stdout.flush()
