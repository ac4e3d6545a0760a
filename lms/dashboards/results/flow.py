"""Who is in the results, before anything is said of them."""

from typing import Any

from django.utils.translation import gettext as _

from assessments.charts import flow_bars
from lms.dashboards.results.attrition import not_asked
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
            note = _paired_note(reading, bar.wave)
            steps.append(
                {"count": bar.paired, "label": label, "note": note, "percent": bar.paired_percent}
            )
    return steps


def _paired_note(reading: Reading, wave: str) -> str:
    row, first = reading.asked(wave), reading.wave(reading.spec.wave_codes[0])
    if row is None:
        return _("matched by code with “%(wave)s”") % {"wave": first}
    told = {"n": row["n_first"], "wave": first}
    words = _("of the %(n)s people of “%(wave)s” who were asked again") % told
    waiting = not_asked(row)
    return f"{words}; {waiting}" if waiting else words


def share(reading: Reading) -> dict[str, str] | None:
    """How many are compared, of those who could be: of all enrolled where everybody was asked
    again, else of those of the first survey who were. None where one of the two is hidden, or
    those not asked yet cannot be told apart."""
    row = reading.asked(reading.first_pair[1])
    if row is None or not row["n_first"]:
        return None
    whole, whom = row["n_first"], _("people who answered first and were asked again")
    if reading.seats is not None and not row["n_not_asked"]:
        whole, whom = reading.seats, _("people enrolled")
    paired = row["n_stayed"]
    left = whole - paired
    told = {"n": paired, "whole": whole, "percent": round(100 * paired / whole), "whom": whom}
    rest = [_("The other %(n)s may differ from them.") % {"n": left}] if left else []
    if waiting := not_asked(row):
        rest.append(f"{waiting}.")
    return {
        "bold": _("%(n)s of %(whole)s %(whom)s, or %(percent)s%%, are compared below.") % told,
        "rest": " ".join(rest),
    }
