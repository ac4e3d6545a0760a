"""Sheets and tents as paper: text that can be read, in order, tagged, however long and many; no
database."""

import io
from datetime import date
from pathlib import Path

import pikepdf
import pypdf
import pytest

from lms.dashboards.reports.paper import About
from lms.dashboards.sheets.content import Name, Sheet, SignIn, Tents
from lms.dashboards.sheets.sign_in import draw_sign_in
from lms.dashboards.sheets.tents import draw_tents

FONTS = Path(__file__).resolve().parents[4] / "static" / "vendor" / "fonts"
ABOUT = About("Sign-in sheet: CIT, CIT-1", "CIT Training Portal", "BPD", "en", date(2026, 11, 27))
ROSA = Name("Rosa", "Estrada", "Boston EMS", "Group 2")
GUEST = Name("Linh", "Đặng", "Boston Police", note="Guest, makes up Suicide prevention, 8 a.m.")
LONG = Name("W" * 100, "W" * 100, "W" * 200, "Group 3", "m" * 400)


def sheet(*names: Name, heading: str = "Monday, November 30, 2026") -> Sheet:
    return Sheet(heading, ("8 a.m. to 9 a.m.: Welcome, Room 1",), names, "Trainer: ____")


def sign_in(*sheets: Sheet) -> bytes:
    columns = ("No.", "Name and agency", "In", "Out", "Signature")
    return draw_sign_in(SignIn(ABOUT, columns, "Not on the list?", sheets), fonts=FONTS)


def tents(*names: Name) -> bytes:
    return draw_tents(Tents(ABOUT, names, "fold", "cut"), fonts=FONTS)


def text_of(data: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def kinds(data: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en"
        return _kinds(pdf.Root.StructTreeRoot)


def _kinds(element) -> list[str]:
    found = [str(element.S)[1:]] if "/S" in element else []
    below = element.get("/K", [])
    for part in below if isinstance(below, pikepdf.Array) else [below]:
        if isinstance(part, pikepdf.Dictionary) and part.get("/Type") == "/StructElem":
            found += _kinds(part)
    return found


@pytest.mark.parametrize("data", [sign_in(sheet(ROSA, GUEST)), tents(ROSA, GUEST)])
def test_fonts_are_embedded_and_the_same_names_give_the_same_bytes(data):
    with pikepdf.open(io.BytesIO(data)) as pdf:
        fonts = {font.objgen: font for page in pdf.pages for font in page.Resources.Font.values()}
        assert fonts
        assert all("/FontFile2" in font.FontDescriptor for font in fonts.values())
    assert data in (sign_in(sheet(ROSA, GUEST)), tents(ROSA, GUEST))


def test_a_sheet_has_the_day_its_sessions_everybody_and_room_to_sign():
    [text] = text_of(sign_in(sheet(ROSA, GUEST)))
    for told in (
        "Monday, November 30, 2026",
        "8 a.m. to 9 a.m.: Welcome, Room 1",
        "Estrada, Rosa",
        "Boston EMS, Group 2",
        "Đặng, Linh",
        "Guest, makes up Suicide prevention",
        *("In", "Out", "Signature", "Not on the list?", "Trainer:"),
    ):
        assert told in text


def test_a_sheet_is_a_table_whose_rows_are_headed_by_names():
    found = kinds(sign_in(sheet(ROSA, GUEST)))
    assert found[:2] == ["Document", "H1"]
    assert found.count("TR") == 3
    assert (found.count("TH"), found.count("TD")) == (5 + 2, 2 * 4)


def test_each_sheet_begins_on_a_page_of_its_own():
    pages = text_of(sign_in(sheet(ROSA), sheet(GUEST, heading="Tuesday, December 1, 2026")))
    assert len(pages) == 2
    assert "Tuesday, December 1, 2026" in pages[1]
    assert "Estrada" not in pages[1]


def test_many_seats_go_over_pages_with_the_head_once_for_readers_and_again_for_eyes():
    many = [Name("Rosa", f"Estrada{number:03}", "Boston EMS") for number in range(200)]
    data = sign_in(sheet(*many))
    pages = text_of(data)
    assert all("Signature" in page for page in pages[:-1])
    assert all(f"Estrada{number:03}" in "".join(pages) for number in range(200))
    assert kinds(data).count("TR") == 201


def test_long_names_are_broken_and_not_lost():
    text = "".join("".join(text_of(sign_in(sheet(LONG)))).split())
    assert text.replace("Welcome", "").count("W") == 400
    assert text.count("m") > 400


def test_a_name_in_another_script_is_left_blank_to_be_filled_in():
    [text] = text_of(sign_in(sheet(Name("偉", "張 Chang", "BEST"))))
    assert "__________ Chang, __________" in text


def test_two_tents_stand_on_a_sheet_and_each_name_is_read_once():
    data = tents(ROSA, GUEST, ROSA)
    assert len(text_of(data)) == 2
    found = kinds(data)
    assert (found.count("Sect"), found.count("P")) == (3, 9)


def test_a_tent_shows_the_name_on_both_sides_of_the_fold():
    [text] = text_of(tents(ROSA))
    assert text.count("Estrada") == 2
    assert "fold" in text
    assert "cut" in text


def test_the_longest_names_fit_on_a_tent():
    with pikepdf.open(io.BytesIO(tents(LONG))) as pdf:
        sizes = [
            float(operands[1])
            for operands, operator in pikepdf.parse_content_stream(pdf.pages[0])
            if str(operator) == "Tf"
        ]
    assert min(sizes) >= 8
