import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from courses.actions.merging import merge_people, plan_merge
from courses.actions.roster_people import people_by_email
from courses.models import AttendanceEvent, Enrolment, SessionInstructor
from courses.rosters.reading import RosterRow
from lms.accounts.actions import grant_role
from lms.accounts.models import AuditEntry, ResearchId, User
from tests.factories import AgencyFactory, CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def survivor() -> User:
    return UserFactory.create()


@pytest.fixture
def duplicate() -> User:
    return UserFactory.create()


@pytest.fixture
def administrator() -> User:
    return UserFactory.create(roles=["administrator"])


def mark(seat: Enrolment) -> None:
    """Something that is on record in the seat."""
    session = seat.cohort.sessions.first()
    assert session is not None
    AttendanceEvent.objects.create(
        enrolment=seat,
        session=session,
        presence="here",
        minutes=60,
        happened_at=session.starts_at,
        recorded_by=UserFactory.create(),
    )


def refusals(survivor: User, duplicate: User, by: User | None = None) -> str:
    with pytest.raises(ValidationError) as refused:
        merge_people(survivor=survivor, duplicate=duplicate, by=by)
    return " ".join(refused.value.messages)


def test_all_seats_go_on_under_one_account(survivor, duplicate):
    own, other = EnrolmentFactory(user=survivor), EnrolmentFactory(user=duplicate)
    mark(other)
    merge_people(survivor=survivor, duplicate=duplicate, by=None)
    assert set(survivor.enrolments.all()) == {own, other}
    assert other.attendance.count() == 1


def test_all_research_ids_are_kept_and_the_survivors_stays_primary(survivor, duplicate):
    primary = survivor.research_ids.get()
    merge_people(survivor=survivor, duplicate=duplicate, by=None)
    assert survivor.research_ids.count() == 2
    assert survivor.research_ids.get(primary=True) == primary


def test_both_addresses_are_told(
    survivor, duplicate, mailoutbox, django_capture_on_commit_callbacks
):
    """Nobody takes over an account in silence by merging it into one of their own."""
    with django_capture_on_commit_callbacks(execute=True):
        merge_people(survivor=survivor, duplicate=duplicate, by=None)
    assert [mail.to for mail in mailoutbox] == [[survivor.email], [duplicate.email]]
    for mail in mailoutbox:
        assert f"Sign in as {survivor.email}" in mail.body
        assert f"{duplicate.email} is closed" in mail.body


def test_nobody_is_told_of_a_merge_that_was_refused(
    survivor, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        refusals(survivor, survivor)
    assert not mailoutbox


def test_a_fifth_account_is_refused(survivor, duplicate):
    for _ in range(3):
        ResearchId.objects.create(user=survivor, primary=False)
    assert "No more can be added" in refusals(survivor, duplicate)


def test_in_a_cohort_where_both_sit_the_seat_without_records_goes(survivor, duplicate):
    cohort = CohortFactory.create()
    kept, empty = (EnrolmentFactory(cohort=cohort, user=one) for one in (duplicate, survivor))
    mark(kept)
    merge_people(survivor=survivor, duplicate=duplicate, by=None)
    assert list(survivor.enrolments.all()) == [kept]
    assert not Enrolment.objects.filter(pk=empty.pk).exists()


def test_who_sat_there_under_either_account_sits_there_still(survivor, duplicate):
    cohort = CohortFactory.create()
    kept = EnrolmentFactory(cohort=cohort, user=survivor, state="withdrawn")
    mark(kept)
    EnrolmentFactory(cohort=cohort, user=duplicate)
    merge_people(survivor=survivor, duplicate=duplicate, by=None)
    kept.refresh_from_db()
    assert kept.state == "enrolled"
    assert kept.transitions.last().target == "enrolled"


def test_records_of_both_in_one_cohort_are_never_thrown_away(survivor, duplicate):
    cohort = CohortFactory.create()
    for one in (survivor, duplicate):
        mark(EnrolmentFactory(cohort=cohort, user=one))
    assert cohort.code in refusals(survivor, duplicate)
    duplicate.refresh_from_db()
    assert duplicate.is_active
    assert duplicate.enrolments.count() == 1


def test_what_was_taught_moves_and_nobody_teaches_a_session_twice(survivor, duplicate):
    first, second = CohortFactory.create().sessions.all()[:2]
    for session, person in ((first, survivor), (first, duplicate), (second, duplicate)):
        SessionInstructor.objects.create(session=session, person=person, part="officer")
    merge_people(survivor=survivor, duplicate=duplicate, by=None)
    assert {taught.session for taught in survivor.teaching.all()} == {first, second}
    assert not duplicate.teaching.exists()


def test_merging_widens_nobodys_rights(survivor, duplicate):
    grant_role(user=duplicate, role="trainer", by=None, agency=AgencyFactory.create())
    assert "holds a role" in refusals(survivor, duplicate)
    assert not survivor.role_assignments.exists()


def test_whoever_reads_outcomes_gets_no_seat_by_a_merge(survivor, duplicate):
    grant_role(user=survivor, role="evaluator", by=None)
    EnrolmentFactory(user=duplicate)
    assert "takes no seats" in refusals(survivor, duplicate)


def test_the_duplicate_is_closed_and_its_sessions_end(survivor, duplicate):
    browser = Client()
    browser.force_login(duplicate)
    assert browser.get("/learn/").status_code == 200
    merge_people(survivor=survivor, duplicate=duplicate, by=None)
    assert browser.get("/learn/").status_code == 302
    duplicate.refresh_from_db()
    assert (duplicate.is_active, duplicate.merged_into) == (False, survivor)
    assert not duplicate.has_usable_password()


def test_a_roster_with_the_former_address_finds_the_account_that_stays(survivor, duplicate):
    middle = UserFactory.create()
    merge_people(survivor=middle, duplicate=duplicate, by=None)
    merge_people(survivor=survivor, duplicate=middle, by=None)
    row = RosterRow(
        line=2, email=duplicate.email.lower(), first_name="A", last_name="B", agency="C"
    )
    assert people_by_email([row]) == {duplicate.email.lower(): survivor}


def test_a_merge_is_audited_once_and_not_done_twice(survivor, duplicate, administrator):
    merge_people(survivor=survivor, duplicate=duplicate, by=administrator)
    entry = AuditEntry.objects.get(action="person.merged")
    assert (entry.actor, entry.subject_id) == (administrator.uuid, str(survivor.uuid))
    assert entry.detail["former"] == str(duplicate.uuid)
    assert "already" in refusals(survivor, duplicate, administrator)


def test_an_account_is_not_merged_with_itself(survivor):
    assert "same account" in refusals(survivor, survivor)


def test_nobody_merges_their_own_account_or_one_that_they_do_not_keep(duplicate, administrator):
    here = AgencyFactory.create()
    of_here = UserFactory.create(agency=here, roles=[("administrator", here)])
    colleague = UserFactory.create(agency=here)
    assert "own account" in refusals(administrator, duplicate, administrator)
    assert "not yours" in refusals(colleague, duplicate, of_here)


def test_a_name_and_an_agency_change_no_research_id(survivor):
    before = list(survivor.research_ids.values())
    survivor.last_name, survivor.agency = "Newname", AgencyFactory.create()
    survivor.save()
    assert list(survivor.research_ids.values()) == before


def test_planning_changes_nothing(survivor, duplicate):
    seat = EnrolmentFactory(user=duplicate)
    plan = plan_merge(survivor=survivor, duplicate=duplicate)
    assert (plan.moved, plan.refusals) == ([seat], [])
    assert list(duplicate.enrolments.all()) == [seat]
