"""How often somebody may ask: so many times a window, for each by itself, and a wait that is told."""

import pytest

from ombudsman.studio.errors import TooMany
from ombudsman.studio.rates import Rates


def taken(rates: Rates, tries: int, per_minute: int, who: str = "a") -> int:
    """How many of so many tries at once are let through."""
    let_through = 0
    for _ in range(tries):
        try:
            rates.take("user", who, per_minute)
        except TooMany:
            continue
        let_through += 1
    return let_through


def test_so_many_and_no_more_and_each_for_himself() -> None:
    rates = Rates()
    assert taken(rates, 50, 10) == 10
    assert taken(rates, 50, 10, "b") == 10
    rates.take("address", "a", 10)


def test_whoever_asks_too_often_is_told_how_long_to_wait() -> None:
    rates = Rates()
    taken(rates, 3, 3)
    with pytest.raises(TooMany) as caught:
        rates.take("user", "a", 3)
    assert 1 <= caught.value.retry_after_s <= 61


def test_what_is_dear_is_counted_by_the_hour() -> None:
    rates = Rates()
    rates.take_hourly("export", "a", 1)
    with pytest.raises(TooMany) as caught:
        rates.take_hourly("export", "a", 1)
    assert 3_500 <= caught.value.retry_after_s <= 3_601
