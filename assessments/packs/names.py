"""Column names that SPSS, Stata, R, SQL and a spreadsheet all take as they are. Pure."""

import re
from collections.abc import Iterable, Sequence

LONGEST = 32
"""Stata's limit; SPSS takes 64 bytes."""

_SPSS = "all and by eq ge gt le lt ne not or to with"
_STATA = (
    "_all _b _coef _cons _n _pi _pred _rc _skip byte double float if in int long strl using with"
)
_R = "break else false for function if in inf na nan next null repeat true while"
RESERVED = frozenset(f"{_SPSS} {_STATA} {_R}".split())
_STATA_TEXT = re.compile(r"str\d+", re.IGNORECASE)


def names_for(wanted: Iterable[str]) -> list[str]:
    """A name for each text, in their order: a letter, then letters, digits and underscores, of at
    most 32 characters and unlike every other one, whatever the case. A text that is such a name
    already stays itself, unless an earlier one took it."""
    taken: set[str] = set()
    return [_untaken(valid_name(text), taken) for text in wanted]


def valid_name(text: str) -> str:
    """The text with an underscore for each character no name may have, cut to length."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", text)
    if (
        not re.match(r"[A-Za-z]", name)
        or name.casefold() in RESERVED
        or _STATA_TEXT.fullmatch(name)
    ):
        name = f"v_{name}"
    return name[:LONGEST]


def wave_names(names: Sequence[str], waves: Sequence[str]) -> list[list[str]]:
    """By name, its column in each wave: SD1_pre, SD1_months_3. Where that is too long for any of
    them, waves are numbered in all: SD1_w1, SD1_w2."""
    endings = [f"_{re.sub(r'[^A-Za-z0-9_]', '_', wave)}" for wave in waves]
    longest = max((len(name) for name in names), default=0)
    if longest + max((len(ending) for ending in endings), default=0) > LONGEST:
        endings = [f"_w{number}" for number, _ in enumerate(waves, start=1)]
    room = LONGEST - max((len(ending) for ending in endings), default=0)
    flat = names_for(name[:room] + ending for name in names for ending in endings)
    return [flat[n : n + len(waves)] for n in range(0, len(flat), len(waves))]


def _untaken(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found.casefold() in taken:
        number += 1
        ending = f"_{number}"
        found = name[: LONGEST - len(ending)] + ending
    taken.add(found.casefold())
    return found
