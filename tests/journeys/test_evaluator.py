"""The evaluator reads change in groups, takes the table away, and sees no person."""

import csv
import hashlib
from io import BytesIO, StringIO
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from assessments.actions import create_study_keys, load_study
from assessments.actions.building import build_waiting_releases
from assessments.models import OutcomeVintage, Release, Study
from courses.models import Cohort, TrainingSession
from lms.accounts.models import AuditEntry, User
from lms.dashboards import releases as release_pages

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("demo evaluator"),
    pytest.mark.usefixtures("demo"),
]

EVALUATOR = "evaluator@example.org"
NUMBERS = ["n", "mean_from", "mean_to", "mean_change", "sd_change", "ci_low", "ci_high", "t", "p"]
SCALES = {"social_distance", "self_efficacy", "deescalation_intentions", "treatment_opinions"}


def _open_study(page: Page) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Studies").click()
    title = Study.objects.get(code="cit-attitudes").title
    page.get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_from_the_studies_to_a_table_taken_away(page, sign_in, inspect):
    sign_in(page, EVALUATOR)
    page.goto("/evaluate/")
    inspect(page, "evaluator-studies")
    _open_study(page)
    inspect(page, "evaluator-study")
    _read_the_outcomes(page)
    _choose_groups(page)
    inspect(page, "evaluator-groups")
    _ask_without_a_purpose(page)
    inspect(page, "evaluator-refused")
    _take_the_table_away(page, "Report to the funder")


def _report() -> dict[str, Any]:
    return OutcomeVintage.objects.filter(study__code="cit-attitudes").latest("number").report


def _change(scale: str, first: str, second: str) -> dict[str, Any]:
    changes = _report()["scales"][scale]["changes"]
    return next(one for one in changes if (one["from"], one["to"]) == (first, second))


def _read_the_outcomes(page: Page) -> None:
    """They say who is missing and how to read them."""
    expect(page.get_by_role("heading", name="Who is in these results")).to_be_visible()
    expect(page.get_by_role("heading", name="Read with care")).to_be_visible()
    change = _change("self_efficacy", "pre", "post")
    table = page.get_by_role("table", name="Change on each scale")
    row = table.get_by_role("row").filter(has_text="(main)").first
    assert change["n"] >= 10
    expect(row).to_contain_text(f"{change['mean_change']:+.2f}")
    expect(row).to_contain_text(str(change["n"]))


def _choose_groups(page: Page) -> None:
    """By keyboard alone: the choice is in the address, where it can be kept and sent."""
    by = page.get_by_label("By", exact=True)
    by.focus()
    by.select_option("workforce")
    button = page.get_by_role("button", name="Show", exact=True)
    button.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "by=workforce" in page.url
    expect(page.get_by_label("By", exact=True)).to_have_value("workforce")
    expect(page.get_by_role("heading", name="by field of work").first).to_be_visible()
    page.goto(page.url.replace("by=workforce", "by=shoe_size"))
    expect(page.get_by_role("main")).to_contain_text("“shoe_size” is not in this report.")


def _ask_without_a_purpose(page: Page) -> None:
    """Nothing is handed out."""
    before = AuditEntry.objects.filter(action="outcomes.exported").count()
    page.get_by_label("What is it for?").fill("  ")
    page.get_by_role("button", name="Download the table (CSV)").click()
    expect(page.get_by_role("main")).to_contain_text("Say in a few words what the table is for.")
    assert AuditEntry.objects.filter(action="outcomes.exported").count() == before


