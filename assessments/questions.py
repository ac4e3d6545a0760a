"""Reading response scales, blocks and items out of an instrument document. Pure."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from assessments.covariates import COVARIATES
from assessments.documents import Reader
from assessments.measures import Block, Item, ShowIf
from assessments.response_scales import ResponseScale
from assessments.self_made import CODE_ELEMENTS

RESERVED_CODES = frozenset(
    {"participant", "wave", "cohort", "arm", "covariates", *COVARIATES, *CODE_ELEMENTS}
)
RESPONSE_TYPES = ("likert", "number", "text")
BLOCK_KINDS = ("vignette", "matrix")
LONGEST_TEXT = 1000
_MOST_STEPS = 100
_UNKNOWN = ResponseScale("", "likert", 0, 1)


def read_response_scales(read: Reader, value: object) -> dict[str, ResponseScale]:
    if not isinstance(value, Mapping):
        read.refuse("response_scales", "must map codes to response scales")
        return {}
    return {
        str(code): _response_scale(read, f"response_scales.{code}", code, entry)
        for code, entry in value.items()
    }


def _response_scale(read: Reader, place: str, code: object, value: object) -> ResponseScale:
    if isinstance(value, Mapping) and value.get("type") == "text":
        return _free_text(read, place, code, value)
    entry = read.mapping(place, value, required=("type", "min", "max"), optional=("labels",))
    kind = read.one_of(f"{place}.type", entry.get("type", "likert"), RESPONSE_TYPES)
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


def _free_text(read: Reader, place: str, code: object, value: object) -> ResponseScale:
    entry = read.mapping(place, value, required=("type", "max_length"))
    longest = read.whole(f"{place}.max_length", entry.get("max_length", 1), least=1)
    if longest > LONGEST_TEXT:
        read.refuse(f"{place}.max_length", f"must be at most {LONGEST_TEXT}, not {longest}")
    return ResponseScale(read.name(place, code), "text", 0, 0, max_length=longest)


def _labels(
    read: Reader, place: str, value: object, low: float, high: float
) -> dict[int, dict[str, str]]:
    labels = read_numbered_texts(read, place, value)
    for point in labels:
        if not low <= point <= high:
            read.refuse(place, f"{point} lies outside {low} to {high}")
    return labels


def read_numbered_texts(read: Reader, place: str, value: object) -> dict[int, dict[str, str]]:
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


def read_blocks(read: Reader, value: object) -> tuple[Block, ...]:
    blocks = []
    for place, entry in read.entries("blocks", value) if value else ():
        fields = read.mapping(place, entry, required=("code", "kind", "text"))
        blocks.append(
            Block(
                read.name(f"{place}.code", fields.get("code", "missing")),
                read.one_of(f"{place}.kind", fields.get("kind", "vignette"), BLOCK_KINDS),
                read.texts(f"{place}.text", fields.get("text", {"en": "missing"})),
            )
        )
    read.unique("blocks", [block.code for block in blocks])
    return tuple(blocks)


def read_items(
    read: Reader,
    value: object,
    response_scales: Mapping[str, ResponseScale],
    blocks: Sequence[Block],
) -> tuple[Item, ...]:
    items: list[Item] = []
    for place, entry in read.entries("items", value):
        fields = read.mapping(
            place, entry, ("code", "section", "text", "scale"), optional=("block", "show_if")
        )
        section = read.whole(f"{place}.section", fields.get("section", 1), least=1)
        earlier = {item.code: item for item in items if item.section == section}
        items.append(
            Item(
                _code(read, f"{place}.code", fields.get("code", "missing")),
                section,
                read.texts(f"{place}.text", fields.get("text", {"en": "missing"})),
                _scale(read, f"{place}.scale", fields, response_scales),
                _block(read, f"{place}.block", fields, blocks),
                _show_if(read, f"{place}.show_if", fields.get("show_if"), earlier),
            )
        )
    read.unique("items", [item.code for item in items])
    for block in blocks:
        _check_block(read, block, items)
    return tuple(items)


def _code(read: Reader, place: str, value: object) -> str:
    code = read.name(place, value)
    if code.lower() in RESERVED_CODES:
        read.refuse(place, f"{code} is reserved for a column of the import file")
    return code


def _scale(
    read: Reader, place: str, fields: Mapping[str, object], known: Mapping[str, ResponseScale]
) -> ResponseScale:
    scale = fields.get("scale")
    if isinstance(scale, str) and scale in known:
        return known[scale]
    if "scale" in fields:
        read.refuse(place, f"{scale!r} is not one of the response_scales")
    return _UNKNOWN


def _block(read: Reader, place: str, fields: Mapping[str, object], blocks: Sequence[Block]) -> str:
    code = fields.get("block")
    if "block" in fields and code not in [block.code for block in blocks]:
        read.refuse(place, f"{code!r} is not one of the blocks")
        return ""
    return str(code or "")


def _show_if(read: Reader, place: str, value: object, earlier: Mapping[str, Item]) -> ShowIf | None:
    if value is None:
        return None
    fields = read.mapping(place, value, required=("item", "is"))
    item = earlier.get(str(fields.get("item", "")))
    if "item" in fields and (item is None or not item.scale.is_likert):
        # A sealed section cannot be read back, so only what stands on the same page can decide.
        read.refuse(
            f"{place}.item",
            f"{fields['item']!r} is not an earlier likert item of the same section",
        )
        return None
    values = _steps(read, f"{place}.is", fields["is"], item) if "is" in fields else ()
    return ShowIf(item.code, values) if item else None


def _steps(read: Reader, place: str, value: object, item: Item | None) -> tuple[int, ...]:
    steps = []
    for step in read.sequence(place, value):
        whole = isinstance(step, int) and not isinstance(step, bool)
        if not whole or (item and item.scale.code and step not in item.scale.points):
            read.refuse(place, f"{step!r} is not a step of the item's response scale")
        else:
            steps.append(step)
    read.unique(place, map(str, steps))
    return tuple(steps)  # type: ignore[arg-type]


def _check_block(read: Reader, block: Block, items: Iterable[Item]) -> None:
    """Its items stand together on one page; those of a matrix are answered on one scale."""
    members = [item for item in items if item.block == block.code]
    if not block.code:
        return
    if not members:
        read.refuse("blocks", f"no item belongs to {block.code}")
    by_section = sorted(items, key=lambda item: item.section)
    runs = [code for code, _ in groupby(by_section, key=lambda item: item.block)]
    if len({item.section for item in members}) > 1 or runs.count(block.code) > 1:
        read.refuse("blocks", f"the items of {block.code} must be neighbours in one section")
    if block.kind == "matrix":
        scales = {item.scale.code for item in members}
        if len(scales) > 1 or not all(item.scale.is_likert for item in members):
            read.refuse("blocks", f"the items of {block.code} must share one likert scale")
