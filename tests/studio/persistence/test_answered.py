"""Of many equal requests with one key, one is carried out."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ombudsman.studio.persistence.store import Store


def test_of_many_at_once_one_takes_the_key_and_the_others_read_its_answer(store: Store):
    def work(number: int) -> tuple[bool, object]:
        with store.writing() as unit:
            first = unit.answered.claim("user", "key", "same", unit.now)
            if first:
                unit.answered.answer("user", "key", {"made": number})
            found = unit.answered.find("user", "key")
            assert found is not None
            return first, found.answer

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(work, range(24)))
    assert sum(first for first, _ in told) == 1
    assert len({str(answer) for _, answer in told}) == 1


def test_a_key_whose_request_failed_is_free_again(store: Store):
    with pytest.raises(ZeroDivisionError), store.writing() as unit:
        _ = unit.answered.claim("user", "key", "same", unit.now) and 1 / 0
    with store.writing() as unit:
        assert unit.answered.claim("user", "key", "same", unit.now)
