"""Is this one statement that only reads?

Our statements are expressions, or were rendered from a tree that was judged (`sql.guard`); this is the last look
before a text leaves the house. It knows where texts, names and comments begin and end, and no more: a statement must
begin with a word that reads, end where the text ends, not be handed on to another one by `->>`, and neither call a
procedure (a WITH can) nor one of the SYSTEM$ functions, some of which act: they stop statements, set off tasks.
"""

import re

_PIECE = re.compile(
    r"""
      (?P<text>'(?:[^'\\]|''|\\.)*' | \$\$.*?\$\$)
    | (?P<name>"(?:[^"]|"")*")
    | (?P<comment>--[^\n]* | //[^\n]* | /\*.*?\*/)
    | (?P<flow>->>) | (?P<end>;)
    | (?P<word>\w[\w$]*)
    | (?P<blank>\s+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)

_READING = frozenset({"SELECT", "WITH", "VALUES", "SHOW", "DESCRIBE", "DESC", "EXPLAIN"})


def is_reading(sql: str) -> bool:
    """Whether the text is one statement that reads. A quote that does not end is none."""
    pieces = [(found.lastgroup, found.group()) for found in _PIECE.finditer(sql)]
    said = [piece for piece in pieces if piece[0] not in {"blank", "comment"} and piece[1] != "("]
    if not said or said[0][1].upper() not in _READING:
        return False
    return not any(_acts(kind, text) for kind, text in said)


def _acts(kind: str | None, text: str) -> bool:
    """Whether a piece has no place in a statement that only reads."""
    match kind:
        case "flow" | "end":
            return True
        case "other":
            return text in "'\""
        case "word":
            return text.upper() == "CALL" or text.upper().startswith("SYSTEM$")
        case "name":
            return text.startswith('"SYSTEM$')
        case _:
            return False
