"""A report of the funder's with everything that a report can have in it."""

from datetime import date

from assessments.dot_plots import Estimate, dot_plot
from lms.dashboards.reports.blocks import (
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

ADDRESS = "https://portal.example.org/reports/2026/"
PLOT = dot_plot(
    [
        Estimate("Confidence in de-escalation", 0.57, 0.38, 0.75, primary=True),
        Estimate("Readiness to seek help for oneself", 0.15, -0.02, 0.32),
    ]
)


def sample_report(rows: int = 3, title: str = "Training year 2026-2027") -> Report:
    columns = (Column("Program"), *(Column(label, number=True) for label in ("Seats", "Hours")))
    body = tuple(
        (f"Program {number} for everybody", str(28 + number), "1,120.5") for number in range(rows)
    )
    return Report(
        title=title,
        lead="What was taught, and what changed.",
        author="CIT Training Portal",
        language="en",
        made_on=date(2026, 11, 27),
        address=ADDRESS,
        same_as_page=f"The same report as a web page: {ADDRESS}",
        sections=(
            Section(
                "glance",
                "The year at a glance",
                (
                    Figures(
                        (
                            Figure("4", "Trainings", "2 more are scheduled"),
                            Figure("103", "Seats taken", "by 98 people"),
                            Figure("91", "Seats completed", "by 88 people"),
                            Figure("3,912.5", "Credited hours", "earned in this year"),
                            Figure("3", "Agencies", "took part"),
                        )
                    ),
                ),
            ),
            Section("programs", "By program", (Grid("Each seat once", columns, body),)),
            Section(
                "study",
                "A small study",
                (
                    Words(("About 120 people answered both surveys.",)),
                    Chart(
                        "Change: before, then after",
                        "A hollow dot means that the interval includes zero.",
                        PLOT.wide,
                        PLOT.thin,
                        "Mean change with its interval on two scales.",
                    ),
                    Points((Point("Not everybody answered.", "Taking part is voluntary."),)),
                ),
            ),
        ),
        crisis_line="Need to talk to someone? Call or text 988, any hour.",
    )


def texts_of(report: Report) -> list[str]:
    """Every text of a report, in reading order."""
    found = [report.author, report.title, report.lead, report.same_as_page]
    for section in report.sections:
        found.append(section.heading)
        for block in section.blocks:
            found += _texts(block)
    return [*found, report.crisis_line]


def _texts(block: object) -> list[str]:
    if isinstance(block, Words):
        return list(block.paragraphs)
    if isinstance(block, Figures):
        return [text for one in block.figures for text in (one.value, one.label, one.note) if text]
    if isinstance(block, Points):
        return [text for one in block.points for text in (one.title, one.text)]
    if isinstance(block, Grid):
        cells = [text for row in block.rows for text in row]
        return [block.caption, *(column.label for column in block.columns), *cells]
    assert isinstance(block, Chart)
    drawn = [text for row in block.wide.rows for text in (row.label, row.change_text)]
    return [block.heading, block.note, *drawn]
