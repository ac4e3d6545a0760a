"""Fitting text into given widths with fonts that are embedded: measuring, wrapping, shrinking.

Sizes and widths are in points. Nothing is drawn unless the font has a glyph for every character.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

# Noto's own ascent and descent: room for Vietnamese capitals with two marks, without touching.
ASCENT, DESCENT = 1.069, 0.293
LEADING = ASCENT + DESCENT
STEP = 0.5

# In the font, but it stands right only after shaping, which reportlab does not do.
_NEEDS_SHAPING = ("DEVANAGARI", "VEDIC")

_registering = threading.Lock()


class GlyphMissing(ValueError):
    """The font cannot show a character; boxes on a certificate would be worse than no sheet."""

    def __init__(self, character: str, text: str) -> None:
        name = unicodedata.name(character, "unnamed")
        super().__init__(f"no glyph for {name} (U+{ord(character):04X}) in {text!r}")
        self.character = character
        self.text = text


class DoesNotFit(ValueError):
    """A text is too long for its place even at the smallest size that can be read."""


@dataclass(frozen=True, slots=True)
class Face:
    """One embedded font: the name under which reportlab knows it, and what it can show."""

    name: str
    characters: frozenset[int] = field(repr=False)

    def width(self, text: str, size: float) -> float:
        """The width of a text set on one line."""
        return float(pdfmetrics.stringWidth(text, self.name, size))

    def check(self, text: str) -> None:
        """Raises `GlyphMissing` for the first character the font cannot show."""
        for character in text:
            if ord(character) not in self.characters:
                raise GlyphMissing(character, text)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text cut into lines that all fit the width it was fitted for, at one size."""

    lines: tuple[str, ...]
    face: Face
    size: float

    @property
    def height(self) -> float:
        """Height of all lines together, marks and descenders included."""
        return len(self.lines) * LEADING * self.size


@lru_cache
def load_face(path: Path) -> Face:
    """The font in a TrueType file, registered with reportlab under its path."""
    with _registering:
        font = TTFont(str(path), str(path))
        pdfmetrics.registerFont(font)
    return Face(str(path), frozenset(filter(_can_stand_alone, font.face.charToGlyph)))


def fit(
    text: str,
    face: Face,
    *,
    width: float,
    largest: float,
    smallest: float,
    floor: float | None = None,
    lines: int = 1,
) -> Fitted:
    """The text on one line, shrunk from `largest` to `smallest` as needed; else on more lines.

    With `lines` above 1 the size goes on down to `floor`, first between words only, then inside
    a word that is too long by itself. Raises `GlyphMissing`, or `DoesNotFit` below the floor.
    """
    face.check(text)
    for size in _sizes(largest, smallest):
        if face.width(text, size) <= width:
            return Fitted((text,), face, size)
    for inside_words in (False, True):
        for size in _sizes(smallest, floor or smallest):
            rows = wrap(words(text), face, size=size, width=width, inside_words=inside_words)
            if rows and len(rows) <= lines:
                return Fitted(_balanced(text, rows, face, size, width), face, size)
    raise DoesNotFit(f"too long for its place on the sheet: {text!r}")


def words(text: str) -> list[str]:
    """The text in pieces between which a line may break: after a space or a hyphen."""
    return re.findall(r"\S+?-(?=\w)|\S+\s*", text)


def wrap(
    pieces: list[str], face: Face, *, size: float, width: float, inside_words: bool = False
) -> tuple[str, ...]:
    """The pieces as lines no wider than `width`; empty when one is wider and may not be cut."""
    rows: list[str] = []
    for piece in pieces:
        if rows and face.width((rows[-1] + piece).rstrip(), size) <= width:
            rows[-1] += piece
        elif face.width(piece.rstrip(), size) <= width:
            rows.append(piece)
        elif inside_words:
            rows += _cut(piece, face, size, width)
        else:
            return ()
    return tuple(row.rstrip() for row in rows)


def _sizes(largest: float, smallest: float) -> Iterator[float]:
    for step in range(int((largest - smallest) / STEP) + 1):
        yield largest - step * STEP


def _balanced(
    text: str, rows: tuple[str, ...], face: Face, size: float, width: float
) -> tuple[str, ...]:
    """The same words on as many lines, but of nearly the same length."""
    for percent in range(50, 100, 5):
        narrower = wrap(words(text), face, size=size, width=width * percent / 100)
        if narrower and len(narrower) == len(rows):
            return narrower
    return rows


def _cut(word: str, face: Face, size: float, width: float) -> list[str]:
    pieces = [""]
    for character in word:
        belongs = unicodedata.combining(character) and pieces[-1]
        if not belongs and pieces[-1] and face.width(pieces[-1] + character, size) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _can_stand_alone(code_point: int) -> bool:
    character = chr(code_point)
    right_to_left = unicodedata.bidirectional(character) in ("R", "AL")
    needs_shaping = unicodedata.name(character, "").startswith(_NEEDS_SHAPING)
    return not right_to_left and not needs_shaping
