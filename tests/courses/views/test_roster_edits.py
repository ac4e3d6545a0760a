import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lms.accounts.actions import edit_by_hand
from tests.factories import AgencyFactory, CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db
HEADER = "email,first name,last name,agency,rank\n"
FILE = (
    HEADER + "rosa@bpd.example,Rosa,Estrada,bpd,Officer\nomar@bpd.example,Omar,Diallo,bpd,Chief\n"
)


@pytest.fixture
def cohort():
    return CohortFactory(agency=AgencyFactory(code="bpd"))


@pytest.fixture
def people(cohort):
    office = UserFactory()
    found = []
    for first, last in (("Rosa", "Estrada"), ("Omar", "Diallo")):
        person = UserFactory(
            email=f"{first.lower()}@bpd.example",
            first_name=first,
            last_name=last,
            agency=cohort.agency,
        )
        EnrolmentFactory(cohort=cohort, user=person)
        edit_by_hand(row=person, by=office, rank="Sergeant")
        found.append(person)
    return found


@pytest.fixture
def page(client, cohort, people):
    client.force_login(UserFactory(roles=[("trainer", cohort.agency)]))
    file = SimpleUploadedFile("roster.csv", FILE.encode())
    return client.post(reverse("courses:roster", args=[cohort.uuid]), {"file": file})


@pytest.fixture
def confirm(client, cohort, page):
    confirmed = re.search(r'name="confirmed" value="([^"]+)"', page.content.decode())[1]

    def confirm(*ticked):
        data = {"confirmed": confirmed, "over_edits": ticked}
        return client.post(reverse("courses:roster", args=[cohort.uuid]), data)

    return confirm


def ranks(people):
    for person in people:
        person.refresh_from_db()
    return [person.rank for person in people]


def test_the_preview_says_what_stays_and_offers_to_take_the_files_values(page):
    text = page.content.decode()
    assert page.status_code == 200
    assert "Rank or title stays “Sergeant”, edited by hand on" in text
    assert "The file says “Chief”." in text
    assert text.count('name="over_edits"') == 3
    assert not re.search("<input[^>]* checked", text)


@pytest.mark.parametrize(
    ("ticked", "left"),
    [
        ([], ["Sergeant", "Sergeant"]),
        (["3"], ["Sergeant", "Chief"]),
        (["all"], ["Officer", "Chief"]),
        (["x", "-1", "99999999999999999999", "3\0"], ["Sergeant", "Sergeant"]),
    ],
)
def test_only_who_is_ticked_gets_the_files_values(confirm, people, ticked, left):
    assert confirm(*ticked).status_code == 302
    assert ranks(people) == left


def test_confirming_twice_does_it_once(confirm, people):
    confirm("all")
    assert confirm("all").status_code == 302
    assert ranks(people) == ["Officer", "Chief"]


def test_where_something_changed_since_the_ticks_are_kept(confirm, people):
    edit_by_hand(row=people[0], by=people[0], rank="Captain")
    answer = confirm("3")
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "Something has changed since the preview" in text
    assert re.search(r'id="over_edits-3" form="confirm" checked', text)
    assert ranks(people) == ["Captain", "Sergeant"]
