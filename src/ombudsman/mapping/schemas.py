"""Which schema of the target answers which of the source?"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ombudsman.mapping.pairing import pair
from ombudsman.mapping.proposal import FoundBy
from ombudsman.model.errors import MappingInvalid, did_you_mean
from ombudsman.model.tables import Catalogue, Side


class SchemaAnswer(NamedTuple):
    """The target schema that answers a source schema, and why."""

    schema: str | None
    found_by: FoundBy


def schema_answers(
    source: Catalogue, target: Catalogue, *, given: Mapping[str, str]
) -> dict[str | None, SchemaAnswer]:
    """The target schema of each source schema that has one: as given, else by like names, else default by default.

    Several source schemas may have the same answer. Raises MappingInvalid when `given` names a schema without tables.
    """
    check_given(source, target, given)
    source_names, target_names = _schemas(source), _schemas(target)
    answers: dict[str | None, SchemaAnswer] = {
        name: SchemaAnswer(answer, FoundBy.SCHEMA_GIVEN) for name, answer in given.items()
    }
    open_names = [name for name in source_names if name not in answers]
    for name, answer, _ in pair(open_names, target_names, name=lambda name: name or "").pairs:
        answers[name] = SchemaAnswer(answer, FoundBy.SCHEMA)
    defaults = [name for name in target_names if name in {target.default_schema, None}]
    for name in source_names:
        if name in {source.default_schema, None} and name not in answers and defaults:
            answers[name] = SchemaAnswer(defaults[0], FoundBy.DEFAULT_SCHEMA)
    return answers


def check_given(source: Catalogue, target: Catalogue, given: Mapping[str, str]) -> None:
    """Raises MappingInvalid when `given` names a schema without tables."""
    for written in given:
        _check(written, _schemas(source), Side.SOURCE)
    for written in given.values():
        _check(written, _schemas(target), Side.TARGET)


def _schemas(catalogue: Catalogue) -> list[str | None]:
    return list(dict.fromkeys(table.ref.schema_name for table in catalogue.tables))


def _check(name: str, known: Iterable[str | None], side: Side) -> None:
    names = [each for each in known if each is not None]
    if name not in names:
        raise MappingInvalid(
            f"the {side} has no tables in a schema {name!r}", hint=did_you_mean(name, names)
        )
