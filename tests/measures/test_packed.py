"""Packed values come back as they were, of the same type and to the last digit."""

import datetime as dt
import math
import uuid
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ombudsman.measures.packed import FEWEST_TO_PACK, Column

KINDS: dict[str, st.SearchStrategy[Any]] = {
    "whole numbers": st.integers(-(2**63), 2**63 - 1),
    "counts": st.integers(0, 300),
    "greater numbers": st.integers(-(2**100), 2**100),
    "decimals": st.decimals(allow_nan=False, allow_infinity=True),
    "doubles": st.floats(allow_nan=False),
    "booleans": st.booleans(),
    "texts": st.text(),
    "half characters": st.text(st.characters(categories=["Cs"]), max_size=3),
    "bytes": st.binary(),
    "dates": st.dates(),
    "moments": st.datetimes().map(lambda moment: moment.replace(fold=0)),
    "instants": st.datetimes(timezones=st.just(dt.UTC)),
    "times": st.times(),
    "intervals": st.timedeltas(),
    "keys of rows": st.uuids(),
    "dates and times": st.dates() | st.times(),
    "anything": st.integers() | st.text() | st.booleans() | st.decimals(allow_nan=False),
}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_values_come_back_as_they_were(kind: str, data: st.DataObject):
    some = data.draw(st.lists(KINDS[kind] | st.none(), min_size=1, max_size=30))
    parts = [some * (FEWEST_TO_PACK // len(some) + 1), some, some[::-1] * 2]
    column = Column()
    for part in parts:
        column.add(part)
    every = [value for part in parts for value in part]
    _assert_same(column.between(0, len(every)), every)
    start, stop = sorted(data.draw(st.tuples(*[st.integers(0, len(every))] * 2)))
    _assert_same(column.between(start, stop), every[start:stop])
    places = data.draw(st.lists(st.integers(0, len(every) - 1) | st.none(), max_size=9))
    told = [None if place is None else every[place] for place in places]
    _assert_same(column.at(pa.array(places, pa.int32())), told)


def _assert_same(found: list[Any], expected: list[Any]) -> None:
    assert list(map(repr, found)) == list(map(repr, expected))


def test_every_nan_of_doubles_is_the_one_nan():
    column = Column()
    column.add([float("nan")] * FEWEST_TO_PACK)
    found = column.between(0, FEWEST_TO_PACK)
    assert {id(value) for value in found} == {id(math.nan)}


def test_a_million_small_numbers_take_a_megabyte():
    before = pa.total_allocated_bytes()
    column = Column()
    for _ in range(20):
        column.add(list(range(100)) * 500)
    assert column.between(999_999, 1_000_000) == [99]
    assert pa.total_allocated_bytes() - before < 2_000_000


def test_an_odd_part_makes_a_list_of_it_all():
    odd = uuid.UUID(int=5)
    column = Column()
    column.add(list(range(FEWEST_TO_PACK)))
    column.add([odd])
    assert column.between(FEWEST_TO_PACK - 1, FEWEST_TO_PACK + 1) == [FEWEST_TO_PACK - 1, odd]
