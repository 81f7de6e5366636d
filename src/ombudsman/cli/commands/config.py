"""`ombudsman config show`: every setting of the installation, and where it comes from."""

from ombudsman.cli.commands.output import listing
from ombudsman.studio.settings import StudioSettings


def show() -> None:
    """Prints the settings; secrets are masked."""
    listing(("Setting", "Value", "From"), StudioSettings().origins())
