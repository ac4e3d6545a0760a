"""Who answered first and not again, and whether they differed at the start."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.dashboards.results.changes import scale_cell
from lms.dashboards.results.reading import Reading, Report, dimension
from lms.dashboards.results.words import (
    cells,
    change,
    count,
    figure,
    hidden,
    p_value,
    reason,
    table,
)


def attrition(reading: Reading) -> list[dict[str, Any]]:
    """One part for each later wave that the report tells of."""
    return [_wave(reading, row, place) for place, row in enumerate(reading.parts("attrition"))]


def _wave(reading: Reading, row: Report, place: int) -> dict[str, Any]:
    told = {"id": f"lost-{place}", "title": reading.wave(row["wave"]), "reason": hidden(row)}
    if row.get("n_lost") is None:
        return told | {"reason": hidden(row) or _("nobody can be counted yet")}
    return told | {
        "sentence": _sentence(reading, row),
        "table": _scales(reading, row),
        "others": _others(row),
    }


def _sentence(reading: Reading, row: Report) -> str:
    names = {
        "lost": row["n_lost"],
        "first": row["n_first"],
        "before": reading.wave(reading.spec.wave_codes[0]),
        "after": reading.wave(row["wave"]),
    }
    if not tells_asked(row):
        words = _(
            "%(lost)s of the %(first)s people who answered “%(before)s” did not answer “%(after)s”,"
            " or were not asked yet."
        )
        return words % names
    words = _(
        "%(lost)s of the %(first)s people who answered “%(before)s” and were asked again did not "
        "answer “%(after)s”."
    )
    waiting = not_asked(row)
    return " ".join([words % names, *([f"{waiting}."] if waiting else [])])


def tells_asked(row: Report) -> bool:
    """Whether those not asked yet are told apart; in older reports they count as lost."""
    return "n_not_asked" in row


def not_asked(row: Report) -> str:
    """How many of the first survey were not asked again yet; empty where none or not told."""
    waiting = row.get("n_not_asked")
    words = ngettext("%(n)s more was not asked yet", "%(n)s more were not asked yet", waiting or 0)
    return words % {"n": waiting} if waiting else ""


def _scales(reading: Reading, row: Report) -> dict[str, Any]:
    rows = []
    for code in reading.scales:
        one = (row.get("scales") or {}).get(code)
        if one is None:
            continue
        head = [scale_cell(reading, code)]
        if hidden(one):
            rows.append([*head, *reason(hidden(one), 7)])
            continue
        figures = [figure(one[k]) for k in ("mean_stayed", "sd_stayed", "mean_lost", "sd_lost")]
        rest = [figure(one["t"]), p_value(one["p"]), change(one["d"])]
        rows.append([*head, *cells(*figures, *rest)])
    heads = [_("Mean, stayed"), _("SD"), _("Mean, lost"), _("SD"), _("t (Welch)"), "p", "d"]
    return table(_("Scores in the first survey"), [_("Scale")], heads, rows)


def _others(row: Report) -> dict[str, Any]:
    """Covariates one by one, and everything together."""
    parts = [(dimension(code), one) for code, one in (row.get("covariates") or {}).items()]
    if row.get("logistic"):
        parts.append((_("All together (logistic model)"), row["logistic"]))
    rows = []
    for name, one in parts:
        if hidden(one):
            rows.append([{"text": name}, *reason(hidden(one), 3)])
        else:
            told = [figure(one["chi2"]), count(one["df"]), p_value(one["p"])]
            rows.append([{"text": name}, *cells(*told)])
    heads = [_("Chi-square"), _("df"), "p"]
    return table(_("Whether loss went with who people are"), [_("Of")], heads, rows)


def differed(reading: Reading, row: Report) -> list[str] | None:
    """The scales on which the lost differed at the start by more than chance (p under .05); None
    where nothing was compared."""
    tests = {
        code: one
        for code, one in (row.get("scales") or {}).items()
        if code in reading.scales and one.get("p") is not None
    }
    if not tests:
        return None
    return [reading.title(code) for code, one in tests.items() if one["p"] < 0.05]
