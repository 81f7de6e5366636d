"""Makes the virtual environment, also where the system's Python comes without one.

Debian and Ubuntu keep `venv` in a package of its own. Where it is missing and we may install it, we do; else we say
what to type. Needs nothing but Python's own library.
"""

import os
import shutil
import subprocess
import sys
import venv

OLDEST = (3, 11)


def main(folder: str) -> int:
    if sys.version_info < OLDEST:
        told = ".".join(map(str, sys.version_info[:2]))
        print(
            f"Python {told} is too old: 3.11 or newer is needed. Another one: make PYTHON=python3.12 ..."
        )
        return 1
    if not _has_ensurepip() and not _install_venv():
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        print(f"This Python cannot make virtual environments. Type: sudo apt-get install {package}")
        return 1
    venv.EnvBuilder(with_pip=True, clear=True, symlinks=os.name != "nt").create(folder)
    return 0


def _has_ensurepip() -> bool:
    try:
        import ensurepip
    except ImportError:
        return False
    return bool(ensurepip.version())


def _install_venv() -> bool:
    """Asks apt for the package; as root, or as a user who may without a password."""
    if shutil.which("apt-get") is None:
        return False
    prefix = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if prefix and shutil.which("sudo") is None:
        return False
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    print(f"Installing {package} ...")
    for words in (["update", "-qq"], ["install", "-y", "-qq", package]):
        done = subprocess.run([*prefix, "apt-get", *words], check=False, stdout=subprocess.DEVNULL)
        if done.returncode:
            return False
    # A fresh interpreter sees what was installed just now.
    seen = subprocess.run(
        [sys.executable, "-c", "import ensurepip"], check=False, stderr=subprocess.DEVNULL
    )
    return seen.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
