"""When do two values count as equal although they are not the same?

By default nothing is forgiven but representation: how an engine writes a value down is no difference. What a field here
forgives stays visible, as accepted, wherever values are compared one by one.
"""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from ombudsman.model.base import Strict


class Equality(Strict):
    """What is forgiven when two values are compared; the default forgives nothing."""

    empty_is_null: bool = Field(
        default=False,
        title="An empty text is NULL",
        description="A loader turned empty texts into NULL, or the other way round.",
        examples=[True],
    )
    trailing_blanks: Literal["significant", "ignored"] = Field(
        default="significant",
        title="Blanks at the end",
        description="Whether blanks (U+0020 alone) at the end of a text count.",
        examples=["ignored"],
    )
    letter_case: Literal["significant", "ignored"] = Field(
        default="significant",
        title="Letter case",
        description="Whether capitals and small letters are different letters.",
        examples=["ignored"],
    )
    unicode_form: Literal["as_stored", "nfc"] = Field(
        default="as_stored",
        title="Unicode form",
        description="Whether composed and decomposed letters differ; under nfc they do not. Where rows are compared.",
        examples=["nfc"],
    )
    relative: Decimal = Field(
        default=Decimal(0),
        ge=0,
        lt=1,
        title="Relative distance of floats",
        description="How far apart two binary fractions may lie, a share of the greater one. Where rows are compared.",
        examples=[1e-12],
    )
    ulps: int = Field(
        default=0,
        ge=0,
        title="Units in the last place",
        description="How many representable numbers may lie between two binary fractions. Where rows are compared.",
        examples=[1],
    )
    decimals: int | None = Field(
        default=None,
        ge=0,
        le=37,
        title="Digits behind the point",
        description="How many digits of a number behind its point count.",
        examples=[2],
    )
    second_digits: int | None = Field(
        default=None,
        ge=0,
        le=9,
        title="Digits of a second",
        description="How many digits of a second count: 3 are milliseconds.",
        examples=[3],
    )
    cut: Literal["truncate", "round"] = Field(
        default="truncate",
        title="How the rest is cut",
        description="How digits that do not count are cut off: dropped, or rounded half away from zero.",
        examples=["round"],
    )


STRICT = Equality()
"""Nothing is forgiven."""
