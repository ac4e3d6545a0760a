"""Where everything on a certificate stands: a landscape letter sheet, laid out but not drawn.

Coordinates are points from the lower left corner. A navy panel carries the mark, the hours and
the QR code; the white side carries the person, the course and the two signatures. What belongs to
the person flows down from the top, signatures and number stand fixed at the foot, and the list of
instructors gets the room between them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.pagesizes import landscape, letter

from certificates.snapshot import Instructor, Signatory, Snapshot
from certificates.typesetting import (
    ASCENT,
    DESCENT,
    LEADING,
    DoesNotFit,
    Face,
    Fitted,
    fit,
    load_face,
    words,
    wrap,
)

HEADING = "Certificate of completion"

PAGE = landscape(letter)
NAVY, INK, SLATE = HexColor("#0c2340"), HexColor("#13263b"), HexColor("#4a5c70")
MIST, AMBER, LINE = HexColor("#b9c8da"), HexColor("#f2a93b"), HexColor("#d3dbe4")

# Left, bottom, right, top. The frame stays clear of what office printers cannot reach.
FRAME = (24.0, 24.0, 768.0, 588.0)
PANEL = (24.0, 24.0, 222.0, 588.0)
MARK = (46.0, 500.0, 97.2, 557.6)
QR_TILE = (46.0, 76.0, 174.0, 204.0)
PANEL_LEFT, PANEL_WIDTH = 46.0, 152.0
LEFT, WIDTH, TOP = 256.0, 478.0, 560.0
SIGNATURE_LINE, SIGNATURE_GAP, ROOM_TO_SIGN = 148.0, 28.0, 34.0

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class TextBox:
    """One line of text on the sheet. `field` says what it is, for reading order and for tests."""

    field: str
    text: str
    face: Face
    size: float
    colour: Color
    x: float
    baseline: float

    @property
    def rectangle(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top, marks and descenders included."""
        right = self.x + self.face.width(self.text, self.size)
        bottom, top = -DESCENT * self.size, ASCENT * self.size
        return self.x, self.baseline + bottom, right, self.baseline + top


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin horizontal line."""

    left: float
    right: float
    y: float
    colour: Color


@dataclass(frozen=True, slots=True)
class Sheet:
    """Every line of text in reading order, and every rule."""

    texts: tuple[TextBox, ...]
    rules: tuple[Rule, ...]


class _Column:
    """A column of text that is filled from its top downwards."""

    def __init__(self, *, x: float, width: float, top: float) -> None:
        self.x, self.width, self.y = x, width, top
        self.texts: list[TextBox] = []

    def add(self, field: str, fitted: Fitted, colour: Color, *, gap: float = 0) -> None:
        self.y -= gap
        for line in fitted.lines:
            baseline = self.y - ASCENT * fitted.size
            box = TextBox(field, line, fitted.face, fitted.size, colour, self.x, baseline)
            self.texts.append(box)
            self.y -= LEADING * fitted.size

    def fit(
        self,
        field: str,
        text: str,
        face: Face,
        colour: Color,
        *,
        sizes: tuple[float, float, float],
        lines: int = 2,
        gap: float = 0,
    ) -> None:
        """Adds a text, if there is one: `sizes` are largest, smallest on one line, and floor."""
        if text:
            largest, smallest, floor = sizes
            fitted = fit(
                text,
                face,
                width=self.width,
                largest=largest,
                smallest=smallest,
                floor=floor,
                lines=lines,
            )
            self.add(field, fitted, colour, gap=gap)


def lay_out(snapshot: Snapshot, *, fonts: Path) -> Sheet:
    """Where every line of the certificate stands.

    `fonts` holds NotoSans-Regular.ttf and NotoSans-Bold.ttf. Raises `GlyphMissing`, `DoesNotFit`.
    """
    regular = load_face(fonts / "NotoSans-Regular.ttf")
    bold = load_face(fonts / "NotoSans-Bold.ttf")
    body = _lay_out_body(snapshot, regular, bold)
    facts, bottom = _lay_out_facts(snapshot, regular, bold, top=body.y - 10)
    instructors = _lay_out_instructors(snapshot.instructors, regular, top=bottom - 12)
    columns = [body, *facts, instructors, *_lay_out_signatures(snapshot, regular, bold)]
    columns += [_lay_out_footer(snapshot, regular, bold)]
    columns += _lay_out_panel(snapshot, regular, bold)
    rules = [Rule(LEFT, LEFT + WIDTH, body.y, LINE)]
    rules += [Rule(x, x + width, SIGNATURE_LINE, NAVY) for x, width in _halves()]
    return Sheet(tuple(box for column in columns for box in column.texts), tuple(rules))


def hours_text(minutes: int) -> str:
    """Credited time in words: "40 hours", "7.5 hours", "2 hours 20 minutes", "45 minutes"."""
    hours, rest = divmod(minutes, 60)
    if hours and rest in (0, 30):
        return "1 hour" if minutes == 60 else f"{minutes / 60:g} hours"
    parts = [(hours, "hour"), (rest, "minute")]
    return " ".join(f"{count} {unit}{'s' * (count != 1)}" for count, unit in parts if count)


def _lay_out_body(snapshot: Snapshot, regular: Face, bold: Face) -> _Column:
    column = _Column(x=LEFT, width=WIDTH, top=TOP)
    column.fit("heading", HEADING, bold, NAVY, sizes=(15, 15, 15))
    column.fit("lead", "This certifies that", regular, SLATE, sizes=(11, 11, 11), gap=24)
    column.fit("person_name", snapshot.person_name, bold, NAVY, sizes=(40, 26, 8))
    column.fit("agency_name", snapshot.agency_name, regular, INK, sizes=(13, 9, 7), gap=3)
    column.fit("lead", "has completed", regular, SLATE, sizes=(11, 11, 11), gap=14)
    column.fit("course_title", snapshot.course_title, bold, NAVY, sizes=(22, 16, 8))
    version = f"{snapshot.course_code.upper()}, version {snapshot.course_version}"
    meta = f"{version} · Cohort {snapshot.cohort_code}"
    column.fit("course", meta, regular, SLATE, sizes=(10, 8, 6))
    column.y -= 12
    return column


def _lay_out_facts(
    snapshot: Snapshot, regular: Face, bold: Face, *, top: float
) -> tuple[list[_Column], float]:
    """Four short facts side by side, and the height at which the longest of them ends."""
    expires = snapshot.expires_on
    facts = {
        "dates": ("Dates", _days(snapshot.starts_on, snapshot.ends_on)),
        "delivery": ("Delivery", snapshot.delivery),
        "issued_on": ("Issued", _day(snapshot.issued_on)),
        "expires_on": ("Valid until", _day(expires) if expires else "Does not expire"),
    }
    shown = {field: fact for field, fact in facts.items() if fact[1]}
    step = WIDTH / len(shown)
    columns = []
    for place, (field, (label, value)) in enumerate(shown.items()):
        column = _Column(x=LEFT + place * step, width=step - 12, top=top)
        column.fit("label", label, regular, SLATE, sizes=(8.5, 8.5, 8.5))
        column.fit(field, value, bold, INK, sizes=(10.5, 9, 6), lines=3)
        columns.append(column)
    return columns, min(column.y for column in columns)


def _lay_out_instructors(
    instructors: tuple[Instructor, ...], regular: Face, *, top: float
) -> _Column:
    """All instructors by name, set smaller when there are many.

    Whoever still finds no room is counted, never silently dropped: the verification page, drawn
    from the same snapshot, lists everybody.
    """
    column = _Column(x=LEFT, width=WIDTH, top=top)
    if not instructors:
        return column
    column.fit("label", "Taught by", regular, SLATE, sizes=(8.5, 8.5, 8.5))
    room = column.y - SIGNATURE_LINE - ROOM_TO_SIGN
    for size, names in _shorter_and_shorter([_named(instructor) for instructor in instructors]):
        lines = _wrap_names(names, regular, size)
        if len(lines) * LEADING * size <= room:
            column.add("instructors", Fitted(lines, regular, size), INK)
            return column
    raise DoesNotFit(f"no room for the instructors: {instructors[0]!r}")


def _shorter_and_shorter(names: list[str]) -> Iterator[tuple[float, list[str]]]:
    for size in (9, 8.5, 8, 7.5, 7):
        yield size, names
    for shown in range(len(names) - 1, 0, -1):
        more = f"and {len(names) - shown} more, named at the address below"
        yield 7, [*names[:shown], more]


def _wrap_names(names: list[str], face: Face, size: float) -> tuple[str, ...]:
    """Lines that break between two names, and inside a name only where it is a line by itself."""
    pieces: list[str] = []
    for text in [f"{name}; " for name in names[:-1]] + names[-1:]:
        face.check(text)
        pieces += [text] if face.width(text.rstrip(), size) <= WIDTH else words(text)
    return wrap(pieces, face, size=size, width=WIDTH, inside_words=True)


def _lay_out_signatures(snapshot: Snapshot, regular: Face, bold: Face) -> Iterator[_Column]:
    for (x, width), signatory in zip(_halves(), snapshot.signatories, strict=True):
        yield _lay_out_signature(signatory, regular, bold, x=x, width=width)


def _lay_out_signature(
    signatory: Signatory, regular: Face, bold: Face, *, x: float, width: float
) -> _Column:
    column = _Column(x=x, width=width, top=SIGNATURE_LINE - 4)
    column.fit("signatory", signatory.name, bold, INK, sizes=(10, 8, 5))
    column.fit("signatory", signatory.title, regular, SLATE, sizes=(9, 7.5, 5))
    return column


def _lay_out_footer(snapshot: Snapshot, regular: Face, bold: Face) -> _Column:
    column = _Column(x=LEFT, width=WIDTH, top=81)
    number = f"Certificate number {snapshot.code}"
    column.fit("code", number, bold, NAVY, sizes=(9.5, 8, 8), lines=1)
    check = f"Check it at {snapshot.verify_url}"
    column.fit("verify_url", check, regular, SLATE, sizes=(8.5, 7, 5))
    return column


def _lay_out_panel(snapshot: Snapshot, regular: Face, bold: Face) -> list[_Column]:
    issuer = _Column(x=PANEL_LEFT, width=PANEL_WIDTH, top=478)
    issuer.fit("issuer_name", snapshot.issuer_name, bold, white, sizes=(13, 13, 6), lines=5)
    hours = _Column(x=PANEL_LEFT, width=PANEL_WIDTH, top=356)
    credited = hours_text(snapshot.credited_minutes)
    hours.fit("hours", credited, bold, white, sizes=(30, 20, 8))
    hours.fit("label", "of credited training", regular, MIST, sizes=(10.5, 10.5, 10.5))
    year = f"Training year {snapshot.training_year}"
    hours.fit("training_year", year, regular, MIST, sizes=(10.5, 8, 6), gap=6)
    caption = _Column(x=PANEL_LEFT, width=PANEL_WIDTH, top=68)
    scan = "Scan to check this certificate"
    caption.fit("label", scan, regular, MIST, sizes=(9, 9, 9))
    return [issuer, hours, caption]


def _halves() -> tuple[tuple[float, float], tuple[float, float]]:
    width = (WIDTH - SIGNATURE_GAP) / 2
    return (LEFT, width), (LEFT + width + SIGNATURE_GAP, width)


def _named(instructor: Instructor) -> str:
    named = f"{instructor.name}, {instructor.profession}".removesuffix(", ")
    return f"{named} ({instructor.credential})" if instructor.credential else named


def _day(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def _days(first: date, last: date) -> str:
    if first == last:
        return _day(first)
    if first.year != last.year:
        return f"{_day(first)} to {_day(last)}"
    end = f"{last.day}" if first.month == last.month else f"{MONTHS[last.month - 1]} {last.day}"
    return f"{MONTHS[first.month - 1]} {first.day} to {end}, {last.year}"
