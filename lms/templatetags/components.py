"""The components that stand inside sentences and tables of other templates, as tags.

They are built in: no template loads them. Each renders the file of its name in
`templates/components/`, which says what it takes; texts are written `_("...")` in the tag.
"""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse

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
def alert(kind: str, text: str, heading: str = "") -> dict[str, Any]:
    """A message of a kind: info, success, warning or error."""
    return {"kind": kind, "text": text, "heading": heading}


@register.inclusion_tag("components/badge.html")
def badge(kind: str, label: str) -> dict[str, Any]:
    """A state as a shape and a word: done, due, open, problem or plain."""
    return {"kind": kind, "label": label}


@register.inclusion_tag("components/empty_state.html")
def empty_state(text: str = "", url: str = "", label: str = "") -> dict[str, Any]:
    """One sentence where a list has nothing in it, and at most one link."""
    return {"text": text, "url": url, "label": label}


@register.simple_block_tag
def table(content: str, id: str, caption: str, caption_hidden: bool = False) -> str:
    """The frame of a table whose head and body are written between the tags. Tables of plain cells
    are given to `components/table.html` as data instead."""
    context = {"content": content, "id": id, "caption": caption, "caption_hidden": caption_hidden}
    return render_to_string("components/table_frame.html", context)
