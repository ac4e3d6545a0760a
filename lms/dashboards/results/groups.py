"""Change by cohort, by year and by covariates: what was chosen of what the report holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.dot_plots import DotPlot, Estimate, dot_plot, signed
from lms.dashboards.results.directions import directions
from lms.dashboards.results.forms import GroupsForm
from lms.dashboards.results.reading import Reading, Report, dimension, group_label
from lms.dashboards.results.words import (
    Cell,
    cells,
    change,
    count,
    figure,
    hidden,
    interval,
    p_words,
    reason,
    table,
)


@dataclass(frozen=True)
class Choice:
    """A scale and what its people are grouped by, `within` what else ("" for nothing); `notes` say
    what was asked for and is not there."""

    scale: str
    by: str
    within: str
    notes: tuple[str, ...] = ()


def groups(reading: Reading, asked: Mapping[str, str]) -> dict[str, Any] | None:
    """What the form offers and what was chosen; None where the report holds no groups."""
    held = [one for one in reading.parts("breakdowns") if one["scale"] in reading.scales]
    if not held:
        return None
    choice = _choose(reading, held, asked)
    shown = [one for one in held if _fits(one, choice)]
    return {
        "form": _form(reading, held, choice),
        "notes": choice.notes,
        "title": _title(reading, choice),
        "direction": directions(reading, [choice.scale]),
        "pairs": [_pair(reading, one, choice, place) for place, one in enumerate(shown)],
    }


def _choose(reading: Reading, held: Sequence[Report], asked: Mapping[str, str]) -> Choice:
    notes: list[str] = []
    scales = [code for code in reading.scales if any(one["scale"] == code for one in held)]
    usual = reading.spec.primary if reading.spec.primary in scales else scales[0]
    scale = _known(asked.get("scale", ""), scales, usual, notes)
    own = [list(one["by"]) for one in held if one["scale"] == scale]
    dimensions = list(dict.fromkeys(code for by in own for code in by))
    by = _known(asked.get("by", ""), dimensions, dimensions[0], notes)
    within = _known(asked.get("within", ""), dimensions, "", notes)
    if [by, within] not in own and [within, by] not in own and within:
        notes.append(
            _("%(by)s is not shown within %(within)s: the groups would be too small.")
            % {"by": dimension(by), "within": dimension(within)}
        )
        within = ""
    if not within and [by] not in own:
        by, within = (*next(one for one in own if by in one), "")[:2]
    return Choice(scale, by, within, tuple(notes))


def _known(asked: str, known: Sequence[str], usual: str, notes: list[str]) -> str:
    if not asked:
        return usual
    if asked not in known:
        notes.append(_("“%(asked)s” is not in this report.") % {"asked": asked[:40]})
        return usual
    return asked


def _fits(one: Report, choice: Choice) -> bool:
    chosen = {choice.by, choice.within} - {""}
    return one["scale"] == choice.scale and set(one["by"]) == chosen


def _form(reading: Reading, held: Sequence[Report], choice: Choice) -> GroupsForm:
    scales = [code for code in reading.scales if any(one["scale"] == code for one in held)]
    codes = list(dict.fromkeys(code for one in held for code in one["by"]))
    inner = list(dict.fromkeys(code for one in held if len(one["by"]) > 1 for code in one["by"]))
    options = [(code, dimension(code)) for code in inner]
    return GroupsForm(
        scales=[(code, reading.title(code)) for code in scales],
        by=[(code, dimension(code)) for code in codes],
        within=[("", _("nothing else")), *options] if options else [],
        initial={"scale": choice.scale, "by": choice.by, "within": choice.within},
    )


def _title(reading: Reading, choice: Choice) -> str:
    told = {
        "scale": reading.title(choice.scale),
        "by": dimension(choice.by).lower(),
        "within": dimension(choice.within).lower() if choice.within else "",
    }
    if choice.within:
        return _("%(scale)s, by %(by)s within %(within)s") % told
    return _("%(scale)s, by %(by)s") % told


def _pair(reading: Reading, one: Report, choice: Choice, place: int) -> dict[str, Any]:
    rows = [row for row in one["groups"] or [] if not hidden(row)]
    return {
        "id": f"groups-{place}",
        "title": reading.pair(one["from"], one["to"]),
        "reason": hidden(one),
        "plots": _plots(one, rows, choice),
        "pooled": _pooled(one),
        "rest": _rest(one),
        "table": _table(one, choice),
    }


def _labels(one: Report, row: Report, choice: Choice) -> tuple[str, str]:
    """The group's own label, and the label of what it stands within."""
    named = zip(one["by"], row["labels"], strict=True)
    held = {code: group_label(code, label) for code, label in named}
    return held[choice.by], held.get(choice.within, "")


