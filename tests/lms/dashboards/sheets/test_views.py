import io

import pypdf
import pytest
from django.urls import reverse

from courses.models import MakeUp
from lms.accounts.models import AuditEntry
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY = "2026-11-30", "2026-12-01"


@pytest.fixture
def version():
    return CourseVersionFactory(
        modules=[
            {"code": "welcome", "day": 1, "title": "Welcome"},
            {"code": "suicide", "day": 1, "title": "Suicide prevention"},
            {"code": "farewell", "day": 2, "title": "Farewell"},
        ]
    )


@pytest.fixture
def cohort(version):
    return CohortFactory(version=version, agency=AgencyFactory(name="Boston Police"))


@pytest.fixture
def trainer(client, cohort):
    found = UserFactory(roles=[("trainer", cohort.agency)])
    client.force_login(found)
    return found


@pytest.fixture
def rosa(cohort):
    person = UserFactory(first_name="Rosa", last_name="Estrada", agency=cohort.agency)
    return EnrolmentFactory(cohort=cohort, user=person, small_group=2)


@pytest.fixture
def guest(cohort, version):
    """Makes Suicide prevention up on Monday; sits in a group of their own cohort."""
    person = UserFactory(
        first_name="Omar",
        last_name="Diallo",
        agency=AgencyFactory(name="Boston EMS"),
        unit="Secret unit",
        email="omar@ems.example",
    )
    seat = EnrolmentFactory(cohort=CohortFactory(version=version), user=person, small_group=7)
    session = cohort.sessions.get(module__code="suicide")
    return MakeUp.objects.create(enrolment=seat, session=session)


def pages(client, route, *args, query=""):
    answer = client.get(reverse(f"trainer:{route}", args=args) + query)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages]


def test_a_cohort_has_a_sheet_for_each_day_with_its_sessions(client, cohort, trainer, rosa):
    monday, tuesday = pages(client, "sign_in", cohort.uuid)
    assert "Monday, November 30, 2026" in monday
    assert "8 a.m. to 9 a.m.: Welcome" in monday
    assert "Tuesday, December 1, 2026" in tuesday
    for page in (monday, tuesday):
        assert "Estrada, Rosa" in page
        assert "Boston Police, Group 2" in page


def test_guests_stand_on_the_sheet_of_their_day_with_name_and_agency_only(
    client, cohort, trainer, rosa, guest
):
    monday, tuesday = pages(client, "sign_in", cohort.uuid)
    assert "Diallo, Omar" in monday
    assert "Guest, makes up Suicide prevention, 9 a.m. to 10 a.m." in " ".join(monday.split())
    assert "Diallo" not in tuesday
    for kept in ("Secret unit", "omar@ems.example", "Group 7"):
        assert kept not in monday


def test_a_day_has_a_sheet_for_each_session_with_its_own_guests(
    client, cohort, trainer, rosa, guest
):
    welcome, suicide = pages(client, "sign_in_on", cohort.uuid, MONDAY, query="?for=sessions")
    assert welcome.startswith("Welcome")
    assert "Diallo" not in welcome
    assert "Diallo" in suicide


def test_who_withdrew_or_waits_and_a_guest_who_cancelled_stand_nowhere(
    client, cohort, trainer, rosa, guest, clock
):
    for state in ("withdrawn", "requested"):
        EnrolmentFactory(cohort=cohort, state=state, user=UserFactory(last_name="Absent"))
    MakeUp.objects.update(cancelled_at=clock.at)
    for route in ("sign_in", "name_tents"):
        text = "".join(pages(client, route, cohort.uuid))
        assert "Estrada" in text
        assert "Absent" not in text
        assert "Diallo" not in text


def test_name_tents_of_a_day_are_of_everybody_and_that_days_guests(
    client, cohort, trainer, rosa, guest
):
    assert "Omar" in "".join(pages(client, "name_tents", cohort.uuid))
    assert "Omar" in "".join(pages(client, "name_tents_on", cohort.uuid, MONDAY))
    tuesday = "".join(pages(client, "name_tents_on", cohort.uuid, TUESDAY))
    assert "Rosa" in tuesday
    assert "Omar" not in tuesday


def test_it_is_noted_who_printed_which_names(client, cohort, trainer, rosa):
    pages(client, "sign_in_on", cohort.uuid, MONDAY)
    entry = AuditEntry.objects.get(action="roster.printed")
    assert (entry.actor, entry.purpose) == (trainer.uuid, "sign-in")
    assert entry.detail == {"rows": 1, "day": MONDAY}


@pytest.mark.parametrize("day", ["2026-12-05", "2026-13-45", "monday", "9" * 30, "\0"])
def test_a_day_without_sessions_is_not_there(client, cohort, trainer, rosa, day):
    for route in ("sign_in_on", "name_tents_on"):
        assert client.get(reverse(f"trainer:{route}", args=[cohort.uuid, day])).status_code == 404


def test_the_cohort_leads_to_sheets_and_tents(client, cohort, trainer, rosa):
    text = client.get(reverse("courses:cohort", args=[cohort.uuid])).content.decode()
    for route, args in (
        ("sign_in", [cohort.uuid]),
        ("name_tents", [cohort.uuid]),
        ("sign_in_on", [cohort.uuid, MONDAY]),
        ("name_tents_on", [cohort.uuid, TUESDAY]),
    ):
        assert reverse(f"trainer:{route}", args=args) in text
    assert "Group 2" in text


@pytest.mark.parametrize("number", [1, 40])
def test_a_sheet_asks_the_same_however_many_people_there_are(
    client, cohort, trainer, number, django_assert_num_queries
):
    for _ in range(number):
        EnrolmentFactory(cohort=cohort)
    address = reverse("trainer:sign_in", args=[cohort.uuid])
    client.get(address)
    with django_assert_num_queries(9):
        client.get(address)
