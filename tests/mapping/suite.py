"""The rename suite: cases with known truth, and how a search did on them.

A case is a catalogue, a level of damage and a seed. Seeds below `FIRST_FIT_SEED` are for measuring; those from there on
are for fitting how sure a score is, and nothing is ever measured on them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from tests.mapping.domains import DOMAINS, domain, made_profiles
from tests.mapping.renamed import Renamed, renamed, renamed_profiles

from ombudsman.mapping.suggest import suggest_mapping
from ombudsman.mapping.suggestion import AUTO, Suggestion
from ombudsman.model.profile import Profiles
from ombudsman.model.tables import Catalogue

FIRST_FIT_SEED = 1_000
OWN = tuple(DOMAINS)
SHARED = ("northwind", "chinook")
HELD_OUT = ("pubs",)


@dataclass(frozen=True)
class Case:
    """A catalogue that was damaged, with the truth."""

    name: str
    level: int
    seed: int
    source: Catalogue
    done: Renamed

    def suggested(self, *, values: bool) -> Suggestion:
        """What the search makes of it."""
        if not values:
            return suggest_mapping(self.source, self.done.target)
        here = _profiles(self.name, self.seed)
        there = renamed_profiles(here, self.done, self.seed)
        return suggest_mapping(
            self.source, self.done.target, source_profiles=here, target_profiles=there
        )


@cache
def _profiles(name: str, seed: int) -> Profiles:
    """Those of a catalogue at a seed: the same at every level of damage."""
    return made_profiles(domain(name), seed)


def cases(names: Iterable[str], level: int, seeds: Iterable[int]) -> Iterator[Case]:
    """Each catalogue at each seed; from L2 on a third of another one's tables stands among the target's."""
    told = tuple(names)
    for seed in seeds:
        for name in told:
            source = domain(name)
            others = [each for each in OWN if each != name]
            strangers = domain(others[seed % len(others)]) if level >= 2 else None
            yield Case(name, level, seed, source, renamed(source, level, seed, strangers=strangers))


@dataclass
class Tally:
    """How many were proposed, right, and to be found; for tables, for columns, and for the columns that are sure."""

    tables: int = 0
    right_tables: int = 0
    true_tables: int = 0
    columns: int = 0
    right_columns: int = 0
    true_columns: int = 0
    sure: int = 0
    right_sure: int = 0

    def add(self, case: Case, found: Suggestion) -> None:
        """Counts a suggestion in. What stands in the mapping is proposed; what is left for review is not."""
        self.true_tables += len(case.done.tables)
        self.true_columns += len(case.done.columns)
        for table in found.tables:
            if not table.lane.is_mapped:
                continue
            self.tables += 1
            self.right_tables += case.done.tables.get(table.source) == table.target
            for column in table.columns:
                if not column.lane.is_mapped:
                    continue
                truth = case.done.columns.get((table.source, column.source))
                is_right = truth == (table.target, column.target)
                self.columns += 1
                self.right_columns += is_right
                if column.confidence >= AUTO:
                    self.sure += 1
                    self.right_sure += is_right

    @property
    def figures(self) -> dict[str, float]:
        """Precision, recall and F1 of columns, F1 of tables; precision and coverage of the lane auto."""
        return {
            "columns_precision": round(self.right_columns / max(1, self.columns), 4),
            "columns_recall": round(self.right_columns / max(1, self.true_columns), 4),
            "columns_f1": f1(self.right_columns, self.columns, self.true_columns),
            "tables_f1": f1(self.right_tables, self.tables, self.true_tables),
            "auto_precision": round(self.right_sure / max(1, self.sure), 4),
            "auto_coverage": round(self.right_sure / max(1, self.true_columns), 4),
            "columns": self.true_columns,
        }


def f1(right: int, proposed: int, true: int) -> float:
    """The harmonic mean of precision and recall."""
    return round(2 * right / max(1, proposed + true), 4)


def tally(names: Iterable[str], level: int, seeds: Iterable[int], *, values: bool) -> Tally:
    """The suite over these catalogues and seeds."""
    found = Tally()
    for case in cases(names, level, seeds):
        found.add(case, case.suggested(values=values))
    return found
