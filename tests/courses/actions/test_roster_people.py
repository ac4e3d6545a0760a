"""Whom a roster means: agencies however they are spelled, and people who look alike."""

import pytest

from courses.actions import preview_roster
from courses.actions.roster_people import Agencies
from courses.rosters.reading import LookAlike, Roster, RosterRow
from courses.words.codes import look_alike_note
from tests.factories import AgencyFactory, CohortFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bpd():
    return AgencyFactory(code="bpd", name="Boston Police Department")


@pytest.fixture
def trainer(bpd):
    return UserFactory(agency=bpd, roles=[("trainer", bpd)])


@pytest.fixture
def cohort(bpd):
    return CohortFactory(agency=bpd)


def row(line=2, **fields) -> RosterRow:
    given = {"email": f"new{line}@bpd.example", "first_name": "Rosa", "last_name": "Peña"}
    return RosterRow(line=line, **({"agency": "bpd"} | given | fields))


def alike(cohort, by, *rows) -> list[tuple[LookAlike, ...]]:
    return [one.alike for one in preview_roster(cohort=cohort, roster=Roster(rows), by=by).rows]


@pytest.mark.parametrize("spelled", ["B.P.D.", "boston  police-department", "Bpd"])
def test_an_agency_is_known_in_any_spelling_of_its_code_or_name(bpd, spelled):
    assert Agencies().named(spelled) == bpd


def test_an_agency_called_as_the_code_of_another_gives_way_to_the_code(bpd):
    other = AgencyFactory(code="other", name="bpd")
    agencies = Agencies()
    assert agencies.named("bpd") == bpd
    assert (agencies.written(bpd), agencies.written(other)) == (bpd.name, "other")


def test_a_spelling_that_several_agencies_share_names_none(bpd):
    AgencyFactory(code="one", name="Boston E.M.S.")
    AgencyFactory(code="two", name="Boston EMS!")
    assert Agencies().named("boston ems") is None


def test_an_unknown_agency_is_answered_with_the_nearest(cohort):
    plan = preview_roster(
        cohort=cohort, roster=Roster((row(agency="Boston Polise Departmnt"),)), by=None
    )
    (problem,) = plan.refusals
    assert (problem.code, problem.other) == ("unknown_agency_like", "Boston Police Department")


@pytest.mark.parametrize(
    ("stored", "sent", "shared"),
    [
        ({"employee_id": "0042"}, {"employee_id": "0042"}, "employee_id"),
        ({"state_id": "S-1"}, {"state_id": "S-1"}, "state_id"),
        ({"first_name": "ROSA", "last_name": "Pena"}, {}, "name"),
    ],
)
def test_a_newcomer_who_looks_like_a_colleague_is_asked_about(
    cohort, bpd, trainer, stored, sent, shared
):
    person = UserFactory(agency=bpd, **stored)
    ((found,),) = alike(cohort, trainer, row(**sent))
    assert (found.by, found.email) == (shared, person.email)
    assert f"Is this the same person as {person}, {person.email}?" in look_alike_note(found)


def test_a_number_is_compared_within_the_agency_only(cohort, bpd, trainer):
    UserFactory(agency=AgencyFactory(), employee_id="0042")
    assert alike(cohort, None, row(employee_id="0042")) == [()]


@pytest.mark.parametrize("kind", ["of another agency", "with a role", "a superuser", "of none"])
def test_nobody_learns_from_a_hint_who_is_on_record_elsewhere(cohort, bpd, trainer, kind):
    other = AgencyFactory(code="mgh")
    fields = {
        "of another agency": {"agency": other},
        "with a role": {"agency": bpd, "roles": ["learner"]},
        "a superuser": {"agency": bpd, "is_superuser": True},
        "of none": {"agency": None},
    }[kind]
    UserFactory(first_name="Rosa", last_name="Peña", employee_id="0042", state_id="S-1", **fields)
    sent = row(agency="mgh" if kind == "of another agency" else "bpd", employee_id="0042")
    assert alike(cohort, trainer, sent, row(3, state_id="S-1", last_name="Other")) == [(), ()]


def test_a_coordinator_is_asked_about_people_of_every_agency(cohort):
    other = AgencyFactory(code="mgh")
    person = UserFactory(first_name="Rosa", last_name="Peña", agency=other)
    ((found,),) = alike(cohort, UserFactory(roles=["coordinator"]), row(agency="mgh"))
    assert found.email == person.email


def test_two_rows_of_one_file_that_share_a_number_are_asked_about(cohort):
    found = alike(
        cohort,
        None,
        row(2, employee_id="7"),
        row(3, employee_id="7", last_name="Estrada"),
        row(4, last_name="Silva"),
    )
    assert found == [(), (LookAlike("employee_id", line=2),), ()]


def test_a_person_who_is_known_by_the_address_is_not_asked_about(cohort, bpd, trainer):
    UserFactory(email="new2@bpd.example", first_name="Rosa", last_name="Peña", agency=bpd)
    assert alike(cohort, trainer, row()) == [()]