def _plots(one: Report, rows: Sequence[Report], choice: Choice) -> list[dict[str, Any]]:
    """One plot for each group of `within`, all on one axis; a cohort's plot ends with the pooled
    estimate."""
    drawn = [
        (_labels(one, row, choice), _estimate(_labels(one, row, choice)[0], row))
        for row in rows
        if row["ci_low"] is not None
    ]
    if not drawn:
        return []
    drawn.sort(key=lambda entry: entry[0][1])
    around = (min(e.low for _labels, e in drawn), max(e.high for _labels, e in drawn))
    found = []
    for title, entries in groupby(drawn, key=lambda entry: entry[0][1]):
        estimates = [estimate for _labels, estimate in entries] + _pooled_estimate(one)
        plot: DotPlot = dot_plot(estimates, around=around)
        found.append({"title": title, "chart": plot})
    return found


def _estimate(label: str, row: Report) -> Estimate:
    return Estimate(label, row["mean_change"], row["ci_low"], row["ci_high"], n=row["n"])


def _pooled_estimate(one: Report) -> list[Estimate]:
    told = one.get("pooled") or {}
    if told.get("estimate") is None:
        return []
    ends = (told["ci_low"], told["ci_high"])
    return [Estimate(_("All cohorts, pooled"), told["estimate"], *ends, pooled=True)]


def _pooled(one: Report) -> str:
    told = one.get("pooled") or {}
    if told.get("estimate") is None:
        return ""
    words = {
        "estimate": signed(told["estimate"]),
        "interval": interval(told["ci_low"], told["ci_high"]),
        "q": figure(told["q"]),
        "freedom": _freedom(told["df"]),
        "p": p_words(told["p"]),
        "tau": figure(told["tau2"], 3),
        "i2": figure(told["i2"], 0),
    }
    return (
        _(
            "Pooled over cohorts by a random-effects model: %(estimate)s points, 95%% interval "
            "%(interval)s. Differences between cohorts: Q = %(q)s on %(freedom)s, %(p)s; "
            "τ² = %(tau)s, I² = %(i2)s%%."
        )
        % words
    )


def _freedom(df: int) -> str:
    return ngettext("%(df)s degree of freedom", "%(df)s degrees of freedom", df) % {"df": df}


def _rest(one: Report) -> str:
    """A group that is large enough may be in the rest, so that a small one does not follow: nothing
    is said of the size of those in it."""
    told = one.get("rest") or {}
    if hidden(told):
        return _("Others are in groups that cannot be shown by themselves.")
    if not told.get("n"):
        return ""
    return _(
        "%(n)s people are in groups that cannot be shown by themselves, or did not say; they count "
        "in the whole."
    ) % {"n": told["n"]}


def _table(one: Report, choice: Choice) -> dict[str, Any]:
    names = [dimension(choice.within)] if choice.within else []
    heads = [_("n"), _("Earlier"), _("Later"), _("Change"), _("95% interval"), "d_z", "g_z"]
    rows = []
    for row in one["groups"] or []:
        own, inside = _labels(one, row, choice)
        head: list[Cell] = [{"text": own}, *([{"text": inside}] if names else [])]
        rows.append([*head, *_cells(row)])
    return table(_("Change in each group"), [dimension(choice.by), *names], heads, rows)


def _cells(row: Report) -> list[Cell]:
    if hidden(row):
        return reason(hidden(row), 7)
    return cells(
        count(row["n"]),
        figure(row["mean_from"]),
        figure(row["mean_to"]),
        change(row["mean_change"]),
        interval(row["ci_low"], row["ci_high"]),
        change(row["d_z"]),
        change(row["g_z"]),
    )
