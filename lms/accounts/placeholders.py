"""Words with placeholders such as {first_name}. Pure.

A placeholder is a name of small letters in braces and nothing else: there is no format, no index,
no attribute and no nesting, and what is put in is never looked at again. Braces have no other use.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

_PLACEHOLDER = re.compile(r"\{([a-z][a-z_]*)\}")
_WITH_ITS_STOP = re.compile(_PLACEHOLDER.pattern + r"(\.(?!\.))?")
_BRACES = re.compile(r"\{[^{}\n]{0,40}\}?|\}")
_BETWEEN_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why words cannot be used. `code`: unknown (no such placeholder), malformed (braces that are
    none) or missing (one that must be there); `text`: the placeholder, with its braces."""

    code: str
    text: str


def faults(text: str, known: Collection[str], needed: Collection[str] = ()) -> list[Fault]:
    """Everything that is wrong with words; each fault once, in the order of the text."""
    names = _PLACEHOLDER.findall(text)
    found = [Fault("malformed", braces) for braces in _BRACES.findall(_PLACEHOLDER.sub("", text))]
    found += [Fault("unknown", f"{{{name}}}") for name in names if name not in known]
    found += [Fault("missing", f"{{{name}}}") for name in needed if name not in names]
    return list(dict.fromkeys(found))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The words with each placeholder's value in its place; one that ends in a full stop, such as
    "8 a.m.", takes the place of the sentence's own. Raises KeyError for one without."""

    def value(found: re.Match[str]) -> str:
        told, stop = values[found[1]], found[2] or ""
        return told if told.endswith(".") else told + stop

    return _WITH_ITS_STOP.sub(value, text)


def paragraphs(text: str) -> list[str]:
    """The text between empty lines, with the line breaks that are left as "\\n"."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return [one.strip() for one in _BETWEEN_PARAGRAPHS.split(lines) if one.strip()]
