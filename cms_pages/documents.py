"""The files that a new portal's pages are published from: plain words to blocks of a page."""

import re
from typing import Any

from django.utils.html import escape
from wagtail.rich_text import RichText

Document = dict[str, Any]

# [words](address): addresses of this site, mail and telephone numbers only.
_LINK = re.compile(r"\[([^\]]+)\]\(((?:/|mailto:|tel:)[^)\s]*)\)")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")


def rich(text: str) -> RichText:
    """Paragraphs, parted by empty lines, with links and bold words; everything else stays text."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return RichText("".join(f"<p>{_inline(part)}</p>" for part in paragraphs))


def _inline(text: str) -> str:
    linked = _LINK.sub(r'<a href="\2">\1</a>', str(escape(text)))
    return _BOLD.sub(r"<b>\1</b>", linked)


def block(entry: Document) -> tuple[str, Any]:
    """One entry of a `body`: its type, and its value as the block of that name takes it."""
    kind, value = entry["type"], entry["value"]
    if kind in {"list", "bullets"}:
        return "bullets", value
    if kind == "paragraph":
        return "paragraph", rich(value)
    if kind == "question":
        return "question", question(value)
    return kind, value


def words(text: str) -> str:
    """Plain text as editors type it: paragraphs, without the file's own breaks."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text.strip())


def question(entry: Document) -> Document:
    return {"question": entry["question"], "answer": rich(entry["answer"])}
