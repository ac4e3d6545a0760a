"""Strict reading of instrument and study documents: every problem is found and named by place.

A document is what a YAML or JSON file holds once loaded: mappings, lists, text and numbers.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

Texts = Mapping[str, str]

DEFAULT_LANGUAGE = "en"
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_WAVE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
# Control characters and halves of a pair; lines and tabs are neither.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_LARGEST = 1e300
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")


class DocumentError(ValueError):
    """A document was refused; `problems` lists all that is wrong, each with its place."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def text_in(texts: Texts, language: str) -> str:
    """Text in the language asked for, else in its base language, else in English."""
    for wanted in (language, language.split("-")[0], DEFAULT_LANGUAGE):
        if wanted in texts:
            return texts[wanted]
    return next(iter(texts.values()), "")


def by_language(languages: Iterable[str]) -> list[str]:
    """Languages in the order in which they are listed: English, then by their codes."""
    return sorted(languages, key=lambda language: (language != DEFAULT_LANGUAGE, language))


class Reader:
    """Reads values out of a document and collects what is wrong with them.

    Each method returns a usable value even for bad input, so that reading goes on to the next
    problem; the caller raises at the end if `problems` is not empty.
    """

    def __init__(self) -> None:
        self.problems: list[str] = []

    def refuse(self, place: str, problem: str) -> None:
        self.problems.append(f"{place}: {problem}")

    def mapping(
        self, place: str, value: object, required: Sequence[str], optional: Sequence[str] = ()
    ) -> Mapping[str, object]:
        """A mapping with exactly the known keys; others and missing ones are problems."""
        if not isinstance(value, Mapping):
            self.refuse(place, "must be a mapping of names to values")
            return {}
        for key in value:
            if key not in required and key not in optional:
                self.refuse(place, f"unknown key {key!r}")
        for key in required:
            if key not in value:
                self.refuse(place, f"{key} is missing")
        return {str(key): item for key, item in value.items()}

    def sequence(self, place: str, value: object, *, empty: bool = False) -> list[object]:
        if not isinstance(value, list | tuple):
            self.refuse(place, "must be a list")
            return []
        if not value and not empty:
            self.refuse(place, "must not be empty")
        return list(value)

    def entries(self, place: str, value: object) -> Iterator[tuple[str, object]]:
        """The members of a list, each with its place, counted from 1 as people do."""
        for number, entry in enumerate(self.sequence(place, value), start=1):
            yield f"{place}[{number}]", entry

    def text(self, place: str, value: object, *, empty: bool = False) -> str:
        if not isinstance(value, str) or not (empty or value.strip()):
            self.refuse(place, "must be text" if empty else "must be text that is not empty")
            return ""
        if _UNPRINTABLE.search(value):
            # Some databases keep none of them.
            self.refuse(place, "holds a character that cannot be printed")
            return ""
        return value.strip()

    def texts(self, place: str, value: object) -> dict[str, str]:
        """Text by language; English must be among them."""
        if not isinstance(value, Mapping) or not value:
            self.refuse(place, "must map languages to text, for example {en: ...}")
            return {}
        for language in value:
            if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
                self.refuse(place, f"{language!r} is not a language code")
        if DEFAULT_LANGUAGE not in value:
            self.refuse(place, "the English text (en) is missing")
        return {str(key): self.text(f"{place}.{key}", text) for key, text in value.items()}

    def text_or_texts(self, place: str, value: object) -> dict[str, str]:
        """Plain text counts as English."""
        if isinstance(value, str):
            return {DEFAULT_LANGUAGE: self.text(place, value)}
        return self.texts(place, value)

    def whole(self, place: str, value: object, *, least: int, most: int = 32_767) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            self.refuse(place, f"must be a whole number, not {value!r}")
            return least
        if value < least:
            self.refuse(place, f"must be at least {least}, not {value}")
            return least
        if value > most:
            self.refuse(place, f"must be at most {most}")
            return most
        return value

    def number(self, place: str, value: object) -> float:
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        if not numeric or not abs(value) <= _LARGEST:  # type: ignore[arg-type]
            self.refuse(place, f"must be a number, not {value!r}")
            return math.nan
        return value  # type: ignore[return-value]

    def flag(self, place: str, value: object) -> bool:
        if not isinstance(value, bool):
            self.refuse(place, f"must be true or false, not {value!r}")
        return value is True

    def one_of(self, place: str, value: object, choices: Sequence[str]) -> str:
        if not isinstance(value, str) or value not in choices:
            self.refuse(place, f"must be one of {', '.join(choices)}, not {value!r}")
            return choices[0]
        return value

    def name(self, place: str, value: object) -> str:
        """A code that can be a variable name in any statistics program."""
        return self._code(place, value, _NAME, "a letter, then up to 31 letters, digits or _")

    def slug(self, place: str, value: object) -> str:
        return self._code(place, value, _SLUG, "up to 64 letters, digits, - or _")

    def wave(self, place: str, value: object) -> str:
        return self._code(place, value, _WAVE, "up to 32 letters, digits, - or _")

    def _code(self, place: str, value: object, allowed: re.Pattern[str], words: str) -> str:
        if not isinstance(value, str) or not allowed.fullmatch(value):
            self.refuse(place, f"{value!r} is not a code: {words}")
            return ""
        return value

    def unique(self, place: str, values: Iterable[str]) -> None:
        """Codes that differ only in case are the same one to most statistics programs."""
        seen: set[str] = set()
        for value in values:
            if value and value.casefold() in seen:
                self.refuse(place, f"{value} stands twice")
            seen.add(value.casefold())
