"""The infinite dates and moments of PostgreSQL, as Arrow and DuckDB have them.

PostgreSQL counts from the year 2000, its Arrow driver from 1970: it moves every date by thirty years, the infinite ones
as well, and the end of all time by that into the far past.
"""

import pyarrow as pa
import pyarrow.compute as pc

from ombudsman.model.moments import INFINITE_COUNT, INFINITE_DAYS

_DAYS = 10_957
_MICROSECONDS = _DAYS * 86_400_000_000


def with_infinities(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch as it came from the driver, with its infinite dates and moments where they belong."""
    for place, column in enumerate(batch.columns):
        if pa.types.is_date32(column.type):
            mended = _mended(column, pa.int32(), 2**31, _DAYS, INFINITE_DAYS)
        elif pa.types.is_timestamp(column.type) and column.type.unit == "us":
            mended = _mended(column, pa.int64(), 2**63, _MICROSECONDS, INFINITE_COUNT)
        else:
            continue
        if mended is not None:
            batch = batch.set_column(place, batch.schema.field(place), mended)
    return batch


def _mended(
    column: pa.Array, counts: pa.DataType, limit: int, moved: int, infinite: int
) -> pa.Array | None:
    """The column with its infinite values; None when it has none. No finite one lies as low as they are moved to."""
    numbers = column.view(counts)
    begin, end = moved - limit, moved - limit - 1
    least = pc.min(numbers).as_py()
    if least is None or least > begin:
        return None
    for found, meant in ((begin, -infinite), (end, infinite)):
        is_found = pc.equal(numbers, pa.scalar(found, counts))
        numbers = pc.if_else(is_found, pa.scalar(meant, counts), numbers)
    return numbers.view(column.type)
