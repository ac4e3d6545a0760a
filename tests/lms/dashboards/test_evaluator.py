import csv
import io
from types import SimpleNamespace

import pytest
from django.urls import reverse

from assessments.actions import current_vintage, load_study, open_due_boxes
from assessments.ballot_box.batches import Unreadable
from assessments.models import OutcomeVintage
from assessments.outcome_table import OUTCOME_COLUMNS, TABLES
from lms.accounts.models import AuditEntry
from lms.dashboards.results.files import csv_rows
from tests.factories import UserFactory
from tests.surveys import (
    AFTER_THE_COURSE,
    BEFORE_THE_COURSE,
    DURING_THE_LAST_DAY,
    answer,
    fully,
    make_survey,
    study_document,
)

pytestmark = pytest.mark.django_db(databases=["default", "responses"])
ADDRESS = "/evaluate/"
PURPOSE = {"purpose": "Report to the funder"}


@pytest.fixture
def reader(client):
    person = UserFactory.create(roles=["evaluator"])
    client.force_login(person)
    return person


def _answered(clock, people: int):
    """A survey before and after, taken by everybody, with both boxes opened."""
    clock.set(BEFORE_THE_COURSE)
    survey = make_survey(people=people)
    for moment, window, shift in (
        (BEFORE_THE_COURSE, survey.pre, 0),
        (DURING_THE_LAST_DAY, survey.post, 1),
    ):
        clock.set(moment)
        for number, person in enumerate(survey.people):
            given = fully(2 + shift) | {"A1": 1 + (number + shift) % 5, "B1": 1 + number % 3}
            answer(window, person, given)
    clock.set(AFTER_THE_COURSE)
    open_due_boxes(study=survey.study)
    return survey


@pytest.fixture
def enough(clock, reader):
    return _answered(clock, 12)


@pytest.fixture
def too_few(clock, reader):
    return _answered(clock, 9)


def _study(client, survey) -> str:
    return client.get(f"{ADDRESS}{survey.study.code}/").content.decode()


def _table(client, survey, **data: str):
    return client.post(reverse("evaluator:table", args=[survey.study.code]), PURPOSE | data)


def _report(survey):
    vintage = current_vintage(study=survey.study)
    assert vintage is not None
    return vintage.report


