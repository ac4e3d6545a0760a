"""What the yearly report says: the year's figures and the newest public outcomes, in sections."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from assessments.models import PublicOutcomes
from assessments.public_outcomes import FROZEN
from cms_pages.outcomes import caveats, not_asked_words, page_context, titles_of
from lms.accounts.clock import today
from lms.dashboards.reports.blocks import (
    Block,
    Chart,
    Column,
    Figure,
    Figures,
    Grid,
    Point,
    Points,
    Report,
    Section,
    Words,
)
from lms.dashboards.reports.figures import LEAST_PEOPLE, AgencyLine, YearFigures


def year_report(figures: YearFigures, outcomes: Iterable[PublicOutcomes], host: str) -> Report:
    """The whole report. `outcomes`: the newest public vintage of each study of the year; `host`:
    scheme and name of the portal, for addresses on paper."""
    year = figures.year
    made_on = today(settings.TIME_ZONE)
    sections = [
        _at_a_glance(figures),
        _by_program(figures),
        _agencies(figures),
        *(_study(public, host) for public in outcomes),
    ]
    if len(sections) == 3:
        sections.append(_no_study())
    address = host + reverse("reports:year", args=[year.first])
    return Report(
        title=_("Training year %(label)s") % {"label": year.label},
        lead=_(
            "Crisis training for police and first responders: what was taught, and what changed."
        )
        + " "
        + _("As it stood on %(day)s.") % {"day": date_format(made_on, "F j, Y")},
        author=str(settings.SITE_NAME),
        language=get_language() or "en",
        made_on=made_on,
        address=address,
        same_as_page=_("The same report as a web page: %(address)s") % {"address": address},
        sections=(*sections, _methods(figures)),
        crisis_line=_("Need to talk to someone? Call or text 988, any hour. Nobody here is told."),
    )


def _at_a_glance(figures: YearFigures) -> Section:
    people = ngettext("by %(n)d person", "by %(n)d people", figures.people)
    coming = ngettext("%(n)d more is scheduled", "%(n)d more are scheduled", figures.coming)
    agencies = len(figures.agencies) + figures.merged
    block = Figures(
        (
            Figure(
                str(figures.trainings),
                _("Trainings"),
                coming % {"n": figures.coming} if figures.coming else "",
            ),
            Figure(str(figures.seats), _("Seats taken"), people % {"n": figures.people}),
            Figure(
                str(figures.completions),
                _("Seats completed"),
                _completed_note(figures),
            ),
            Figure(hours(figures.minutes), _("Credited hours"), _("earned in this year")),
            Figure(str(agencies), _("Agencies"), _("took part")),
        )
    )
    return Section("glance", _("The year at a glance"), (block,))


def _completed_note(figures: YearFigures) -> str:
    """By how many people, and how many seats are not to be judged yet."""
    people = ngettext("by %(n)d person", "by %(n)d people", figures.certified_people)
    notes = [people % {"n": figures.certified_people}]
    if figures.open_seats:
        notes.append(_("%(n)d more still open") % {"n": figures.open_seats})
    return "; ".join(notes)


def hours(minutes: int) -> str:
    """Hours with at most one decimal, and a comma in thousands."""
    return f"{minutes / 60:,.1f}".removesuffix(".0")


def _by_program(figures: YearFigures) -> Section:
    labels = [_("Trainings"), _("Seats taken"), _("Seats completed"), _("Credited hours")]
    columns = (Column(_("Program")), *(Column(label, number=True) for label in labels))
    rows = [
        (
            line.title,
            str(line.trainings),
            str(line.seats),
            str(line.completions),
            hours(line.minutes),
        )
        for line in figures.programs
    ]
    if not rows:
        return Section("programs", _("By program"), (Words((_("No training has begun yet."),)),))
    total = (
        _("All programs"),
        str(figures.trainings),
        str(figures.seats),
        str(figures.completions),
        hours(figures.minutes),
    )
    caption = _("Each seat stands in one line. Somebody with two seats is in two of them.")
    grid = Grid(caption, columns, (*rows, total))
    return Section("programs", _("By program"), (grid, *_under_way(figures)))


def _under_way(figures: YearFigures) -> tuple[Block, ...]:
    if not figures.open_seats:
        return ()
    words = ngettext(
        "%(n)d seat may still be completed: its training is under way, or over and not closed yet.",
        "%(n)d seats may still be completed: their trainings are under way, or over and not closed "
        "yet.",
        figures.open_seats,
    )
    return (Words((words % {"n": figures.open_seats},)),)


def _agencies(figures: YearFigures) -> Section:
    columns = (
        Column(_("Agency")),
        Column(_("People"), number=True),
        Column(_("Seats taken"), number=True),
    )
    rows = [_agency_row(line, line.name) for line in figures.agencies]
    if figures.others:
        name = ngettext("%(n)d other agency", "%(n)d other agencies", figures.merged)
        rows.append(_agency_row(figures.others, name % {"n": figures.merged}))
    caption = _("Everybody stands in one line: the agency that they work for")
    grid: tuple[Block, ...] = (Grid(caption, columns, tuple(rows)),) if rows else ()
    return Section("agencies", _("Agencies taking part"), (*grid, *_coverage(figures)))


def _coverage(figures: YearFigures) -> tuple[Block, ...]:
    """The share of an agency's people who have been trained, where the agency has given a number;
    where it has not, that is said."""
    if not figures.coverage:
        words = _(
            "Coverage, the share of an agency's people who have been trained, is left out: the "
            "portal knows who came, and no agency has said how many people it employs."
        )
        return (Words((words,)),)
    columns = (
        Column(_("Agency")),
        Column(_("People trained"), number=True),
        Column(_("People employed"), number=True),
        Column(_("Share"), number=True),
        Column(_("Counted on"), number=True),
    )
    rows = tuple(
        (
            line.name,
            str(line.trained),
            f"{line.staff:,}",
            f"{line.percent}%",
            date_format(line.counted_on, "M j, Y"),
        )
        for line in figures.coverage
    )
    words = _(
        "Other agencies have not said how many people they employ, or had too few trained; their "
        "coverage is left out."
    )
    caption = _("Coverage: people with a certificate, of this year or before, of those employed")
    return Grid(caption, columns, rows), Words((words,))


def _agency_row(line: AgencyLine, name: str) -> tuple[str, ...]:
    return (name, str(line.people), str(line.seats))


def _study(public: PublicOutcomes, host: str) -> Section:
    """One study's changes, from its frozen public vintage and nothing else."""
    page = page_context(public)
    address = host + reverse("outcomes_vintage", args=[public.study.code, public.number])
    source = _("From public vintage %(number)d, of %(day)s: %(address)s") % {
        "number": public.number,
        "day": date_format(public.published_at, "F j, Y"),
        "address": address,
    }
    whole = _("All years of the study, not only this one.")
    blocks: list[Block] = [Words((whole, *page["main"], _attrition(public)))]
    for pair in page["pairs"]:
        blocks += [
            Chart(
                _("Change: %(pair)s") % {"pair": pair["title"]},
                _(
                    "All years together. Mean change, later minus earlier, in points of scales "
                    "from %(low)g to %(high)g. Lines are 95%% intervals. A hollow dot means that "
                    "the interval includes zero."
                )
                % {"low": chart.lowest, "high": chart.highest},
                chart.wide,
                chart.thin,
                _("%(pair)s: mean change with its 95%% interval. The numbers are in the table.")
                % {"pair": pair["title"]},
            )
            for chart in pair["charts"]
        ]
        blocks.append(_grid(pair["title"], pair["table"]))
        if pair["years_table"]:
            caption = _(
                "%(pair)s: change in each year; numbers of people are rounded one by one, so the "
                "years do not add up to the number of all years"
            ) % {"pair": pair["title"]}
            blocks.append(_grid(caption, pair["years_table"]))
    # The report is made anew each time: it is the public page that does not change.
    read_with = caveats(public.notes, but=FROZEN)
    points = tuple(Point(one["title"], one["text"]) for one in read_with)
    blocks += [Points(points), Words((source,))]
    return Section(f"study-{public.study.code}", page["title"], tuple(blocks))


