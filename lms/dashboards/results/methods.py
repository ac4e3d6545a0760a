"""What was done, as plain text to paste into a paper or a report."""

from collections.abc import Iterator

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments.documents import text_in
from assessments.models import OutcomeVintage
from assessments.public_outcomes import ANONYMOUS, CONFIDENTIAL, IMPORTED, kind_of
from lms.dashboards.results.attrition import tells_asked
from lms.dashboards.results.reading import LANGUAGE, Reading
from lms.dashboards.results.words import listed


def methods(reading: Reading, vintage: OutcomeVintage) -> str:
    """One paragraph. Numbers of people are those that the page shows."""
    parts = [
        *_measure(reading),
        *_people(reading),
        *_tests(reading),
        *_models(reading),
        *_disclosure(reading, vintage),
    ]
    return " ".join(parts)


def _measure(reading: Reading) -> Iterator[str]:
    told = {
        "title": reading.study.title,
        "irb": reading.spec.irb or _("no IRB number"),
        "instrument": text_in(reading.instrument.title, LANGUAGE),
        "version": reading.instrument.version,
    }
    yield _("“%(title)s” (%(irb)s) used %(instrument)s, version %(version)s.") % told
    scales = [
        _("%(title)s (%(score)s of %(items)s items, at least %(least)s answered)")
        % {
            "title": scale.title_in(LANGUAGE),
            "score": scale.score,
            "items": len(scale.items),
            "least": scale.min_answered,
        }
        for scale in reading.instrument.scales
    ]
    yield _("Scales: %(scales)s; with fewer answers a score is missing.") % {
        "scales": "; ".join(scales)
    }


def _people(reading: Reading) -> Iterator[str]:
    rows = [
        _("%(wave)s, n = %(n)s")
        % {"wave": reading.wave(row["wave"]), "n": _("hidden") if row["n"] is None else row["n"]}
        for row in reading.report["flow"]
    ]
    yield _("Surveys: %(rows)s.") % {"rows": "; ".join(rows)}
    n = reading.paired(reading.first_pair[1])
    told = {"how": _matched_by(reading), "n": _("hidden") if n is None else n}
    yield _("Surveys of one person were matched by %(how)s; %(n)s answered the first two.") % told
    yield _("Each comparison uses the people with a score in both waves; nothing was imputed.")


def _matched_by(reading: Reading) -> str:
    return {
        IMPORTED: _("the participant column of the file that was imported"),
        ANONYMOUS: _("codes that people made"),
        CONFIDENTIAL: _("a code that needs two keys"),
    }[kind_of(reading.spec)]


def _tests(reading: Reading) -> Iterator[str]:
    yield _(
        "Change is the later score minus the earlier, with a 95% t interval and a paired t test; "
        "Wilcoxon’s signed-rank test drops zeros (normal approximation, continuity correction)."
    )
    yield _(
        "d_z divides the mean change by the standard deviation of the changes (interval from the "
        "noncentral t), g_z adds Hedges’ exact correction, d_av divides by the root of the mean of "
        "both variances. Reliable change uses alpha of the earlier wave and 1.96."
    )
    family = listed([reading.title(code) for code in reading.spec.family]) or _("none")
    imported = kind_of(reading.spec) == IMPORTED
    named = _("named in the protocol") if imported else _("named in advance")
    told = {"primary": reading.title(reading.spec.primary), "family": family, "named": named}
    yield (
        _(
            "Primary outcome, %(named)s: %(primary)s. Holm’s adjustment within the declared family "
            "(%(family)s) and within each pair of surveys; Benjamini-Hochberg for all other "
            "scales. Intervals are not adjusted."
        )
        % told
    )
    if reading.spec.margins:
        margins = [
            f"{reading.title(code)} ±{points:g}" for code, points in reading.spec.margins.items()
        ]
        yield _("Equivalence: two one-sided tests, margins in points: %(margins)s.") % {
            "margins": listed(margins)
        }


def _models(reading: Reading) -> Iterator[str]:
    main = reading.change(reading.spec.primary, *reading.first_pair)
    if main["cluster"].get("ci_low") is not None:
        yield _(
            "Cluster-robust (CR1) intervals by cohort use a t distribution with cohorts − 1 "
            "degrees of freedom; the wider of robust and plain interval is reported, with its p "
            "value. Intervals of d_z and of groups take people as independent."
        )
    if any(scale.get("mixed") for scale in reading.scales.values()):
        yield _(
            "Linear mixed models (REML): wave as a category, random intercepts for people within "
            "cohorts, all available answers."
        )
    if any(one.get("pooled") for one in reading.parts("breakdowns")):
        yield _(
            "Cohorts were pooled with random effects (DerSimonian and Laird’s variance, Hartung "
            "and Knapp’s interval, t with cohorts − 1 degrees of freedom and never narrower than "
            "without)."
        )
    if reading.parts("comparisons"):
        yield _(
            "Arms were compared by difference in differences and by analysis of covariance on the "
            "first score, with errors clustered by cohort (CR1, degrees of freedom of the arm with "
            "fewer cohorts less one; classical where that is wider, which is conservative), and by "
            "d_ppc2 (Morris 2008)."
        )
    yield from _attrition(reading)


def _attrition(reading: Reading) -> Iterator[str]:
    rows = reading.parts("attrition")
    if not rows:
        return
    yield _(
        "Those lost were compared with those who stayed on first scores (Welch’s t), "
        "covariates (chi-square) and all together (logistic regression)."
    )
    if any(tells_asked(row) for row in rows):
        yield _(
            "Lost are people whose cohort was asked again, in which somebody answered; cohorts not "
            "asked yet were left out."
        )
    else:
        yield _("People who were not asked yet count among those lost.")


def _disclosure(reading: Reading, vintage: OutcomeVintage) -> Iterator[str]:
    yield _(
        "Disclosure control: nothing about fewer than %(n)s people, nor anything from which it "
        "follows, within this report or by comparison with earlier ones; neighbouring score groups "
        "were merged until each held %(n)s people; no minimum or maximum is shown."
    ) % {"n": reading.threshold}
    versions = reading.report["software"].items()
    software = ", ".join(f"{name} {version}" for name, version in versions)
    told = {
        "number": vintage.number,
        "day": date_format(vintage.made_at, "F j, Y"),
        "software": software,
    }
    yield _("Vintage %(number)s of %(day)s. Software: %(software)s.") % told
