"""The citizen reads what changed and takes the data; the evaluator publishes it first; the chief
reads the year as a page and on paper."""

import csv
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Page, expect

from assessments.charts import signed
from assessments.models import OutcomeVintage, PublicOutcomes
from tests.journeys.focus import tab_to

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("demo public"),
    pytest.mark.usefixtures("demo"),
]

CHIEF, EVALUATOR = "supervisor@example.org", "evaluator@example.org"
VINTAGE = "/outcomes/cit-attitudes/1/"


def _public() -> PublicOutcomes:
    return PublicOutcomes.objects.get(study__code="cit-attitudes", number=1)


def _main_row() -> dict:
    return next(row for row in _public().rows["total"] if row["scale"] == "self_efficacy")


def test_a_citizen_reads_what_changed_and_takes_the_table_away(page, inspect):
    page.goto("/")
    page.get_by_role("link", name="What changed after training").click()
    inspect(page, "citizen-outcomes")
    page.get_by_role("link", name="Read it in full, with the open data").click()
    expect(page).to_have_url(re.compile(rf"{VINTAGE}$"))
    inspect(page, "citizen-vintage")
    _read_the_vintage(page)
    _take_the_table_away(page)


def _read_the_vintage(page: Page) -> None:
    """The page says which vintage it is, what changed, of about how many, and what it is not."""
    main = page.get_by_role("main")
    expect(main).to_contain_text("This page is vintage 1, for good.")
    row = _main_row()
    expect(main).to_contain_text(f"About {row['people_about']} people answered both")
    expect(main).to_contain_text(
        f"a change of {signed(row['mean_change'], row['decimals'])} points"
    )
    expect(page.get_by_role("heading", name="What this does not say")).to_be_visible()
    page.get_by_text("Show the numbers").first.click()
    table = page.get_by_role("table").first
    expect(table.get_by_role("row").nth(1)).to_contain_text(
        signed(row["mean_change"], row["decimals"])
    )


def _take_the_table_away(page: Page) -> None:
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Change on each scale, all years together").click()
    assert downloading.value.suggested_filename == "cit-attitudes-1-all-years.csv"
    text = Path(downloading.value.path()).read_text("utf-8")
    found = {(row["scale"], row["wave_to"]): row for row in csv.DictReader(io.StringIO(text))}
    assert float(found["self_efficacy", "post"]["mean_change"]) == _main_row()["mean_change"]


def test_charts_have_words_in_their_place(open_page):
    page = open_page()
    page.goto(VINTAGE)
    charts = page.locator("main svg[role=img]")
    assert charts.count() >= 2
    for number in range(charts.count()):
        assert "Mean change with its 95% interval" in charts.nth(number).get_attribute("aria-label")
    assert page.locator("main figure").count() == page.locator("main section details").count()


def test_the_open_data_is_reached_and_read_with_the_keyboard_alone(open_page):
    page = open_page()
    page.goto("/")
    _press(page, page.get_by_role("link", name="Outcomes", exact=True).first)
    _press(page, page.get_by_role("link", name="Read it in full, with the open data"))
    numbers = page.get_by_text("Show the numbers").first
    tab_to(page, numbers)
    page.keyboard.press("Enter")
    expect(page.get_by_role("table").first).to_be_visible()
    tab_to(page, page.get_by_role("link", name="All of it in one file, for programs"))
    with page.expect_download() as downloading:
        page.keyboard.press("Enter")
    everything = json.loads(Path(downloading.value.path()).read_text("utf-8"))
    assert everything["vintage"] == 1


def _press(page: Page, link) -> None:
    tab_to(page, link)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_an_evaluator_publishes_what_the_preview_shows(open_page, sign_in, inspect):
    """Once, however often the button is pressed."""
    old = OutcomeVintage.objects.filter(study__code="cit-attitudes", published=True).first()
    PublicOutcomes.objects.filter(vintage=old).delete()
    page = open_page(width=360)
    sign_in(page, EVALUATOR)
    page.goto("/evaluate/cit-attitudes/publish/")
    inspect(page, "evaluator-publish")
    words = page.locator("#main-outcome + p").inner_text()
    page.get_by_role("button", name="Publish this vintage").click()
    expect(page.get_by_role("status")).to_contain_text("Published for everybody")
    expect(page.get_by_role("main")).to_contain_text(words)
    page.goto("/evaluate/cit-attitudes/publish/")
    expect(page.get_by_role("button", name="Publish this vintage")).to_have_count(0)


def test_a_chief_reads_the_year_as_a_page_and_on_paper(page, sign_in, inspect, tmp_path):
    sign_in(page, CHIEF)
    page.goto("/supervise/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Reports").click()
    inspect(page, "chief-reports")
    page.get_by_role("link", name="Training year 2026-2027").click()
    inspect(page, "chief-report")
    link = page.get_by_role("link", name="Download the report (PDF)")
    response = page.context.request.get(link.get_attribute("href"))
    assert response.headers["content-type"] == "application/pdf"
    _says_the_same(page, response.body())
    _reads_as_tagged(response.body(), tmp_path)


def _says_the_same(page: Page, data: bytes) -> None:
    """Every cell and every figure of the page stands on the paper."""
    sheets = pypdf.PdfReader(io.BytesIO(data)).pages
    printed = "".join("".join(sheet.extract_text() for sheet in sheets).split())
    said = page.locator("main :is(td, th, dt, dd, figcaption h3, h2)").all_inner_texts()
    assert len(said) > 40
    missing = [text for text in said if "".join(text.split()) not in printed]
    assert missing == []


def _reads_as_tagged(data: bytes, folder: Path) -> None:
    """As an independent reader of PDFs sees it."""
    program = shutil.which("pdfinfo")
    if program is None:
        pytest.skip("poppler is not installed")
    paper = folder / "report.pdf"
    paper.write_bytes(data)
    told = subprocess.run(
        [program, "-struct-text", paper], capture_output=True, text=True, check=True
    ).stdout
    assert 'H1 (block)\n    "Training year 2026-2027"' in told
    assert "/Scope /Column" in told
    fonts = subprocess.run(
        ["pdffonts", paper], capture_output=True, text=True, check=True
    ).stdout.splitlines()[2:]
    assert fonts
    assert all("NotoSans" in line and " yes yes yes " in line for line in fonts)
