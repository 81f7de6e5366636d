"""What do CREATE, ALTER and DROP say? They are read word by word, for DuckDB has no place for most of it."""

from collections.abc import Sequence

from sqlglot.tokenizer_core import Token, TokenType
from tests.standins.tds.catalogue import Catalogue, Check, Column, ForeignKey, Index, Table
from tests.standins.tds.errors import SqlError, syntax, unsupported
from tests.standins.tds.parsing import is_quoted, is_word
from tests.standins.tds.scope import quote
from tests.standins.tds.types import BIGINT, SqlType, read_type


class Words:
    """The words of a statement, read from the left."""

    def __init__(self, tokens: Sequence[Token], text: str) -> None:
        self._tokens = [single for token in tokens for single in _singles(token)]
        self._text = text
        self.position = 0

    @property
    def is_at_end(self) -> bool:
        return self.position >= len(self._tokens)

    def sees(self, *words: str) -> bool:
        """Whether these words come next."""
        coming = self._tokens[self.position : self.position + len(words)]
        return len(coming) == len(words) and all(
            is_word(token, word) for token, word in zip(coming, words, strict=True)
        )

    def takes(self, *words: str) -> bool:
        """Reads these words if they come next."""
        if not self.sees(*words):
            return False
        self.position += len(words)
        return True

    def must(self, *words: str) -> None:
        if not self.takes(*words):
            raise syntax(self.next_text())

    def next_text(self) -> str:
        return self._tokens[self.position].text if not self.is_at_end else "end"

    def take(self) -> Token:
        if self.is_at_end:
            raise syntax("end")
        token = self._tokens[self.position]
        self.position += 1
        return token

    def names(self) -> list[str]:
        """A name of several parts."""
        parts = [self.take().text]
        while self.takes("."):
            parts.append(self.take().text)
        return parts

    def group(self) -> "Words":
        """What is in the parentheses that open here."""
        self.must("(")
        begin, depth = self.position, 1
        while depth:
            token = self.take()
            depth += (token.token_type == TokenType.L_PAREN) - (
                token.token_type == TokenType.R_PAREN
            )
        return Words(self._tokens[begin : self.position - 1], self._text)

    def parts(self) -> list["Words"]:
        """What stands between commas."""
        found, depth, begin = [], 0, self.position
        for index in range(self.position, len(self._tokens)):
            kind = self._tokens[index].token_type
            depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
            if kind == TokenType.COMMA and depth == 0:
                found.append(Words(self._tokens[begin:index], self._text))
                begin = index + 1
        found.append(Words(self._tokens[begin:], self._text))
        return found

    def rest(self) -> str:
        """The rest as it was written."""
        return self.written(self._tokens[self.position :])

    def written(self, tokens: Sequence[Token]) -> str:
        return self._text[tokens[0].start : tokens[-1].end + 1] if tokens else ""

    def column_names(self) -> list[tuple[str, bool]]:
        """Names in parentheses, each with whether it descends."""
        found = []
        for part in self.group().parts():
            name = part.take().text
            found.append((name, part.takes("DESC")))
        return found


def _singles(token: Token) -> list[Token]:
    """The tokenizer takes some pairs of words for one: PRIMARY KEY."""
    words = token.text.split()
    if len(words) < 2 or is_quoted(token):
        return [token]
    first = Token(
        TokenType.VAR,
        words[0],
        token.line,
        token.col,
        token.start,
        token.start + len(words[0]) - 1,
        [],
    )
    last = Token(
        TokenType.VAR,
        words[-1],
        token.line,
        token.col,
        token.end - len(words[-1]) + 1,
        token.end,
        [],
    )
    return [first, last]


def table_name(names: Sequence[str], catalogue: Catalogue) -> tuple[str, str]:
    """Schema and name; what comes before is the database, which must be the present one."""
    if len(names) > 2 and names[-3] and names[-3].lower() != catalogue.name.lower():
        raise unsupported("definitions in another database than the present one")
    schema = names[-2] if len(names) > 1 and names[-2] else "dbo"
    found = catalogue.schema(schema)
    if found is None:
        raise SqlError(
            2760,
            f'The specified schema name "{schema}" either does not exist or you do not have permission to use it.',
        )
    return found, names[-1]


