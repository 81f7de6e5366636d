"""Where does each statement of a batch, procedure or view begin and end?

T-SQL needs no semicolon between two statements. A statement ends where a word stands that begins one and cannot go on
with the one before: SELECT goes on after UNION, INSERT INTO t or WITH x AS (...); UPDATE goes on with SET; MERGE holds
INSERT and DELETE behind THEN. Words that stand in parentheses or within CASE begin nothing. All words that begin a
statement are reserved: as a name they are quoted, and then they are none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ombudsman.sql.guard_functions import words
from ombudsman.workload.words_of_tsql import Word

_BEGINS = words(
    "SELECT INSERT UPDATE DELETE MERGE WITH DECLARE SET EXEC EXECUTE IF WHILE RETURN PRINT CREATE ALTER DROP TRUNCATE"
    " RAISERROR COMMIT ROLLBACK SAVE OPEN FETCH CLOSE DEALLOCATE USE GRANT REVOKE DENY WAITFOR BREAK CONTINUE GOTO DBCC"
    " BACKUP RESTORE KILL RECONFIGURE CHECKPOINT BULK"
)
_WITH_IS_NO_BEGIN = frozenset(
    {"TIES", "ROLLUP", "CUBE", "CHECK", "RECOMPILE", "EXECUTE", "SCHEMABINDING", "ENCRYPTION"}
)
_GOES_ON_WITH_SELECT = frozenset({"UNION", "ALL", "EXCEPT", "INTERSECT", "AS", "FOR"})
_MODULES = frozenset({"PROC", "PROCEDURE", "FUNCTION", "TRIGGER", "VIEW"})
_TRANSACTION = frozenset({"TRAN", "TRANSACTION", "DISTRIBUTED"})
_BLOCKS = frozenset({"TRY", "CATCH"})


@dataclass(frozen=True)
class Piece:
    """One statement of a text: offsets, `end` excluded, and the word with which it begins."""

    start: int
    end: int
    verb: str


def pieces(words: Sequence[Word]) -> list[Piece]:
    """The statements, in order. What stands between them (BEGIN, END, ELSE, GO, semicolons) belongs to none."""
    return [
        Piece(part[0].start, part[-1].end, part[0].text)
        for part in _Splitter(words).parts()
        if part
    ]


class _Splitter:
    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self._part: list[Word] = []
        self._depth = 0
        self._cases = 0
        self._has_verb = False
        """Whether the statement has got the SELECT, VALUES or SET that it was waiting for."""

    def parts(self) -> Iterator[list[Word]]:
        place = 0
        while place < len(self._words):
            word = self._words[place]
            skip = self._parting(place) if not word.is_quoted and not self._depth else None
            if skip is not None:
                yield self._take()
                place += skip
                if skip:
                    continue
                word = self._words[place]
            self._add(word)
            place += 1
        yield self._take()

    def _take(self) -> list[Word]:
        part, self._part = self._part, []
        self._depth = self._cases = 0
        self._has_verb = False
        return part

    def _add(self, word: Word) -> None:
        if not word.is_quoted:
            self._depth = max(self._depth + (word.text == "(") - (word.text == ")"), 0)
            if word.text == "CASE":
                self._cases += 1
            elif word.text == "END" and self._cases:
                self._cases -= 1
            if not self._depth and word.text in {
                "SELECT",
                "VALUES",
                "SET",
                "EXEC",
                "EXECUTE",
                "DEFAULT",
            }:
                self._has_verb = True
            elif (
                self._is_of("WITH")
                and not self._depth
                and word.text in {"INSERT", "UPDATE", "DELETE", "MERGE"}
            ):
                self._has_verb = word.text == "DELETE"
        self._part.append(word)

    # ------------------------------------------------------------ does a new statement begin here?

    def _parting(self, place: int) -> int | None:
        """How many words belong to no statement, when one ends here; 0: the next begins with this word."""
        word = self._words[place]
        after = self._text(place + 1)
        if word.text == ";":
            return 1
        if word.text == "GO" and word.is_first_on_line:
            return 2 if after.isdigit() else 1
        if word.text == "BEGIN" and self._text(place - 1) != ".":
            if after in _TRANSACTION:
                return 0
            return 2 if after in _BLOCKS else 1
        if word.text == "END" and not self._cases:
            return 2 if after in _BLOCKS else 1
        if word.text == "ELSE" and not self._cases:
            return 1
        if word.text == "AS" and self._is_module_header(after):
            return 1
        if word.text in _BEGINS and self._begins(place):
            return 0
        return None

    def _is_module_header(self, after: str) -> bool:
        """`CREATE PROCEDURE p @a int AS SELECT ...`: the header is a statement of its own, the body follows."""
        if not self._is_of("CREATE", "ALTER") or after in {"OWNER", "CALLER", "SELF"}:
            return False
        head = {word.text for word in self._part[:5] if not word.is_quoted}
        return bool(head & _MODULES) and (after in _BEGINS or after in {"BEGIN", "EXTERNAL", "("})

    def _begins(self, place: int) -> bool:
        if not self._part:
            return False
        word, before = self._words[place], self._text(place - 1)
        if before == "." or self._cases or self._is_dead_end():
            return False
        match word.text:
            case "SELECT":
                return not self._waits_for_select(before)
            case "WITH":
                return self._is_common(place)
            case "SET":
                return not (
                    self._is_of("UPDATE", "WITH", "ALTER", "MERGE") and not self._has_verb
                ) and not (before in {"UPDATE", "ON", "DELETE"} or self._is_of("MERGE"))
            case "INSERT" | "UPDATE" | "DELETE" | "MERGE":
                return not self._is_part_of_a_write(before)
            case "EXEC" | "EXECUTE":
                return before != "WITH" and not (self._is_of("INSERT") and not self._has_verb)
            case "FETCH":
                return before not in {"ROW", "ROWS"}
            case "IF":
                return not self._is_of("DROP", "CREATE", "ALTER")
            case "OPEN" | "CLOSE" | "USE" | "SAVE" | "CHECKPOINT" | "DEFAULT" | "BULK":
                return before not in {"(", "DECRYPTION", "CURSOR", ",", "="}
            case _:
                return not self._is_of("GRANT", "DENY", "REVOKE")

    def _waits_for_select(self, before: str) -> bool:
        if before in _GOES_ON_WITH_SELECT:
            return True
        return self._is_of("INSERT", "WITH") and not self._has_verb

    def _is_part_of_a_write(self, before: str) -> bool:
        if before in {"THEN", "FOR", "AFTER", "ON", "OF", ","}:
            return True
        return self._is_of("WITH") and not self._has_verb

    def _is_common(self, place: int) -> bool:
        """`WITH x AS (` and `WITH x (a) AS (`, and not `WITH (NOLOCK)` or `WITH TIES`."""
        name, after = self._text(place + 1), self._text(place + 2)
        if name in {"(", ""} or name in _WITH_IS_NO_BEGIN:
            return False
        return after in {"AS", "("}

    def _is_dead_end(self) -> bool:
        """A module's header lists words that begin statements elsewhere: `AFTER INSERT, UPDATE`."""
        head = {word.text for word in self._part[:5] if not word.is_quoted}
        return self._is_of("CREATE", "ALTER") and bool(head & {"TRIGGER"})

    def _is_of(self, *verbs: str) -> bool:
        return bool(self._part) and not self._part[0].is_quoted and self._part[0].text in verbs

    def _text(self, place: int) -> str:
        if not 0 <= place < len(self._words) or self._words[place].is_quoted:
            return '"' if 0 <= place < len(self._words) else ""
        return self._words[place].text