def _rows(response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def test_the_desk_says_how_many_boxes_are_opened_and_how_many_wait(client, reader, clock):
    clock.set(BEFORE_THE_COURSE)
    make_survey(people=1)
    page = client.get(ADDRESS).content.decode()
    assert "<dd>0 of 2<" in page
    assert "The next one closes on November 30, 2026." in page
    clock.set(AFTER_THE_COURSE)
    page = client.get(ADDRESS).content.decode()
    assert "2 boxes are due" in page
    assert "The next one closes" not in page
    open_due_boxes()
    assert "<dd>2 of 2<" in client.get(ADDRESS).content.decode()


def test_the_desk_names_the_main_outcome_and_the_newest_vintage(client, enough):
    page = client.get(ADDRESS).content.decode()
    assert "<dd>Scale A</dd>" in page
    assert "None yet" in page
    current_vintage(study=enough.study)
    page = client.get(ADDRESS).content.decode()
    # The clock stands at midnight in UTC; the reader's agency is in New York.
    assert "Vintage 1, Jan 28, 2027" in page
    assert "held back" not in page


def test_the_desk_says_that_a_newer_vintage_is_held_back(client, enough):
    current_vintage(study=enough.study)
    OutcomeVintage.objects.create(
        study=enough.study, number=2, digest="0" * 64, report={}, published=False
    )
    page = client.get(ADDRESS).content.decode()
    assert "Vintage 1, " in page
    assert "held back" in page


def test_the_desk_reads_the_same_whoever_answered(client, reader, clock):
    """Boxes are counted, ballots never."""
    clock.set(BEFORE_THE_COURSE)
    survey = make_survey(people=3)
    before = _without_tokens(client.get(ADDRESS))
    answer(survey.pre, survey.people[0], fully(4))
    assert _without_tokens(client.get(ADDRESS)) == before
    assert not [person for person in survey.people if person.last_name in "".join(before)]


def _without_tokens(answer) -> list[str]:
    lines = answer.content.decode().splitlines()
    return [line for line in lines if "csrfmiddlewaretoken" not in line]


def test_an_empty_desk_says_so(client, reader):
    assert "No study has been loaded yet." in client.get(ADDRESS).content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_the_desk_takes_the_same_queries_however_many_studies(
    client, reader, clock, count, django_assert_num_queries
):
    clock.set(BEFORE_THE_COURSE)
    survey = make_survey(people=1)
    course = survey.cohort.version.course.code
    for number in range(count - 1):
        load_study(document=study_document(course, code=f"another-{number}"), by=None)
    with django_assert_num_queries(9):
        assert client.get(ADDRESS).content.decode().count("usa-card__heading") == count


def test_the_outcome_page_shows_the_change_and_names_nobody(client, enough):
    page = _study(client, enough)
    assert "Scale A" in page
    assert "12" in page
    assert not [person for person in enough.people if person.last_name in page]
    assert not [row["code"] for row in enough.rows() if row["code"] in page]


def test_under_the_threshold_no_figure_leaves_on_the_page_or_in_the_table(client, too_few):
    page = _study(client, too_few)
    assert "chart-point" not in page
    rows = _rows(_table(client, too_few))
    assert rows
    for row in rows:
        hidden = set(OUTCOME_COLUMNS) - {
            "study",
            "instrument",
            "version",
            "threshold",
            "scale",
            "from",
            "to",
            "comparable",
            "suppressed",
        }
        assert row["suppressed"]
        assert not [name for name in hidden if row[name]]


def test_before_a_box_is_opened_the_page_says_when_results_come(client, reader, clock):
    clock.set(BEFORE_THE_COURSE)
    survey = make_survey(people=1)
    assert client.get(f"{ADDRESS}{survey.study.code}/").status_code == 200


def test_the_table_holds_the_same_numbers_at_full_precision(client, enough):
    rows = _rows(_table(client, enough))
    report = _report(enough)
    assert tuple(rows[0]) == OUTCOME_COLUMNS
    for row in rows:
        change = report["scales"][row["scale"]]["changes"][0]
        for name in ("n", "mean_change", "ci_low", "ci_high", "t", "p", "g_z"):
            if change[name] is not None:
                assert float(row[name]) == change[name]


def test_the_table_is_a_file_and_its_purpose_is_noted(client, enough, reader):
    answer = _table(client, enough)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    entry = AuditEntry.objects.get(action="outcomes.exported")
    assert (entry.actor, entry.purpose) == (reader.uuid, "Report to the funder")
    assert entry.subject_id == str(enough.study.uuid)


@pytest.mark.parametrize("purpose", ["", "   "])
def test_without_a_purpose_no_table_leaves(client, enough, purpose):
    answer = _table(client, enough, purpose=purpose)
    assert answer.status_code == 400
    assert "what the table is for" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="outcomes.exported").exists()


