import io
from pathlib import Path

import pikepdf
import pypdf
import pytest

from lms.dashboards.reports.drawing import GlyphMissing, draw
from tests.yearly_reports import ADDRESS, sample_report, texts_of

FONTS = Path(__file__).resolve().parents[4] / "static" / "vendor" / "fonts"
LONG = 60


@pytest.fixture(scope="module")
def sheet():
    return draw(sample_report(), fonts=FONTS)


@pytest.fixture(scope="module")
def long_sheet():
    """One with a table over several sheets."""
    return draw(sample_report(rows=LONG), fonts=FONTS)


def read(data):
    return pypdf.PdfReader(io.BytesIO(data))


def squeezed(text):
    return "".join(text.split())


def test_every_text_of_the_report_can_be_read_from_the_paper_in_its_order(sheet):
    text = squeezed("".join(page.extract_text() for page in read(sheet).pages))
    at = 0
    for one in texts_of(sample_report()):
        found = text.find(squeezed(one), at if one not in text[:at] else 0)
        assert found >= 0, one


def test_the_same_report_gives_the_same_bytes(sheet):
    assert draw(sample_report(), fonts=FONTS) == sheet


def test_title_author_and_language_are_told(sheet):
    reader = read(sheet)
    assert reader.metadata.title == "Training year 2026-2027"
    assert reader.metadata.author == "CIT Training Portal"
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"] in (True, "/true")


def test_bookmarks_are_the_title_and_the_sections(sheet):
    [title, under] = read(sheet).outline
    assert title.title == "Training year 2026-2027"
    headings = [section.heading for section in sample_report().sections]
    assert [one.title for one in under] == headings


def test_every_font_is_embedded(sheet):
    with pikepdf.open(io.BytesIO(sheet)) as pdf:
        fonts = {font.objgen: font for page in pdf.pages for font in page.Resources.Font.values()}
        assert fonts
        assert all("/FontFile2" in font.FontDescriptor for font in fonts.values())


def kinds(element):
    """The kinds of an element and of all below it, in reading order."""
    found = [str(element.S)[1:]] if "/S" in element else []
    for part in _parts(element):
        if isinstance(part, pikepdf.Dictionary) and part.get("/Type") == "/StructElem":
            found += kinds(part)
    return found


def _parts(element):
    below = element.get("/K", [])
    return below if isinstance(below, pikepdf.Array) else [below]


def test_the_document_is_tagged_with_headings_lists_tables_and_figures(sheet):
    with pikepdf.open(io.BytesIO(sheet)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        found = kinds(pdf.Root.StructTreeRoot)
    assert found[:5] == ["Document", "P", "H1", "P", "P"]
    assert found.count("H2") == 3
    assert found.count("Figure") == 1
    assert found.count("TR") == 4
    assert (found.count("TH"), found.count("TD")) == (6, 6)


def test_a_figure_says_in_words_what_it_shows(sheet):
    with pikepdf.open(io.BytesIO(sheet)) as pdf:
        figures = [one for one in pdf.objects if _kind(one) == "/Figure"]
        assert [str(one.Alt) for one in figures] == ["Mean change with its interval on two scales."]


def _kind(one):
    return one.get("/S") if isinstance(one, pikepdf.Dictionary) else None


def test_every_marked_piece_belongs_to_an_element_and_all_else_is_an_artifact(long_sheet):
    with pikepdf.open(io.BytesIO(long_sheet)) as pdf:
        tree = dict(_pairs(pdf.Root.StructTreeRoot.ParentTree.Nums))
        assert len(pdf.pages) > 1
        for page in pdf.pages:
            owners = tree[int(page.obj.StructParents)]
            numbers, depth = [], 0
            for operands, operator in pikepdf.parse_content_stream(page):
                name = str(operator)
                if name == "BDC":
                    numbers.append(int(operands[1].MCID))
                depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(name, 0)
                assert depth in (0, 1)
                if name in ("Tj", "TJ", "S", "f", "B"):
                    assert depth == 1, f"{name} stands outside"
            assert numbers == list(range(len(owners)))


def _pairs(numbers):
    values = list(numbers)
    return [(int(key), value) for key, value in zip(values[::2], values[1::2], strict=True)]


def test_a_table_over_two_sheets_has_its_head_once_for_readers_and_twice_for_eyes(long_sheet):
    pages = read(long_sheet).pages
    assert len(pages) == 3
    assert all("Program" in page.extract_text() for page in pages[:2])
    assert "Seats\nHours" in pages[1].extract_text() or "Hours" in pages[1].extract_text()
    with pikepdf.open(io.BytesIO(long_sheet)) as pdf:
        assert kinds(pdf.Root.StructTreeRoot).count("TR") == LONG + 1


def test_the_first_sheet_leads_to_the_page_that_says_the_same(sheet):
    with pikepdf.open(io.BytesIO(sheet)) as pdf:
        [place] = pdf.pages[0].Annots
        assert str(place.A.URI) == str(place.Contents) == ADDRESS
        owner = dict(_pairs(pdf.Root.StructTreeRoot.ParentTree.Nums))[int(place.StructParent)]
        assert owner.S == "/Link"


def test_a_letter_without_a_glyph_is_refused_and_named():
    with pytest.raises(GlyphMissing) as caught:
        draw(sample_report(title="Training year 漢"), fonts=FONTS)
    assert caught.value.character == "漢"


def test_a_word_longer_than_its_column_is_broken_and_not_lost():
    report = sample_report(title="Training" * 12)
    text = squeezed("".join(page.extract_text() for page in read(draw(report, fonts=FONTS)).pages))
    assert "Training" * 12 in text
