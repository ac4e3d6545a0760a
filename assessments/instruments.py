"""Reading instrument documents: the shape of `assessments/instruments/*.yaml`, checked strictly.

Beyond the contract one more key is allowed: `section_titles` ({1: {en: ...}}).
"""

from collections.abc import Mapping, Sequence

from assessments.documents import DocumentError, Reader
from assessments.measures import (
    AnswerError,
    Block,
    Group,
    InstrumentSpec,
    Item,
    KeyedItem,
    NotComparable,
    Scale,
    ShowIf,
)
from assessments.questions import (
    read_blocks,
    read_items,
    read_numbered_texts,
    read_response_scales,
)
from assessments.response_scales import ResponseScale

__all__ = [
    "AnswerError",
    "Block",
    "Group",
    "InstrumentError",
    "InstrumentSpec",
    "Item",
    "KeyedItem",
    "NotComparable",
    "ResponseScale",
    "Scale",
    "ShowIf",
    "parse_instrument",
    "read_instrument",
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


class InstrumentError(DocumentError):
    """An instrument document was refused; `problems` lists everything found."""


def parse_instrument(document: Mapping[str, object]) -> InstrumentSpec:
    """Read an instrument document.

    Raises InstrumentError with every problem found, each naming its place in the document.
    """
    spec, problems = read_instrument(document)
    if problems:
        raise InstrumentError(problems)
    return spec


def read_instrument(document: Mapping[str, object]) -> tuple[InstrumentSpec, list[str]]:
    """The instrument as far as a document can be read, and every problem found in it."""
    read = Reader()
    top = read.mapping(
        "instrument",
        document,
        required=_REQUIRED,
        optional=("not_comparable", "section_titles", "blocks"),
    )
    response_scales = read_response_scales(read, top.get("response_scales", {}))
    blocks = read_blocks(read, top.get("blocks"))
    items = read_items(read, top.get("items", ()), response_scales, blocks)
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
        blocks=blocks,
    )
    return spec, read.problems


def _scales(read: Reader, value: object, items: Mapping[str, Item]) -> tuple[Scale, ...]:
    scales = tuple(
        _scale(read, place, entry, items) for place, entry in read.entries("scales", value)
    )
    read.unique("scales", [scale.code for scale in scales])
    # A total beside its subscales would be a sum that tells who skipped an item of one of them.
    scored = [keyed.code for scale in scales for keyed in scale.items]
    for code in sorted({code for code in scored if scored.count(code) > 1}):
        read.refuse("scales", f"the item {code} belongs to more than one")
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
        if code and code in items and items[code].scale.is_text:
            read.refuse(place, f"{code} is free text, which cannot be scored")
        elif code and code in items:
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
    titles = read_numbered_texts(read, "section_titles", value)
    for section in titles:
        if section not in {item.section for item in items}:
            read.refuse("section_titles", f"no item stands in section {section}")
    return titles
