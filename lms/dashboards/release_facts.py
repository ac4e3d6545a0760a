"""What the pages about released data say of them, as words for their templates."""

from collections.abc import Mapping
from typing import Any

from django.template.defaultfilters import date, filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.models import Release, Study
from assessments.protocol import CLUSTERS_FIRST, LINKS_FIRST
from assessments.releasing import K

DAY = "F j, Y"
PROFILES = {
    LINKS_FIRST: gettext_lazy("Links first: waves of one person stay linked, cohorts are left out"),
    CLUSTERS_FIRST: gettext_lazy(
        "Clusters first: cohorts stay as blocks of three or more, links are cut where they must"
    ),
}
_STEPS: Mapping[str, Any] = {
    "": gettext_lazy("Waiting for the worker"),
    "withdrawals": gettext_lazy("Carrying out withdrawals"),
    "reading": gettext_lazy("Reading the opened boxes"),
    "protecting": gettext_lazy("Seeing to it that everybody has at least four others like them"),
}

# The codes of assessments.microdata.told, which would bring numpy into every web process.
_DONE: Mapping[str, Any] = {
    "none": gettext_lazy("none"),
    "fewer than 10": gettext_lazy("fewer than ten"),
    "as asked": gettext_lazy("as asked"),
    "merged": gettext_lazy("made broader"),
    "withheld": gettext_lazy("left out"),
    "no clusters": gettext_lazy("left out"),
    "blocks": gettext_lazy("as blocks of three or more"),
    "too few cohorts": gettext_lazy("left out, because they are too few for a block"),
}
_COUNTED = [
    ("left_out", gettext_lazy("Responses left out")),
    ("waiting", gettext_lazy("Responses of cohorts that wait for a block")),
    ("doubled", gettext_lazy("Second answers to the same survey")),
    ("blanked", gettext_lazy("People with a fact taken away")),
]


def step_words(code: str) -> str:
    """The step of making a release that is under way; what writes the files names its own."""
    return str(_STEPS.get(code, code))


def facts_of(release: Release) -> list[tuple[str, str]]:
    """Term and value, as far as they are known yet."""
    facts = [
        (_("For"), release.purpose),
        (_("To be used by"), f"{release.recipient}, {release.institution}"),
        (_("Asked for"), _asked(release)),
        (_("What is kept"), str(PROFILES.get(release.profile, release.profile))),
        (_("Hidden among"), _at_least(release.k)),
        (_("Expires after"), date(release.expires_on, DAY)),
    ]
    if release.made_at:
        facts += [
            (_("Made"), date(release.made_at, DAY)),
            (_("Belongs to"), _vintage(release)),
            (_("Size"), filesizeformat(release.size)),
        ]
    return facts


def _asked(release: Release) -> str:
    words = _("%(day)s, by %(person)s")
    return words % {"day": date(release.asked_at, DAY), "person": release.asked_as}


def _at_least(k: int) -> str:
    words = ngettext(
        "at least %(n)s person of the same description",
        "at least %(n)s people of the same description",
        k,
    )
    return words % {"n": k}


def _vintage(release: Release) -> str:
    if release.vintage is None:
        return _("No results had been published.")
    return _("Vintage %(n)s of the results") % {"n": release.vintage.number}


def done_to(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Term and value of what a release says of itself; counts under ten only as such."""
    if not told:
        return []
    ways = [f"{name}: {_DONE.get(way, way)}" for name, way in told["covariates"].items()]
    facts = [
        (_("Facts about people"), "; ".join(ways)),
        (_("Withheld items"), ", ".join(told["withheld"])),
        (_("Cohorts"), str(_DONE.get(told["clusters"], told["clusters"]))),
    ]
    counted = [(str(term), str(_DONE.get(told[part], told[part]))) for part, term in _COUNTED]
    return [(term, value) for term, value in [*facts, *counted] if value]


def protection_of(study: Study) -> list[dict[str, str]]:
    """What is done to the data of a study before they leave: title and sentence of each."""
    spec = study.spec
    return [
        {
            "title": _("At least %(k)s alike.") % {"k": K},
            "text": _("Nobody leaves who has not four others with the same facts and waves."),
        },
        {"title": _("The study’s profile."), "text": f"{PROFILES[spec.release]}."},
        {
            "title": _("Facts about people."),
            "text": _("Made broader or left out, the last of these first: %(list)s.")
            % {"list": ", ".join(spec.covariates)}
            if spec.covariates
            else _("This study asks none."),
        },
        {
            "title": _("Withheld."),
            "text": _("Names, days, names of cohorts, free text, and numbers%(but)s.")
            % {"but": _but(spec.released_numbers)},
        },
        {
            "title": _("Withdrawals."),
            "text": _("They are carried out first. Releases made before keep what they hold."),
        },
    ]


def _but(released: tuple[str, ...]) -> str:
    return _(" other than %(items)s") % {"items": ", ".join(released)} if released else ""
