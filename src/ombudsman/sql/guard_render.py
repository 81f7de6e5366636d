"""What text does an accepted tree become?

The only text that reaches a database is rendered here: from the tree, every identifier quoted, comments dropped, and
nothing in it that the renderer calls unsupported. Then the text is read once more in the dialect it is meant for. It
must pass the same guard, speak of every name in the tree, and render to the same text again; otherwise two readers
could disagree about it, and it is refused.

The tree that is read back is not compared with the one that was written, for the renderer may say in three nodes of one
dialect what was one of another. What must not change is what belongs to what: so the tree is rendered a second time
with every operation in parentheses, and both texts must be read as the same.
"""

from collections.abc import Callable
from enum import Enum
from functools import partial

from sqlglot import exp
from sqlglot.errors import ErrorLevel, UnsupportedError

from ombudsman.model.errors import RuleInvalid
from ombudsman.sql.dialect_traps import settle_types
from ombudsman.sql.guard import PARSER_BROKE, TOO_DEEP, dialect_named, read_tree, refuse
from ombudsman.sql.guard_parentheses import with_all_parentheses, without_parentheses
from ombudsman.sql.guard_spelling import national_literals, spelt_alike
from ombudsman.sql.guard_tokens import QUOTED, read_tokens

Judge = Callable[[exp.Expr, str, str, str], None]
"""Raises `RuleInvalid` unless a tree, of this dialect, called this, read from this text, may be used."""


class Place(Enum):
    """Where a text will stand; renderers decide by it: TRUE in a WHERE of SQL Server is `(1 = 1)`."""

    WHERE = "WHERE "
    VALUE = "SELECT "
    WHOLE = ""


def render_tree(
    tree: exp.Expr, *, dialect: str, place: Place, judge: Judge, what: str, read: str
) -> str:
    """The text of `tree` in `dialect`, proven to be read as the same tree again.

    Args:
        tree: an accepted tree; it is not changed.
        dialect: the dialect to write.
        place: where the text will stand.
        judge: the guard of such trees, asked once more.
        what: what the text is, for messages.
        read: the dialect the tree was written in, for messages.

    Raises:
        RuleInvalid: the dialect cannot say it, or would not read it back as it was meant.
    """
    text = _written(tree, dialect, place, what)
    try:
        read_tokens(text, dialect_named(dialect), what=what)
        again = _read_back(text, dialect, place, what)
        judge(again, dialect, what, text)
    except RuleInvalid as error:
        raise _not_the_same(what, read, dialect, str(error)) from error
    twice = _written(_typed_as(again, tree, dialect), dialect, place, what)
    if not _names(tree) <= _names(again) or not _reads_alike(twice, text, dialect):
        raise _not_the_same(what, read, dialect, "it is read back differently")
    strict = _written(with_all_parentheses(tree), dialect, place, what)
    told = _read_back(strict, dialect, place, what)
    if without_parentheses(told) != without_parentheses(again):
        raise _not_the_same(what, read, dialect, "parentheses would change its meaning")
    return text


def _written(tree: exp.Expr, dialect: str, place: Place, what: str) -> str:
    rooted = tree.copy()
    if dialect == "tsql":
        rooted = national_literals(rooted)
    if place is Place.WHERE:
        rooted = exp.Where(this=rooted)
    elif place is Place.VALUE:
        rooted = exp.Select(expressions=[rooted])
    try:
        text = dialect_named(dialect).generate(
            rooted,
            copy=False,
            identify=True,
            comments=False,
            unsupported_level=ErrorLevel.RAISE,
        )
    except UnsupportedError as error:
        raise RuleInvalid(
            f"the {what} cannot be used: {str(error).rstrip('.')}",
            hint="use what both engines have",
        ) from error
    except RecursionError:
        refuse(what, TOO_DEEP)
    except PARSER_BROKE:
        refuse(what, f"it cannot be said in {dialect}", hint="write it in a simpler way")
    return text.strip().removeprefix(place.value)


def _read_back(text: str, dialect: str, place: Place, what: str) -> exp.Expr:
    language = dialect_named(dialect)
    if place is Place.WHOLE:
        tree = read_tree(text, language.parse, what=what)
    else:
        # Not read as a bare expression: SQLite's REPLACE(...) at the very beginning is taken for a statement.
        parse = partial(language.parse_into, exp.Where)
        tree = read_tree(f"WHERE {text}", parse, what=what).this
        tree.pop()
    return spelt_alike(tree, what=what, text=text)


def _reads_alike(one: str, other: str, dialect: str) -> bool:
    """Whether two texts are equal, the letter case of keywords set aside."""
    first, second = (
        [(token.text if token.token_type in QUOTED else token.text.upper()) for token in tokens]
        for tokens in (dialect_named(dialect).tokenize(text) for text in (one, other))
    )
    return first == second


def _typed_as(again: exp.Expr, tree: exp.Expr, dialect: str) -> exp.Expr:
    """`again` with the types of the columns in `tree`: a renderer writes some things by their type."""
    types = {(each.table, each.name): each.type for each in tree.find_all(exp.Column)}
    for column in again.find_all(exp.Column):
        column.type = types.get((column.table, column.name))
    return settle_types(again, dialect=dialect)


def _names(tree: exp.Expr) -> frozenset[str]:
    return frozenset(identifier.name for identifier in tree.find_all(exp.Identifier))


def _not_the_same(what: str, read: str, dialect: str, reason: str) -> RuleInvalid:
    if read == dialect:
        message = f"the {what} cannot be used: written again it would not mean the same"
    else:
        message = f"the {what} cannot be used: what {read} means by it cannot be said in {dialect}"
    return RuleInvalid(
        message, hint="write it in simpler terms that both engines have", reason=reason
    )
