"""How well the scales measure."""

from typing import Any

from django.utils.translation import gettext as _

from lms.dashboards.results.changes import scale_cell
from lms.dashboards.results.reading import Reading, Report
from lms.dashboards.results.words import Cell, cells, count, figure, hidden, interval, reason, table

LOW, HIGH = 0.70, 0.95


def reliability_table(reading: Reading) -> dict[str, Any]:
    """Cronbach's alpha with its interval and omega, by scale and wave; what is out of the usual
    bounds is said in words."""
    rows = []
    for code, scale in reading.scales.items():
        for wave in reading.spec.wave_codes:
            head = [scale_cell(reading, code), {"text": reading.wave(wave)}]
            rows.append([*head, *_cells(scale["reliability"][wave])])
    heads = [_("n"), _("Items"), _("Alpha"), _("95% interval"), _("Omega")]
    caption = _("Reliability, of people who answered all items")
    made = table(caption, [_("Scale"), _("Survey")], heads, rows)
    made["columns"].append({"label": _("Note")})
    return made


def _cells(row: Report) -> list[Cell]:
    if row["alpha"] is None and hidden(row):
        return reason(hidden(row), 6)
    ends = interval(row["alpha_low"], row["alpha_high"], signs=False)
    told = [count(row["n"]), count(row["k"]), figure(row["alpha"]), ends, figure(row["omega"])]
    return [*cells(*told), *_note(row)]


def _note(row: Report) -> list[Cell]:
    """What is to be known of the coefficient, and why some figure of the row is not there."""
    told = [judged(row["alpha"])]
    if hidden(row):
        told.append(_("n and interval not shown: %(reason)s") % {"reason": hidden(row)})
    elif row["alpha"] is None:
        told.append(_("one item has no alpha") if row["k"] == 1 else _("it cannot be computed"))
    return [{"text": "; ".join(filter(None, told)), "bold": bool(told[0])}]


def judged(alpha: float | None) -> str:
    """What a reader has to know of a coefficient; empty where it is as usual."""
    if alpha is None:
        return ""
    if alpha < LOW:
        return _("below .70")
    return _("above .95") if alpha > HIGH else ""
