"""Sign-in sheets on paper: people with room for when they came and left, and a signature. Pure."""

from pathlib import Path

from certificates.layout import LINE, NAVY, SLATE
from certificates.typesetting import Face
from lms.dashboards.reports.paper import (
    LEFT,
    LINE_HEIGHT,
    RIGHT,
    SMALL,
    TOP,
    Paper,
)
from lms.dashboards.sheets.content import Name, Sheet, SignIn
from lms.dashboards.sheets.letters import printable

TITLE, BODY = 17.0, 10.5
ROW, PAD = 27.0, 4.0
EMPTY_ROWS = 3
# Left edges of number, name, in, out and signature.
EDGES = (LEFT, LEFT + 24, LEFT + 236, LEFT + 296, LEFT + 356, RIGHT)


def draw_sign_in(content: SignIn, *, fonts: Path) -> bytes:
    """The sheets as tagged PDF, each beginning on a page of its own. `fonts` holds
    NotoSans-Regular.ttf and NotoSans-Bold.ttf."""
    paper = Paper(content.about, fonts=fonts)
    for number, sheet in enumerate(content.sheets):
        paper.y = TOP
        paper.foot = printable(f"{content.about.title}. {sheet.heading}", paper.regular)
        anchor = f"sheet-{number}"
        paper.canvas.bookmarkPage(anchor)
        paper.canvas.addOutlineEntry(sheet.heading, anchor, 0)
        _sheet(paper, content, sheet)
        paper.end()
    return paper.finished()


def _sheet(paper: Paper, content: SignIn, sheet: Sheet) -> None:
    with paper.tree.element("H1"):
        paper.block(printable(sheet.heading, paper.bold), paper.bold, TITLE, NAVY)
    for fact in (content.about.title, *sheet.facts):
        with paper.tree.element("P"):
            paper.block(printable(fact, paper.regular), paper.regular, SMALL, SLATE)
    paper.y -= 6
    with paper.tree.element("Table"):
        _head(paper, content)
        for number, name in enumerate(sheet.names, start=1):
            _person(paper, content, str(number), name)
    paper.room(ROW * (EMPTY_ROWS + 2))
    paper.y -= 8
    with paper.tree.element("P"):
        paper.block(content.others, paper.regular, SMALL, SLATE)
    with paper.tree.artifact():
        paper.rule(NAVY, 1.0)
        for _row in range(EMPTY_ROWS):
            _rules(paper, ROW)
    paper.y -= 16
    with paper.tree.element("P"):
        paper.block(sheet.seen_by, paper.regular, BODY)


def _head(paper: Paper, content: SignIn) -> None:
    top = paper.y
    with paper.tree.element("TR"):
        for at, label in enumerate(content.columns):
            with paper.tree.element("TH", Scope="Column"):
                paper.cell((label,), EDGES[at] + PAD, top, paper.bold, SMALL, right=False)
    paper.y = top - SMALL * LINE_HEIGHT - 4
    paper.rule(NAVY, 1.0)


def _person(paper: Paper, content: SignIn, number: str, name: Name) -> None:
    """One row. On the next page the head is repeated, for those who see it."""
    below = ", ".join(text for text in (name.agency, name.group) if text)
    told = (
        (f"{name.last}, {name.first}", paper.bold, BODY),
        (below, paper.regular, SMALL),
        (name.note, paper.regular, SMALL),
    )
    width = EDGES[2] - EDGES[1] - 2 * PAD
    lines = [
        (paper.lines(printable(text, face), face, size, width), face, size)
        for text, face, size in told
        if text
    ]
    height = max(ROW, 2 * PAD + sum(len(rows) * size * LINE_HEIGHT for rows, _face, size in lines))
    if paper.room(height):
        with paper.tree.artifact():
            _head(paper, content)
    with paper.tree.element("TR"):
        with paper.tree.element("TD"):
            top = paper.y - PAD
            paper.cell((number,), EDGES[0] + PAD, top, paper.regular, BODY, right=False)
        with paper.tree.element("TH", Scope="Row"):
            _name(paper, lines)
        for _room in content.columns[2:]:
            with paper.tree.element("TD"):
                pass
    with paper.tree.artifact():
        _rules(paper, height)


def _name(paper: Paper, lines: list[tuple[tuple[str, ...], Face, float]]) -> None:
    top = paper.y - PAD
    for rows, face, size in lines:
        paper.cell(rows, EDGES[1] + PAD, top, face, size, right=False)
        top -= len(rows) * size * LINE_HEIGHT


def _rules(paper: Paper, height: float) -> None:
    """The lines around a row's boxes; goes on below it."""
    canvas, top = paper.canvas, paper.y
    paper.y -= height
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.5)
    for edge in EDGES[2:5]:
        canvas.line(edge, top, edge, paper.y)
    paper.rule(SLATE, 0.5)
