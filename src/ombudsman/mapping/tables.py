"""Which table of the target answers which of the source, judged by schema and name?

Three rounds, each over what the rounds before left open: tables of schemas that answer each other; a schema that became
a prefix of the name; the name alone. What a round finds undecided is out: a later round must not guess at it. Where a
table and a view are equally good, the table is taken.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from typing import NamedTuple, TypeVar

from ombudsman.mapping.names import Likeness, letters, likeness
from ombudsman.mapping.pairing import pair
from ombudsman.mapping.proposal import FoundBy
from ombudsman.mapping.schemas import SchemaAnswer, schema_answers
from ombudsman.model.tables import Catalogue, TableRef

Refs = list[TableRef]
K = TypeVar("K")


class TablePair(NamedTuple):
    source: TableRef
    target: TableRef
    likeness: Likeness
    found_by: FoundBy


class TablePairs(NamedTuple):
    """The pairs, the groups in which it is not clear which table answers which, and the tables that are alone."""

    pairs: list[TablePair]
    undecided: list[tuple[Refs, Refs]]
    unmatched_source: Refs
    unmatched_target: Refs


def pair_tables(
    source: Catalogue, target: Catalogue, *, schemas: Mapping[str, str], with_views: bool
) -> TablePairs:
    """Pairs the tables of two catalogues one to one.

    Tables of a source schema that `schemas` names are sought in that target schema and nowhere else.
    """
    search = _Search(source, target, with_views=with_views)
    search.by_schema(schema_answers(source, target, given=schemas))
    search.by_schema_prefix(without=set(schemas))
    search.by_name_alone(without=set(schemas))
    alone = list(search.open_sources), list(search.open_targets)
    return TablePairs(search.pairs, search.undecided, *alone)


class _Search:
    """What was found so far, and what is still open, in the order of the catalogues."""

    def __init__(self, source: Catalogue, target: Catalogue, *, with_views: bool) -> None:
        self.sources = [t.ref for t in source.tables if with_views or t.kind == "table"]
        self.targets = [t.ref for t in target.tables if with_views or t.kind == "table"]
        self.source_views = {t.ref for t in source.tables if t.kind == "view"}
        self.target_views = {t.ref for t in target.tables if t.kind == "view"}
        self.open_sources = dict.fromkeys(self.sources)
        self.open_targets = dict.fromkeys(self.targets)
        self.pairs: list[TablePair] = []
        self.undecided: list[tuple[Refs, Refs]] = []

    # ------------------------------------------------------------ the rounds

    def by_schema(self, answers: Mapping[str | None, SchemaAnswer]) -> None:
        answered = [ref for ref in self.sources if ref.schema_name in answers]
        sources_of = _grouped(answered, lambda ref: answers[ref.schema_name].schema or "")
        for schema, targets in _grouped(self.targets, lambda ref: ref.schema_name or "").items():
            self._pair_off(sources_of.get(schema, []), targets, answers)

    def by_schema_prefix(self, *, without: Container[str | None]) -> None:
        """Takes a pair only when nothing else claims either of them, by prefix or by the plain long name."""
        sources = [ref for ref in self.open_sources if ref.schema_name not in without]
        targets = list(self.open_targets)
        short_sources, long_sources = _grouped(sources, _short), _grouped(sources, _long)
        short_targets, long_targets = _grouped(targets, _short), _grouped(targets, _long)
        claims: list[tuple[TableRef, TableRef]] = []
        for name in short_targets.keys() & long_sources.keys():
            claimants = long_sources[name] + short_sources.get(name, [])
            claims += [(source, target) for source in claimants for target in short_targets[name]]
        for name in short_sources.keys() & long_targets.keys():
            claimants = long_targets[name] + short_targets.get(name, [])
            claims += [(source, target) for source in short_sources[name] for target in claimants]
        for here, there in _components(claims):
            if len(here) == len(there) == 1:
                way = _prefix_likeness(here[0], there[0])
                self._accept(TablePair(here[0], there[0], way, FoundBy.SCHEMA_PREFIX))
            else:
                self._leave(here, there)

    def by_name_alone(self, *, without: Container[str | None]) -> None:
        """Takes a name that occurs once on each side, among all tables and not only those that are still open."""
        sources = [ref for ref in self.sources if ref.schema_name not in without]
        targets_of = _grouped(self.targets, _short)
        for name, all_here in _grouped(sources, _short).items():
            all_there = targets_of.get(name, [])
            open_here = [ref for ref in all_here if ref in self.open_sources]
            open_there = [ref for ref in all_there if ref in self.open_targets]
            if not open_here or not open_there:
                continue
            here, there = self._preferred(all_here, all_there)
            lone = len(here) == len(there) == 1
            if lone and here[0] in self.open_sources and there[0] in self.open_targets:
                way = likeness(here[0].name, there[0].name) or Likeness.RUN_ON
                self._accept(TablePair(here[0], there[0], way, FoundBy.NAME_ALONE))
            else:
                self._leave(open_here, open_there)

    # ------------------------------------------------------------ what becomes of a group

    def _pair_off(
        self, here: Refs, there: Refs, answers: Mapping[str | None, SchemaAnswer]
    ) -> None:
        pairing = pair(here, there, name=_name)
        for source, target, way in pairing.pairs:
            found_by = answers[source.schema_name].found_by
            self._accept(TablePair(source, target, way, found_by))
        for sources, targets in pairing.undecided:
            preferred = self._preferred(sources, targets)
            if preferred != (sources, targets):
                self._pair_off(*preferred, answers)
            else:
                self._leave(sources, targets)

    def _preferred(self, sources: Refs, targets: Refs) -> tuple[Refs, Refs]:
        """The tables among them; with the views where a side has nothing else."""
        source_tables = [ref for ref in sources if ref not in self.source_views]
        target_tables = [ref for ref in targets if ref not in self.target_views]
        return source_tables or sources, target_tables or targets

    def _accept(self, found: TablePair) -> None:
        self.pairs.append(found)
        self._close([found.source], [found.target])

    def _leave(self, sources: Refs, targets: Refs) -> None:
        self.undecided.append((sources, targets))
        self._close(sources, targets)

    def _close(self, sources: Refs, targets: Refs) -> None:
        for ref in sources:
            self.open_sources.pop(ref, None)
        for ref in targets:
            self.open_targets.pop(ref, None)


def _name(ref: TableRef) -> str:
    return ref.name


def _short(ref: TableRef) -> str:
    return letters(ref.name)


def _long(ref: TableRef) -> str | None:
    """The letters of schema and name together; None without a schema."""
    return letters(ref.schema_name) + letters(ref.name) if ref.schema_name else None


def _prefix_likeness(source: TableRef, target: TableRef) -> Likeness:
    """How the long name of one side is like schema and name of the other."""
    ways = [
        likeness(f"{source.schema_name}_{source.name}", target.name),
        likeness(source.name, f"{target.schema_name}_{target.name}"),
    ]
    return next((way for way in Likeness if way in ways), Likeness.RUN_ON)


def _grouped(refs: Iterable[TableRef], key: Callable[[TableRef], K | None]) -> dict[K, Refs]:
    """The tables by their key, in order; those without a key are left out."""
    groups: dict[K, Refs] = {}
    for ref in refs:
        if (found := key(ref)) is not None:
            groups.setdefault(found, []).append(ref)
    return groups


def _components(claims: Iterable[tuple[TableRef, TableRef]]) -> list[tuple[Refs, Refs]]:
    """The sources and targets that hang together by claims, as one group each."""
    groups: list[tuple[Refs, Refs]] = []
    for source, target in claims:
        joined: tuple[Refs, Refs] = ([source], [target])
        for group in [g for g in groups if source in g[0] or target in g[1]]:
            groups.remove(group)
            joined = (group[0] + joined[0], group[1] + joined[1])
        groups.append((list(dict.fromkeys(joined[0])), list(dict.fromkeys(joined[1]))))
    return groups
