"""Reading instrument documents: the shape of `assessments/instruments/*.yaml`, checked strictly.

Beyond the contract one more key is allowed: `section_titles` ({1: {en: ...}}).
"""

import math
import re
from collections.abc import Mapping, Sequence

from assessments.covariates import COVARIATES
from assessments.documents import DocumentError, Reader
from assessments.measures import (
    AnswerError,
    InstrumentSpec,
    Item,
    KeyedItem,
    NotComparable,
    ResponseScale,
    Scale,
)

__all__ = [
    "AnswerError",
    "InstrumentError",
    "InstrumentSpec",
    "Item",
    "KeyedItem",
    "NotComparable",
    "ResponseScale",
    "Scale",
    "parse_instrument",
]

_REQUIRED = (
    "code",
    "version",
    "title",
    "licence",
    "citation",
    "response_scales",
    "items",
    "scales",
)
_MOST_STEPS = 100
RESERVED_CODES = frozenset({"participant", "wave", "cohort", "covariates", *COVARIATES})


class InstrumentError(DocumentError):
    """An instrument document was refused; `problems` lists everything found."""


def parse_instrument(document: Mapping[str, object]) -> InstrumentSpec:
    """Read an instrument document.

    Raises InstrumentError with every problem found, each naming its place in the document.
    """
    read = Reader()
    top = read.mapping(
        "instrument",
        document,
        required=_REQUIRED,
        optional=("not_comparable", "section_titles"),
    )
    response_scales = _response_scales(read, top.get("response_scales", {}))
    items = _items(read, top.get("items", ()), response_scales)
    scales = _scales(read, top.get("scales", ()), {item.code: item for item in items})
    spec = InstrumentSpec(
        code=read.slug("code", top.get("code", "missing")),
        version=read.whole("version", top.get("version", 1), least=1),
        title=read.texts("title", top.get("title", {"en": "missing"})),
        licence=read.text("licence", top.get("licence", "missing")),
        citation=read.text("citation", top.get("citation", "missing")),
        response_scales=response_scales,
        items=items,
        scales=scales,
        not_comparable=_not_comparable(read, top.get("not_comparable"), scales),
        section_titles=_section_titles(read, top.get("section_titles"), items),
    )
    if read.problems:
        raise InstrumentError(read.problems)
    return spec


def _response_scales(read: Reader, value: object) -> dict[str, ResponseScale]:
    if not isinstance(value, Mapping):
        read.refuse("response_scales", "must map codes to response scales")
        return {}
    return {
        str(code): _response_scale(read, f"response_scales.{code}", code, entry)
        for code, entry in value.items()
    }


def _response_scale(read: Reader, place: str, code: object, value: object) -> ResponseScale:
    entry = read.mapping(place, value, required=("type", "min", "max"), optional=("labels",))
    kind = read.one_of(f"{place}.type", entry.get("type", "likert"), ("likert", "number"))
    low = read.number(f"{place}.min", entry.get("min", 0))
    high = read.number(f"{place}.max", entry.get("max", 1))
    if low >= high:
        read.refuse(place, f"min must be below max, not {low} and {high}")
    if kind == "likert":
        for end, bound in (("min", low), ("max", high)):
            if math.isfinite(bound) and bound != int(bound):
                read.refuse(f"{place}.{end}", "must be a whole number on a likert scale")
        if high - low > _MOST_STEPS:
            read.refuse(place, f"has more than {_MOST_STEPS} steps; use type number")
    labels = _labels(read, f"{place}.labels", entry.get("labels"), low, high)
    return ResponseScale(read.name(place, code), kind, low, high, labels)


def _labels(
    read: Reader, place: str, value: object, low: float, high: float
) -> dict[int, dict[str, str]]:
    labels = _numbered_texts(read, place, value)
    for point in labels:
        if not low <= point <= high:
            read.refuse(place, f"{point} lies outside {low} to {high}")
    return labels


