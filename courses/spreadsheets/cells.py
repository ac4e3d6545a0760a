"""What one cell of a sheet says, as text. Pure.

Spreadsheet programs turn what people type into dates, numbers and errors. A cell keeps what it was
turned into beside its text, so that a roster can ask for it back instead of guessing.
"""

import re
import unicodedata
from datetime import date, datetime, time
from typing import Any, NamedTuple

from lms.accounts.names import is_control

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")

_ERRORS = frozenset(
    [
        *("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!"),
        *("#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#GETTING_DATA"),
    ]
)
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
_DATE = re.compile(
    r"\d{4}-\d\d?-\d\d?(?:[T ]\d\d?:.*)?|\d\d?/\d\d?/(?:\d\d|\d{4})"
    rf"|\d\d?-{_MONTH}(?:-\d\d|-\d{{4}})?|{_MONTH}-\d\d",
    re.IGNORECASE,
)
_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?e(\+?)(\d+)", re.IGNORECASE)
_WHOLE = re.compile(r"(\d+)\.00?")
_PERCENT = re.compile(r"\d+(?:[.,]\d+)?\s?%")
_INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u2060"))
_EXACT_DIGITS = 15  # a spreadsheet keeps no more of a number
# No column takes more than 300 characters, and composing accents is slow in a long run of them: a
# longer text is cut, and refused as too long.
LONGEST = 400


class Cell(NamedTuple):
    """A cell's text as the sheet shows it, what the program took it for, and where it links to.

    `kind` is empty for text and whole numbers, else date, time, percent, fraction, shortened (a
    number whose last digits may be lost), logical or error.
    """

    text: str
    kind: str = ""
    link: str = ""


def cell_of(value: Any, number_format: str = "General") -> Cell:
    """The cell for a value as openpyxl reads it."""
    if value is None:
        return Cell("")
    if isinstance(value, bool):
        return Cell(str(value).upper(), "logical")
    if isinstance(value, datetime | date):
        day = value.date() if isinstance(value, datetime) else value
        return Cell(day.isoformat(), "date")
    if isinstance(value, time):
        return Cell(value.isoformat("minutes"), "time")
    if isinstance(value, int | float):
        return _number(value, number_format)
    text = str(value)[:LONGEST]
    return Cell(text, "error" if text in _ERRORS else "")


def _number(value: float, number_format: str) -> Cell:
    if "%" in number_format:
        return Cell(f"{value * 100:.10g}%", "percent")
    if isinstance(value, float) and not value.is_integer():
        return Cell(repr(value), "fraction")
    if abs(value) >= 10**_EXACT_DIGITS:
        return Cell(f"{value:.15g}", "shortened")
    # A whole number as the sheet shows it: 12 under the format 0000 is employee number 0012.
    padded = len(number_format) <= _EXACT_DIGITS and set(number_format) == {"0"}
    return Cell(str(int(value)).zfill(len(number_format)) if padded else str(int(value)))


def kind_of(text: str) -> str:
    """What a program that wrote a text file seems to have taken a value for; empty for text."""
    if text.upper() in _ERRORS:
        return "error"
    if _DATE.fullmatch(text):
        return "date"
    if _PERCENT.fullmatch(text):
        return "percent"
    found = _SCIENTIFIC.fullmatch(text)
    if found and (found[2] or found[3]):
        return "" if written_out(text) != text else "shortened"
    return ""


def written_out(text: str) -> str:
    """12345 for 12345.0, and for 1.2345E+4 where no digit can be missing; else the text."""
    if whole := _WHOLE.fullmatch(text):
        return whole[1]
    found = _SCIENTIFIC.fullmatch(text)
    if found and (found[2] or found[3]) and len(found[2] or "") == int(found[4][:4]):
        return found[1] + (found[2] or "")
    return text


def squeeze(text: str) -> str:
    """Text composed (NFC), stray and no-break spaces trimmed, runs of spaces made one."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_INVISIBLE).split())


def clean(text: str) -> str:
    """A cell's text, squeezed, without the apostrophe that marks it as text."""
    return unmarked(squeeze(text))


def unmarked(text: str) -> str:
    """The text without the apostrophe that `marked` put before it."""
    return text[1:] if text[:1] == "'" and _needs_mark(text[1:]) else text


def marked(text: str) -> str:
    """The text with an apostrophe before it where a program would take it for something else."""
    return "'" + text if _needs_mark(text) else text


def _needs_mark(text: str) -> bool:
    bare = text.lstrip("'")
    return bare.startswith(FORMULA_STARTS) or bool(kind_of(bare)) or written_out(bare) != bare


def escape_formula(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it as a formula."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def printable(text: str) -> str:
    """The text squeezed and without control characters, as it can be shown and written."""
    return squeeze("".join(c for c in squeeze(text) if not is_control(c)))


def words_of(text: str) -> str:
    """What two spellings of one thing share: letters and digits without accents and case."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in apart if c.isalnum())
