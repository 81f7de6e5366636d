"""The JSON Schema of a validator's params, fit for drawing a form.

Pydantic draws two things that form renderers show as a choice between "option 1" and "option 2": a value that may be
left out (`anyOf` with null), and a decimal (`anyOf` number or text). Here the one is its plain schema without a
default, the other a plain number. For forms only: on the wire decimals stay texts.
"""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema
from typing_extensions import override

from ombudsman.model.base import Params

BOUNDS = frozenset({"ge", "le", "gt", "lt"})


class FormSchema(GenerateJsonSchema):
    """The JSON Schema of a settings form: no null branches, and a number is a number."""

    @override
    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    @override
    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        bounds: dict[str, Any] = {k: float(str(v)) for k, v in schema.items() if k in BOUNDS}
        return self.float_schema(core_schema.float_schema(**bounds))

    @override
    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        drawn = super().default_schema(schema)
        if drawn.get("default", 0) is None:
            drawn.pop("default")
        return drawn


def form_schema(params: type[Params]) -> dict[str, Any]:
    """The schema of a params model. Columns and conditions carry the mark `x-ombudsman`, for the form's pickers."""
    return params.model_json_schema(schema_generator=FormSchema)