def test_the_table_is_not_kept_by_a_browser(client, enough):
    assert "no-store" in _table(client, enough).headers.get("Cache-Control", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0"])
def test_no_text_of_the_table_is_taken_for_a_formula(enough, start):
    payload = f"{start}cmd|' /C calc'!A0"
    report = _report(enough) | {"study": payload}
    _, rows = csv_rows(report)
    assert all(row["study"].startswith("'") for row in rows)


def test_a_negative_number_stays_a_number(enough):
    report = _report(enough)
    change = report["scales"]["scale_a"]["changes"][0]
    change["mean_change"] = -0.25
    _, rows = csv_rows(report)
    assert rows[0]["mean_change"] == -0.25


@pytest.mark.parametrize("store", ["WEB_KEYS_DIR", "EVALUATOR_KEYS_DIR"])
def test_a_missing_key_is_said_and_nothing_breaks(client, reader, clock, settings, tmp_path, store):
    clock.set(BEFORE_THE_COURSE)
    survey = make_survey(people=1)
    setattr(settings, store, tmp_path / "elsewhere")
    answer = client.get(f"{ADDRESS}{survey.study.code}/")
    assert answer.status_code == 200
    assert "A key of this study is missing" in answer.content.decode()


def test_a_study_that_there_is_not_is_not_found(client, reader):
    assert client.get(f"{ADDRESS}nothing/").status_code == 404
    assert client.post(f"{ADDRESS}nothing/table/", PURPOSE).status_code == 404


def test_the_page_shows_what_is_published_while_newer_figures_are_worked_out(
    client, enough, monkeypatch
):
    current_vintage(study=enough.study)
    change_protocol(enough.study)
    queue = SimpleNamespace(enqueue=lambda study: None)
    monkeypatch.setattr("assessments.actions.asking.work_out_outcomes", queue)
    for _look in range(2):
        page = _study(client, enough)
        assert "Newer figures are being worked out" in page
        assert "vintage 1," in page
    assert OutcomeVintage.objects.count() == 1


def test_a_reload_computes_nothing(client, enough, monkeypatch):
    _study(client, enough)

    def never(*told, **more):
        raise AssertionError("computed anew")

    monkeypatch.setattr("assessments.actions.outcomes.next_report", never)
    monkeypatch.setattr("assessments.outcomes.outcomes", never)
    assert "vintage 1," in _study(client, enough)
    assert client.get(f"{ADDRESS}{enough.study.code}/?by=year&within=cohort").status_code == 200


def test_what_failed_says_why_and_can_be_tried_again(client, enough, settings, tmp_path):
    stored = settings.WEB_KEYS_DIR
    settings.WEB_KEYS_DIR = tmp_path / "elsewhere"
    page = _study(client, enough)
    assert "A key of this study is missing" in page
    assert "Try again" in page
    settings.WEB_KEYS_DIR = stored
    assert "Try again" in _study(client, enough)
    answer = client.post(reverse("evaluator:again", args=[enough.study.code]), follow=True)
    page = answer.content.decode()
    assert "Try again" not in page
    assert "vintage 1," in page


def test_rows_that_do_not_open_are_said_as_such(client, enough, monkeypatch):
    def broken(*told, **more):
        raise Unreadable("a batch does not open")

    monkeypatch.setattr("assessments.actions.outcomes.renew_study", broken)
    page = _study(client, enough)
    assert "The stored responses do not open with these keys." in page
    assert "a batch" not in page


WITHOUT_ROWS = ("groups", "comparisons")


@pytest.mark.parametrize("name", [name for name in TABLES if name not in WITHOUT_ROWS])
def test_every_part_of_the_report_can_be_taken_away(client, enough, name):
    answer = _table(client, enough, table=name)
    assert answer.status_code == 200
    head = answer.content.decode().splitlines()[0]
    assert head == ",".join(TABLES[name].columns)
    assert AuditEntry.objects.get(action="outcomes.exported").detail["table"] == name


@pytest.mark.parametrize("name", WITHOUT_ROWS)
def test_a_table_without_rows_is_not_offered(client, enough, name):
    assert f'value="{name}"' not in _study(client, enough)


@pytest.mark.parametrize("name", ["answers", *WITHOUT_ROWS])
def test_a_table_that_there_is_not_is_refused(client, enough, name):
    answer = _table(client, enough, table=name)
    assert answer.status_code == 400
    assert not AuditEntry.objects.filter(action="outcomes.exported").exists()


def change_protocol(study) -> None:
    """As if it had been loaded anew: a vintage is due then."""
    study.document["funder"] = "Somebody else"
    study.save(update_fields=["document"])
