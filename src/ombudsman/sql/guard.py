"""How a person's text becomes a tree, and how it is refused.

The guard's order, each step closed until the next one opens it: characters and tokens (`guard_tokens.py`), one tree
(here), allowed nodes (`guard_tree.py`, `guard_nodes.py`, `guard_query.py`), known names (`conditions.py`,
`queries.py`), and the text that is rendered from the tree and read once more (`guard_render.py`).
"""

import logging
from collections.abc import Callable, Sequence
from typing import NoReturn

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, SqlglotError

from ombudsman.model.errors import RuleInvalid, Unsupported, did_you_mean

# The parser's warnings repeat what a person wrote. Whatever it warns of is refused here, with a reason.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

PARSER_BROKE = (SqlglotError, TypeError, ValueError, AttributeError, LookupError, AssertionError)
"""What the compiled parser and renderer let out when a broken text brings them where they did not expect to be."""
TOO_DEEP = "it is nested too deeply"


def dialect_named(name: str) -> Dialect:
    """The parser's and renderer's dialect; `Unsupported` when there is none of this name."""
    known = [key for key in Dialect.classes if key]
    if name not in known:
        raise Unsupported(f"no SQL dialect is called {name!r}", hint=did_you_mean(name, known))
    return Dialect.get_or_raise(name)


def refuse(
    what: str,
    reason: str,
    *,
    text: str = "",
    span: tuple[int, int] | None = None,
    hint: str | None = None,
) -> NoReturn:
    """Raises `RuleInvalid`: `reason` says what is wrong, `span` (offsets into `text`, end excluded) where."""
    if span is None or not text:
        raise RuleInvalid(f"the {what} cannot be used: {reason}", hint=hint)
    start, end = span
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    near = _shown(text[start:end])
    raise RuleInvalid(
        f"the {what} cannot be used: {reason} (line {line}, column {column}, near {near!r})",
        hint=hint,
        line=line,
        column=column,
        near=near,
    )


def read_tree(
    text: str,
    parse: Callable[[str], Sequence[exp.Expr | None]],
    *,
    what: str,
    hint: str | None = None,
) -> exp.Expr:
    """The one tree that `parse` makes of the text; raises `RuleInvalid` when there is none, or more than one."""
    try:
        trees = parse(text)
    except ParseError as error:
        _parse_error(error, text, what=what, hint=hint)
    except RecursionError:
        refuse(what, TOO_DEEP)
    except PARSER_BROKE:
        refuse(what, "it cannot be read as SQL", hint=hint)
    if len(trees) != 1 or trees[0] is None:
        refuse(what, "it is more than one", hint=hint)
    return trees[0]


def _parse_error(error: ParseError, text: str, *, what: str, hint: str | None) -> NoReturn:
    told = error.errors[0] if error.errors else {}
    word = str(told.get("highlight") or "")
    line, column = int(told.get("line") or 0), int(told.get("col") or 0)
    if not line:
        refuse(what, "it is not complete", hint=hint)
    # The parser's column is that of the word's last character, counted from one.
    line_start = sum(len(each) + 1 for each in text.split("\n")[: line - 1])
    end = line_start + column
    refuse(
        what,
        "it cannot be read as SQL",
        text=text,
        span=(max(end - max(len(word), 1), 0), end),
        hint=hint,
    )


def span_of(node: exp.Expr) -> tuple[int, int] | None:
    """Where in the text a node stands, by the first of its parts that knows; None when none does."""
    for part in node.walk(bfs=False):
        if "start" in part.meta:
            return part.meta["start"], part.meta["end"] + 1
    return None


def _shown(text: str, *, most: int = 40) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