def _take_the_table_away(page: Page, purpose: str) -> None:
    """It keeps its numbers in full, and what it is for is noted."""
    page.get_by_label("What is it for?").fill(purpose)
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download the table (CSV)").click()
    text = downloading.value.path().read_text("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    assert {row["scale"] for row in rows} == SCALES
    for row in rows:
        change = _change(row["scale"], row["from"], row["to"])
        told = [float(row[name]) if row[name] else None for name in NUMBERS]
        assert told == [change[name] for name in NUMBERS]
    noted = AuditEntry.objects.filter(action="outcomes.exported").latest("pk")
    assert noted.purpose == purpose
    assert noted.actor == User.objects.get(email=EVALUATOR).uuid


def test_paper_surveys_come_in_after_a_mistake_and_are_reported(
    page, visitor, sign_in, inspect, small_demo
):
    study = _study_on_paper(f"paper-{visitor.width}-{visitor.scripts}".lower())
    sign_in(page, EVALUATOR)
    page.goto(reverse("evaluator:home"))
    page.get_by_role("link", name=f"Import responses {study.code}").click()
    inspect(page, "evaluator-import")
    text = (small_demo / "demo" / "paper-surveys.csv").read_text("utf-8")
    first, second, rest = text.split("\n", 2)
    wrong = ",".join([*second.split(",")[:-1], "9"])
    _send(page, "\n".join([first, wrong, rest]))
    expect(page.get_by_role("alert")).to_contain_text("One thing to put right in the file")
    refused = page.get_by_role("table").get_by_role("row").filter(has_text="outside")
    expect(refused).to_contain_text("TO6")
    inspect(page, "evaluator-import-refused")
    before = _imports()
    _send(page, text)
    expect(page.get_by_role("heading", level=1)).to_have_text("Check the responses")
    inspect(page, "evaluator-import-check")
    assert _imports() == before
    # The test has no worker: what it would do afterwards is done before the answer.
    page.get_by_role("button", name="Import these responses").click(timeout=60_000)
    expect(page.get_by_role("status").first).to_contain_text("responses were imported.")
    expect(page.get_by_role("heading", level=1)).to_have_text(study.title)
    expect(page.get_by_role("main")).to_contain_text("answered both, and are compared")
    inspect(page, "evaluator-import-done")
    assert _imports() == before + 1


def _study_on_paper(code: str) -> Study:
    """One for each visitor, because a study takes one file."""
    known = Study.objects.get(code="cit-paper-2019")
    document = known.document | {"code": code, "title": f"Paper surveys, {code}"}
    study, _ = load_study(document=document, by=None)
    return create_study_keys(study=study, by=None)


def _send(page: Page, text: str) -> None:
    file = {"name": "paper.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.get_by_label("File of responses").set_input_files([file])
    page.get_by_label("Where do these responses come from?").fill("Paper surveys of 2019")
    page.get_by_role("button", name="Check the file").click()


def _imports() -> int:
    return AuditEntry.objects.filter(action="responses.imported").count()


def test_data_are_released_watched_and_checked(page, sign_in, inspect, monkeypatch):
    # The test has no worker: it makes the files when the test says so.
    idle = SimpleNamespace(enqueue=lambda release: None)
    monkeypatch.setattr(release_pages, "build_release", idle)
    sign_in(page, EVALUATOR)
    page.goto(reverse("evaluator:study", args=["cit-attitudes"]))
    page.get_by_role("link", name="Released data").click()
    inspect(page, "evaluator-releases")
    page.get_by_role("link", name="Release data").click()
    _ask_for_data_without_attesting(page)
    inspect(page, "evaluator-release-refused")
    page.locator("label", has_text="I attest to all of this").click()
    page.get_by_role("button", name="Release the data").click()
    expect(page.get_by_role("heading", name="The files are being made")).to_be_visible()
    inspect(page, "evaluator-release-waiting")
    assert build_waiting_releases() == 1
    page.get_by_role("link", name="See how far it is").click()
    _check_the_sums(page, Release.objects.latest("pk"))
    inspect(page, "evaluator-release")


def _ask_for_data_without_attesting(page: Page) -> None:
    """What was typed stays."""
    page.get_by_label("What are the data for?").fill("Reanalysis for the final report")
    page.get_by_label("Who is to use them?").fill("Dr. Ines Quaresma")
    page.get_by_label("Institution").fill("Harbor University")
    page.get_by_role("button", name="Release the data").click()
    expect(page.get_by_role("alert")).to_contain_text("does not attest")
    expect(page.get_by_label("Institution")).to_have_value("Harbor University")


def _check_the_sums(page: Page, release: Release) -> None:
    """Of the pack, and of each file in it, as the page and the pack itself say them."""
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download the pack (ZIP)").click()
    pack = downloading.value.path().read_bytes()
    assert downloading.value.suggested_filename == f"cit-attitudes-release-{release.number}.zip"
    expect(page.get_by_role("main")).to_contain_text(hashlib.sha256(pack).hexdigest())
    with ZipFile(BytesIO(pack)) as files:
        inside = {name.split("/", 1)[1]: files.read(name) for name in files.namelist()}
    for line in inside["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(inside[name]).hexdigest() == digest
        row = page.get_by_role("row").filter(
            has=page.get_by_role("rowheader", name=name, exact=True)
        )
        expect(row).to_contain_text(digest)
    noted = AuditEntry.objects.filter(action="release.downloaded").latest("pk")
    assert noted.purpose == release.purpose


@pytest.fixture
def evaluator_page(open_page, sign_in) -> Page:
    page = open_page()
    sign_in(page, EVALUATOR)
    return page


def test_no_page_about_people_opens(evaluator_page):
    cohort, session = Cohort.objects.first(), TrainingSession.objects.first()
    assert cohort is not None
    assert session is not None
    closed = ["/train/", "/train/schedule/", "/supervise/", "/cms/pages/"]
    assert [_status(evaluator_page, address) for address in closed] == [403] * 4
    hidden = [
        reverse("courses:cohort", args=[cohort.uuid]),
        reverse("courses:roll", args=[session.pk]),
        reverse("assessments:skills", args=[cohort.uuid]),
    ]
    assert [_status(evaluator_page, address) for address in hidden] == [404, 404, 404]


def _status(page: Page, address: str) -> int:
    return page.context.request.get(address, max_redirects=0).status
