"""What could whoever runs this program do to a database that is a file?

The engine opens it read-only; whether the system would let it be written to is another question, and the answer to it
protects the file from every other program too.
"""

import os
from pathlib import Path

from ombudsman.connections.privileges import Privileges


def file_privileges(path: Path) -> Privileges:
    """The rights of this process on a file, or on a folder of files."""
    held = {
        "change the file": path.is_file() and os.access(path, os.W_OK),
        "add and remove files beside it": os.access(path.parent, os.W_OK) and path.is_file(),
        "add and remove files in the folder": path.is_dir() and os.access(path, os.W_OK),
    }
    return Privileges(
        login=_account(),
        beyond=tuple(words for words, is_held in held.items() if is_held),
        least=(f"chmod a-w {path}",),
    )


def _account() -> str:
    """Who runs this program. Root may write everywhere, whatever a file's mode says."""
    number = getattr(os, "getuid", lambda: None)()
    return "this process" if number is None else f"user {number}"
