"""Who is in the results, before anything is said of them."""

from typing import Any

from django.utils.translation import gettext as _

from assessments.charts import flow_bars
from lms.dashboards.results.reading import Reading


def flow(reading: Reading) -> list[dict[str, Any]]:
    """From those enrolled to those compared, for components/flow.html."""
    first = reading.spec.wave_codes[0]
    steps: list[dict[str, Any]] = []
    if reading.seats is not None:
        note = _("in cohorts whose first survey is closed")
        steps.append({"count": reading.seats, "label": _("enrolled"), "note": note, "percent": 100})
    for bar in flow_bars(reading.report, reading.seats):
        label = _("answered “%(wave)s”") % {"wave": reading.wave(bar.wave)}
        collected = _("surveys opened so far") if reading.spec.courses else _("as imported")
        note = bar.suppressed or collected
        steps.append({"count": bar.n, "label": label, "note": note, "percent": bar.percent})
        if bar.wave != first:
            label = _("answered both, and are compared")
            note = _("matched by code with “%(wave)s”") % {"wave": reading.wave(first)}
            steps.append(
                {"count": bar.paired, "label": label, "note": note, "percent": bar.paired_percent}
            )
    return steps


def share(reading: Reading) -> dict[str, str] | None:
    """How many of those enrolled, else of those who answered first, are compared; None where one of
    the two is hidden."""
    rows = {row["wave"]: row for row in reading.report["flow"]}
    first, second = reading.first_pair
    whole = reading.seats if reading.seats is not None else rows[first]["n"]
    paired = rows[second]["n_paired_with_first"]
    if not whole or not paired:
        return None
    left = whole - paired
    whom = _("people enrolled") if reading.seats is not None else _("people who answered first")
    told = {"n": paired, "whole": whole, "percent": round(100 * paired / whole), "whom": whom}
    return {
        "bold": _("%(n)s of %(whole)s %(whom)s, or %(percent)s%%, are compared below.") % told,
        "rest": _("The other %(n)s may differ from them.") % {"n": left} if left else "",
    }
