from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from courses.models import Level, Part, Qualification, SessionInstructor
from tests.factories import AgencyFactory, CohortFactory, QualificationFactory, UserFactory

pytestmark = pytest.mark.django_db

LIST = reverse("courses:instructors")


@pytest.fixture(autouse=True)
def _day(clock):
    clock.set(datetime(2026, 12, 2, 15, tzinfo=UTC))


@pytest.fixture
def coordinator():
    return UserFactory.create(roles=["coordinator"])


@pytest.fixture
def ask(client, coordinator):
    """Asks as the coordinator, or as somebody else; words stand with one space between them."""

    def asking(address: str, who=None, data=None) -> str:
        client.force_login(who or coordinator)
        answer = client.post(address, data, follow=True) if data else client.get(address)
        return " ".join(answer.content.decode().split())

    return asking


def person(last_name: str, **fields):
    return UserFactory.create(first_name="Imani", last_name=last_name, **fields)


def page_of(who) -> str:
    return reverse("courses:instructor", args=[who.uuid])


def test_the_list_says_who_may_teach_what_until_when(ask):
    QualificationFactory.create(person=person("Brooks"), valid_until=date(2028, 6, 30))
    person("Nobody")
    text = ask(LIST)
    assert "Brooks, Imani" in text
    assert "<b>Officer</b>, leads: every course" in text
    assert "until Jun 30, 2028" in text
    assert "Nobody, Imani" not in text


def test_the_list_is_searched_by_name_and_agency(ask):
    harbor = AgencyFactory.create(name="Harbor Clinic")
    QualificationFactory.create(person=person("Brooks", agency=harbor))
    QualificationFactory.create(person=person("Weiss"))
    for words in ("brooks", "imani harbor"):
        text = ask(f"{LIST}?q={words}")
        assert "Brooks, Imani" in text
        assert "Weiss, Imani" not in text


def test_what_ends_within_90_days_comes_first_with_a_way_to_renew_it(ask):
    row = QualificationFactory.create(person=person("Brooks"), valid_until=date(2027, 3, 2))
    QualificationFactory.create(person=person("Weiss"), valid_until=date(2027, 3, 3))
    text = ask(LIST).split("<table")[0]
    assert "Imani Brooks" in text
    assert "Imani Weiss" not in text
    assert reverse("courses:renew_qualification", args=[row.pk]) in text


def test_a_trainer_sees_the_list_and_renews_nothing(ask):
    row = QualificationFactory.create(person=person("Brooks"), valid_until=date(2027, 1, 2))
    trainer = UserFactory.create(roles=["trainer"])
    text = ask(LIST, trainer)
    assert "Imani Brooks" in text
    assert reverse("courses:renew_qualification", args=[row.pk]) not in text
    assert "Record it" not in ask(page_of(row.person), trainer)


def test_whoever_is_to_be_added_is_found_among_those_one_keeps(client):
    here = AgencyFactory.create()
    person("Brooks", agency=here)
    person("Weiss")
    client.force_login(UserFactory.create(roles=[("coordinator", here)]))
    text = client.get(LIST, {"show": "add"}).content.decode()
    assert "Brooks, Imani" in text
    assert "Weiss, Imani" not in text


def test_a_guest_is_shown_by_name_and_agency_alone(ask):
    guest = person("Weiss", rank="Psychiatrist", email="weiss@clinic.example.org")
    QualificationFactory.create(
        person=guest,
        withdrawn_at=datetime(2026, 1, 1, tzinfo=UTC),
        withdrawn_because="Under investigation",
    )
    trainer = UserFactory.create(roles=[("trainer", AgencyFactory.create())])
    text = ask(page_of(guest), trainer)
    assert "Imani Weiss" in text
    for kept in ("Psychiatrist", "weiss@clinic", "Under investigation"):
        assert kept not in text


def test_a_qualification_is_recorded_from_the_page(ask):
    somebody = person("Brooks")
    data = {
        "part": "clinician",
        "level": "co_teach",
        "title": "LICSW",
        "valid_from": "2026-12-01",
        "valid_until": "2028-12-31",
    }
    text = ask(page_of(somebody), data=data)
    assert "It is recorded." in text
    assert "<b>Clinician</b>, co-teaches: every course" in text
    row = Qualification.objects.get(person=somebody)
    assert (row.title, row.valid_until) == ("LICSW", date(2028, 12, 31))


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("valid_until", "2026-11-30", "before the first day"),
        ("valid_until", "2999-01-01", "Check the year"),
        ("part", "dean", "Select a valid choice"),
        ("course", "99999999999999999999", "Select a valid choice"),
        ("title", "a\0b", "Null characters"),
    ],
)
def test_what_cannot_be_recorded_stays_in_the_form(client, coordinator, field, typed, said):
    client.force_login(coordinator)
    data = {"part": "officer", "level": "lead", "title": "Kept", "valid_from": "2026-12-01"}
    answer = client.post(page_of(person("Brooks")), data | {field: typed})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert field == "title" or 'value="Kept"' in answer.content.decode()
    assert not Qualification.objects.exists()


def test_nobody_finds_a_form_about_themselves(ask, coordinator):
    row = QualificationFactory.create(person=coordinator)
    text = ask(page_of(coordinator))
    assert "Nobody records their own" in text
    assert "Record it" not in text
    for name in ("courses:renew_qualification", "courses:withdraw_qualification"):
        assert "We cannot find this page" in ask(reverse(name, args=[row.pk]))


def test_a_renewal_goes_on_where_the_first_ends(ask, client):
    row = QualificationFactory.create(person=person("Brooks"), valid_until=date(2027, 1, 31))
    address = reverse("courses:renew_qualification", args=[row.pk])
    assert 'value="2027-02-01"' in ask(address)
    data = {"level": "lead", "title": "CIT instructor", "valid_from": "2027-02-01"}
    text = ask(address, data=data)
    assert "It is renewed." in text
    assert "From Feb 1, 2027" in text


def test_withdrawing_asks_why_and_says_which_sessions_rest_on_it(ask):
    row = QualificationFactory.create(person=person("Brooks"))
    cohort = CohortFactory.create(starts_on=date(2026, 12, 7))
    for session in cohort.sessions.all():
        SessionInstructor.objects.create(
            session=session, person=row.person, part=row.part, qualification=row
        )
    address = reverse("courses:withdraw_qualification", args=[row.pk])
    assert "2 published sessions ahead rest on it" in ask(address)
    assert "This field is required" in ask(address, data={"reason": " "})
    text = ask(address, data={"reason": "Left the unit"})
    assert "Why: Left the unit" in text
    assert "No longer" in text


def test_the_ladder_says_how_often_somebody_taught_on_each_rung(ask):
    row = QualificationFactory.create(person=person("Brooks"), level=Level.CO_TEACH)
    session = CohortFactory.create(starts_on=date(2026, 11, 30)).sessions.first()
    SessionInstructor.objects.create(
        session=session, person=row.person, part=Part.OFFICER, qualification=row
    )
    ladder = ask(page_of(row.person)).split('class="ladder"')[1].split("</ol>")[0]
    here = 'Co-teaches <b class="ladder__now">Today</b></span> <span class="meta">1 session</span>'
    assert here in ladder
    assert ladder.count("0 sessions") == 2


def test_what_was_renewed_hides_what_ended(ask):
    row = QualificationFactory.create(person=person("Brooks"), valid_until=date(2026, 11, 30))
    assert "Ended Nov 30, 2026" in ask(page_of(row.person))
    QualificationFactory.create(person=row.person)
    assert "Ended Nov 30, 2026" not in ask(page_of(row.person))
