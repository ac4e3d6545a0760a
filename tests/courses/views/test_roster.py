import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from courses.models import Enrolment
from lms.accounts.models import AuditEntry, User
from tests.factories import AgencyFactory, CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db
GOOD = "email,first name,last name,agency\nrosa@bpd.example,Rosa,<b>Estrada</b>,bpd\n"


@pytest.fixture
def cohort():
    return CohortFactory(agency=AgencyFactory(code="bpd"), capacity=2)


@pytest.fixture
def trainer(cohort):
    return UserFactory(roles=[("trainer", cohort.agency)])


@pytest.fixture
def url(cohort):
    return reverse("courses:roster", args=[cohort.uuid])


@pytest.fixture
def upload(client, trainer, url):
    client.force_login(trainer)

    def upload(text: str, name: str = "roster.csv"):
        return client.post(url, {"file": SimpleUploadedFile(name, text.encode())})

    return upload


def signed(answer) -> str:
    return re.search(r'name="confirmed" value="([^"]+)"', answer.content.decode())[1]


def test_an_upload_shows_what_it_would_do_and_saves_nothing(upload):
    answer = upload(GOOD)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "New account and seat" in text
    assert "&lt;b&gt;Estrada" in text
    assert not Enrolment.objects.exists()


def test_confirming_imports_what_was_shown(upload, client, url, trainer):
    answer = client.post(url, {"confirmed": signed(upload(GOOD))}, follow=True)
    assert "1 person got a seat." in answer.content.decode()
    assert Enrolment.objects.get().user.email == "rosa@bpd.example"
    assert AuditEntry.objects.get(action="roster.imported").actor == trainer.uuid


def test_confirming_twice_seats_nobody_twice(upload, client, url):
    confirmed = signed(upload(GOOD))
    client.post(url, {"confirmed": confirmed})
    answer = client.post(url, {"confirmed": confirmed}, follow=True)
    assert "is on the roster already" in answer.content.decode()
    assert Enrolment.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            GOOD.replace("rosa@", "rosa"),
            "Line 2, column “email”: “rosabpd.example” is not an email",
        ),
        (GOOD.replace(",bpd", ",Springfield"), "We know no agency called “Springfield”."),
        (GOOD.replace("email,", "address,"), "Line 1: The column “Email” is missing."),
        ("", "The file has no people in it."),
    ],
)
def test_a_file_that_is_refused_says_why_and_cannot_be_confirmed(upload, text, words):
    answer = upload(text)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert 'name="confirmed"' not in answer.content.decode()


def test_no_file_is_a_clear_error(client, trainer, url):
    client.force_login(trainer)
    answer = client.post(url)
    assert answer.status_code == 400
    assert "This field is required." in answer.content.decode()


def test_a_file_that_is_too_large_is_refused_unread(upload, settings):
    settings.ROSTER_MAX_BYTES = 10
    assert "too large" in upload(GOOD).content.decode()


def test_columns_we_do_not_use_are_named(upload):
    answer = upload(GOOD.replace("agency\n", "agency,Badge\n"))
    assert "We do not use these columns: Badge." in answer.content.decode()


def test_a_preview_that_was_tampered_with_imports_nothing(upload, client, url):
    answer = client.post(url, {"confirmed": signed(upload(GOOD))[:-2] + "xx"}, follow=True)
    assert "no longer valid" in answer.content.decode()
    assert not Enrolment.objects.exists()


def test_a_preview_of_another_cohort_or_person_imports_nothing(upload, client, url, trainer):
    confirmed = signed(upload(GOOD))
    host = trainer.role_assignments.get().agency
    other = reverse("courses:roster", args=[CohortFactory(agency=host).uuid])
    client.post(other, {"confirmed": confirmed})
    client.force_login(UserFactory(roles=[("trainer", host)]))
    client.post(url, {"confirmed": confirmed})
    assert not Enrolment.objects.exists()


def test_a_preview_lasts_two_hours(upload, client, url, monkeypatch):
    import time

    confirmed = signed(upload(GOOD))
    later = time.time() + timedelta(hours=2, seconds=5).total_seconds()
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    client.post(url, {"confirmed": confirmed})
    assert not User.objects.filter(email="rosa@bpd.example").exists()


def test_an_export_is_a_csv_file_with_its_purpose_noted(client, trainer, cohort):
    EnrolmentFactory(cohort=cohort, user__first_name="=José")
    client.force_login(trainer)
    url = reverse("courses:roster_export", args=[cohort.uuid])
    answer = client.post(url, {"purpose": "Sign-in sheet"})
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.content.startswith(b"\xef\xbb\xbfemail,first_name")
    assert ",'=José," in answer.content.decode()
    assert AuditEntry.objects.get(action="roster.exported").purpose == "Sign-in sheet"


def test_an_export_without_a_purpose_gives_no_file(client, trainer, cohort):
    client.force_login(trainer)
    url = reverse("courses:roster_export", args=[cohort.uuid])
    answer = client.post(url, {"purpose": ""}, follow=True)
    assert "Say what the list is for" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="roster.exported").exists()


def test_an_export_is_never_a_link(client, trainer, cohort):
    client.force_login(trainer)
    url = reverse("courses:roster_export", args=[cohort.uuid])
    assert client.get(url).status_code == 405


SECRETS = ["Storedfirst", "Storedlast", "E-77-STORED", "S-88-STORED", "Stored unit", "Stored rank"]


def stored_person(**fields) -> User:
    first, last, employee, state, unit, rank = SECRETS
    return UserFactory(
        email="rosa@bpd.example",
        first_name=first,
        last_name=last,
        employee_id=employee,
        state_id=state,
        unit=unit,
        rank=rank,
        **fields,
    )


FULL_ROW = (
    "email,first name,last name,agency,employee id,state id,unit,rank\n"
    "rosa@bpd.example,Rosa,Estrada,bpd,1,2,District 4,Sergeant\n"
)


def test_a_preview_shows_nothing_of_a_person_of_another_agency_and_says_why(upload, client, url):
    elsewhere = AgencyFactory(code="mgh", name="Stored Hospital")
    person = stored_person(agency=elsewhere)
    answer = upload(FULL_ROW)
    text = answer.content.decode()
    assert "record is kept by their own agency" in text
    assert not [secret for secret in [*SECRETS, "Stored Hospital"] if secret in text]
    assert "<del>" not in text
    client.post(url, {"confirmed": signed(answer)})
    person.refresh_from_db()
    assert (person.first_name, person.rank, person.agency) == (
        "Storedfirst",
        "Stored rank",
        elsewhere,
    )
    assert Enrolment.objects.get().user == person


def test_a_preview_shows_what_changes_in_the_record_of_the_own_agency(upload, cohort):
    stored_person(agency=cohort.agency)
    text = upload(FULL_ROW).content.decode()
    assert "<del>Stored rank</del>" in text
    assert "kept by their own agency" not in text


def test_a_preview_is_noted_with_who_asked(upload, trainer):
    upload(GOOD)
    assert AuditEntry.objects.get(action="roster.previewed").actor == trainer.uuid


def test_an_evaluator_is_refused_in_words(upload, cohort):
    stored_person(agency=cohort.agency, roles=["evaluator"])
    answer = upload(FULL_ROW)
    assert answer.status_code == 400
    assert "This person reads survey results" in answer.content.decode()
    assert not [secret for secret in SECRETS if secret in answer.content.decode()]
