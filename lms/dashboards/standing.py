"""How a study's newest figures stand: what is published, and what is being worked out. Pages ask
here; nothing is computed while they wait."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assessments.actions import newest_vintage
from assessments.actions.asking import ask_for_outcomes
from assessments.models import OutcomeVintage, Study, Work, WorkState
from lms.accounts.clock import now

_STEPS = {
    "rows": lambda: _("The stored answers are being written anew."),
    "figures": lambda: _("Figures are being worked out and checked against earlier ones."),
}
_PROBLEMS = {
    "key_missing": lambda: _("A key of this study is missing. Run study_keys check."),
    "unreadable": lambda: _("The stored responses do not open with these keys."),
    "stopped": lambda: _("The worker stopped before the figures were ready."),
}


@dataclass(frozen=True)
class Standing:
    """`vintage` is the newest published one. `work` is for components/work.html: None where nothing
    is due; `problem` is why it failed, or empty."""

    vintage: OutcomeVintage | None
    work: dict[str, Any] | None
    problem: str = ""


def standing(study: Study) -> Standing:
    """Also asks for a vintage that is due, once for all who look."""
    work = ask_for_outcomes(study=study)
    vintage = newest_vintage(study=study)
    if work is None:
        return Standing(vintage, None)
    if work.state == WorkState.FAILED or work.is_stale(now()):
        return Standing(vintage, _told(work), _problem(work))
    return Standing(vintage, _told(work))


def _told(work: Work) -> dict[str, Any]:
    words = _("Waiting for the worker, which looks every few seconds.")
    if work.state == WorkState.RUNNING:
        words = _STEPS[work.words]() if work.words in _STEPS else _("It has begun.")
    return {"step": work.step, "of": max(work.of, 1), "words": words}


def _problem(work: Work) -> str:
    code = work.words if work.state == WorkState.FAILED else "stopped"
    if code in _PROBLEMS:
        return _PROBLEMS[code]()
    return _("Something went wrong. The log of the worker says what.")
