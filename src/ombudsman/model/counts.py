"""How is a count said in words?"""


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 row`, `1,204 rows`; `many` is `one` with an s unless given."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
