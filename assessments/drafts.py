"""Changing an instrument's document part by part, before it is published. Pure.

A draft's document has the shape of a published one, with gaps. A part is one entry of it, a mapping
with a `code`: an item, a response scale, a block, a scale, or the title of a section, whose code is
its number. Every change returns a new document.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from assessments.documents import DEFAULT_LANGUAGE, by_language
from assessments.instruments import InstrumentSpec, read_instrument

Document = Mapping[str, Any]
Part = dict[str, Any]

ITEMS, RESPONSES, BLOCKS, SCALES, SECTIONS = (
    "items",
    "response_scales",
    "blocks",
    "scales",
    "section_titles",
)
KINDS = (ITEMS, RESPONSES, BLOCKS, SCALES, SECTIONS)
DETAILS = "details"
RULES = "not_comparable"

_PLACE = re.compile(r"(\w+)(?:\[(\d+)\]|\.([^.:]+))?((?:\.[^.:]+)*)")


@dataclass(frozen=True)
class Problem:
    """Why a draft cannot be published yet: the part it is about (`code` is empty where it is about
    a whole kind, or the details), what of the part, and what is wrong."""

    kind: str
    code: str
    field: str
    text: str


def new_document(code: str, title: str) -> Part:
    return {
        "code": code,
        "title": {DEFAULT_LANGUAGE: title},
        "licence": "",
        "citation": "",
        RESPONSES: {},
        ITEMS: [],
        SCALES: [],
    }


def parts_of(document: Document, kind: str) -> list[Part]:
    """The parts of one kind in their order; response scales as the items come to them."""
    if kind == RESPONSES:
        used = [item["scale"] for item in document[ITEMS]]
        entries = document.get(kind, {})
        known = dict.fromkeys([*(code for code in used if code in entries), *sorted(entries)])
        return [{"code": code, **entries[code]} for code in known]
    if kind == SECTIONS:
        titles = {str(number): title for number, title in document.get(kind, {}).items()}
        numbers = sorted({item["section"] for item in document[ITEMS]})
        return [{"code": str(number), "title": titles.get(str(number), {})} for number in numbers]
    if kind == SCALES:
        return [_with_rules(scale, document) for scale in document[SCALES]]
    return list(document.get(kind, ()))


def _with_rules(scale: Part, document: Document) -> Part:
    """A scale with the waves between which it does not mean the same, a list for each rule."""
    rules = [r["waves"] for r in document.get(RULES, ()) if r["scale"] == scale["code"]]
    return scale | ({RULES: rules} if rules else {})


def details_of(document: Document) -> Part:
    return {key: document.get(key, "") for key in ("code", "title", "licence", "citation")}


def part_of(document: Document, kind: str, code: str) -> Part | None:
    return next((part for part in parts_of(document, kind) if part["code"] == code), None)


def fingerprint(part: object) -> str:
    """Stands for what a part says, so that a form can tell whether it is still as it was shown."""
    if part is None:
        return ""
    return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:16]


def put(document: Document, kind: str, code: str, part: Part) -> Part:
    """Puts a part in the place of the one with this code, or last where there is none. A new code
    is also written where the old one was referred to."""
    parts = parts_of(document, kind)
    places = [at for at, one in enumerate(parts) if one["code"] == code]
    if not places:
        return _with(document, kind, [*parts, part])
    parts[places[0]] = part
    return _renamed(_with(document, kind, parts), kind, code, part["code"])


def remove(document: Document, kind: str, code: str) -> Part:
    """Takes a part out; an item leaves its scales too."""
    if kind == ITEMS:
        kept = [
            scale | {"items": [one for one in scale["items"] if one.removeprefix("-") != code]}
            for scale in document[SCALES]
        ]
        document = {**document, SCALES: kept}
    return _with(document, kind, [p for p in parts_of(document, kind) if p["code"] != code])


def move(document: Document, kind: str, code: str, step: int) -> Part:
    """Moves a part up (-1) or down (1) by one; an item stays in its section."""
    parts = parts_of(document, kind)
    at = next((at for at, one in enumerate(parts) if one["code"] == code), None)
    if at is None or not 0 <= at + step < len(parts):
        return dict(document)
    if parts[at].get("section") == parts[at + step].get("section"):
        parts[at], parts[at + step] = parts[at + step], parts[at]
    return _with(document, kind, parts)


def _with(document: Document, kind: str, parts: list[Part]) -> Part:
    if kind == RESPONSES:
        entries = {p["code"]: {k: v for k, v in p.items() if k != "code"} for p in parts}
        return {**document, kind: entries}
    if kind == SECTIONS:
        return {**document, kind: {p["code"]: p["title"] for p in parts if p["title"]}}
    if kind == SCALES:
        rules = [
            {"scale": scale["code"], "waves": waves}
            for scale in parts
            for waves in scale.get(RULES, ())
        ]
        parts = [{k: v for k, v in scale.items() if k != RULES} for scale in parts]
        return {**document, SCALES: parts, RULES: rules}
    if kind == ITEMS:
        sections = {item["section"] for item in parts}
        titles = document.get(SECTIONS, {})
        document = {**document, SECTIONS: {n: t for n, t in titles.items() if int(n) in sections}}
        parts = sorted(parts, key=lambda item: item["section"])
    return {**document, kind: parts}


def _renamed(document: Part, kind: str, old: str, new: str) -> Part:
    if old == new or kind in (SECTIONS, SCALES):
        return document
    items = [_renamed_in_item(item, kind, old, new) for item in document[ITEMS]]
    scales = document[SCALES]
    if kind == ITEMS:
        keyed = {old: new, f"-{old}": f"-{new}"}
        scales = [s | {"items": [keyed.get(one, one) for one in s["items"]]} for s in scales]
    return {**document, ITEMS: items, SCALES: scales}


def _renamed_in_item(item: Part, kind: str, old: str, new: str) -> Part:
    if kind == ITEMS:
        condition = item.get("show_if")
        return item | {"show_if": _pointing(condition, "item", old, new)} if condition else item
    return _pointing(item, "scale" if kind == RESPONSES else "block", old, new)


def _pointing(part: Part, key: str, old: str, new: str) -> Part:
    return part | {key: new} if part.get(key) == old else part


def read_draft(document: Document, version: int) -> tuple[InstrumentSpec, list[Problem]]:
    """The instrument as far as it can be read, and what keeps it from being published."""
    spec, problems = read_instrument({**document, "version": version})
    return spec, [_problem(document, problem) for problem in problems]


def _problem(document: Document, problem: str) -> Problem:
    place, _, text = problem.partition(": ")
    found = _PLACE.fullmatch(place)
    kind, number, name, rest = found.groups() if found else (place, None, None, "")
    if kind == RULES and number:
        return Problem(SCALES, document[RULES][int(number) - 1]["scale"], RULES, text)
    if kind not in KINDS:
        field = ".".join(filter(None, [kind, name])) if kind != "instrument" else ""
        return Problem(DETAILS, "", field, text)
    if number:
        return Problem(kind, parts_of(document, kind)[int(number) - 1]["code"], rest[1:], text)
    return Problem(kind, name or "", rest[1:], text)


def missing_texts(document: Document, language: str) -> int:
    """How many texts have no translation into this language yet."""
    return sum(language not in texts for texts in _every_text(document))


def translated_texts(document: Document, language: str) -> int:
    return sum(language in texts for texts in _every_text(document))


def without_language(document: Document, language: str) -> Part:
    """The document without the texts of one language."""

    def strip(texts: Part) -> Part:
        return {key: text for key, text in texts.items() if key != language}

    found: Part = _mapped(document, strip)
    return found


def languages_of(document: Document) -> list[str]:
    """All languages in which some text is given, English first."""
    used = {language for texts in _every_text(document) for language in texts}
    return by_language({DEFAULT_LANGUAGE, *used})


def _every_text(document: Document) -> list[Part]:
    found: list[Part] = []

    def note(texts: Part) -> Part:
        found.append(texts)
        return texts

    _mapped(document, note)
    return found


def _mapped(node: Any, change: Callable[[Part], Part]) -> Any:
    """The document with every mapping of languages to text changed."""
    if isinstance(node, Mapping):
        if DEFAULT_LANGUAGE in node:
            return change(dict(node))
        return {key: _mapped(inner, change) for key, inner in node.items()}
    return [_mapped(inner, change) for inner in node] if isinstance(node, list) else node


def movable(document: Document, kind: str) -> dict[str, tuple[bool, bool]]:
    """By code, whether a part can be moved up and down; response scales have no order."""
    parts = parts_of(document, kind) if kind in (ITEMS, BLOCKS, SCALES) else []
    joined = [a.get("section") == b.get("section") for a, b in pairwise(parts)]
    return {
        part["code"]: (up, down)
        for part, up, down in zip(parts, [False, *joined], [*joined, False], strict=False)
    }
