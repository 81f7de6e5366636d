"""What must a condition say of a bit that is a boolean on one side and a number on the other?

BIT becomes a SMALLINT or NUMBER(1) in many a migration, and TINYINT a BOOLEAN. A condition is understood by the types
of the side whose names it speaks; on the other side the column is brought back to the type that was meant. In a list,
`paid IN (0, 1)`, a number is what is wanted, and stays.
"""

from sqlglot import exp

from ombudsman.model import types
from ombudsman.model.types import DataType


def as_meant(column: exp.Column, here: DataType | None) -> exp.Expr:
    """The column as the type that the tree takes it for, where this side's is the other one of the two.

    `here` is the column's type on this side; None when it is not known.
    """
    if here is None:
        return column
    if isinstance(column.parent, exp.In) and here.kind in types.NUMERIC:
        return column
    if column.is_type(exp.DType.BOOLEAN) and here.kind in types.NUMERIC:
        return exp.paren(exp.NEQ(this=column.copy(), expression=exp.Literal.number(0)))
    if column.is_type(*exp.DataType.NUMERIC_TYPES) and isinstance(here, types.Boolean):
        return exp.cast(column.copy(), "INT")
    return column
