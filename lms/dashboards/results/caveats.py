"""How to read the figures: limits that every study has, and those that its own data show."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.dashboards.results.attrition import differed
from lms.dashboards.results.comparison import few_cohorts, is_compared
from lms.dashboards.results.reading import Reading, Report
from lms.dashboards.results.reliability import judged
from lms.dashboards.results.waves import CROWDED
from lms.dashboards.results.words import count, figure, listed

Point = tuple[str, str]
FEW_COHORTS = 10
OUTER = 0.2
"""A first mean in the outer fifth of a scale's range is extreme: many of those who begin there come
back to the middle whatever happens to them."""


def caveats(reading: Reading) -> list[dict[str, str]]:
    """Titles and sentences for components/caveats.html, the most important ones first."""
    points: list[Point] = [
        _comparison(reading),
        *_missing(reading),
        *_lost(reading),
        *_extreme(reading),
        *_crowded(reading),
        *_power(reading),
        *_cohorts(reading),
        *_compared_cohorts(reading),
        *_unreliable(reading),
        *_always(reading),
    ]
    return [{"title": title, "text": text} for title, text in points]


def _main(reading: Reading) -> Report:
    return reading.change(reading.spec.primary, *reading.first_pair)


def _comparison(reading: Reading) -> Point:
    if is_compared(reading):
        return (
            _("Groups were compared, not drawn by lot."),
            _(
                "Those who were not trained may differ from those who were in ways that nobody "
                "asked about."
            ),
        )
    return (
        _("No comparison group."),
        _("Other changes in the same weeks may explain part or all of this."),
    )


def _missing(reading: Reading) -> Iterator[Point]:
    """A number only where everybody it counts was asked."""
    row, title = reading.asked(reading.first_pair[1]), _("Not everybody answered.")
    if row and row["n_not_asked"]:
        told = {"percent": round(100 * row["n_lost"] / row["n_first"])}
        title = _("%(percent)s%% of those asked again did not answer.") % told
    elif row and reading.seats:
        missing = round(100 * (reading.seats - row["n_stayed"]) / reading.seats)
        title = _("%(percent)s%% are missing.") % {"percent": missing}
    yield (
        title,
        _("People who left out one of the surveys may differ from those who took both."),
    )


def _lost(reading: Reading) -> Iterator[Point]:
    for row in reading.parts("attrition"):
        scales = differed(reading, row)
        if not reading.asked(row["wave"]) or not row["n_lost"] or scales is None:
            continue
        told = {"lost": row["n_lost"], "first": row["n_first"], "wave": reading.wave(row["wave"])}
        title = _("%(lost)s of %(first)s who were asked did not answer “%(wave)s”.") % told
        if scales:
            words = _("At the start they differed from those who stayed on %(scales)s.")
            yield title, words % {"scales": listed(scales)}
        else:
            yield (
                title,
                _(
                    "No difference from those who stayed was found at the start; smaller ones may "
                    "be there."
                ),
            )


def _extreme(reading: Reading) -> Iterator[Point]:
    found = []
    for code in reading.declared:
        mean = reading.change(code, *reading.first_pair)["mean_from"]
        low, high = reading.range(code)
        edge = OUTER * (high - low)
        if mean is not None and not low + edge <= mean <= high - edge:
            found.append(reading.title(code))
    if found:
        words = _(
            "The first mean on %(scales)s is near an end of the scale. Part of a move back to the "
            "middle is to be expected without any cause."
        )
        yield _("Regression to the mean."), words % {"scales": listed(found)}


def _crowded(reading: Reading) -> Iterator[Point]:
    ends = (
        ("ceiling_percent", _("Ceiling."), _("the highest score")),
        ("floor_percent", _("Floor."), _("the lowest score")),
    )
    for key, title, end in ends:
        found = [
            reading.title(code)
            for code in reading.declared
            if any((row[key] or 0) > CROWDED for row in reading.scales[code]["waves"].values())
        ]
        if found:
            words = _(
                "More than 15%% stand at %(end)s on %(scales)s. A change in that direction cannot "
                "be seen there."
            )
            yield title, words % {"end": end, "scales": listed(found)}


def _power(reading: Reading) -> Iterator[Point]:
    change = _main(reading)
    least = change.get("detectable_d_z")
    if least is not None:
        words = _(
            "With %(n)s pairs, a change of %(d)s standard deviations (d_z) or more would be seen "
            "four times in five. A smaller one may be there and not be seen."
        )
        told = {"n": change["n"], "d": figure(least)}
        yield _("What so many people can show."), words % told


def _cohorts(reading: Reading) -> Iterator[Point]:
    cohorts = _main(reading)["cluster"].get("n_cohorts")
    if cohorts is not None and 1 < cohorts < FEW_COHORTS:
        words = ngettext(
            "%(n)s cohorts are few. Intervals that allow for them are wide, and rest on %(df)s "
            "degree of freedom.",
            "%(n)s cohorts are few. Intervals that allow for them are wide, and rest on %(df)s "
            "degrees of freedom.",
            cohorts - 1,
        )
        yield _("Few cohorts."), words % {"n": count(cohorts), "df": cohorts - 1}


def _compared_cohorts(reading: Reading) -> Iterator[Point]:
    few = [few_cohorts(one.get("did") or {}) for one in reading.parts("comparisons")]
    if found := [n for n in few if n is not None]:
        words = ngettext(
            "The smaller of two groups compared has %(n)d cohort. What its members have in common "
            "cannot be told from what the training did.",
            "The smaller of two groups compared has %(n)d cohorts. What its members have in common "
            "is hard to tell from what the training did.",
            min(found),
        )
        yield _("Few cohorts to compare."), words % {"n": min(found)}


def _unreliable(reading: Reading) -> Iterator[Point]:
    found = {
        reading.title(code): word
        for code in reading.declared
        for row in reading.scales[code]["reliability"].values()
        if (word := judged(row["alpha"]))
    }
    if found:
        scales = listed([f"{title} ({word})" for title, word in found.items()])
        words = _("Cronbach’s alpha is out of the usual bounds on %(scales)s.")
        yield _("Reliability."), words % {"scales": scales}


def _always(reading: Reading) -> Iterator[Point]:
    family = len(reading.spec.family)
    if reading.spec.is_anonymous:
        yield (
            _("Matched by codes that people made."),
            _("Some pairs are missing, and a few may be of two different people."),
        )
    yield (
        _("Self-reported."),
        _("An attitude is not the same as what somebody does on a call."),
    )
    yield (
        ngettext("%(n)d scale tested.", "%(n)d scales tested.", family) % {"n": family},
        _("The main one was named before the data; p values are adjusted by Holm’s method."),
    )
    yield (
        _("Small groups are hidden."),
        _("Nothing is shown about fewer than %(n)d people.") % {"n": reading.threshold},
    )
