"""Where the figures of a public vintage come from, in words that are true of its kind of study."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessments import public_outcomes as told
from assessments.documents import text_in

Notes = Mapping[str, Any]


def how_we_know(notes: Notes) -> list[str]:
    """Paragraphs: who was asked, how the surveys of one person were matched, and what was
    declared."""
    imported = told.noted_kind(notes) == told.IMPORTED
    declared = _declared_elsewhere() if imported else _declared_first()
    asked = _read_in() if imported else _asked()
    title = text_in(notes["instrument_titles"], get_language() or "en")
    return [
        asked % {"title": title, "version": notes["version"]},
        _matched(told.noted_kind(notes)),
        " ".join([declared, *_behind(notes)]),
    ]


def _asked() -> str:
    return _(
        "Evaluators outside the police ask everybody in a class the same questions before and "
        "after the training (“%(title)s”, version %(version)s). Taking part is voluntary and "
        "changes nothing for anybody."
    )


def _read_in() -> str:
    return _(
        "These answers were not given in this portal: evaluators read them in from a file "
        "(“%(title)s”, version %(version)s)."
    )


def _declared_first() -> str:
    return _(
        "The main scale, and those looked at beside it, were declared before the answers. What is "
        "shown is shown whichever way it came out."
    )


def _declared_elsewhere() -> str:
    return _(
        "The main scale, and those looked at beside it, are named in the study’s protocol. The "
        "portal cannot tell whether it was written before the answers. What is shown is shown "
        "whichever way it came out."
    )


def _matched(kind: str) -> str:
    return {
        told.IMPORTED: _(
            "The surveys of one person are matched by the file’s own column of participants. We "
            "compare the same people with themselves; only figures about groups leave."
        ),
        told.ANONYMOUS: _(
            "Answers are sealed when they are sent. The surveys of one person are matched by a "
            "code that people make themselves; not all of them are found. We compare the same "
            "people with themselves; only figures about groups leave."
        ),
        told.CONFIDENTIAL: _(
            "Answers are sealed when they are sent. The surveys of one person are matched by a "
            "code that needs two secrets, held by two parties. We compare the same people with "
            "themselves; only figures about groups leave."
        ),
    }[kind]


def _behind(notes: Notes) -> Iterator[str]:
    """Who looked at the protocol, who paid, and which figures of the evaluators these are."""
    if notes["irb"]:
        yield _("Review board: %(number)s.") % {"number": notes["irb"]}
    if notes["funder"]:
        yield _("Funded by: %(name)s.") % {"name": notes["funder"]}
    if "source" in notes:
        yield _("Made of the evaluators’ vintage %(number)d.") % {"number": notes["source"]}
