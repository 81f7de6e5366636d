"""What refers to what? Declared foreign keys, and those that were never declared.

First the names and types, which cost nothing; then ranges; then sampled values, where these may be asked; last the
choice among several parents. What is declared is believed, and its columns are asked for nothing else.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ombudsman.model.profile import Profiles
from ombudsman.model.tables import Catalogue, ColumnRef, ForeignKey, Table, TableRef
from ombudsman.relationships.candidates import Candidate, candidates
from ombudsman.relationships.choice import Choice, Weighed
from ombudsman.relationships.composites import Composite, composites
from ombudsman.relationships.keys import ParentKey, parent_keys
from ombudsman.relationships.lookup import AskInclusion, Joins, Link
from ombudsman.relationships.naming import Naming, namings
from ombudsman.relationships.proposal import Cardinality, Clue, Evidence, Names, Relationship
from ombudsman.relationships.weighing import (
    are_apart,
    confidence,
    coverage_evidence,
    inclusion_evidence,
    join_evidence,
    name_evidence,
    range_evidence,
    refuses,
)

LEAST_CONFIDENCE = 0.5
"""What is less likely than not is not proposed."""


def infer_relationships(
    catalogue: Catalogue,
    profiles: Profiles | None = None,
    inclusion: AskInclusion | None = None,
    join_evidence: Joins | None = None,
) -> tuple[Relationship, ...]:
    """Proposes what refers to what, table by table in the catalogue's order.

    Args:
        catalogue: Tables, columns, types and keys. Declared foreign keys are believed.
        profiles: Figures of columns, where there are any.
        inclusion: Looks up whether values are keys; asked twice at most, with many links at once. None: names only.
        join_evidence: How often queries join columns.
    """
    inference = _Inference(catalogue, profiles or {}, join_evidence or {})
    return inference.found(inclusion)


def possible_links(catalogue: Catalogue, joins: Joins | None = None) -> tuple[Link, ...]:
    """What names and types leave to be looked up: the columns that are worth a profile."""
    inference = _Inference(catalogue, {}, joins or {})
    declared = {(each.table, each.columns) for each in inference.declared()}
    every = [*inference.single(set()), *inference.several(set())]
    links = dict.fromkeys(_link(each) for each in every)
    return tuple(link for link in links if (link.table, link.columns) not in declared)


WORTH_ASKING = 0.2
"""How much less a name may say than the best, to be asked about all the same."""

MOST_PARENTS = 12
"""Of more tables whose keys are called alike only those are meant that own the name: else each would meet each."""


_Meeting = frozenset[frozenset[ColumnRef]]
"""Which columns are held equal to which, whatever their order and whichever table comes first."""


@dataclass
class _Inference:
    catalogue: Catalogue
    profiles: Profiles
    joins: Joins
    namings: dict[str, Naming] = field(init=False)
    keys: dict[str, list[ParentKey]] = field(init=False)
    joined: Counter[_Meeting] = field(init=False)

    def __post_init__(self) -> None:
        self.joined = Counter()
        for link, executions in self.joins.items():
            self.joined[_meeting(link)] += executions
        self.namings = namings(self.catalogue)
        self.keys = {
            name: parent_keys(naming, self.profiles) for name, naming in self.namings.items()
        }

    def found(self, ask: AskInclusion | None) -> tuple[Relationship, ...]:
        declared = list(self.declared())
        spoken_for = {
            ColumnRef(each.table, each.columns[0]) for each in declared if len(each.columns) == 1
        }
        pairs = {(each.table, frozenset(each.columns)) for each in declared}
        single = self._asked(self.single(spoken_for), ask)
        several = self._asked(self.several(pairs), ask)
        choice = Choice(self.profiles)
        found = [*declared]
        found += [self._relationship(each) for each in choice.of(single)]
        found += [self._relationship(each) for each in choice.of(several)]
        found = [each for each in found if each.declared or each.confidence >= LEAST_CONFIDENCE]
        place = {table.ref: i for i, table in enumerate(self.catalogue.tables)}
        return tuple(sorted(found, key=lambda each: self._order(each, place)))

    def _order(
        self, each: Relationship, place: dict[TableRef, int]
    ) -> tuple[int, tuple[int, ...], str]:
        names = self.namings[str(each.table)].table.column_names
        return place[each.table], tuple(map(names.index, each.columns)), str(each.referred)

    # ------------------------------------------------------------ candidates

    def declared(self) -> Iterator[Relationship]:
        known = {table.ref: table for table in self.catalogue.tables}
        for table in self.catalogue.tables:
            for key in table.foreign_keys:
                if key.table in known and all(map(table.column, key.columns)):
                    yield self._of_foreign_key(table, key)

    def _of_foreign_key(self, table: Table, key: ForeignKey) -> Relationship:
        told = "the catalogue declares it" + ("" if key.enforced else ", but does not enforce it")
        return Relationship(
            table=table.ref,
            columns=key.columns,
            referred=key.table,
            referred_columns=key.referred_columns,
            declared=True,
            confidence=1.0,
            cardinality=self._cardinality(table, key.columns),
            optional=_optional(table, key.columns),
            evidence=(Evidence(clue=Clue.DECLARED, told=told, weight=0.0),),
        )

    def single(self, spoken_for: set[ColumnRef]) -> Iterator[Weighed]:
        found = candidates(list(self.namings.values()), self.keys, self.joins)
        for each in _worth_asking(found):
            ref = ColumnRef(each.child.table.ref, each.column)
            if ref in spoken_for:
                continue
            weighed = self._weighed(each, ref)
            if weighed is not None:
                yield weighed

    def _weighed(self, each: Candidate, ref: ColumnRef) -> Weighed | None:
        evidence = [name_evidence(min(each.name.score, 0.96), each.name.told)]
        if each.executions:
            evidence.append(join_evidence(each.executions))
        here = self.profiles.get(ref)
        there = self.profiles.get(ColumnRef(each.key.table.ref, each.key.columns[0]))
        if here is not None and there is not None:
            if are_apart(here, there):
                return None
            told = [range_evidence(here, there), coverage_evidence(here, there)]
            evidence += [clue for clue in told if clue is not None]
        return Weighed(
            each.child,
            (each.column,),
            each.key,
            each.name.score,
            each.name.role,
            evidence,
            is_own_key=each.is_own_key,
        )

    def several(self, pairs: set[tuple[TableRef, frozenset[str]]]) -> Iterator[Weighed]:
        for each in composites(list(self.namings.values()), self.keys):
            if (each.child.table.ref, frozenset(each.columns)) not in pairs:
                yield self._weighed_composite(each)

    def _weighed_composite(self, each: Composite) -> Weighed:
        told = f"each is called like a part of the key of {each.key.table.ref.name}"
        evidence = [name_evidence(each.score, told)]
        if executions := self.joined[_meeting(each.link)]:
            evidence.append(join_evidence(executions))
        return Weighed(each.child, each.columns, each.key, each.score, each.role, evidence)

    # ------------------------------------------------------------ values

    def _asked(self, weighed: Iterable[Weighed], ask: AskInclusion | None) -> list[Weighed]:
        """With what the values say, those left out that they speak against."""
        every = list(weighed)
        if ask is None:
            return every
        answers = ask(list(dict.fromkeys(_link(each) for each in every)))
        found: list[Weighed] = []
        for each in every:
            answer = answers.get(_link(each))
            if answer is None:
                found.append(each)
            elif not refuses(answer, columns=len(each.columns)):
                evidence = [*each.evidence, inclusion_evidence(answer)]
                found.append(replace(each, evidence=evidence, inclusion=answer))
        return found

    # ------------------------------------------------------------ what was found

    def _relationship(self, each: Weighed) -> Relationship:
        table = each.child.table
        return Relationship(
            table=table.ref,
            columns=each.columns,
            referred=each.key.table.ref,
            referred_columns=each.key.columns,
            declared=False,
            confidence=confidence(each.evidence),
            cardinality=self._cardinality(table, each.columns),
            optional=self._is_optional(table, each.columns),
            role=" ".join(each.role),
            evidence=tuple(each.evidence),
        )

    def _cardinality(self, table: Table, columns: Names) -> Cardinality:
        keys = [set(key.columns) for key in self.keys[str(table.ref)]]
        if any(key <= set(columns) for key in keys):
            return Cardinality.ONE_TO_ONE
        return Cardinality.MANY_TO_ONE

    def _is_optional(self, table: Table, columns: Names) -> bool:
        """Whether a value is missing somewhere; where that was not measured, whether one may be."""
        profiles = [self.profiles.get(ColumnRef(table.ref, name)) for name in columns]
        nulls = [each.nulls for each in profiles if each is not None and each.nulls is not None]
        return any(nulls) if len(nulls) == len(columns) else _optional(table, columns)


def _worth_asking(found: Iterable[Candidate]) -> list[Candidate]:
    """For each column those whose names say nearly as much as the best, so that few are asked."""
    by_column: defaultdict[tuple[TableRef, str], list[Candidate]] = defaultdict(list)
    for each in found:
        by_column[(each.child.table.ref, each.column)].append(each)
    kept: list[Candidate] = []
    for several in by_column.values():
        best = max(_promise(each) for each in several)
        near = [each for each in several if _promise(each) >= best - WORTH_ASKING]
        kept += near if len(near) <= MOST_PARENTS else [each for each in near if each.key.is_own]
    return kept


def _promise(each: Candidate) -> float:
    return each.name.score + (0.3 if each.executions else 0.0)


def _link(each: Weighed) -> Link:
    return Link(each.child.table.ref, each.columns, each.key.table.ref, each.key.columns)


def _meeting(link: Link) -> _Meeting:
    pairs = zip(link.columns, link.referred_columns, strict=True)
    return frozenset(
        frozenset((ColumnRef(link.table, here), ColumnRef(link.referred, there)))
        for here, there in pairs
    )


def _optional(table: Table, columns: Names) -> bool:
    return any((column := table.column(name)) is None or column.nullable for name in columns)
