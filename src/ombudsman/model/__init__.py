"""Our words, as values. Pure: knows no database, no file, no clock, and nobody above."""
