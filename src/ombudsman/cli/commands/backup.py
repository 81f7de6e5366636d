"""`ombudsman backup` and `restore`: the studio in one file, and back."""

from pathlib import Path

from ombudsman.cli.commands.output import say
from ombudsman.cli.commands.studio import need_extra
from ombudsman.render.numbers import counted


def make_backup(folder: Path | None, *, keep_days: int, data_folder: Path | None) -> None:
    """Makes a backup, and says where it is and what it lacks."""
    need_extra()
    from ombudsman.studio.backup import back_up
    from ombudsman.studio.serve import Where

    settings = Where(data_folder=data_folder).settings()
    made = back_up(settings, folder=folder, keep_days=keep_days)
    say(f"{made.path}: {made.size:,} bytes, with {counted(made.files, 'file')} of rows")
    if made.gone:
        say(f"{counted(made.gone, 'file')} of rows were gone already: retention took them")
    if made.removed:
        say(f"{counted(len(made.removed), 'backup')} older than {keep_days} days removed")
    say("the key is not in it: keep a copy of the key file at another place")


def restore_backup(file: Path, *, without_key: bool, data_folder: Path | None) -> None:
    """Brings a backup back, and says what is left to do."""
    need_extra()
    from ombudsman.studio.backup_restore import restore
    from ombudsman.studio.serve import Where

    settings = Where(data_folder=data_folder).settings()
    restored = restore(settings, file, without_key=without_key)
    made = restored.made.strftime("%Y-%m-%d %H:%M:%S UTC")
    say(f"restored as it was at {made}, with {counted(restored.files, 'file')} of rows")
    say(f"how it was configured stands in {restored.settings}; nothing of that was taken over")
    if not restored.is_proved:
        say("its key is not here: nobody can say whether it was changed, and its secrets are lost")
