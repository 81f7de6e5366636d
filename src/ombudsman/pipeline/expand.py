"""From a pipeline file and a mapping to a pipeline: templates become steps, one for each table.

A template's steps are called by its id and the table: `counts.DimCustomer`; where two of its tables have the same name
in different schemas, by the schema too: `counts.Sales.Customer`.

A need of a template's id means, for a step of a template, the step of the *same table*, or nothing where the needed
template leaves that table out; for a plain step it means *all* of the template's steps. A single step of a template
is needed by its full id.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from ombudsman.model.errors import PipelineInvalid, did_you_mean
from ombudsman.model.faults import NodePath
from ombudsman.model.mapping import Mapping
from ombudsman.model.pipeline import Pipeline, Step
from ombudsman.model.report import Report
from ombudsman.model.tables import Catalogue, TableRef
from ombudsman.pipeline.expand_policies import expand_policies, mapped_table
from ombudsman.pipeline.written import ID_LIMIT, Defaults, PipelineFile, WrittenStep


def expand(
    file: PipelineFile, mapping: Mapping | None = None, *, source: Catalogue | None = None
) -> Pipeline:
    """The pipeline of a file over `mapping`; without one, over the file's own.

    With the `source` catalogue, the columns are looked up of which the file's policies speak.

    Where there is no mapping at all, the pipeline's is empty (the runner maps by name), and only steps whose tables
    are written out can be made.

    Raises PipelineInvalid, which tells everything that does not fit the mapping, each with its line.
    """
    report = Report(file.document, PipelineInvalid)
    chosen = mapping if mapping is not None else file.mapping
    steps = expand_steps(file.steps, file.defaults, chosen, report)
    policies = expand_policies(file.policies, chosen, report, source=source)
    report.raise_if_any()
    return Pipeline(
        name=file.name,
        description=file.description,
        source=file.source,
        target=file.target,
        mapping=chosen or Mapping(),
        defaults=file.defaults.policy,
        policies=policies,
        steps=steps,
    )


def expand_steps(
    written: Iterable[tuple[int, WrittenStep]],
    defaults: Defaults,
    mapping: Mapping | None,
    report: Report,
) -> tuple[Step, ...]:
    """The steps of all that was written. What cannot be made is noted in the report and left out."""
    expansion = _Expansion(defaults, mapping, report)
    for position, step in written:
        expansion.add(position, step)
    return tuple(expansion.steps())


class _Expansion:
    """Which steps each written step becomes: first all ids, then the needs between them."""

    def __init__(self, defaults: Defaults, mapping: Mapping | None, report: Report) -> None:
        self.defaults = defaults
        self.mapping = mapping
        self.report = report
        self.written: list[tuple[int, WrittenStep]] = []
        self.made: dict[str, dict[TableRef, str]] = {}
        self.taken: dict[str, int] = {}
        self.templates: dict[str, None] = {}
        self.broken: set[str] = set()

    def add(self, position: int, step: WrittenStep) -> None:
        """Finds the tables of a written step, and the id of each step that it becomes."""
        before = len(self.report.faults)
        tables = self._tables(step, ("steps", position))
        ids = _step_ids(step, tables)
        for step_id in ids.values():
            self._take(step_id, position)
        self.made[step.id] = ids
        self.written.append((position, step))
        if step.is_template:
            self.templates[step.id] = None
        if len(self.report.faults) > before:
            self.broken.add(step.id)

    def _take(self, step_id: str, position: int) -> None:
        here: NodePath = ("steps", position, "id")
        if len(step_id) > ID_LIMIT:
            self.report.add(here, f"step {step_id!r} has more than {ID_LIMIT} letters in its id")
        if step_id in self.taken:
            line = self.report.source.place(("steps", self.taken[step_id], "id"))[0]
            self.report.add(here, f"the step of line {line} is called {step_id!r} already")
        self.taken.setdefault(step_id, position)

    def steps(self) -> Iterator[Step]:
        for position, step in self.written:
            for table, step_id in self.made[step.id].items():
                needs = [
                    need
                    for index, written in enumerate(step.needs)
                    for need in self._needed(written, step, table, (position, index))
                ]
                if len(step_id) > ID_LIMIT:
                    continue
                said = {} if step.severity is None else {"severity": step.severity}
                yield Step(
                    id=step_id,
                    validator=step.validator,
                    table=table,
                    params=step.params,
                    needs=tuple(dict.fromkeys(needs)),
                    tolerance=step.tolerance,
                    equality=step.equality,
                    on_failure=step.on_failure or self.defaults.on_failure,
                    description=step.description,
                    **said,
                )

    # ------------------------------------------------------------ needs

    def _needed(
        self, need: str, step: WrittenStep, table: TableRef, place: tuple[int, int]
    ) -> list[str]:
        """The ids that a need of `step`, in its step over `table`, means."""
        if need in self.made:
            steps = self.made[need]
            if step.is_template and need in self.templates:
                return [steps[table]] if table in steps else []
            return list(steps.values())
        if need in self.taken:
            return [need]
        template = template_of(need, self.templates)
        if template is not None and template not in self.broken:
            position, index = place
            hint = did_you_mean(need, self.made[template].values())
            message = f"there is no step {need!r}"
            fault: NodePath = ("steps", position, "needs", index)
            self.report.add(fault, message, hint=hint)
        return []

    # ------------------------------------------------------------ tables

    def _tables(self, step: WrittenStep, path: NodePath) -> list[TableRef]:
        if step.table is not None:
            return self._named(step.table, (*path, "table"))
        if step.tables == "all":
            if self.mapping is None:
                self.report.add(
                    (*path, "tables"),
                    "which tables there are is not known without a mapping",
                    hint="give the file a mapping, or list the tables",
                )
                return []
            if not self.mapping.tables:
                self.report.add((*path, "tables"), "the mapping has no tables")
            return [table.source for table in self.mapping.tables]
        listed = [
            ref
            for index, each in enumerate(step.tables or ())
            for ref in self._listed(each, (*path, "tables", index))
        ]
        return list(dict.fromkeys(listed))

    def _listed(self, text: str, path: NodePath) -> list[TableRef]:
        """The tables that an entry of a list means: a name, or a pattern over names or over `schema.name`."""
        known = [table.source for table in self.mapping.tables] if self.mapping else []
        if (matching := _matching(text, known)) or not _is_pattern(text):
            return matching or self._parsed(text, path)
        if self.mapping is None:
            message = f"what {text!r} matches is not known without a mapping"
            self.report.add(path, message, hint="give the file a mapping, or list the tables")
        else:
            hint = did_you_mean(text, map(str, known))
            self.report.add(path, f"no table of the mapping matches {text!r}", hint=hint)
        return []

    def _parsed(self, text: str, path: NodePath) -> list[TableRef]:
        try:
            ref = TableRef.parse(text)
        except ValueError:
            self.report.add(path, f"{text!r} is not of the form schema.table")
            return []
        return self._named(ref, path)

    def _named(self, ref: TableRef, path: NodePath) -> list[TableRef]:
        found = mapped_table(ref, self.mapping, path, self.report)
        return [] if found is None else [found]


def template_of(need: str, templates: Iterable[str]) -> str | None:
    """The template whose step this id seems to be: the longest id that stands before a dot in it."""
    return max((each for each in templates if need.startswith(f"{each}.")), key=len, default=None)


def _step_ids(step: WrittenStep, tables: list[TableRef]) -> dict[TableRef, str]:
    if not step.is_template:
        return dict.fromkeys(tables, step.id)
    counts = Counter(table.name for table in tables)
    return {
        table: f"{step.id}.{table.name if counts[table.name] == 1 else table}" for table in tables
    }


def _is_pattern(text: str) -> bool:
    return any(sign in text for sign in "*?[")


def _matching(text: str, known: list[TableRef]) -> list[TableRef]:
    """The tables called exactly so, else those that the pattern matches."""
    if exact := [ref for ref in known if str(ref) == text]:
        return exact
    if not _is_pattern(text):
        return []
    return [ref for ref in known if fnmatchcase(str(ref), text) or fnmatchcase(ref.name, text)]
