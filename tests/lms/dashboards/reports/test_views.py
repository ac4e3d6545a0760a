import html
import io
import re
from datetime import UTC, date, datetime

import pypdf
import pytest
from django.urls import reverse

from assessments.actions import publish_outcomes
from courses.models import Cohort
from lms.dashboards.reports.content import hours
from tests.access.world import certificate_for
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)
from tests.public_reports import SECRETS, make_study, make_vintage

pytestmark = pytest.mark.django_db
NAMES = ("Quillfeather", "Nightingale")
EXACT = ("118", "143", "126", "117")


@pytest.fixture
def year(clock):
    """One training with six people, and a study with a public vintage."""
    clock.set(datetime(2026, 11, 27, 15, tzinfo=UTC))
    version = CourseVersionFactory.create(course__title="De-escalation")
    cohort = CohortFactory.create(version=version, starts_on=date(2026, 9, 14))
    agency = AgencyFactory.create(name="Harbor Police")
    for number in range(6):
        name = NAMES[number % 2]
        person = UserFactory.create(agency=agency, last_name=name, email=f"{name}{number}@x.org")
        seat = EnrolmentFactory.create(cohort=cohort, user=person)
        certificate_for(seat, f"code {number}")
    return version.course.code


@pytest.fixture
def outcomes(year):
    study = make_study(year)
    return publish_outcomes(vintage=make_vintage(study), trained={2026: 56}, by=None)


@pytest.fixture
def chief(client):
    person = UserFactory.create(roles=["supervisor"])
    client.force_login(person)
    return person


def page(client):
    return client.get(reverse("reports:year", args=[2026])).content.decode()


def paper(client):
    response = client.get(reverse("reports:pdf", args=[2026]))
    assert response["Content-Type"] == "application/pdf"
    return "\n".join(
        one.extract_text() for one in pypdf.PdfReader(io.BytesIO(response.content)).pages
    )


def words(text):
    return "".join(text.split())


def test_the_list_leads_to_each_year_and_its_pdf(client, year, chief):
    text = client.get(reverse("reports:years")).content.decode()
    assert "Training year 2026-2027" in text
    assert reverse("reports:year", args=[2026]) in text
    assert reverse("reports:pdf", args=[2026]) in text


def test_page_and_paper_say_the_same(client, outcomes, chief):
    main = page(client).split("<main", 1)[1].split("</main>")[0]
    main = re.sub(r"<svg.*?</svg>", "", main, flags=re.DOTALL)
    printed = words(paper(client))
    # What the page has for its own sake: ways on, and a hint beside every table.
    own = ("Reports", "Download the report", "Scroll sideways", "2026-2027")
    for text in re.findall(r">([^<>]+)<", f">{main}<"):
        text = html.unescape(text).strip()
        if text and not text.startswith(own):
            assert words(text) in printed, text


def test_nobody_is_named_and_no_exact_count_of_answers_is_shown(client, outcomes, chief):
    for text in (page(client), paper(client)):
        assert not any(name in text for name in NAMES)
        assert not any(secret in text for secret in SECRETS)
        said = re.sub(r"<[^>]*>", " ", text)
        assert not any(re.search(rf"\b{count}\b", said) for count in EXACT)


def test_the_figures_of_the_year_are_there(client, outcomes, chief):
    printed = words(paper(client))
    assert words("6 Seats taken by 6 people") in printed
    assert words("Harbor Police 6 6") in printed
    assert words("About 120 people answered both") in printed
    assert words("+0.02 to +0.42") in printed


def test_the_report_does_not_call_missing_who_was_not_asked(client, outcomes, chief):
    lost = [{"wave": "post", "n_not_asked": 25}]
    newer = make_vintage(outcomes.study, 2, attrition=lost)
    publish_outcomes(vintage=newer, trained={}, by=None)
    assert words("had not been asked yet. Only people who answered twice") in words(paper(client))


def test_a_year_without_outcomes_says_so(client, year, chief):
    assert "No outcomes of this year’s trainings" in page(client)
    assert "No outcomes of this year’s trainings" in " ".join(paper(client).split())


def test_a_study_without_a_training_in_the_year_is_left_out(client, outcomes, chief):
    """Whatever was published of another year's classes, or read in from a file."""
    Cohort.objects.update(starts_on=date(2025, 9, 15))
    assert "A small study" not in page(client)
    assert "A small study" not in paper(client)
    text = client.get(reverse("reports:year", args=[2025])).content.decode()
    assert "A small study" in text


def test_outcomes_are_said_to_be_of_all_years_and_the_report_not_to_stay(client, outcomes, chief):
    text = page(client)
    assert "All years of the study, not only this one." in text
    assert "This page does not change" not in text


def test_seats_of_trainings_that_are_not_closed_are_no_failures(client, year, chief):
    cohort = Cohort.objects.get()
    for _ in range(3):
        EnrolmentFactory.create(cohort=cohort, user=UserFactory.create())
    assert "by 6 people; 3 more still open" in page(client)
    assert "3 seats may still be completed" in page(client)


def test_only_the_newest_public_vintage_is_reported(client, outcomes, chief):
    publish_outcomes(vintage=make_vintage(outcomes.study, 2), trained={}, by=None)
    text = page(client)
    assert "From public vintage 2" in text
    assert "From public vintage 1" not in text


def test_what_the_pdf_cannot_show_is_said_on_the_page(client, year, chief):
    CourseVersionFactory.create()
    agency = AgencyFactory.create(name="漢 Police")
    cohort = CohortFactory.create(starts_on=date(2026, 9, 14))
    for _ in range(5):
        EnrolmentFactory.create(cohort=cohort, user=UserFactory.create(agency=agency))
    response = client.get(reverse("reports:pdf", args=[2026]))
    assert response.status_code == 409
    assert "The PDF cannot show “漢”" in response.content.decode()


@pytest.mark.parametrize("first", [1999, 2027, 99999])
def test_a_year_without_a_report_does_not_exist(client, year, chief, first):
    for name in ("reports:year", "reports:pdf"):
        assert client.get(reverse(name, args=[first])).status_code == 404


@pytest.mark.parametrize("role", ["trainer", "learner", "editor"])
def test_others_are_refused(client, year, role):
    client.force_login(UserFactory.create(roles=[role]))
    for name, at in (("years", []), ("year", [2026]), ("pdf", [2026])):
        assert client.get(reverse(f"reports:{name}", args=at)).status_code == 403


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0"), (90, "1.5"), (120, "2"), (234_750, "3,912.5")]
)
def test_hours_are_said_with_one_decimal_at_most(minutes, said):
    assert hours(minutes) == said
