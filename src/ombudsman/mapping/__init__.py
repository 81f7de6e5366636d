"""Which object answers which: proposed from two catalogues, or read from a file that somebody wrote. Pure."""

from ombudsman.mapping.by_name import complete, map_by_name
from ombudsman.mapping.file import read_mapping, write_mapping
from ombudsman.mapping.proposal import Ambiguity, ColumnMatch, FoundBy, Proposal, TableMatch

__all__ = [
    "Ambiguity",
    "ColumnMatch",
    "FoundBy",
    "Proposal",
    "TableMatch",
    "complete",
    "map_by_name",
    "read_mapping",
    "write_mapping",
]
