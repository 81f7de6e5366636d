"""Makes the virtual environment, also where the system's Python comes without pip.

Debian and Ubuntu keep `ensurepip` in a package of its own. Where it is missing, pip's wheel is taken out of Debian's
package `python3-pip-whl`, which an ordinary user may download and unpack without installing it. Needs nothing but
Python's own library, and on Debian apt-get and dpkg-deb.
"""

import importlib.util
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

OLDEST = (3, 11)


def main(folder: str) -> int:
    told = ".".join(map(str, sys.version_info[:2]))
    if sys.version_info < OLDEST:
        print(
            f"Python {told} is too old: 3.11 or newer is needed. Another one: make PYTHON=python3.12 ..."
        )
        return 1
    with_pip = importlib.util.find_spec("ensurepip") is not None
    venv.EnvBuilder(with_pip=with_pip, clear=True, symlinks=True).create(folder)
    if with_pip:
        return 0
    try:
        _bring_pip(Path(folder) / "bin" / "python")
    except (OSError, subprocess.CalledProcessError, LookupError):
        print(
            f"This Python has no pip, and none was to be had. Type: sudo apt-get install python{told}-venv"
        )
        return 1
    return 0


def _bring_pip(python: Path) -> None:
    """Installs pip into the environment from the wheel in Debian's package; nothing of the system is changed."""
    with tempfile.TemporaryDirectory() as folder:
        package = _downloaded("python3-pip-whl", Path(folder))
        subprocess.run(["dpkg-deb", "--extract", package, "."], cwd=folder, check=True)
        wheel = next(Path(folder).glob("usr/share/python-wheels/pip-*.whl"), None)
        if wheel is None:
            raise LookupError(package.name)
        install = ["install", "--quiet", "--no-index", str(wheel)]
        subprocess.run([python, str(wheel / "pip"), *install], check=True)


def _downloaded(package: str, folder: Path) -> Path:
    """The package as a file. Lists and caches of our own, for those of the system may be empty, and are root's."""
    for part in ("lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True)
    ours = [
        f"-oDir::State::lists={folder}/lists",
        f"-oDir::Cache={folder}/cache",
        "-oAPT::Sandbox::User=",
    ]
    print("This Python has no pip: taking it from Debian's package python3-pip-whl ...", flush=True)
    for words in (["update"], ["download", package]):
        subprocess.run(["apt-get", "-qq", *ours, *words], cwd=folder, check=True)
    return next(folder.glob(f"{package}_*.deb"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
