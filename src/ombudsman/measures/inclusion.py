"""Are the values of possible references keys?

A link is one statement: its different values, all of them where they are few, else those whose hash falls below a
border, are looked up in the key. The sample is drawn by value and not by row, so a value that stands in many rows is no
likelier to be in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Label, Select, and_, case, func, literal_column, select

from ombudsman.connections.reader import Reader
from ombudsman.measures.one_side import Relations, answered
from ombudsman.measures.plan import Question
from ombudsman.measures.profiles import key_profiles
from ombudsman.measures.questions import RowsOf
from ombudsman.measures.relation import Relation
from ombudsman.measures.rounds import Ask
from ombudsman.model.confidence import bounds
from ombudsman.model.errors import OmbudsmanError
from ombudsman.model.profile import Profiles
from ombudsman.model.tables import Catalogue, ColumnRef
from ombudsman.model.types import Text
from ombudsman.relationships.infer import infer_relationships, possible_links
from ombudsman.relationships.lookup import Inclusion, Joins, Link
from ombudsman.relationships.proposal import Relationship
from ombudsman.sql.expressions import as_text, count_of, framed, without_padding
from ombudsman.sql.fingerprint import HASHES, portable_hash

SAMPLE = 50_000
"""So many different values are looked up at most, about."""

_DRAWING = frozenset({"duckdb", "postgresql", "mssql", "snowflake"})
"""Engines that can draw by the hash of a value; of the others all values are looked up."""


class AskedInclusion:
    """Asks one database; what `infer_relationships` calls.

    `notes` say which links could not be looked up, and why. A lost connection is raised.
    """

    def __init__(
        self,
        reader: Reader,
        catalogue: Catalogue,
        profiles: Profiles | None = None,
        *,
        sample: int = SAMPLE,
    ) -> None:
        self._reader = reader
        self._relations = Relations(reader, catalogue)
        self._profiles = profiles or {}
        self._sample = sample
        self.notes: list[str] = []

    def __call__(self, links: Sequence[Link]) -> dict[Link, Inclusion]:
        """How the values of each link met the keys."""
        asked = {f"link {i}": link for i, link in enumerate(links)}
        found: dict[Link, Inclusion] = {}
        talks = {name: self._look_up(link) for name, link in asked.items()}
        for name, answer in answered(self._reader, talks).items():
            if isinstance(answer, OmbudsmanError):
                link = asked[name]
                told = f"{link.table}.{', '.join(link.columns)} in {link.referred}"
                self.notes.append(f"not looked up: {told}: {answer.message}")
            else:
                found[asked[name]] = answer
        return found

    async def _look_up(self, link: Link) -> Inclusion:
        share = self._share(link)
        build = Search(link.columns, link.referred_columns, share)
        measure = RowsOf(
            build, ("sampled",), limit=1, others=(link.referred,), columns=link.columns
        )
        child, parent = self._relations[link.table], self._relations[link.referred]
        (answer,) = await Ask((Question(child, measure, (parent,)),))
        (row,) = answer.rows
        sampled, missing = int(row["sampled"]), int(row["missing"] or 0)
        is_whole = share is None
        at_most = (missing / sampled if sampled else 0.0) if is_whole else 1.0
        if not is_whole and sampled:
            at_most = bounds(missing, sampled)[1]
        return Inclusion(sampled, missing, is_whole, at_most)

    def _share(self, link: Link) -> float | None:
        """The share of the values to look up; None for all. Combinations are at most as many as the rows."""
        profile = self._profiles.get(ColumnRef(link.table, link.columns[0]))
        many = profile.distinct if profile and len(link.columns) == 1 else None
        if self._reader.connection.engine not in _DRAWING:
            return None
        if many is None:
            known = profile.rows if profile else None
            many = known if known is not None else self._relations.rows(link.table)
        return self._sample / many if many is not None and many > self._sample else None


@dataclass(frozen=True)
class Search:
    """How many different values, or combinations, there are in the sample, and how many of them are no key."""

    columns: tuple[str, ...]
    referred: tuple[str, ...]
    share: float | None

    def __call__(self, child: Relation, parent: Relation) -> Select[Any]:
        here = [child.column(name) for name in self.columns]
        wanted: list[ColumnElement[bool]] = [part.is_not(None) for part in here]
        if self.share is not None:
            border: ColumnElement[int] = literal_column(str(int(HASHES * self.share)))
            wanted.append(portable_hash(_text(child, self.columns)) < border)
        values = (
            select(*(part.label(f"part_{i}") for i, part in enumerate(here)))
            .select_from(child.from_clause)
            .where(*wanted)
            .distinct()
            .subquery("looked_up")
        )
        keys = parent.from_clause.alias("referred")
        key = [_unpadded(parent, name, keys.c[name]) for name in self.referred]
        distinct_keys = (
            select(*(part.label(f"key_{i}") for i, part in enumerate(key)))
            .where(*(part.is_not(None) for part in key))
            .distinct()
            .subquery("there")
        )
        meets = and_(
            *(values.c[f"part_{i}"] == distinct_keys.c[f"key_{i}"] for i in range(len(key)))
        )
        is_missing = case((distinct_keys.c.key_0.is_(None), 1), else_=0)
        numbers: list[Label[Any]] = [
            count_of().label("sampled"),
            func.sum(is_missing).label("missing"),
        ]
        return select(*numbers).select_from(values.outerjoin(distinct_keys, meets))


def _unpadded(relation: Relation, name: str, column: ColumnElement[Any]) -> ColumnElement[Any]:
    data_type = relation.data_type(name)
    return without_padding(column) if isinstance(data_type, Text) and data_type.fixed else column


def _text(relation: Relation, columns: Sequence[str]) -> ColumnElement[str]:
    parts: list[ColumnElement[Any]] = []
    for name in columns:
        column = relation.column(name)
        is_text = isinstance(relation.data_type(name), Text)
        parts.append(column if is_text else as_text(column))
    return parts[0] if len(parts) == 1 else framed(parts)


# ------------------------------------------------------------ all of it


@dataclass(frozen=True)
class LookedUp:
    """What refers to what in one database, and what was asked for it."""

    relationships: tuple[Relationship, ...]
    profiles: Profiles
    notes: tuple[str, ...] = ()


def look_up_relationships(
    reader: Reader, catalogue: Catalogue, joins: Joins | None = None
) -> LookedUp:
    """Infers what refers to what, with the values for evidence.

    First the columns that names leave as candidates are profiled, then each candidate is looked up in one statement.

    Raises:
        OmbudsmanError: the database was lost, or took too long. What only one table refuses is a note.
    """
    links = possible_links(catalogue, joins)
    profiles = key_profiles(reader, catalogue, only=_columns(links))
    ask = AskedInclusion(reader, catalogue, profiles)
    found = infer_relationships(catalogue, profiles, ask, joins)
    return LookedUp(found, profiles, tuple(ask.notes))


def _columns(links: Sequence[Link]) -> frozenset[ColumnRef]:
    here = (ColumnRef(link.table, name) for link in links for name in link.columns)
    there = (ColumnRef(link.referred, name) for link in links for name in link.referred_columns)
    return frozenset((*here, *there))
