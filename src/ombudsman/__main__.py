"""`python -m ombudsman` is `ombudsman`."""

from ombudsman.cli.main import main

main()
