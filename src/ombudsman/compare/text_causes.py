"""Why do two texts differ?

Blanks at the end, letter case and Unicode form can each be forgiven, and are looked for alone and together. What a
damaged encoding makes of a text, and a text that was cut, can only be named.

U+0020 alone is a blank: tabs, line ends and the no-break space are data.
"""

from collections.abc import Callable
from functools import lru_cache
from itertools import combinations, filterfalse
from unicodedata import combining, is_normalized, normalize

from ombudsman.compare.judgement import (
    SHARED,
    Explanation,
    Judgement,
    equality_setting,
    explained,
    unexplained,
)
from ombudsman.model.equality import Equality
from ombudsman.model.rows import Cause

BLANKS, CASE, NFC = "blanks", "case", "nfc"

_CHOICES = tuple(chosen for size in (1, 2, 3) for chosen in combinations((BLANKS, CASE, NFC), size))
"""What may be left out of account, the least first; each in the order of the causes."""

_WORTH_TRYING = {
    (is_composed, has_blanks): tuple(
        chosen
        for chosen in _CHOICES
        if not (is_composed and NFC in chosen) and (has_blanks or BLANKS not in chosen)
    )
    for is_composed in (True, False)
    for has_blanks in (True, False)
}
"""The choices that can make a difference to two texts that are in NFC already or not, and end in a blank or not."""

_SETTING = {
    BLANKS: "trailing_blanks: ignored",
    CASE: "letter_case: ignored",
    NFC: "unicode_form: nfc",
}

_CAUSE = {BLANKS: Cause.TRAILING_SPACE, CASE: Cause.LETTER_CASE, NFC: Cause.ENCODING}

_MARKS = "?\ufffd"

_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))

