"""The charts of the report on paper: the same geometry as on the page, drawn by reportlab. Pure."""

from reportlab.graphics.shapes import Circle, Group, Line, String
from reportlab.graphics.shapes import Drawing as Sheet
from reportlab.lib.colors import HexColor, white

from assessments.dot_plots import LINE as LINE_HEIGHT
from assessments.dot_plots import Drawing, Row
from certificates.layout import LINE, NAVY, SLATE
from certificates.typesetting import Face

STEEL = HexColor("#5b7fa8")
TEXT = 13.0
RADIUS = 6.5
BASELINE = 5.0
"""How far under the middle of a row its figures stand."""


def chart_sheet(chart: Drawing, width: float, regular: Face, bold: Face) -> Sheet:
    """The wide drawing of a chart, scaled to a width in points. It counts from the top, paper from
    the bottom."""
    scale = width / chart.width
    group = Group(transform=(scale, 0, 0, -scale, 0, chart.height * scale))
    sheet = Sheet(width, chart.height * scale)
    # Else reportlab begins with Helvetica, which it does not embed.
    sheet.initialFontName = regular.name
    pen = _Pen(group, regular, bold)
    for tick in chart.ticks:
        colour, thick = (NAVY, 1.5) if tick.zero else (LINE, 1.0)
        pen.line(tick.x, chart.grid_top, tick.x, chart.grid_bottom, colour, thick)
        pen.text(tick.x, chart.tick_y, tick.label, SLATE, anchor="middle")
    for row in chart.rows:
        _draw_row(pen, row, chart.width)
    sheet.add(group)
    return sheet


def _draw_row(pen: "_Pen", row: Row, width: float) -> None:
    *lines, last = row.lines
    for place, line in enumerate([*lines, f"{last} (main)" if row.primary else last]):
        pen.text(0, row.label_y + LINE_HEIGHT * place, line, NAVY, strong=row.primary)
    pen.text(width - 112, row.y + BASELINE, row.change_text, NAVY, anchor="end", strong=True)
    pen.text(width, row.y + BASELINE, f"{row.low_text} to {row.high_text}", NAVY, anchor="end")
    pen.line(row.x_low, row.y, row.x_high, row.y, STEEL, 3.0)
    fill = white if row.hollow else NAVY
    pen.group.add(Circle(row.x, row.y, RADIUS, fillColor=fill, strokeColor=NAVY, strokeWidth=2.5))


class _Pen:
    """Draws in the chart's own units, with texts the right way up."""

    def __init__(self, group: Group, regular: Face, bold: Face) -> None:
        self.group, self.regular, self.bold = group, regular, bold

    def line(
        self, x1: float, y1: float, x2: float, y2: float, colour: object, thick: float
    ) -> None:
        self.group.add(Line(x1, y1, x2, y2, strokeColor=colour, strokeWidth=thick))

    def text(
        self,
        x: float,
        y: float,
        words: str,
        colour: object,
        *,
        anchor: str = "start",
        strong: bool = False,
    ) -> None:
        face = self.bold if strong else self.regular
        face.check(words)
        string = String(
            0,
            0,
            words,
            fontName=face.name,
            fontSize=TEXT,
            fillColor=colour,
            textAnchor=anchor,
        )
        self.group.add(Group(string, transform=(1, 0, 0, -1, x, y)))
