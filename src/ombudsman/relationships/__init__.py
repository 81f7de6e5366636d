"""What refers to what, which table is what, and what a column means: proposed from catalogues and profiles. Pure."""
