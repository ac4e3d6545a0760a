"""Which intervals and p values the page shows, and the words that say so."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.intervals import COHORTS, PEOPLE, said_of
from assessments.statistics.multiplicity import adjusted
from lms.dashboards.results.reading import Reading
from lms.dashboards.results.words import listed


def p_values(reading: Reading, first: str, second: str) -> dict[str, float]:
    """The p value of each scale that belongs to the interval shown, adjusted over the scales of
    this pair of waves as the report's own are."""
    said = {code: said_of(reading.change(code, first, second)) for code in reading.scales}
    tested = {code: one.p for code, one in said.items() if one.p is not None}
    spec = reading.spec
    by_holm, by_bh = adjusted(tested, primary=spec.primary, family=spec.family)
    return by_holm | by_bh


def kind_words(kind: str) -> str:
    """What an interval allows for, to follow a comma."""
    return _("allowing for cohorts") if kind == COHORTS else _("people are taken as independent")


def about_intervals(reading: Reading, codes: Sequence[str], first: str, second: str) -> str:
    """Which of the intervals between two waves allow for cohorts, as a sentence; empty where none
    is shown."""
    kinds: dict[str, list[str]] = {}
    for code in codes:
        said = said_of(reading.change(code, first, second))
        if said.is_shown:
            kinds.setdefault(said.kind, []).append(reading.title(code))
    if not kinds:
        return ""
    if PEOPLE not in kinds:
        return _("Intervals and p values allow for cohorts.")
    if COHORTS not in kinds:
        return _("Intervals and p values take people as independent.")
    words = _(
        "Intervals and p values allow for cohorts, except on %(scales)s: there people are taken as "
        "independent, for the interval over cohorts is narrower or hidden."
    )
    return words % {"scales": listed(kinds[PEOPLE])}


def adjustment(reading: Reading) -> str:
    """How the p value of a declared scale is adjusted, to follow it."""
    n = len(reading.spec.family)
    if n < 2 or reading.spec.primary not in reading.spec.family:
        return ""
    words = ngettext(
        "by Holm’s method over %(n)d scale in this pair of surveys; intervals are not adjusted",
        "by Holm’s method over %(n)d scales in this pair of surveys; intervals are not adjusted",
        n,
    )
    return words % {"n": n}