def _numbered_texts(read: Reader, place: str, value: object) -> dict[int, dict[str, str]]:
    """Texts by whole number; the numbers are text once a document has been stored as JSON."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        read.refuse(place, "must map numbers to texts")
        return {}
    texts: dict[int, dict[str, str]] = {}
    for key, entry in value.items():
        number = str(key)
        if isinstance(key, bool) or not re.fullmatch(r"-?[0-9]{1,6}", number):
            read.refuse(place, f"{key!r} is not a whole number")
        elif int(number) in texts:
            read.refuse(place, f"{number} stands twice")
        else:
            texts[int(number)] = read.texts(f"{place}.{number}", entry)
    return texts


def _items(
    read: Reader, value: object, response_scales: Mapping[str, ResponseScale]
) -> tuple[Item, ...]:
    items = []
    for place, entry in read.entries("items", value):
        fields = read.mapping(place, entry, required=("code", "section", "text", "scale"))
        code = read.name(f"{place}.code", fields.get("code", "missing"))
        if code.lower() in RESERVED_CODES:
            read.refuse(f"{place}.code", f"{code} is reserved for a column of the import file")
        scale = fields.get("scale")
        if not isinstance(scale, str) or scale not in response_scales:
            if "scale" in fields:
                read.refuse(f"{place}.scale", f"{scale!r} is not one of the response_scales")
            scale = ""
        items.append(
            Item(
                code,
                read.whole(f"{place}.section", fields.get("section", 1), least=1),
                read.texts(f"{place}.text", fields.get("text", {"en": "missing"})),
                response_scales.get(scale, ResponseScale("", "likert", 0, 1)),
            )
        )
    read.unique("items", [item.code for item in items])
    return tuple(items)


def _scales(read: Reader, value: object, items: Mapping[str, Item]) -> tuple[Scale, ...]:
    scales = tuple(
        _scale(read, place, entry, items) for place, entry in read.entries("scales", value)
    )
    read.unique("scales", [scale.code for scale in scales])
    taken = {code.casefold() for code in items if code}
    for scale in scales:
        if scale.code.casefold() in taken:
            read.refuse("scales", f"{scale.code} is also the code of an item")
    return scales


def _scale(read: Reader, place: str, entry: object, items: Mapping[str, Item]) -> Scale:
    fields = read.mapping(
        place, entry, required=("code", "title", "items", "score", "min_answered", "better")
    )
    keyed = (
        _keyed_items(read, f"{place}.items", fields["items"], items) if "items" in fields else ()
    )
    least = read.whole(f"{place}.min_answered", fields.get("min_answered", 1), least=1)
    if keyed and least > len(keyed):
        read.refuse(f"{place}.min_answered", f"{least} is more than the {len(keyed)} items")
    known = [items[k.code].scale for k in keyed if items[k.code].scale.code]
    ranges = {(scale.min, scale.max) for scale in known}
    if len(ranges) > 1 and least < len(keyed):
        # The mean of the answered items estimates the rest only where all share one range.
        read.refuse(place, "items of different ranges need min_answered to be all of them")
    return Scale(
        read.name(f"{place}.code", fields.get("code", "missing")),
        read.texts(f"{place}.title", fields.get("title", {"en": "missing"})),
        keyed,
        read.one_of(f"{place}.score", fields.get("score", "mean"), ("mean", "sum")),
        least,
        read.one_of(f"{place}.better", fields.get("better", "higher"), ("higher", "lower")),
    )


def _keyed_items(
    read: Reader, place: str, value: object, items: Mapping[str, Item]
) -> tuple[KeyedItem, ...]:
    keyed = []
    for entry in read.sequence(place, value):
        code = entry.removeprefix("-") if isinstance(entry, str) else ""
        if code and code in items:
            keyed.append(KeyedItem(code, str(entry).startswith("-")))
        else:
            read.refuse(place, f"there is no item {entry!r}")
    read.unique(place, [item.code for item in keyed])
    return tuple(keyed)


def _not_comparable(
    read: Reader, value: object, scales: Sequence[Scale]
) -> tuple[NotComparable, ...]:
    rules = []
    for place, entry in read.entries("not_comparable", value) if value else ():
        fields = read.mapping(place, entry, required=("scale", "waves"))
        scale = fields.get("scale")
        if "scale" in fields and scale not in [s.code for s in scales]:
            read.refuse(f"{place}.scale", f"there is no scale {scale!r}")
        waves = read.sequence(f"{place}.waves", fields.get("waves", ("a", "b")))
        names = tuple(read.wave(f"{place}.waves", wave) for wave in waves)
        read.unique(f"{place}.waves", names)
        if len(names) < 2:
            read.refuse(f"{place}.waves", "must name at least two waves")
        rules.append(NotComparable(str(scale), names))
    return tuple(rules)


def _section_titles(
    read: Reader, value: object, items: Sequence[Item]
) -> dict[int, dict[str, str]]:
    titles = _numbered_texts(read, "section_titles", value)
    for section in titles:
        if section not in {item.section for item in items}:
            read.refuse("section_titles", f"no item stands in section {section}")
    return titles
