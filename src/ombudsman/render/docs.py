"""The reference page of a validator: its question, its params, and examples that were really run."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ombudsman.render.schema import form_schema
from ombudsman.validators.registry import Validator

Schema = Mapping[str, Any]

MARKED = {
    "column": "a column",
    "condition": "a condition",
    "query": "a query",
    "target_query": "a query of the target",
}
"""What a text with a mark of the kit is, in words."""


@dataclass(frozen=True)
class Example:
    """A case that its author marked for the docs: a sentence, and what was given and said, as YAML."""

    name: str
    yaml: str

    @property
    def title(self) -> str:
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Asked:
    """A statement that the validator asks on an engine, and where all of them stand. `others`: how many more."""

    engine: str
    sql: str
    others: int


def page(
    validator: Validator,
    examples: Sequence[Example] = (),
    statements: Sequence[Asked] = (),
    without_sql: str | None = None,
) -> str:
    """The whole page as Markdown; `without_sql` says why there are no statements."""
    question, _, rest = validator.page.partition("\n")
    parts = [
        f"# {question}",
        f"`{validator.name}`, of the family {validator.family}; costs {_COST[validator.cost.value]}.",
        rest.strip(),
        "## Params",
        *_params(form_schema(validator.params)),
    ]
    if examples:
        parts += ["## Examples", "These are played on every change of the program."]
        parts += [f"### {each.title}\n\n```yaml\n{each.yaml.strip()}\n```" for each in examples]
    if statements:
        parts += ["## The SQL", *_statements(validator, statements)]
    elif without_sql:
        parts += ["## The SQL", f"None. {without_sql}"]
    return "\n\n".join(part for part in parts if part) + "\n"


def _statements(validator: Validator, statements: Sequence[Asked]) -> Iterator[str]:
    folder = f"../../../tests/validators/sql/{validator.name}"
    yield (
        "What is asked of a small table, an engine at a time. Steps that run together share their statements;"
        f" [all of them]({folder}) are kept, one a file."
    )
    for each in statements:
        more = f", and {each.others} more" if each.others else ""
        yield f"### {each.engine}{more}\n\n```sql\n{each.sql.strip()}\n```"


_COST = {
    "catalogue": "no scan: the catalogues know",
    "scan": "a share of the scan of its table",
    "search": "a search through its table",
    "rows": "a look at every row, and a second one at those that may differ",
}


def _params(schema: Schema) -> Iterator[str]:
    properties: Schema = schema.get("properties", {})
    if not properties:
        yield "None."
        return
    required = set(schema.get("required", ()))
    for name, field in properties.items():
        yield "\n".join(_param(name, field, schema, required=name in required))


def _param(name: str, field: Schema, schema: Schema, *, required: bool) -> Iterator[str]:
    yield f"### `{name}`"
    yield ""
    need = "required" if required else _default(field)
    yield f"{field.get('description', '')} *{_type(field, schema)}; {need}*"
    for example in list(field.get("examples", ()))[:1]:
        yield ""
        yield f"For example `{json.dumps(example, ensure_ascii=False)}`."


def _default(field: Schema) -> str:
    if field.get("default") in (None, [], {}):
        return "may be left out"
    default = field["default"]
    if isinstance(default, dict):
        return "may be left out"
    return f"default {json.dumps(default, ensure_ascii=False)}"


def _type(field: Schema, schema: Schema) -> str:
    """What may stand there, in words."""
    resolved = _resolved(field, schema)
    if options := resolved.get("anyOf"):
        return " or ".join(dict.fromkeys(_type(each, schema) for each in options))
    if words := resolved.get("enum"):
        return "one of " + ", ".join(str(each) for each in words)
    match resolved.get("type"):
        case "array":
            return f"list of: {_type(resolved.get('items', {}), schema)}"
        case "object":
            return f"{{{', '.join(resolved.get('properties', {}))}}}"
        case "string":
            return MARKED.get(
                str(resolved.get("x-ombudsman")),
                {"date": "a date"}.get(str(resolved.get("format")), "a text"),
            )
        case "boolean":
            return "true or false"
        case "integer" | "number":
            return "a number"
        case _:
            return "a value"


def _resolved(field: Schema, schema: Schema) -> Schema:
    reference = field.get("$ref")
    if reference is None and len(field.get("allOf", ())) == 1:
        reference = field["allOf"][0].get("$ref")
    if reference is None:
        return field
    found: Schema = schema["$defs"][str(reference).rpartition("/")[2]]
    return found
