"""Writing an instrument back as a document that reads the same. Pure."""

from collections.abc import Mapping
from typing import Any

import yaml

from assessments.documents import Texts, by_language
from assessments.measures import Block, InstrumentSpec, Item, KeyedItem, Scale
from assessments.response_scales import ResponseScale

Document = dict[str, Any]


def instrument_yaml(spec: InstrumentSpec) -> str:
    """The instrument as a file that `load_instrument` reads."""
    return document_yaml(document_of(spec))


def document_yaml(document: Mapping[str, Any]) -> str:
    return yaml.safe_dump(
        dict(document),
        allow_unicode=True,
        default_flow_style=None,
        sort_keys=False,
        width=10_000,
    )


def document_of(spec: InstrumentSpec) -> Document:
    """The instrument's document, without the keys that hold nothing, always in the same order:
    some databases keep the keys of a document in an order of their own."""
    document = {
        "code": spec.code,
        "version": spec.version,
        "title": _texts(spec.title),
        "licence": spec.licence,
        "citation": spec.citation,
        "section_titles": _numbered(spec.section_titles),
        "response_scales": {
            code: _response_scale(spec.response_scales[code]) for code in _as_used(spec)
        },
        "blocks": [_block(block) for block in spec.blocks],
        "items": [_item(item) for item in spec.items],
        "scales": [_scale(scale) for scale in spec.scales],
        "not_comparable": [
            {"scale": rule.scale, "waves": list(rule.waves)} for rule in spec.not_comparable
        ],
    }
    optional = ("section_titles", "blocks", "not_comparable")
    return {key: value for key, value in document.items() if value or key not in optional}


def _numbered(texts: Mapping[int, Texts]) -> dict[int, dict[str, str]]:
    return {number: _texts(texts[number]) for number in sorted(texts)}


def _texts(texts: Texts) -> dict[str, str]:
    return {language: texts[language] for language in by_language(texts)}


def _as_used(spec: InstrumentSpec) -> list[str]:
    """The response scales as the items come to them; unused ones last."""
    return list(dict.fromkeys([*(i.scale.code for i in spec.items), *sorted(spec.response_scales)]))


def _response_scale(scale: ResponseScale) -> Document:
    if scale.is_text:
        return {"type": scale.type, "max_length": scale.max_length}
    document: Document = {"type": scale.type, "min": scale.min, "max": scale.max}
    return document | ({"labels": _numbered(scale.labels)} if scale.labels else {})


def _block(block: Block) -> Document:
    return {"code": block.code, "kind": block.kind, "text": _texts(block.text)}


def _item(item: Item) -> Document:
    document: Document = {"code": item.code, "section": item.section, "scale": item.scale.code}
    if item.block:
        document["block"] = item.block
    if item.show_if:
        document["show_if"] = {"item": item.show_if.item, "is": list(item.show_if.values)}
    return document | {"text": _texts(item.text)}


def _scale(scale: Scale) -> Document:
    return {
        "code": scale.code,
        "title": _texts(scale.title),
        "items": [keyed_code(item) for item in scale.items],
        "score": scale.score,
        "min_answered": scale.min_answered,
        "better": scale.better,
    }


def keyed_code(item: KeyedItem) -> str:
    """The item's code as a scale names it: with a leading minus where it is reversed."""
    return f"-{item.code}" if item.reversed else item.code
