"""Texts as files of other programs can hold them. Pure."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping

Measure = Callable[[str], int]
_NOT_CHARACTERS = frozenset(
    [
        *range(0xFDD0, 0xFDF0),
        *(plane << 16 | end for plane in range(17) for end in (0xFFFE, 0xFFFF)),
    ]
)


def plain(text: str) -> str:
    """The text without characters that XML, HTML and the labels of statistics programs cannot hold:
    controls (save line feeds and tabs), surrogates and what Unicode calls no character."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in unified if c in "\n\t" or not _unholdable(c))


def _unholdable(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") or ord(character) in _NOT_CHARACTERS


def one_line(text: str) -> str:
    """The plain text with every run of white space made one space."""
    return " ".join(plain(text).split())


def utf8_bytes(text: str) -> int:
    return len(text.encode())


def shortened(text: str, limit: int, measure: Measure = len) -> str:
    """The text if it fits, else its beginning and an ellipsis, together within the limit."""
    return text if measure(text) <= limit else _cut(text, limit - measure("…"), measure) + "…"


def shortened_apart(texts: Mapping[int, str], limit: int, measure: Measure = len) -> dict[int, str]:
    """Texts by number, each within the limit. Where two would read the same, the number is put
    behind them: two answers of one question must not look like one."""
    found = {number: shortened(text, limit, measure) for number, text in texts.items()}
    alike = _alike(found.values())
    for number, text in found.items():
        if text in alike:
            ending = f" [{number}]"
            found[number] = shortened(texts[number], limit - measure(ending), measure) + ending
    return found


def _alike(texts: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    return {text for text in texts if text in seen or seen.add(text)}  # type: ignore[func-returns-value]


def _cut(text: str, limit: int, measure: Measure) -> str:
    while measure(text) > limit:
        over = measure(text) - limit
        # Four bytes at most a character, so this never cuts too much.
        text = text[: -max(1, over // 4)]
    return text.rstrip()
