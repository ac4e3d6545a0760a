"""How figures are written for people. Signs are typographic; a missing figure is a dash."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from assessments import small_cells
from assessments.dot_plots import MINUS, signed

LEVEL = 0.05
DASH = "–"
NB = "\N{NO-BREAK SPACE}"
Cell = dict[str, Any]


def figure(value: float | None, decimals: int = 2) -> str:
    return DASH if value is None else f"{value:.{decimals}f}".replace("-", MINUS)


def change(value: float | None) -> str:
    """A difference, with its sign."""
    return DASH if value is None else signed(value)


def count(value: int | None) -> str:
    return DASH if value is None else str(value)


def percent(value: float | None) -> str:
    return DASH if value is None else f"{value:.0f}%"


def interval(low: float | None, high: float | None, *, signs: bool = True) -> str:
    if low is None or high is None:
        return DASH
    write = signed if signs else figure
    return _("%(low)s to %(high)s") % {"low": write(low), "high": write(high)}


def p_value(p: float | None) -> str:
    """Three decimals, and more where rounding would carry it over the level of .05."""
    if p is None:
        return DASH
    if p < 0.001:
        return "<.001"
    decimals = next(d for d in range(3, 20) if not p < LEVEL <= float(f"{p:.{d}f}"))
    return f"{p:.{decimals}f}".removeprefix("0")


def p_words(p: float) -> str:
    return f"p{NB}<{NB}.001" if p < 0.001 else f"p{NB}={NB}{p_value(p)}"


def cells(*texts: str) -> list[Cell]:
    """Figures of one row."""
    return [{"text": text, "number": True} for text in texts]


def reason(words: str, span: int) -> list[Cell]:
    """Why a row has no figures, over all its columns."""
    return [{"text": _("Not shown: %(reason)s") % {"reason": words}, "span": span}]


def columns(names: Sequence[str], figures: Iterable[str]) -> list[dict[str, Any]]:
    """Headings: of words first, then of figures."""
    heads: list[dict[str, Any]] = [{"label": name} for name in names]
    return heads + [{"label": name, "number": True} for name in figures]


def table(
    caption: str, names: Sequence[str], figures: Sequence[str], rows: list[list[Cell]]
) -> dict[str, Any]:
    """A table for components/table.html."""
    return {"caption": caption, "columns": columns(names, figures), "rows": rows}


_REASONS = {
    small_cells.FEW: lambda: _("too few people"),
    small_cells.SMALL_CELL: lambda: _("it would show a group that is too small"),
    small_cells.SUBTRACTION: lambda: _("a group that is too small would follow by subtraction"),
    small_cells.COHORTS: lambda: _("too few cohorts have enough people"),
    small_cells.HELD_BACK: lambda: _("held back until enough people have been added"),
}


def hidden(part: Mapping[str, Any]) -> str:
    """Why a part's figures are hidden, to be read after “Not shown:”; empty where they are not.
    Reports keep reasons of their own, which programs read."""
    kept = str(part.get("suppressed", ""))
    return _REASONS[kept]() if kept in _REASONS else kept


def listed(words: Sequence[str]) -> str:
    """One, two and three."""
    if len(words) < 2:
        return "".join(words)
    return _("%(some)s and %(last)s") % {"some": ", ".join(words[:-1]), "last": words[-1]}
