"""What the pages of the instruments' desk show of an instrument, as words for their templates."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.documents import DEFAULT_LANGUAGE
from assessments.instrument_files import keyed_code
from assessments.instruments import Block, InstrumentSpec, Item, ResponseScale
from assessments.questionnaire import Section
from assessments.wording import language_name


def overview(spec: InstrumentSpec) -> dict[str, Any]:
    """Sections with their items, response scales, scales and languages, in English."""
    return {
        "sections": [
            {
                "number": number,
                "title": spec.section_title(number, DEFAULT_LANGUAGE),
                "items": [item_line(item, spec) for item in spec.items_of(number)],
            }
            for number in spec.sections
        ],
        "responses": [responses_line(scale) for scale in spec.response_scales.values()],
        "blocks": [
            {"code": b.code, "kind": block_kind(b), "text": b.text_in(DEFAULT_LANGUAGE)}
            for b in spec.blocks
        ],
        "scales": [scale_line(spec, scale.code) for scale in spec.scales],
        "languages": [language_name(language) for language in spec.languages],
    }


def item_line(item: Item, spec: InstrumentSpec) -> dict[str, Any]:
    """One item with what there is to know about it beside its text."""
    notes = []
    if item.block:
        notes.append(_("Under %(block)s") % {"block": item.block})
    if item.show_if:
        notes.append(condition(item))
    if item.scale.is_text:
        notes.append(_("In studies that allow free text"))
    return {
        "code": item.code,
        "text": item.text_in(DEFAULT_LANGUAGE),
        "scale": item.scale.code,
        "notes": notes,
        "languages": len(item.text),
    }


def condition(item: Item) -> str:
    """On which answers the item is asked; empty where it always is."""
    if item.show_if is None:
        return ""
    steps = _(" or ").join(map(str, item.show_if.values))
    return _("Asked if %(item)s is %(steps)s") % {"item": item.show_if.item, "steps": steps}


def responses_line(scale: ResponseScale) -> dict[str, Any]:
    labels = "; ".join(
        f"{step}: {scale.label_in(step, DEFAULT_LANGUAGE)}" for step in sorted(scale.labels)
    )
    if scale.is_text:
        kind = _("Free text, up to %(n)s characters") % {"n": scale.max_length}
    elif scale.is_likert:
        kind = _("Steps from %(low)s to %(high)s")
    else:
        kind = _("A number from %(low)s to %(high)s")
    ends = {"low": f"{scale.min:g}", "high": f"{scale.max:g}"}
    return {"code": scale.code, "kind": kind % ends if "%(" in kind else kind, "labels": labels}


def block_kind(block: Block) -> str:
    return _("Case") if block.kind == "vignette" else _("Shared stem")


def scale_line(spec: InstrumentSpec, code: str) -> dict[str, Any]:
    scale = spec.scale(code)
    rules = [rule for rule in spec.not_comparable if rule.scale == code]
    needed = ngettext("%(n)s item needed", "%(n)s items needed", scale.min_answered)
    return {
        "code": code,
        "title": scale.title_in(DEFAULT_LANGUAGE),
        "items": ", ".join(map(keyed_code, scale.items)),
        "score": _("Mean") if scale.score == "mean" else _("Sum"),
        "needed": needed % {"n": scale.min_answered},
        "better": _("Higher") if scale.better == "higher" else _("Lower"),
        "not_comparable": "; ".join(", ".join(rule.waves) for rule in rules),
    }


def preview_of(spec: InstrumentSpec, number: int, language: str) -> Section:
    """One section as a study would ask it, free text included."""
    section = spec.sections[number - 1]
    return Section(number, spec.section_title(section, language), spec.groups_of(section))
