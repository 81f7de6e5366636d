"""Relationships for people and for machines: lines of a table, JSON, and an entity-relationship diagram in Mermaid.

In the diagram tables have ids of our own (`t0`, `t1`, ...) and their names as labels, escaped as in every diagram of
ours.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ombudsman.model.tables import Catalogue, ColumnRef, TableRef
from ombudsman.relationships.meaning import ColumnMeaning
from ombudsman.relationships.personal import Personal
from ombudsman.relationships.proposal import Cardinality, Relationship
from ombudsman.relationships.star import StarTable
from ombudsman.render.mermaid import escaped


@dataclass(frozen=True)
class Columns:
    """What every column means, and which hold personal data."""

    meanings: Mapping[ColumnRef, ColumnMeaning]
    personal: Mapping[ColumnRef, Personal]


HEADINGS = ("From", "To", "Confidence", "Rows", "Why")


def relationship_lines(relationships: Sequence[Relationship]) -> Iterator[tuple[str, ...]]:
    """One line each: what refers, to what, how surely, how many to one, and why."""
    for each in relationships:
        yield (
            f"{each.table}.{', '.join(each.columns)}",
            f"{each.referred}.{', '.join(each.referred_columns)}",
            "declared" if each.declared else f"{each.confidence:.3f}",
            _rows(each),
            "; ".join(clue.told for clue in each.evidence),
        )


def _rows(each: Relationship) -> str:
    many = "1" if each.cardinality is Cardinality.ONE_TO_ONE else "n"
    return f"{many}:{'0..1' if each.optional else '1'}"


def relationships_json(
    catalogue: Catalogue,
    relationships: Sequence[Relationship],
    star: Mapping[TableRef, StarTable],
    columns: Columns,
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """All of it, ready for `json.dumps`. Keys may be added; none is renamed or dropped."""
    return {
        "connection": catalogue.connection,
        "tables": [
            {
                "table": str(table.ref),
                **star[table.ref].model_dump(mode="json"),
                "columns": [_column(ColumnRef(table.ref, n), columns) for n in table.column_names],
            }
            for table in catalogue.tables
        ],
        "relationships": [_plain(each) for each in relationships],
        "notes": [*catalogue.notes, *notes],
    }


def _column(ref: ColumnRef, columns: Columns) -> dict[str, Any]:
    told = columns.meanings[ref].model_dump(mode="json")
    personal = columns.personal.get(ref)
    return {"name": ref.name, **told, "personal": personal.kind.value if personal else None}


def _plain(each: Relationship) -> dict[str, Any]:
    told = each.model_dump(mode="json")
    return told | {"table": str(each.table), "referred": str(each.referred)}


def relationships_diagram(catalogue: Catalogue, relationships: Sequence[Relationship]) -> str:
    """The Mermaid text: tables that refer or are referred to, dotted lines for what was inferred."""
    met = {ref for each in relationships for ref in (each.table, each.referred)}
    tables = [table.ref for table in catalogue.tables if table.ref in met]
    ids = {ref: f"t{number}" for number, ref in enumerate(tables)}
    lines = ["erDiagram", *(f'  {ids[ref]}["{escaped(str(ref))}"]' for ref in tables)]
    for each in relationships:
        ends = "|o" if each.cardinality is Cardinality.ONE_TO_ONE else "}o"
        line = "--" if each.declared else ".."
        meets = "o|" if each.optional else "||"
        label = escaped(", ".join(each.columns))
        lines.append(f'  {ids[each.table]} {ends}{line}{meets} {ids[each.referred]} : "{label}"')
    return "\n".join(lines) + "\n"