def create_table(words: Words, catalogue: Catalogue) -> Table:
    """Reads what follows CREATE TABLE, and remembers it."""
    schema, name = table_name(words.names(), catalogue)
    if catalogue.table(schema, name) is not None:
        raise SqlError(2714, f"There is already an object named '{name}' in the database.")
    table = Table(catalogue.next_number(), schema, name, [])
    for part in words.group().parts():
        _table_item(part, table, catalogue)
    while not words.is_at_end:
        if words.takes("WITH"):
            _table_options(words.group(), table, catalogue)
        else:
            words.take()
    for index in table.indexes:
        if index.is_primary:
            for key, _ in index.columns:
                _column(table, key).is_nullable = False
    return table


def _table_options(options: Words, table: Table, catalogue: Catalogue) -> None:
    for option in options.parts():
        if option.takes("MEMORY_OPTIMIZED", "=", "ON"):
            table.is_memory_optimized = True
        elif option.takes("SYSTEM_VERSIONING", "=", "ON"):
            table.temporal_type = 2
            if option.sees("("):
                inner = option.group()
                if inner.takes("HISTORY_TABLE", "="):
                    schema, table.history = table_name(inner.names(), catalogue)
                    history = catalogue.table(schema, table.history)
                    if history is not None:
                        history.temporal_type = 1


def _column(table: Table, name: str) -> Column:
    found = table.column(name)
    if found is None:
        raise SqlError(1911, f"Column name '{name}' does not exist in the target table or view.")
    return found


def _table_item(words: Words, table: Table, catalogue: Catalogue) -> None:
    if words.is_at_end:
        return
    if words.takes("PERIOD"):
        return
    if words.takes("INDEX"):
        name = words.take().text
        index = _index_words(words, name)
        index.columns = words.column_names() if words.sees("(") else []
        table.indexes.append(index)
        return
    if (
        words.sees("CONSTRAINT")
        or words.sees("PRIMARY", "KEY")
        or words.sees("UNIQUE")
        or words.sees("FOREIGN", "KEY")
        or words.sees("CHECK", "(")
    ):
        _constraint(words, table, catalogue, None)
        return
    _column_definition(words, table, catalogue)


def _index_words(words: Words, name: str) -> Index:
    index = Index(name, [])
    while True:
        if words.takes("UNIQUE"):
            index.is_unique = True
        elif words.takes("CLUSTERED"):
            index.is_clustered = True
        elif words.takes("COLUMNSTORE"):
            index.is_columnstore = True
        elif not words.takes("NONCLUSTERED") and not words.takes("HASH"):
            return index


def _column_definition(words: Words, table: Table, catalogue: Catalogue) -> None:
    name = words.take().text
    if table.column(name) is not None:
        raise SqlError(
            2705,
            f"Column names in each table must be unique. Column name '{name}' in table '{table.name}' is specified more than once.",
        )
    column = Column(name, BIGINT)
    table.columns.append(column)
    if words.takes("AS"):
        column.computed = _expression(words)
        while not words.is_at_end:
            if words.takes("PERSISTED"):
                column.is_persisted = True
            elif words.takes("NOT", "NULL"):
                column.is_nullable = False
            else:
                words.take()
        return
    column.type = _type(words, catalogue)
    while not words.is_at_end:
        _column_option(words, column, table, catalogue)
    if column.type.name == "timestamp":
        column.is_nullable = False


def _expression(words: Words) -> str:
    if words.sees("("):
        return words.group().rest()
    begin = words.position
    while not words.is_at_end and not any(
        words.sees(word)
        for word in (
            "PERSISTED",
            "NOT",
            "NULL",
            "CONSTRAINT",
            "PRIMARY",
            "UNIQUE",
            "IDENTITY",
            "WITH",
            "COLLATE",
        )
    ):
        if words.sees("("):
            words.group()
        else:
            words.take()
    return words.written(words._tokens[begin : words.position])


def _type(words: Words, catalogue: Catalogue) -> SqlType:
    name = words.names()[-1]
    if name.lower() == "double" and words.takes("PRECISION"):
        name = "float"
    if words.takes("VARYING"):
        name = f"var{name}"
    written = f"{name}({words.group().rest()})" if words.sees("(") else name
    found = read_type(written)
    if found is None:
        raise SqlError(2715, f"Column, parameter, or variable: Cannot find data type {written}.")
    return found.collated(catalogue.collation) if found.is_text else found


