"""Which parameters does a statement declare before it begins?

A statement that a program sent with parameters is recorded as `(@p1 int,@p2 nvarchar(4000))SELECT ...`; when SQL Server
took the values out itself they are called @0, @1. In a module a statement has variables and no such list.
"""

from collections.abc import Sequence

from ombudsman.workload.recorded import Parameter
from ombudsman.workload.words_of_tsql import Word, blanked, closing

_NO_TYPE = frozenset({"OUTPUT", "OUT", "READONLY"})


def declared_parameters(text: str, words: Sequence[Word]) -> tuple[tuple[Parameter, ...], str]:
    """The parameters, and the text in which their list is blank."""
    if len(words) < 3 or words[0].text != "(" or words[1].text != "@":
        return (), text
    end = closing(words, 0)
    if end is None:
        return (), text
    found: list[Parameter] = []
    for part in _parts(words[1:end]):
        if len(part) < 2 or part[0].text != "@":
            return (), text
        name = "@" + text[part[1].start : part[1].end]
        typed = [word for word in part[2:] if word.text not in _NO_TYPE]
        told = text[typed[0].start : typed[-1].end].strip() if typed else ""
        found.append(Parameter(name, told.removeprefix("AS ").strip() or None))
    return tuple(found), blanked(text, [(words[0].start, words[end].end)])


def _parts(words: Sequence[Word]) -> list[list[Word]]:
    """The words between the commas that stand in no parentheses."""
    parts: list[list[Word]] = [[]]
    depth = 0
    for word in words:
        depth += (word.text == "(") - (word.text == ")")
        if word.text == "," and not depth:
            parts.append([])
        else:
            parts[-1].append(word)
    return parts
