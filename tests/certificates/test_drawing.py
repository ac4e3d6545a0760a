import os
import shutil
import subprocess
from datetime import date
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from certificates.codes import new_code, normalise
from certificates.drawing import GlyphMissing, draw
from certificates.layout import hours_text

NAMES = [
    "Bo Li",
    "Nguyễn Thị Ánh Tuyết",
    "Łucja Gżegżółka-Święcicka",
    "Владислава Пономаренко",
    "Αλεξάνδρα Παπαδοπούλου",
    "Þórdís Ægisdóttir",
    "Şebnem Gündoğdu İnce",
    "Dvořáček Řehoř",
    "Ștefan Țurcanu",
    "Adérónkẹ́ Ọlátúnjí",
]


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf), strict=True)


def extracted(pdf: bytes) -> str:
    """The text of the sheet as another program reads it, line ends taken as spaces."""
    return " ".join(read(pdf).pages[0].extract_text().split())


@pytest.mark.parametrize("name", NAMES)
def test_a_name_can_be_read_back_with_all_its_marks(snapshot, name):
    found = snapshot(person_name=name)
    assert found.person_name in extracted(draw(found))


def test_every_field_can_be_read_back(snapshot):
    text = extracted(draw(snapshot()))
    for field in ("agency_name", "course_title", "course_code", "cohort_code", "training_year"):
        assert getattr(snapshot(), field) in text
    for value in (hours_text(2400), "March 2 to 6, 2026", "March 9, 2026", "March 8, 2029"):
        assert value in text
    for person in (*snapshot().instructors, *snapshot().signatories):
        assert person.name in text
    assert snapshot().code in text
    assert snapshot().verify_url in text


def test_the_same_snapshot_gives_the_same_bytes(snapshot, monkeypatch):
    first = draw(snapshot())
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert draw(snapshot()) == first


def test_another_snapshot_gives_other_bytes(snapshot):
    assert draw(snapshot(credited_minutes=2340)) != draw(snapshot())


def test_a_character_without_a_glyph_stops_the_drawing(snapshot):
    with pytest.raises(GlyphMissing, match="CJK UNIFIED IDEOGRAPH-738B"):
        draw(snapshot(person_name="王小明"))


def test_the_sheet_is_one_landscape_letter_page(snapshot):
    pages = read(draw(snapshot())).pages
    assert [(page.mediabox.width, page.mediabox.height) for page in pages] == [(792, 612)]


def test_the_document_says_what_it_is_and_in_which_language(snapshot):
    pdf = read(draw(snapshot(person_name="Nguyễn Thị Ánh", issued_on=date(2026, 3, 9))))
    assert pdf.metadata.title.startswith("Certificate of completion: Nguyễn Thị Ánh, Crisis")
    assert pdf.metadata.author == snapshot().issuer_name
    assert pdf.metadata.creation_date.date() == date(2026, 3, 9)
    catalog = pdf.trailer["/Root"]
    assert catalog["/Lang"] == "en-US"
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]


def test_every_font_is_embedded(snapshot):
    fonts = read(draw(snapshot())).pages[0]["/Resources"]["/Font"].values()
    descriptors = [font.get_object()["/FontDescriptor"] for font in fonts]
    assert descriptors
    assert all("/FontFile2" in descriptor for descriptor in descriptors)


def test_the_qr_code_on_the_rendered_page_leads_to_the_verification_page(snapshot, tmp_path):
    if not shutil.which("pdftoppm") and not os.environ.get("CI"):
        pytest.skip("needs pdftoppm (poppler-utils) to render the page")
    code = new_code()
    found = snapshot(code=code, verify_url=f"https://training.example.org/verify/{code}/")
    (tmp_path / "sheet.pdf").write_bytes(draw(found))
    subprocess.run(
        ["pdftoppm", "-r", "100", "-gray", "-png", "-singlefile", "sheet.pdf", "sheet"],
        cwd=tmp_path,
        check=True,
    )
    with Image.open(tmp_path / "sheet.png") as page:
        read_back = zxingcpp.read_barcode(page)
    assert read_back.text == found.verify_url
    assert normalise(read_back.text.rstrip("/").rpartition("/")[2]) == code
