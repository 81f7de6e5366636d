"""What a workload knows of a database, and what is known of the database for the workload.

Queries tell which columns belong together and what a column is for: evidence for relationships and meaning. These tell
in turn which joins lead to a row and which sums say something: what `suggest` asks for.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from ombudsman.model.tables import ColumnRef
from ombudsman.relationships.lookup import Joins, Link
from ombudsman.relationships.meaning import ColumnMeaning, Meaning, Use
from ombudsman.relationships.proposal import Relationship
from ombudsman.workload.facts import ColumnUse, Join
from ombudsman.workload.workload import Workload

LEAST_CONFIDENCE = 0.7
"""A reference that is less likely asks for no check."""

_ADDS = frozenset({"SUM", "AVG"})
_ADDED = frozenset({Meaning.MEASURE, Meaning.FLAG})
"""The sum of a flag is a count."""


def joins_of(workload: Workload) -> Joins:
    """How often queries join columns: executions, as `infer_relationships` takes them."""
    found: Counter[Link] = Counter()
    for join, usage in workload.by_join().items():
        here, there = (ColumnUse(name, "").ref for name in (join.table, join.other_table))
        found[Link(here, join.columns, there, join.other_columns)] += usage.executions
    return found


def use_of(workload: Workload) -> Use:
    """What queries do with columns, as `classify_columns` takes it.

    A column within an expression is not added up itself, and of a date the year may be what groups.
    """
    summaries = workload.by_summary()
    return Use(
        summed=frozenset(
            _ref(each.aggregate.columns[0])
            for each in summaries
            if each.aggregate.function in _ADDS and each.aggregate.is_plain
        ),
        grouped=frozenset(
            _ref(group.column) for each in summaries for group in each.groups if not group.part
        ),
        filtered=frozenset(_ref(each.column) for each in workload.by_filter()),
    )


def references_of(relationships: Iterable[Relationship]) -> set[Join]:
    """The relationships that are likely enough, as joins from the row that refers to the one that is referred to.

    A join of several columns stands in the order of either side: it is among them in both.
    """
    found: set[Join] = set()
    for each in relationships:
        if each.confidence < LEAST_CONFIDENCE:
            continue
        pairs = list(zip(each.columns, each.referred_columns, strict=True))
        for ordered in (sorted(pairs), sorted(pairs, key=lambda pair: pair[1])):
            here, there = zip(*ordered, strict=True)
            found.add(Join(str(each.table), here, str(each.referred), there))
    return found


def measures_of(meanings: Mapping[ColumnRef, ColumnMeaning]) -> set[ColumnUse]:
    """The columns whose sum says something."""
    return {
        ColumnUse(str(ref.table), ref.name)
        for ref, each in meanings.items()
        if each.meaning in _ADDED
    }


def _ref(use: ColumnUse) -> ColumnRef:
    return ColumnRef(use.ref, use.column)
