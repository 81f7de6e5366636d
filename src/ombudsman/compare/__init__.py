"""The row engine: which rows are missing, extra, duplicated or changed, in which columns, and why."""
