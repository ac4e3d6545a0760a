"""Pages are made of components: none writes the design system's markup by hand."""

import re

import pytest

from tests.repository.sources import templates

ALLOWED = ("components/", "allauth/elements/", "gallery.html", "gallery/")
BY_HAND = re.compile(r"\busa-(?:button|alert|table|tag|card|summary-box|pagination)\b")
_COMMENT = re.compile(r"\{% comment.*?%\}.*?\{% endcomment %\}|\{#.*?#\}", re.DOTALL)

PAGES = {name: path for name, path in templates().items() if not name.startswith(ALLOWED)}


def _by_hand(name: str) -> list[str]:
    return BY_HAND.findall(_COMMENT.sub("", PAGES[name].read_text()))


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_is_made_of_components(name):
    assert _by_hand(name) == []
