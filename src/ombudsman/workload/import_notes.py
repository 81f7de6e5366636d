"""What could not be read of an export, and where?

Nothing is dropped in silence: a row that cannot be used is counted and the first ones are told with their lines; what
is odd about the whole file is a sentence.
"""

from collections import Counter
from dataclasses import dataclass, field

TOLD = 10
"""So many places are told of one reason; the others are counted."""


@dataclass
class ImportNotes:
    """Filled while an export is read; whole when it has been."""

    rows: int = 0
    """Rows that were read and can be used."""
    damaged: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[int]] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)

    def damage(self, reason: str, line: int) -> None:
        """A row that cannot be used."""
        self.damaged[reason] += 1
        places = self.places.setdefault(reason, [])
        if len(places) < TOLD:
            places.append(line)

    def say(self, sentence: str) -> None:
        """Something about the whole file; told once."""
        if sentence not in self.sentences:
            self.sentences.append(sentence)

    def told(self) -> list[str]:
        """Everything, as sentences."""
        return [*self.sentences, *(self._damage_told(reason) for reason in self.damaged)]

    def _damage_told(self, reason: str) -> str:
        count, places = self.damaged[reason], self.places[reason]
        lines = ", ".join(f"{line:,}" for line in places)
        more = ", ..." if count > len(places) else ""
        rows = "1 row is" if count == 1 else f"{count:,} rows are"
        return f"{rows} left out: {reason} (line{'s' if count > 1 else ''} {lines}{more})"
