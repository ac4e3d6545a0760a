"""Names and other words of people: found as others spell them, and fit for one line. Pure."""

import unicodedata
from collections.abc import Iterable
from typing import Any

# Letters that have no accent to take off and are typed as others all the same.
_TYPED_AS = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe"})

# Unicode's Bidi_Control: they make a name or an address read as another one.
_BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def folded(text: str) -> str:
    """The text without accents and case: "Munoz" finds Muñoz, and "Dang" finds Đặng."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in apart if not unicodedata.combining(c)).translate(_TYPED_AS)


def found_by(words: str, rows: Iterable[tuple[Any, ...]]) -> set[int]:
    """The ids of the rows, each an id followed by texts, whose texts hold every word.

    Neither database folds accents by itself, and an agency's people are few enough to be looked
    through.
    """
    wanted = folded(words).split()
    return {
        number
        for number, *texts in rows
        if all(any(word in text for text in map(folded, texts)) for word in wanted)
    }


def is_control(character: str) -> bool:
    """Whether a character cannot be printed, or turns the direction of reading."""
    return character in _BIDI_CONTROLS or unicodedata.category(character) in ("Cc", "Cs")


def without_controls(text: str) -> str:
    """The text without what `is_control` tells; its line breaks stay."""
    return "".join(sign for sign in text if sign == "\n" or not is_control(sign))
