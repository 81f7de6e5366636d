"""Can a text be kept by every database, and sent anywhere?

Two kinds of texts cannot, though Python, JSON and YAML can all write them: one with a NUL, which PostgreSQL does not
keep and at which C ends a text, and one with half a character (a surrogate without its other half), which no UTF-8 has.
"""


def what_is_wrong_with(text: str) -> str | None:
    """Why the text cannot be kept, as words that follow its name; None when it can."""
    if "\x00" in text:
        return "should hold no NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "should hold no half of a character"
    return None
