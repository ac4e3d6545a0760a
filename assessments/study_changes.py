"""What one version of a study's document says and another does not. No Django here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

SHEET = "information_sheet"
_LONGEST = 160


@dataclass(frozen=True)
class Change:
    """One place of a document, with what stood there and what stands there now; empty text where
    there was, or is, nothing."""

    place: str
    before: str
    after: str


def changes_between(before: Mapping[str, object], after: Mapping[str, object]) -> list[Change]:
    """Every place at which two documents differ, in the order in which they are written."""
    old, new = dict(_leaves("", before)), dict(_leaves("", after))
    places = [*new, *(place for place in old if place not in new)]
    return [
        Change(place, _short(old.get(place, "")), _short(new.get(place, "")))
        for place in places
        if old.get(place) != new.get(place)
    ]


def only_the_sheet(before: Mapping[str, object], after: Mapping[str, object]) -> bool:
    """Whether all else is the same: the protocol stands, and officers are told it in new words."""
    return _without_sheet(before) == _without_sheet(after)


def _without_sheet(document: Mapping[str, object]) -> dict[str, object]:
    return {key: part for key, part in document.items() if key != SHEET}


def _leaves(place: str, value: object) -> Iterator[tuple[str, str]]:
    """Every single value of a document with its place; entries of lists count from 1."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves(f"{place}.{key}" if place else str(key), part)
    elif isinstance(value, list):
        for number, part in enumerate(value, start=1):
            yield from _leaves(f"{place}[{number}]", part)
    else:
        yield place, str(value)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()} …"
