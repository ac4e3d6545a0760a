"""Finding people by name as others spell it. Pure."""

import unicodedata
from collections.abc import Iterable
from typing import Any

# Letters that have no accent to take off and are typed as others all the same.
_TYPED_AS = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe"})


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
