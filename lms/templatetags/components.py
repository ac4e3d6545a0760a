"""The components that stand inside sentences and tables of other templates, as tags.

They are built in: no template loads them. Each renders the file of its name in
`templates/components/`, which says what it takes; texts are written `_("...")` in the tag.
"""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html

register = template.Library()


@register.inclusion_tag("components/button.html")
def button(
    label: str, variant: str = "", to: str = "", at: Any = None, **parts: Any
) -> dict[str, Any]:
    """A button, or a link that looks like one: with `url`, or with `to`, the name of a route, and
    `at`, its one argument. variant: "" (one of a page), "outline" or "link"."""
    if to:
        parts["url"] = reverse(to, args=[] if at is None else [at])
    return {"label": label, "variant": variant, **parts}


@register.inclusion_tag("components/alert.html")
def alert(
    kind: str, text: str = "", heading: str = "", lines: Sequence[Any] = (), role: str = ""
) -> dict[str, Any]:
    """A message of a kind: info, success, warning or error. `lines`: what it lists."""
    return {"kind": kind, "text": text, "heading": heading, "lines": lines, "role": role}


@register.inclusion_tag("components/badge.html")
def badge(kind: str, label: str) -> dict[str, Any]:
    """A state as a shape and a word: done, due, open, problem or plain."""
    return {"kind": kind, "label": label}


@register.inclusion_tag("components/empty_state.html")
def empty_state(text: str = "", url: str = "", label: str = "") -> dict[str, Any]:
    """One sentence where a list has nothing in it, and at most one link."""
    return {"text": text, "url": url, "label": label}


@register.inclusion_tag("components/progress.html")
def progress(value: float, max: float, label: str) -> dict[str, Any]:
    """How much of something is done, as words and a bar."""
    return {"value": value, "max": max, "label": label}


@register.inclusion_tag("components/step_indicator.html")
def step_indicator(current: int, *names: str) -> dict[str, Any]:
    """Where somebody is in a few named steps; `current` counts from 1."""
    steps = [
        {"name": name, "done": number < current, "current": number == current}
        for number, name in enumerate(names, start=1)
    ]
    return {"steps": steps}


@register.simple_tag
def spoken(language: str) -> str:
    """The attributes of an element whose words are in another language than the page; empty where
    `language` is."""
    return format_html(' lang="{}" dir="auto"', language) if language else ""


@register.simple_block_tag
def table(content: str, id: str, caption: str, **parts: Any) -> str:
    """The frame of a table whose head and body are written between the tags. Tables of plain cells
    are given to `components/table.html` as data instead."""
    context = {"content": content, "id": id, "caption": caption, **parts}
    return render_to_string("components/table_frame.html", context)


@register.simple_block_tag
def summary_box(content: str, **parts: Any) -> str:
    """A box of sky blue for what we promise, what to bear in mind, what matters at a glance."""
    return render_to_string("components/summary_box.html", {"content": content, **parts})


@register.simple_block_tag
def cards(content: str) -> str:
    """The list around the tags `card` and `endcard`."""
    return render_to_string("components/cards.html", {"content": content})


@register.simple_block_tag
def card(content: str, title: str, url: str, **parts: Any) -> str:
    """One entry of `cards`; between the tags stand the facts at its foot, a paragraph each, or
    with `in_body` what the card says."""
    context = {"content": content, "title": title, "url": url, **parts}
    return render_to_string("components/card.html", context)


@register.simple_block_tag
def chart_frame(content: str, id: str, heading: str, **parts: Any) -> str:
    """The frame of a figure: its heading and note, the charts between the tags, the numbers."""
    context = {"content": content, "id": id, "heading": heading, **parts}
    return render_to_string("components/chart_frame.html", context)
