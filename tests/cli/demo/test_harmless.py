"""Every harmless difference is really there."""

import pytest
from tests.cli.demo.conftest import Asker

from ombudsman.cli.demo.harmless import HARMLESS, Harmless


@pytest.mark.parametrize("harmless", HARMLESS, ids=lambda harmless: harmless.id)
def test_the_harmless_difference_is_there(harmless: Harmless, ask: Asker):
    assert ask(harmless.check) is True


def test_there_are_several_and_each_has_a_name_of_its_own():
    assert len(HARMLESS) >= 24
    assert len({each.id for each in HARMLESS}) == len(HARMLESS)
