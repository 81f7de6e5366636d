"""Is this text one reading statement of T-SQL?

T-SQL needs no separator between two statements: `SELECT 1 x DELETE FROM t` are two. What begins a statement are words
that no name may have without brackets, and so a text that begins with SELECT or WITH and has none of these words
outside texts, brackets and comments is one statement, and one that reads. What we send is made by SQLAlchemy of
expressions, or rendered of a tree that was judged (`sql.guard`), and has every name quoted that could be such a word;
this is the second opinion, right before the server.
"""

import re

from ombudsman.model.errors import StatementInvalid

_PIECES = re.compile(
    r"""
      (?P<hidden>'(?:[^']|'')*' | "(?:[^"]|"")*" | \[(?:[^\]]|\]\])*\])
    | (?P<comment>--|/\*)
    | (?P<open>['"\[]|;)
    | (?P<word>[A-Za-z_@\#$][\w@\#$]*)
    """,
    re.VERBOSE,
)

_BEGINNERS = """
add alter backup begin break bulk checkpoint close commit continue create dbcc deallocate declare delete deny disk drop
dump errlvl exec execute exit goto grant if insert into kill lineno load merge offsets open opendatasource openquery
openrowset openxml print proc procedure raiserror readtext reconfigure restore return revert revoke rollback save set
setuser shutdown tran transaction trigger truncate tsequal update updatetext use waitfor while writetext
"""
"""Words that begin a statement, or lead out of the database. T-SQL keeps them for itself: they are never bare names.
Others that begin one (THROW, SEND ...) need a semicolon before them."""

_LOCKS = "holdlock paglock readcommittedlock repeatableread rowlock serializable tablock tablockx updlock xlock"

REFUSED_WORDS = frozenset(f"{_BEGINNERS} {_LOCKS}".split())


def admit(sql: str) -> None:
    """Raises StatementInvalid when the text is anything but one reading statement."""
    first = True
    for piece in _PIECES.finditer(sql):
        match piece.lastgroup:
            case "comment":
                _refuse("it holds a comment", sql)
            case "open":
                _refuse("it holds a semicolon, or a quote that is not closed", sql)
            case "word":
                word = piece.group().casefold()
                if first and word not in {"select", "with"}:
                    _refuse("it does not begin with SELECT", sql)
                if word in REFUSED_WORDS:
                    _refuse(f"the word {word.upper()} stands in it outside of quotes", sql)
                first = False
            case _:
                pass
    if first:
        _refuse("it is empty", sql)


def _refuse(why: str, sql: str) -> None:
    raise StatementInvalid(
        f"this is not one reading statement of SQL Server: {why}",
        hint="only SELECT is for here; put names in brackets",
        sql=sql,
    )