def _column_option(words: Words, column: Column, table: Table, catalogue: Catalogue) -> None:
    if words.takes("NOT", "NULL"):
        column.is_nullable = False
    elif words.takes("NULL"):
        column.is_nullable = True
    elif words.takes("COLLATE"):
        column.type = column.type.collated(words.take().text)
    elif words.takes("IDENTITY"):
        first, step = 1, 1
        if words.sees("("):
            first, step = (_whole(part) for part in words.group().parts())
        column.identity, column.is_nullable = (first, step), False
    elif words.takes("SPARSE"):
        column.is_sparse = True
    elif words.takes("GENERATED", "ALWAYS", "AS", "ROW"):
        column.generated = 1 if words.takes("START") else 2
        words.takes("END")
        column.is_nullable = False
    elif words.takes("HIDDEN"):
        column.is_hidden = True
    elif words.takes("ROWGUIDCOL"):
        return
    elif words.takes("DEFAULT"):
        column.default = _expression(words)
    else:
        _constraint(words, table, catalogue, column)


def _whole(words: Words) -> int:
    sign = -1 if words.takes("-") else 1
    return sign * int(words.take().text)


def _constraint(words: Words, table: Table, catalogue: Catalogue, column: Column | None) -> None:
    """A key, a check or a default; its columns are the one it stands at, or those it names."""
    name = words.take().text if words.takes("CONSTRAINT") else None
    own = [(column.name, False)] if column else []
    if words.takes("PRIMARY", "KEY") or words.sees("UNIQUE"):
        is_primary = not words.takes("UNIQUE")
        clustered = words.takes("CLUSTERED") or (is_primary and not words.sees("NONCLUSTERED"))
        words.takes("NONCLUSTERED")
        words.takes("HASH")
        columns = words.column_names() if words.sees("(") else own
        if words.takes("WITH") and words.sees("("):
            words.group()
        prefix = "PK" if is_primary else "UQ"
        named = name or f"{prefix}__{table.name}__{table.object_id:X}"
        clustered = clustered and not any(index.is_clustered for index in table.indexes)
        table.indexes.append(
            Index(
                named,
                columns,
                is_unique=True,
                is_primary=is_primary,
                is_unique_constraint=not is_primary,
                is_clustered=clustered,
            )
        )
        if is_primary:
            for key, _ in columns:
                _column(table, key).is_nullable = False
    elif words.sees("FOREIGN") or words.sees("REFERENCES"):
        _foreign_key(words, table, catalogue, name, [key for key, _ in own])
    elif words.takes("CHECK"):
        words.takes("NOT", "FOR", "REPLICATION")
        number = catalogue.next_number()
        table.checks.append(
            Check(name or f"CK__{table.name}__{number:X}", f"({words.group().rest()})", number)
        )
    elif words.takes("DEFAULT"):
        text = _expression(words)
        target = column
        if words.takes("FOR"):
            target = _column(table, words.take().text)
        if target is None:
            raise syntax("DEFAULT")
        target.default, target.default_name = text, name
    elif name is None:
        raise syntax(words.next_text())


def _foreign_key(
    words: Words, table: Table, catalogue: Catalogue, name: str | None, own: list[str]
) -> None:
    if words.takes("FOREIGN", "KEY") and words.sees("("):
        own = [key for key, _ in words.column_names()]
    words.must("REFERENCES")
    schema, parent = table_name(words.names(), catalogue)
    found = catalogue.table(schema, parent) or (
        table if parent.lower() == table.name.lower() else None
    )
    if found is None:
        raise SqlError(1767, f"Foreign key '{name}' references invalid table '{schema}.{parent}'.")
    theirs = (
        [key for key, _ in words.column_names()]
        if words.sees("(")
        else [key for index in found.indexes if index.is_primary for key, _ in index.columns]
    )
    number = catalogue.next_number()
    key = ForeignKey(
        name or f"FK__{table.name}__{number:X}",
        own,
        found.schema,
        found.name,
        theirs,
        object_id=number,
    )
    while words.takes("ON"):
        which = words.take().text.upper()
        action = (
            1
            if words.takes("CASCADE")
            else 2
            if words.takes("SET", "NULL")
            else 3
            if words.takes("SET", "DEFAULT")
            else 0
        )
        if not action:
            words.takes("NO", "ACTION")
        if which == "DELETE":
            key.on_delete = action
        else:
            key.on_update = action
    table.foreign_keys.append(key)


