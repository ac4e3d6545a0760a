"""The main outcome that the protocol names, in one sentence and a few figures."""

from typing import Any

from django.utils.translation import gettext as _

from assessments.dot_plots import signed
from assessments.intervals import COHORTS, said_of
from lms.dashboards.results.intervals import adjustment, kind_words, p_values
from lms.dashboards.results.reading import Reading, Report
from lms.dashboards.results.words import figure, hidden, interval, p_words


def primary(reading: Reading) -> dict[str, Any]:
    """`named` (by what), `title`, `pair`, and either `sentence` with `figures`, or `reason`: why
    there are none."""
    code, (first, second) = reading.spec.primary, reading.first_pair
    told = {
        "named": _named(reading),
        "title": reading.title(code),
        "pair": reading.pair(first, second),
    }
    change = reading.change(code, first, second)
    if not change["comparable"]:
        return told | {"reason": _("the two surveys ask different things")}
    if change["mean_change"] is None or change["ci_low"] is None:
        return told | {"reason": hidden(change) or _("there are no pairs yet")}
    return told | {
        "sentence": _sentence(reading, change),
        "figures": _figures(reading, change),
        "reliable": reliable(change),
    }


def _named(reading: Reading) -> str:
    """Answers that were brought in as a file may be older than the protocol."""
    if reading.spec.courses:
        return _("Main outcome, named before the data")
    return _("Main outcome, named by the protocol")


def _sentence(reading: Reading, change: Report) -> str:
    low, high = reading.range(reading.spec.primary)
    said = said_of(change)
    words = {
        "n": change["n"],
        "scale": reading.title(reading.spec.primary),
        "low": f"{low:g}",
        "high": f"{high:g}",
        "second": reading.wave(change["to"]),
        "first": reading.wave(change["from"]),
        "moved": _moved(change["mean_change"]),
        "interval": interval(said.low, said.high),
        "kind": kind_words(said.kind),
    }
    sentence = _(
        "Among the %(n)s people with a score in both surveys, the mean score on “%(scale)s” (from "
        "%(low)s to %(high)s) was %(moved)s in “%(second)s” than in “%(first)s”; the 95%% interval "
        "of the change is %(interval)s points (%(kind)s)"
    )
    parts = [sentence % words, *_standardised(change)]
    p = p_values(reading, change["from"], change["to"]).get(reading.spec.primary)
    if p is not None:
        parts.append(_adjusted(p_words(p), adjustment(reading)))
    return "; ".join(parts) + "."


def _adjusted(p: str, how: str) -> str:
    return _("%(p)s (%(how)s)") % {"p": p, "how": how} if how else p


def _moved(value: float) -> str:
    """Higher or lower, never better or worse."""
    points = figure(abs(value))
    if float(points) == 0:
        return _("neither higher nor lower, to two decimals,")
    words = _("%(points)s points higher") if value > 0 else _("%(points)s points lower")
    return words % {"points": points}


def _standardised(change: Report) -> list[str]:
    found = []
    if change["d_z"] is not None:
        words = _(
            "this is %(d)s standard deviations of the individual changes (d_z, 95%% interval "
            "with people taken as independent %(interval)s; corrected for small samples, g_z %(g)s)"
        )
        ends = interval(change["d_z_low"], change["d_z_high"])
        told = {"d": signed(change["d_z"]), "interval": ends, "g": signed(change["g_z"])}
        found.append(words % told)
    if change["d_av"] is not None:
        words = _("and %(d)s average standard deviations of the scores (d_av)")
        found.append(words % {"d": signed(change["d_av"])})
    return found


def _figures(reading: Reading, change: Report) -> list[dict[str, str]]:
    first, second = reading.wave(change["from"]), reading.wave(change["to"])
    said = said_of(change)
    ends = interval(said.low, said.high)
    found = [
        {
            "label": _("Mean change, points"),
            "value": signed(change["mean_change"]),
            "note": _("95%% interval %(interval)s, %(kind)s")
            % {"interval": ends, "kind": kind_words(said.kind)},
        },
        {
            "label": _("Mean scores"),
            "value": f"{figure(change['mean_from'])} → {figure(change['mean_to'])}",
            "note": _("“%(first)s”, then “%(second)s”") % {"first": first, "second": second},
        },
    ]
    return [*found, *_other_interval(change, said.kind), *_equivalence(change)]


def _other_interval(change: Report, kind: str) -> list[dict[str, str]]:
    """The narrower of two intervals, which is not the one that is said."""
    robust = change["cluster"]
    if robust.get("ci_low") is None:
        return []
    if kind == COHORTS:
        label, ends = _("Interval ignoring cohorts"), (change["ci_low"], change["ci_high"])
    else:
        label, ends = _("Interval over cohorts"), (robust["ci_low"], robust["ci_high"])
    words = _("the narrower one; people in %(n)s cohorts are not independent")
    note = words % {"n": robust["n_cohorts"]}
    return [{"label": label, "value": interval(*ends), "note": note}]


def _equivalence(change: Report) -> list[dict[str, str]]:
    told = change.get("equivalence") or {}
    if told.get("p") is None:
        return []
    ends = interval(told["low"], told["high"])
    words = _("margin ±%(margin)s points, 90%% interval %(interval)s, %(p)s")
    note = words % {"margin": figure(told["margin"]), "interval": ends, "p": p_words(told["p"])}
    inside = -told["margin"] < told["low"] and told["high"] < told["margin"]
    value = _("Within the margin") if inside else _("Not shown to be within it")
    return [{"label": _("Equivalence"), "value": value, "note": note}]


def reliable(change: Report) -> dict[str, Any]:
    """How many moved by more than the scale's own error, as shares of a bar; with a reason where
    they are hidden."""
    told = change["reliable"]
    counts = [told["worsened"], told["unchanged"], told["improved"]]
    if any(n is None for n in counts):
        return {"reason": hidden(told) or _("the scale's reliability is not known")}
    return {"parts": _parts(counts)}


def _parts(counts: list[int]) -> list[dict[str, Any]]:
    labels = [_("worsened"), _("no reliable change"), _("improved")]
    parts, reached = [], 0.0
    for n, label, kind in zip(counts, labels, ("down", "same", "up"), strict=True):
        share = round(100 * n / sum(counts), 1)
        told = {"n": n, "label": label, "kind": kind}
        parts.append(told | {"from": round(reached, 1), "share": share})
        reached += share
    return parts
