"""What the public outcomes page says of a frozen vintage, in words, tables and charts."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from assessments import public_outcomes as told
from assessments.charts import MINUS, signed
from assessments.documents import text_in
from assessments.intervals import COHORTS
from assessments.models import PublicOutcomes
from assessments.public_charts import scale_charts, year_chart
from assessments.public_files import DICTIONARY, EVERYTHING, offered_files
from cms_pages.outcome_sources import how_we_know

Row = Mapping[str, Any]
Context = dict[str, Any]


def page_context(public: PublicOutcomes) -> Context:
    """One vintage in full: main outcome in words, changes by pair of waves, who answered, people
    trained, caveats, files. A vintage that is only previewed has no files yet."""
    return summary_context(public) | {
        "pairs": [_pair(public, first, second) for first, second in _pairs(public)],
        "answered": _answered(public),
        "trained": trained_steps(public.rows["trained"]),
        "files": _files(public) if public.pk else [],
        "caveats": caveats(public.notes),
        "how": how_we_know(public.notes),
    }


def summary_context(public: PublicOutcomes) -> Context:
    """What the list of studies shows of one: its title, its main outcome and the first chart. The
    list itself does change."""
    pairs = _pairs(public)
    return {
        "public": public,
        "title": _title(public.notes),
        "main": [main_words(public, *pair) for pair in pairs if _main_row(public, *pair)],
        "first": _pair(public, *pairs[0]) if pairs else None,
        "care": f"care-{public.study.code}",
        "caveats": caveats(public.notes, but=told.FROZEN),
    }


def _title(note: Row) -> str:
    return text_in(note["titles"], get_language() or "en")


def titles_of(notes: Sequence[Row]) -> dict[str, str]:
    return {note["code"]: _title(note) for note in notes}


def _scale_title(note: Row) -> str:
    """With the direction that is a benefit, where it is not what a reader takes for granted."""
    name = _title(note)
    if note["better"] != "lower":
        return name
    return _("%(scale)s (lower is better)") % {"scale": name}


def _pairs(public: PublicOutcomes) -> list[tuple[str, str]]:
    """Pairs of waves with something to show, in the order of the waves."""
    shown = {(row["from"], row["to"]) for row in public.rows["total"]}
    order = [wave["code"] for wave in public.notes["waves"]]
    return sorted(shown, key=lambda pair: order.index(pair[1]))


def _of_pair(rows: Sequence[Row], first: str, second: str) -> list[Row]:
    return [row for row in rows if (row["from"], row["to"]) == (first, second)]


def _main_scale(public: PublicOutcomes) -> Row:
    return next(note for note in public.notes["scales"] if note["role"] == told.MAIN)


def _main_row(public: PublicOutcomes, first: str, second: str) -> Row | None:
    rows = _of_pair(public.rows["total"], first, second)
    return next((row for row in rows if row["scale"] == _main_scale(public)["code"]), None)


def main_words(public: PublicOutcomes, first: str, second: str) -> str:
    """The main outcome between two waves as sentences; a null result in the same words."""
    row, scale = _main_row(public, first, second), _main_scale(public)
    assert row is not None
    waves = titles_of(public.notes["waves"])
    values = {
        "scale": _title(scale),
        "n": row["people_about"],
        "first": waves[first],
        "second": waves[second],
        "before": figure(row["mean_from"], decimals_of(row)),
        "after": figure(row["mean_to"], decimals_of(row)),
        "lowest": f"{scale['lowest']:g}",
        "highest": f"{scale['highest']:g}",
        "change": signed(row["mean_change"], decimals_of(row)),
        "low": signed(row["ci_low"], decimals_of(row)),
        "high": signed(row["ci_high"], decimals_of(row)),
    }
    includes_zero = row["ci_low"] <= 0 <= row["ci_high"]
    sentences = [
        _(
            "About %(n)d people answered both “%(first)s” and “%(second)s”. Their mean on "
            "“%(scale)s”, from %(lowest)s to %(highest)s, went from %(before)s to %(after)s: a "
            "change of %(change)s points. The 95%% interval runs from %(low)s to %(high)s."
        )
        % values,
        _("It allows for people of one class being alike.")
        if row.get("ci_kind") == COHORTS
        else _(
            "It takes people as independent: where people of one class are alike, it is too narrow."
        ),
        _("It includes zero: these answers cannot tell a change from none.")
        if includes_zero
        else _("It does not include zero."),
        _("On this scale lower is better.")
        if scale["better"] == "lower"
        else _("On this scale higher is better."),
    ]
    return " ".join(sentences)


def figure(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace("-", MINUS)


def decimals_of(row: Row) -> int:
    """With how many its figures were frozen; the oldest rows do not say it."""
    return int(row.get("decimals", 2))


def _pair(public: PublicOutcomes, first: str, second: str) -> Context:
    """Charts and tables of one pair of waves: all years together, then year by year."""
    notes, waves = public.notes, titles_of(public.notes["waves"])
    rows = _of_pair(public.rows["total"], first, second)
    years = _of_pair(public.rows["years"], first, second)
    main = _main_scale(public)
    return {
        "id": f"{first}-{second}",
        "title": _("%(first)s, then %(second)s")
        % {"first": waves[first], "second": waves[second][:1].lower() + waves[second][1:]},
        "charts": scale_charts(rows, notes["scales"], _scale_titles(notes)),
        "table": change_table(notes, rows),
        "main_scale": _scale_title(main),
        "years_chart": year_chart([row for row in years if row["scale"] == main["code"]], main),
        "years_table": _years_table(notes, years),
    }


def _scale_titles(notes: Row) -> dict[str, str]:
    return {note["code"]: _scale_title(note) for note in notes["scales"]}


def change_table(notes: Row, rows: Sequence[Row]) -> Context:
    """One row a scale, main scale first, for components/table.html."""
    labels = [_("Earlier"), _("Later"), _("Change"), _("95% interval"), _("People, about")]
    found = {row["scale"]: row for row in rows}
    return {
        "caption": _("The same people answer every scale: the rows are not to be added up"),
        "columns": [{"label": _("Scale")}, *({"label": one, "number": True} for one in labels)],
        "rows": [
            [scale_cell(note), *_change_cells(found[note["code"]])]
            for note in notes["scales"]
            if note["code"] in found
        ],
    }


def scale_cell(note: Row) -> Context:
    is_main = note["role"] == told.MAIN
    name = _scale_title(note)
    return {"text": _("%(scale)s (main)") % {"scale": name} if is_main else name, "bold": is_main}


def _change_cells(row: Row) -> list[Context]:
    texts = [
        figure(row["mean_from"], decimals_of(row)),
        figure(row["mean_to"], decimals_of(row)),
        signed(row["mean_change"], decimals_of(row)),
        interval_words(row),
        str(row["people_about"]),
    ]
    return [{"text": text, "number": True} for text in texts]


def interval_words(row: Row) -> str:
    return _("%(low)s to %(high)s") % {
        "low": signed(row["ci_low"], decimals_of(row)),
        "high": signed(row["ci_high"], decimals_of(row)),
    }


def _years_table(notes: Row, rows: Sequence[Row]) -> Context | None:
    """One row a scale, one column a year: change, and of about how many people. None where there is
    one year, which says what the total says."""
    years = sorted({row["year"] for row in rows})
    if len(years) < 2:
        return None
    cells = {(row["scale"], row["year"]): row for row in rows}
    return {
        "caption": _(
            "Change in each year, and of how many people, to the nearest ten: rounded one by one, "
            "the years do not add up to the number of all years"
        ),
        "columns": [{"label": _("Scale")}, *({"label": year, "number": True} for year in years)],
        "rows": [
            [scale_cell(note), *(_year_cell(cells.get((note["code"], year))) for year in years)]
            for note in notes["scales"]
            if any((note["code"], year) in cells for year in years)
        ],
    }


def _year_cell(row: Row | None) -> Context:
    if row is None:
        return {"text": _("too few"), "number": True}
    values = {
        "change": signed(row["mean_change"], decimals_of(row)),
        "interval": interval_words(row),
        "n": row["people_about"],
    }
    return {"text": _("%(change)s (%(interval)s), %(n)d people") % values, "number": True}


def _answered(public: PublicOutcomes) -> list[Context]:
    """Who answered each wave, for components/flow.html."""
    waves = titles_of(public.notes["waves"])
    rows = public.rows["answered"]
    most = max((row["people_about"] or 0 for row in rows), default=0)
    return [
        {
            "count": row["people_about"] or "–",
            "label": _("answered “%(wave)s”") % {"wave": waves[row["wave"]]},
            "note": _answered_note(public.notes, row, is_first=number == 0),
            "percent": row["people_about"] and round(100 * row["people_about"] / most),
        }
        for number, row in enumerate(rows)
    ]


def _answered_note(notes: Row, row: Row, *, is_first: bool) -> str:
    if is_first or row["also_first_about"] is None:
        return "" if row["people_about"] else _("not shown: a small group would follow")
    also = _("%(n)d of them had answered the first survey too") % {"n": row["also_first_about"]}
    waiting = not_asked_words(notes, row["wave"])
    return f"{also}. {waiting}" if waiting else also


def not_asked_words(notes: Row, wave: str) -> str:
    """A sentence on classes to which a later survey had not come; empty where it had come to all.
    Older vintages do not know."""
    all_asked = notes.get("all_asked", {}).get(wave)
    if all_asked is None:
        return _("Some who answered the first survey may not have been asked yet.")
    return "" if all_asked else _("Some who answered the first survey had not been asked yet.")


def trained_steps(rows: Sequence[Row]) -> list[Context]:
    """People trained by year, for components/flow.html."""
    most = max((row["people_about"] or 0 for row in rows), default=0)
    return [
        {
            "count": row["people_about"] or "<10",
            "label": _("people completed the training in %(year)s") % {"year": row["year"]},
            "note": "",
            "percent": row["people_about"] and round(100 * row["people_about"] / most),
        }
        for row in rows
    ]


def caveats(notes: Row, *, but: str = "") -> list[Context]:
    """How to read the figures: the names that were frozen, in the words of today, all `but` one."""
    imported = told.noted_kind(notes) == told.IMPORTED
    texts = {
        told.NOT_COMPARED: (
            _("Nobody knows what would have happened without the training."),
            _(
                "There is no comparison group. Other events of the same time may explain part or "
                "all of a change."
            ),
        ),
        told.COMPARED: (
            _("The change of people trained is shown here, not the comparison."),
            _(
                "Evaluators compare them with people who were not trained at that time. That is "
                "not published: such groups are small and known by what they wait for, so "
                "colleagues could tell who is in them. Other events of the same time may explain "
                "part or all of the change."
            ),
        ),
        told.MISSING: (
            _("Not everybody answered."),
            _("Those who left a survey out may differ from the others.")
            if imported
            else _(
                "Taking part is voluntary. Those who left a survey out may differ from the others."
            ),
        ),
        told.SELF_REPORTED: (
            _("People speak about themselves."),
            _("What somebody thinks of a call is not what happens on a call."),
        ),
        told.SEVERAL_SCALES: (
            ngettext(
                "%(n)d scale was looked at.",
                "%(n)d scales were looked at.",
                len(notes["scales"]),
            )
            % {"n": len(notes["scales"])},
            _(
                "Among several, one can move by chance. The main one is named in the protocol; "
                "whether before the answers, the portal cannot tell."
            )
            if imported
            else _(
                "Among several, one can move by chance. The main one was named before the data."
            ),
        ),
        told.INDEPENDENT: (
            _("People of one class are alike."),
            _(
                "Where an interval takes people as independent, what is not known is more than it "
                "says. The open data say of each interval which it is (ci_kind)."
            ),
        ),
        told.YEARS_DIFFER: (
            _("Years are different people."),
            _("A difference between two years is not a trend of anybody."),
        ),
        told.SMALL_GROUPS: (
            _("Small groups are left out."),
            _("Nothing is shown about fewer than %(n)d people.") % {"n": notes["threshold"]},
        ),
        told.ROUNDED: (
            _("Numbers of people are rounded."),
            _("They are given to the nearest ten, so that no class can be worked out from them."),
        ),
        told.FROZEN: (
            _("This page does not change."),
            _("A correction would appear in a new vintage with a new number.")
            if imported
            else _("Later answers, and withdrawals, appear in a new vintage with a new number."),
        ),
    }
    return [
        {"title": texts[name][0], "text": texts[name][1]}
        for name in notes["caveats"]
        if name in texts and name != but
    ]


def _files(public: PublicOutcomes) -> list[Context]:
    about = {
        "all-years.csv": _("Change on each scale, all years together"),
        "by-year.csv": _("Change on each scale, year by year"),
        "answered.csv": _("People who answered each survey"),
        "trained.csv": _("People who completed the training, by year"),
        DICTIONARY: _("Data dictionary: what every column means"),
        EVERYTHING: _("All of it in one file, for programs"),
    }
    return [
        {"url": file_url(public, name), "name": name, "about": about[name]}
        for name in offered_files(public.rows)
    ]


def file_url(public: PublicOutcomes, name: str) -> str:
    return reverse("outcomes_file", args=[public.study.code, public.number, name])
