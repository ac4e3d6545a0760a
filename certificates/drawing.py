"""The certificate as a sheet of paper, drawn as PDF from a snapshot and nothing else.

The same snapshot and fonts always give the same bytes. The lights of the two lanterns are the
only amber on the sheet, and everything also reads in black and white.
"""

from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import groupby
from math import isqrt
from pathlib import Path

import zxingcpp
from reportlab.lib.colors import white
from reportlab.pdfgen.canvas import Canvas

from certificates.layout import (
    AMBER,
    FRAME,
    HEADING,
    MARK,
    MIST,
    NAVY,
    PAGE,
    PANEL,
    QR_TILE,
    Sheet,
    hours_text,
    lay_out,
)
from certificates.snapshot import Snapshot
from certificates.typesetting import DoesNotFit, GlyphMissing

__all__ = ["FONTS", "DoesNotFit", "GlyphMissing", "draw"]

FONTS = Path(__file__).resolve().parent.parent / "static" / "vendor" / "fonts"
LANGUAGE = "en-US"
QR_QUIET = 4  # modules; ISO/IEC 18004 asks for four


def draw(snapshot: Snapshot, *, fonts: Path = FONTS) -> bytes:
    """The certificate as PDF. `fonts` holds NotoSans-Regular.ttf and NotoSans-Bold.ttf.

    Raises `GlyphMissing` when a character cannot be shown, `DoesNotFit` when a text is too long.
    """
    sheet = lay_out(snapshot, fonts=fonts)
    buffer = BytesIO()
    # Without a first font of ours, reportlab names Helvetica and does not embed it.
    canvas = Canvas(
        buffer,
        pagesize=PAGE,
        invariant=1,
        pageCompression=1,
        lang=LANGUAGE,
        initialFontName=sheet.texts[0].face.name,
    )
    _describe(canvas, snapshot)
    _draw_ground(canvas)
    _draw_mark(canvas)
    _draw_qr(canvas, snapshot.verify_url)
    _draw_sheet(canvas, sheet)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _describe(canvas: Canvas, snapshot: Snapshot) -> None:
    canvas.setTitle(f"{HEADING}: {snapshot.person_name}, {snapshot.course_title}")
    canvas.setAuthor(snapshot.issuer_name)
    canvas.setSubject(f"{snapshot.course_code}, {hours_text(snapshot.credited_minutes)}")
    canvas.setKeywords(snapshot.code)
    canvas.setCreator("CIT Training Portal")
    # The clock of the machine must not show in the bytes: the sheet is dated by its day of issue.
    canvas.setDateFormatter(lambda *_: f"D:{snapshot.issued_on:%Y%m%d}000000+00'00'")
    canvas.setViewerPreference("DisplayDocTitle", "true")


def _draw_ground(canvas: Canvas) -> None:
    left, bottom, right, top = PANEL
    canvas.setFillColor(NAVY)
    canvas.rect(left, bottom, right - left, top - bottom, stroke=0, fill=1)
    left, bottom, right, top = FRAME
    canvas.setStrokeColor(NAVY)
    canvas.setLineWidth(1.2)
    canvas.rect(left, bottom, right - left, top - bottom, stroke=1, fill=0)


def _draw_mark(canvas: Canvas) -> None:
    """The house with its two lanterns, in units of which it is 32 wide and 36 high."""
    left, bottom, right, top = MARK
    canvas.saveState()
    canvas.translate(left, bottom)
    canvas.scale((right - left) / 32, (top - bottom) / 36)
    roof = canvas.beginPath()
    roof.moveTo(1, 0)
    for corner in ((1, 24), (16, 35), (31, 24), (31, 0)):
        roof.lineTo(*corner)
    canvas.setStrokeColor(MIST)
    canvas.setLineWidth(2)
    canvas.drawPath(roof, stroke=1, fill=0)
    canvas.setFillColor(AMBER)
    for centre in (10.5, 21.5):
        canvas.circle(centre, 14, 4.5, stroke=0, fill=1)
    canvas.restoreState()


def _draw_qr(canvas: Canvas, url: str) -> None:
    left, bottom, right, top = QR_TILE
    canvas.setFillColor(white)
    canvas.roundRect(left, bottom, right - left, top - bottom, 8, stroke=0, fill=1)
    rows = _qr_modules(url)
    module = (right - left) / (len(rows) + 2 * QR_QUIET)
    path = canvas.beginPath()
    for y, row in enumerate(rows):
        for x, length in _dark_runs(row):
            corner = left + (QR_QUIET + x) * module, top - (QR_QUIET + y + 1) * module
            path.rect(*corner, length * module, module)
    canvas.setFillColor(NAVY)
    canvas.drawPath(path, stroke=0, fill=1)


def _qr_modules(url: str) -> list[bytes]:
    """The QR code of an address, row by row; 0 is dark."""
    code = zxingcpp.create_barcode(url, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image = zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False)
    # The stubs do not say that an Image is a buffer.
    pixels = memoryview(image).tobytes()  # type: ignore[arg-type]
    side = isqrt(len(pixels))
    return [pixels[start : start + side] for start in range(0, len(pixels), side)]


def _dark_runs(row: Iterable[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for value, run in groupby(row):
        length = len(list(run))
        if value == 0:
            yield start, length
        start += length


def _draw_sheet(canvas: Canvas, sheet: Sheet) -> None:
    canvas.setLineWidth(0.8)
    for rule in sheet.rules:
        canvas.setStrokeColor(rule.colour)
        canvas.line(rule.left, rule.y, rule.right, rule.y)
    for box in sheet.texts:
        canvas.setFillColor(box.colour)
        canvas.setFont(box.face.name, box.size)
        canvas.drawString(box.x, box.baseline, box.text)