def alter_table(words: Words, catalogue: Catalogue) -> tuple[Table, list[Column], list[str]]:
    """What follows ALTER TABLE: the table, the columns that are new, the names of those that go."""
    schema, name = table_name(words.names(), catalogue)
    table = catalogue.table(schema, name)
    if table is None:
        raise SqlError(
            4902,
            f'Cannot find the object "{name}" because it does not exist or you do not have permissions.',
        )
    added: list[Column] = []
    dropped: list[str] = []
    not_trusted = words.takes("WITH", "NOCHECK")
    words.takes("WITH", "CHECK")
    if words.takes("ADD"):
        count = len(table.columns)
        for part in Words(words._tokens[words.position :], words._text).parts():
            _table_item(part, table, catalogue)
        for key in table.foreign_keys[-1:] if not_trusted else ():
            key.is_not_trusted = True
        added = table.columns[count:]
    elif words.takes("DROP", "COLUMN"):
        words.takes("IF", "EXISTS")
        dropped = [words.take().text]
        table.columns.remove(_column(table, dropped[0]))
    elif words.takes("DROP"):
        words.takes("CONSTRAINT")
        words.takes("IF", "EXISTS")
        gone = words.take().text.lower()
        table.indexes[:] = [each for each in table.indexes if each.name.lower() != gone]
        table.foreign_keys[:] = [each for each in table.foreign_keys if each.name.lower() != gone]
        table.checks[:] = [each for each in table.checks if each.name.lower() != gone]
    elif words.takes("NOCHECK", "CONSTRAINT"):
        which = words.take().text.lower()
        for key in table.foreign_keys:
            if which in ("all", key.name.lower()):
                key.is_disabled = key.is_not_trusted = True
    elif words.takes("SET"):
        _table_options(words.group(), table, catalogue)
    else:
        raise unsupported("this ALTER TABLE")
    catalogue.changed()
    return table, added, dropped


def create_index(words: Words, catalogue: Catalogue) -> Index:
    """What follows CREATE, up to and with the ON of an index."""
    index = _index_words(words, "")
    words.must("INDEX")
    index.name = words.take().text
    words.must("ON")
    schema, name = table_name(words.names(), catalogue)
    table = catalogue.table(schema, name)
    if table is None:
        raise SqlError(
            1088,
            f'Cannot find the object "{name}" because it does not exist or you do not have permissions.',
        )
    if words.sees("("):
        index.columns = words.column_names()
    elif index.is_columnstore:
        index.columns = [(column.name, False) for column in table.columns]
    if words.takes("INCLUDE"):
        index.included = [key for key, _ in words.column_names()]
    if words.takes("WHERE"):
        index.filter = words.rest() if words.sees("(") else f"({words.rest()})"
    for key, _ in index.columns:
        _column(table, key)
    table.indexes.append(index)
    catalogue.changed()
    return index


def drop(words: Words, catalogue: Catalogue) -> Table | None:
    """What follows DROP TABLE or DROP VIEW: the one that goes, or None where it may be missing."""
    may_miss = words.takes("IF", "EXISTS")
    names = words.names()
    schema, name = table_name(names, catalogue)
    table = catalogue.table(schema, name)
    if table is None and not may_miss:
        raise SqlError(
            3701,
            f"Cannot drop the table '{'.'.join(names)}', because it does not exist or you do not have permission.",
        )
    return table


def storage_sql(table: Table, catalogue: Catalogue) -> str:
    """The CREATE TABLE of DuckDB that holds the table's rows."""
    columns = ", ".join(
        f"{quote(column.name)} {column.type.carrier}{'' if column.is_nullable or column.computed else ' NOT NULL'}"
        for column in table.columns
    )
    return f"CREATE TABLE {storage_name(table, catalogue)} ({columns})"


def storage_name(table: Table, catalogue: Catalogue) -> str:
    return f"{quote(catalogue.name)}.{quote(table.schema)}.{quote(table.name)}"
