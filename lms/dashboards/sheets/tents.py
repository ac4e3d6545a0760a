"""Name tents on paper: two on a sheet, to be cut apart and folded, read from both sides. Pure."""

from pathlib import Path

from reportlab.lib.colors import Color

from certificates.layout import INK, LINE, NAVY, SLATE
from certificates.typesetting import ASCENT, Fitted
from lms.dashboards.reports.paper import HEIGHT, LEFT, MEASURE, SMALL, WIDTH, Paper
from lms.dashboards.sheets.content import Name, Tents
from lms.dashboards.sheets.letters import fitted

ON_A_SHEET = 2
TENT = HEIGHT / ON_A_SHEET
SIDE = TENT / 2
GAP = 4.0


def draw_tents(content: Tents, *, fonts: Path) -> bytes:
    """The tents as tagged PDF. `fonts` holds NotoSans-Regular.ttf and NotoSans-Bold.ttf."""
    paper = Paper(content.about, fonts=fonts)
    for number, name in enumerate(content.names):
        at = number % ON_A_SHEET
        if at == 0 and number:
            paper.canvas.showPage()
        _tent(paper, content, name, HEIGHT - (at + 1) * TENT)
        if at == 0:
            _line(paper, TENT, content.cut, NAVY)
    paper.canvas.showPage()
    return paper.finished()


def _tent(paper: Paper, content: Tents, name: Name, bottom: float) -> None:
    """One tent above `bottom`: upright below the fold, and once more upside down above it, which
    is the same and not read twice."""
    texts = _texts(paper, name)
    with paper.tree.element("Sect"):
        _side(paper, texts, bottom)
    with paper.tree.artifact():
        paper.canvas.saveState()
        paper.canvas.translate(WIDTH, 2 * (bottom + SIDE))
        paper.canvas.rotate(180)
        _side(paper, texts, bottom)
        paper.canvas.restoreState()
    _line(paper, bottom + SIDE, content.fold, LINE)


def _texts(paper: Paper, name: Name) -> list[tuple[Fitted, Color]]:
    below = " · ".join(text for text in (name.agency, name.group) if text)
    told = [
        (name.first, paper.bold, NAVY, (56.0, 30.0, 10.0)),
        (name.last, paper.regular, INK, (32.0, 20.0, 10.0)),
        (below, paper.regular, SLATE, (13.0, 10.0, 8.0)),
    ]
    return [
        (
            fitted(text, face, width=MEASURE, largest=sizes[0], smallest=sizes[1], floor=sizes[2]),
            colour,
        )
        for text, face, colour, sizes in told
        if text.strip()
    ]


def _side(paper: Paper, texts: list[tuple[Fitted, Color]], bottom: float) -> None:
    """The texts below each other, in the middle of the side of a tent that begins at `bottom`."""
    height = sum(text.height for text, _colour in texts) + GAP * (len(texts) - 1)
    top = bottom + (SIDE + height) / 2
    for text, colour in texts:
        with paper.tree.element("P"), paper.tree.content():
            _centred(paper, text, colour, top)
        top -= text.height + GAP


def _centred(paper: Paper, text: Fitted, colour: Color, top: float) -> None:
    paper.canvas.setFillColor(colour)
    paper.canvas.setFont(text.face.name, text.size)
    step = text.height / len(text.lines)
    for number, line in enumerate(text.lines):
        paper.canvas.drawCentredString(WIDTH / 2, top - number * step - text.size * ASCENT, line)


def _line(paper: Paper, y: float, word: str, colour: Color) -> None:
    """A dashed line across the sheet with what to do there, no part of the text."""
    with paper.tree.artifact():
        canvas = paper.canvas
        canvas.saveState()
        canvas.setDash(4, 4)
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(0.5)
        canvas.line(0, y, WIDTH, y)
        canvas.setFillColor(SLATE)
        canvas.setFont(paper.regular.name, SMALL)
        canvas.drawString(LEFT / 3, y + 3, word)
        canvas.restoreState()
