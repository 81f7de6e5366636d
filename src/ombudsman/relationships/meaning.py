"""What does a column mean: does it name, refer, measure, describe, date, or tell how the row came here?

Told by keys and relationships first, then by types, then by names, then by figures of the values where there are any,
and by how queries use the column. Each answer has its reason. Rules, and no learned model: there are few labelled
columns in the world, and a rule can be argued with.
"""

from collections.abc import Sequence

from ombudsman.model.profile import Profiles
from ombudsman.model.tables import Catalogue, ColumnRef
from ombudsman.relationships.keys import own_keys
from ombudsman.relationships.meaning_rules import KnownColumn
from ombudsman.relationships.naming import namings
from ombudsman.relationships.proposal import Relationship
from ombudsman.relationships.stamps import stamps
from ombudsman.relationships.told_meaning import Additivity, ColumnMeaning, Meaning, Use

__all__ = ["Additivity", "ColumnMeaning", "Meaning", "Use", "classify_columns"]


def classify_columns(
    catalogue: Catalogue,
    relationships: Sequence[Relationship] = (),
    profiles: Profiles | None = None,
    use: Use | None = None,
) -> dict[ColumnRef, ColumnMeaning]:
    """The meaning of every column.

    Args:
        catalogue: Tables, types and keys.
        relationships: What refers to what, as `infer_relationships` gives it.
        profiles: Figures of columns; with them flags and codes are told that no name tells.
        use: What queries do with columns.
    """
    told = namings(catalogue)
    refers = {ColumnRef(each.table, name): each for each in relationships for name in each.columns}
    stamped = stamps(catalogue)
    found: dict[ColumnRef, ColumnMeaning] = {}
    for table in catalogue.tables:
        naming = told[str(table.ref)]
        keys = own_keys(naming, profiles or {})
        for column in table.columns:
            ref = ColumnRef(table.ref, column.name)
            known = KnownColumn(
                naming,
                column,
                keys,
                refers.get(ref),
                (profiles or {}).get(ref),
                use or Use(),
                is_stamp=column.name in stamped.get(table.ref, ()),
            )
            found[ref] = known.meaning
    return found
