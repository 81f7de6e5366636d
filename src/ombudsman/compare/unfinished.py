"""A file that takes its name when it is whole: a comparison that fails, or is stopped, leaves none behind."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ombudsman.model.errors import WorkspaceFailed


class Unfinished:
    """A file in the making, which stands beside its place until it is done.

    `path` is its place, `part` where it is being written, `what` names what it holds.
    """

    def __init__(self, path: Path, what: str) -> None:
        self.path = path
        self.part = path.with_name(path.name + ".part")
        self._what = what
        with self.writing():
            path.parent.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The disk's errors as ours. After one of them nothing is left of the file.

        Raises:
            WorkspaceFailed: there is no room, or it may not be written.
        """
        try:
            yield
        except OSError as error:
            self.gone()
            raise WorkspaceFailed(
                f"cannot write {self._what} to {self.path}: {error.strerror or 'no room'}",
                hint="name a folder that can be written, with room for a line per difference",
            ) from None

    def done(self) -> None:
        """It is whole, and closed. Raises as `writing`."""
        with self.writing():
            self.part.replace(self.path)

    def gone(self) -> None:
        """Nothing of it is left, unless it is done."""
        with suppress(OSError):  # its folder may be what cannot be had
            self.part.unlink(missing_ok=True)
