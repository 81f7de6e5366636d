"""Which object answers which: proposed from two catalogues, or read from a file that somebody wrote. Pure."""
