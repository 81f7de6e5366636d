"""Does a column refer to one of several tables, as the column beside it says?

`commentable_id` beside `commentable_type`: no single table holds all its values, and no foreign key can be declared.
"""

from ombudsman.relationships.key_words import KEY_WORDS, TYPE_WORDS
from ombudsman.relationships.naming import Naming


def refers_to_one_of_several(naming: Naming, column: str) -> bool:
    """Whether a column of the same name with a word for type behind it, instead of key, stands in the table."""
    *telling, last = naming.words_of(column)
    if last not in KEY_WORDS or not telling:
        return False
    return any(
        words[:-1] == tuple(telling) and words[-1] in TYPE_WORDS
        for words in map(naming.words_of, naming.table.column_names)
    )
