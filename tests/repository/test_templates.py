"""Every template is reachable and keeps to the Content-Security-Policy."""

import re
from pathlib import Path

import allauth
import pytest
import wagtail
from django.template.loader import get_template
from wagtail.models import get_page_models

from tests.repository.sources import PACKAGES, python_files, templates

TEMPLATES = templates()
ALL = pytest.mark.parametrize("name", TEMPLATES)

# Names that a framework looks up: by folder, with the package that looks.
ALLAUTH = Path(allauth.__file__).parent / "templates"
WAGTAIL = Path(wagtail.__file__).parent
OVERRIDES = {
    **dict.fromkeys(("account/", "allauth/", "mfa/"), ALLAUTH),
    "wagtailadmin/": WAGTAIL / "admin" / "templates",
    "wagtailcore/": WAGTAIL / "templates",
}
DJANGO_ERRORS = {"403.html", "403_csrf.html", "404.html", "500.html"}

_NAME = re.compile(r"""["']([\w./-]+\.(?:html|txt))["']""")
_COMMENT = re.compile(r"\{% comment.*?%\}.*?\{% endcomment %\}|\{#.*?#\}", re.DOTALL)


def _text(name: str) -> str:
    return _COMMENT.sub("", TEMPLATES[name].read_text())


def _named_in_code() -> set[str]:
    found: set[str] = set()
    for path in python_files():
        text = path.read_text()
        found |= set(_NAME.findall(text))
        for mail in re.findall(r"""["']([\w/]+/mail/\w+)["']""", text):
            found |= {f"{mail}_subject.txt", f"{mail}_message.txt", f"{mail}_message.html"}
    found |= {
        model.template for model in get_page_models() if model.__module__.split(".")[0] in PACKAGES
    }
    return found


def _looked_up_by_a_framework() -> set[str]:
    return DJANGO_ERRORS | {name for name in TEMPLATES if name.startswith(tuple(OVERRIDES))}


def _reachable() -> set[str]:
    reached: set[str] = set()
    waiting = (_named_in_code() | _looked_up_by_a_framework()) & set(TEMPLATES)
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= (set(_NAME.findall(_text(name))) & set(TEMPLATES)) - reached
    return reached


def test_every_template_is_reachable():
    unreachable = set(TEMPLATES) - _reachable()
    assert not unreachable


def test_every_template_that_code_renders_exists():
    rendered = {
        name
        for path in python_files()
        for name in re.findall(
            r"""(?:render|render_to_string)\(\s*(?:request,\s*)?["']([\w./-]+)["']""",
            path.read_text(),
        )
    }
    assert rendered
    missing = {name for name in rendered if name not in TEMPLATES}
    assert not missing


@ALL
def test_a_template_compiles_and_what_it_includes_exists(name):
    get_template(name)
    tags = re.findall(r"\{% (?:include|extends) [\"']([^\"']+)[\"']", _text(name))
    for included in tags:
        get_template(included)


@pytest.mark.parametrize("name", [n for n in TEMPLATES if n.startswith(tuple(OVERRIDES))])
def test_an_override_still_overrides_something(name):
    """A template that its framework renamed would silently show the framework's own look. Of a mail
    allauth has the text alone; its HTML is looked for beside it."""
    folder = next(folder for start, folder in OVERRIDES.items() if name.startswith(start))
    text_of_mail = re.sub(r"_message\.html$", "_message.txt", name)
    assert (folder / name).exists() or (folder / text_of_mail).exists()


@ALL
def test_no_template_holds_what_the_content_security_policy_refuses(name):
    text = _text(name)
    for tag in re.findall(r"<script\b[^>]*>", text, re.IGNORECASE):
        assert re.search(r"\bsrc=", tag), tag
    assert not re.search(r"<style\b", text, re.IGNORECASE)
    # Mail programs drop style sheets, and no policy of ours reaches them.
    assert name.startswith("mail/") or not re.search(r"\sstyle\s*=", text, re.IGNORECASE)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text, re.IGNORECASE)
    assert "javascript:" not in text.lower()


@ALL
def test_no_template_asks_another_host_for_anything(name):
    loads = re.findall(r"<(?:script|link|img|iframe|source|form)\b[^>]*>", _text(name))
    assert not [tag for tag in loads if re.search(r"(?:src|href|action)=[\"'](?:https?:)?//", tag)]