def _attrition(public: PublicOutcomes) -> str:
    """Who answered, and who answered again, in a sentence for each survey."""
    titles = titles_of(public.notes["waves"])
    sentences = [
        _answered(public.notes, titles[row["wave"]], row, is_first=number == 0)
        for number, row in enumerate(public.rows["answered"])
    ]
    left = _("Only people who answered twice are compared; the others may differ from them.")
    return " ".join([*sentences, left])


def _answered(notes: dict[str, Any], wave: str, row: dict[str, Any], *, is_first: bool) -> str:
    values = {"wave": wave, "n": row["people_about"], "both": row["also_first_about"]}
    also = not is_first and row["also_first_about"] is not None
    if row["people_about"] is None:
        text = _("How many answered “%(wave)s” is not shown.")
        if also:
            text += " " + _("About %(both)d of them answered the first one too.")
    elif also:
        text = _("About %(n)d answered “%(wave)s”, about %(both)d of them the first one too.")
    else:
        text = _("About %(n)d people answered “%(wave)s”.")
    waiting = not_asked_words(notes, row["wave"]) if also else ""
    return f"{text % values} {waiting}".rstrip()


def _grid(caption: str, table: dict[str, Any]) -> Grid:
    columns = tuple(Column(one["label"], one.get("number", False)) for one in table["columns"])
    rows = tuple(tuple(str(cell["text"]) for cell in row) for row in table["rows"])
    return Grid(caption, columns, rows)


def _no_study() -> Section:
    words = _(
        "No outcomes of this year’s trainings have been published yet. They appear here once they "
        "are public."
    )
    return Section("outcomes", _("What changed"), (Words((words,)),))


def _methods(figures: YearFigures) -> Section:
    points = [
        (
            _("Trainings and seats."),
            _(
                "A training belongs to the year, July 1 to June 30, of its first day and counts "
                "once it has begun. Cancelled ones and seats given up are left out."
            ),
        ),
        (
            _("Seats completed."),
            _("Those with a certificate that was issued and not revoked."),
        ),
        (
            _("Credited hours."),
            _(
                "Minutes that people were present, or lessons that they read, in this year; never "
                "typed in. They may belong to a training that began in the year before."
            ),
        ),
        (
            _("Agencies."),
            _("Those from which fewer than %(n)d people came are counted together.")
            % {"n": LEAST_PEOPLE},
        ),
        (
            _("Change."),
            _(
                "The same people before and after, on scales that the protocol names; mean change "
                "with its 95% interval. A study stands here where one of its trainings began in "
                "this year; its figures are those of the public page, of all its years. Numbers of "
                "people are rounded to the nearest ten there and here: whoever knows the classes "
                "must not be able to work out how many answered."
            ),
        ),
        (
            _("Nobody is named."),
            _("No figure is about one person, and nobody can look up what one person answered."),
        ),
    ]
    return Section(
        "methods", _("How this was counted"), (Points(tuple(Point(*one) for one in points)),)
    )