_CP1252 = {
    byte: bytes([byte]).decode("cp1252")
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
"""What Windows makes of the bytes that Latin-1 leaves to control characters; five it leaves alone as well."""


def text_judge(equality: Equality, *, padded: bool) -> Callable[[str, str], Judgement | None]:
    """The judge of pairs of texts; where they are `padded`, blanks at the end are no part of a value."""
    allowed = [chosen for chosen in _CHOICES if all(part in _forgiven(equality) for part in chosen)]

    def judge(source: str, target: str) -> Judgement | None:
        if padded:
            source, target = source.rstrip(" "), target.rstrip(" ")
        if source == target:
            return None
        for chosen in allowed:
            if _reduced(source, chosen) == _reduced(target, chosen):
                return _alike(chosen, source, target, accepted=True)
        return _explained(source, target)

    return judge


def _forgiven(equality: Equality) -> set[str]:
    forgiven = {
        BLANKS: equality.trailing_blanks == "ignored",
        CASE: equality.letter_case == "ignored",
        NFC: equality.unicode_form == "nfc",
    }
    return {part for part, is_forgiven in forgiven.items() if is_forgiven}


def _reduced(text: str, chosen: tuple[str, ...]) -> str:
    """The text as far as it counts when what is chosen does not."""
    if NFC in chosen and not text.isascii():
        text = normalize("NFC", text)
    if CASE in chosen:
        text = text.casefold()
    return text.rstrip(" ") if BLANKS in chosen else text


def _explained(source: str, target: str) -> Judgement:
    is_plain = source.isascii() and target.isascii()
    is_composed = is_plain or (is_normalized("NFC", source) and is_normalized("NFC", target))
    has_blanks = source[-1:] == " " or target[-1:] == " "
    for chosen in _WORTH_TRYING[is_composed, has_blanks]:
        if _reduced(source, chosen) == _reduced(target, chosen):
            return _alike(chosen, source, target, accepted=False)
    if not is_plain and (damage := _damage(source, target)) is not None:
        return _encoding(damage)
    if target and source.startswith(target):
        return cut_to(len(target), "characters")
    return _white_space(source, target)


def _alike(chosen: tuple[str, ...], source: str, target: str, *, accepted: bool) -> Judgement:
    """The judgement of two texts that are equal when what is `chosen` does not count."""
    blanks = len(source) - len(source.rstrip(" ")) - (len(target) - len(target.rstrip(" ")))
    is_trimmed = BLANKS in chosen and target[-1:] != " "
    become = None
    if chosen == (CASE,):
        become = "upper" if target == source.upper() else None
        become = "lower" if target == source.lower() else become
    return _forgivable(
        chosen,
        blanks=blanks if BLANKS in chosen else 0,
        is_trimmed=is_trimmed,
        become=become,
        accepted=accepted,
    )


@lru_cache(maxsize=SHARED)
def _forgivable(
    chosen: tuple[str, ...], *, blanks: int, is_trimmed: bool, become: str | None, accepted: bool
) -> Judgement:
    details, words, agreed = [], [], []
    if BLANKS in chosen:
        details.append(_blanks(blanks) + ("" if is_trimmed or blanks < 0 else ", others kept"))
        words.append("blanks at the end do not count")
    if CASE in chosen:
        details += {"upper": ["to capitals"], "lower": ["to small letters"]}.get(become or "", [])
        if len(chosen) > 1:
            details.append("letter case")
        words.append("letter case does not count")
    if NFC in chosen:
        details.append("NFC/NFD")
        words.append("composed and decomposed letters are the same")
    if chosen == (BLANKS,) and is_trimmed:
        agreed.append("transformation: {kind: trim}")
    if become is not None:
        agreed.append(f"transformation: {{kind: letter_case, to: {become}}}")
    explanation = Explanation(
        _CAUSE[chosen[0]],
        ", ".join(details) or None,
        " and ".join(words),
        (equality_setting(_SETTING[part] for part in chosen), *agreed),
    )
    return explained(explanation, accepted=accepted)


def _blanks(lost: int) -> str:
    return f"{abs(lost):,} {'blank' if abs(lost) == 1 else 'blanks'} {'lost' if lost > 0 else 'gained'}"


@lru_cache(maxsize=SHARED)
def cut_to(length: int, unit: str) -> Judgement:
    """Of a text or binary value only the beginning arrived: so many characters, or bytes."""
    words = f"the target kept the first {length:,} {unit} and lost the rest"
    return explained(Explanation(Cause.TRUNCATION, f"length {length}", words))


@lru_cache(maxsize=SHARED)
def _encoding(detail: str) -> Judgement:
    words = "letters were lost or misread on the way: load again as Unicode"
    return explained(Explanation(Cause.ENCODING, detail, words))


def _damage(source: str, target: str) -> str | None:
    """How an encoding went wrong; None when it did not, as far as can be told."""
    if _is_lost_in_code_page(source, target):
        return "code page"
    if len(source) != len(target):
        if _is_misread(source, target):
            return "mojibake"
        if _is_misread(target, source):
            return "mojibake in the source"
        if source.translate(_ZERO_WIDTH) == target.translate(_ZERO_WIDTH):
            return "characters without width"
    apart, theirs = normalize("NFKD", source), normalize("NFKD", target)
    if apart == theirs:
        return "compatibility forms"
    return "accents" if _letters(apart) == _letters(theirs) else None


def _is_lost_in_code_page(source: str, target: str) -> bool:
    """Whether `?` or U+FFFD stand in the target where the source has what a code page lacks.

    A lost character leaves one mark, or one for each of its UTF-16 units or UTF-8 bytes.
    """
    if source.isascii() or ("?" not in target and "\ufffd" not in target):
        return False
    if len(source) == len(target):
        pairs = zip(source, target, strict=True)
        return all(ours == theirs or (theirs in _MARKS and ours > "\x7f") for ours, theirs in pairs)
    return _stands_for(source, target, "utf-16-le", 2) or _stands_for(source, target, "utf-8", 1)


def _stands_for(source: str, target: str, encoding: str, unit: int) -> bool:
    """Whether the target has a mark for every unit, of so many bytes, of each character it lost."""
    at = 0
    for letter in source:
        if target.startswith(letter, at):
            at += 1
            continue
        width = len(letter.encode(encoding, "surrogatepass")) // unit
        marks = target[at : at + width]
        if letter.isascii() or len(marks) < width or marks.strip(_MARKS):
            return False
        at += width
    return at == len(target)


def _is_misread(text: str, read: str) -> bool:
    """Whether this is read when the text's UTF-8 is taken for Latin-1, or for CP1252."""
    if len(text) >= len(read) or text.isascii():
        return False
    latin = text.encode("utf-8", "surrogatepass").decode("latin-1")
    return len(latin) == len(read) and read in (latin, latin.translate(_CP1252))


def _letters(apart: str) -> str:
    return apart if apart.isascii() else "".join(filterfalse(combining, apart))


def _white_space(source: str, target: str) -> Judgement:
    """A real difference; where white space alone makes it, that is said."""
    if not target:
        return unexplained("empty in target")
    if not source:
        return unexplained("empty in source")
    if source.strip(" ") == target:
        return unexplained(
            "blanks around it lost",
            "blanks at both ends were removed",
            "transformation: {kind: trim, ends: both}",
        )
    if source.lstrip(" ") == target.lstrip(" "):
        return unexplained("blanks at the beginning", "blanks at the beginning came or went")
    if _lines(source) == _lines(target):
        return unexplained("line ends", "line ends were changed")
    if source.split() == target.split():
        return unexplained("white space", "white space was changed")
    return unexplained()


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
