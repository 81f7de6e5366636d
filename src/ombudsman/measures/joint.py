"""Measures of both sides at once, that answer themselves.

What one statement a side can answer is planned and fused with others. A comparison of rows cannot: it asks, looks, and
asks again, on both sides at the same time. To whoever asks it is a measure like others.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import Select

from ombudsman.connections.reader import Reader
from ombudsman.measures.questions import Measure
from ombudsman.measures.relation import Relation
from ombudsman.measures.under_way import UnderWay
from ombudsman.model.result import Statement
from ombudsman.model.tables import Side

A = TypeVar("A")


class Joint(Measure[A], ABC):
    """A measure of both sides. Equal ones are asked once: derive frozen dataclasses.

    `columns` are the source columns that it looks into.
    """

    columns: tuple[str, ...]

    @abstractmethod
    def answered(
        self,
        relations: Mapping[Side, Relation],
        readers: Mapping[Side, Reader],
        under_way: UnderWay,
    ) -> A:
        """The answer. Runs in a thread of its own, and takes its turns on the connections like a scan.

        It says how far it is, and ends soon when it is asked to.

        Raises:
            OmbudsmanError: it cannot be told.
        """

    def asked_first(self, relations: Mapping[Side, Relation]) -> Mapping[Side, Select[Any]]:
        """What each side is asked before anything is known of either, for whoever wants to see it beforehand.

        A side whose first statement depends on what the sides are is not among them.

        Raises:
            OmbudsmanError: it cannot be told, and that is known beforehand.
        """
        del relations
        return {}

    @abstractmethod
    def statements(self, answer: A) -> tuple[Statement, ...]:
        """The statements that the answer came from."""
