"""Where scores stand in each wave, and how people moved, as histograms of merged bins."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from assessments.dot_plots import signed
from assessments.histograms import Bin, Group, Histogram, histogram
from lms.dashboards.results.reading import Reading, Report
from lms.dashboards.results.words import cells, figure, hidden, table


def distributions(reading: Reading, code: str) -> dict[str, Any]:
    """A scale's scores by wave; `reasons` say of hidden waves why."""
    held = reading.scales[code].get("distributions") or []
    groups = [
        Group(_named(reading.wave(one["wave"]), one), bins_of(one), hollow=place == 0)
        for place, one in enumerate(held)
    ]
    drawn = histogram(groups, ends=reading.range(code))
    rows = [
        [{"text": reading.wave(one["wave"])}, *_bin_cells(bin, figure)]
        for one in held
        for bin in bins_of(one)
    ]
    reasons = {reading.wave(one["wave"]): hidden(one) for one in held if hidden(one)}
    return _told(reading, code, drawn, _("Survey"), rows, reasons)


def moves(reading: Reading, code: str) -> dict[str, Any]:
    """How people moved between two waves, the later score minus the earlier."""
    held = reading.scales[code].get("change_distributions") or []
    titles = [reading.pair(one["from"], one["to"]) for one in held]
    groups = [
        Group(_named(title, one), bins_of(one)) for title, one in zip(titles, held, strict=True)
    ]
    rows = [
        [{"text": title}, *_bin_cells(bin, signed)]
        for title, one in zip(titles, held, strict=True)
        for bin in bins_of(one)
    ]
    reasons = {title: hidden(one) for title, one in zip(titles, held, strict=True) if hidden(one)}
    return _told(reading, code, histogram(groups), _("Surveys"), rows, reasons)


def _told(
    reading: Reading,
    code: str,
    drawn: Histogram | None,
    head: str,
    rows: list[list[dict[str, Any]]],
    reasons: Mapping[str, str],
) -> dict[str, Any]:
    caption = _("People in each group of scores")
    return {
        "title": reading.title(code),
        "chart": drawn,
        "table": rows and table(caption, [head], [_("From – to"), _("n")], rows),
        "reasons": [f"{title}: {why}" for title, why in reasons.items()],
    }


def bins_of(one: Report) -> Sequence[Bin]:
    return [Bin(bin["low"], bin["high"], bin["n"]) for bin in one.get("bins") or []]


def _named(title: str, one: Report) -> str:
    n = sum(bin.n for bin in bins_of(one))
    return _("%(title)s, n = %(n)s") % {"title": title, "n": n}


def _bin_cells(bin: Bin, write: Any) -> list[dict[str, Any]]:
    low, high = write(bin.low), write(bin.high)
    span = low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}
    return cells(span, str(bin.n))
