"""What people edited by hand stays when a roster says something else, unless somebody ticks it."""

from datetime import UTC, datetime

import pytest

from courses.actions import RosterRefusedError, import_roster
from courses.actions.roster_plan import plan_roster
from courses.actions.rosters import notes_on
from courses.rosters.reading import Roster, RosterRow
from lms.accounts.actions import edit_by_hand
from lms.accounts.models import AuditEntry, HandEdit
from tests.factories import AgencyFactory, CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return CohortFactory(agency=AgencyFactory(code="bpd"))


@pytest.fixture
def seat(cohort):
    return EnrolmentFactory(
        cohort=cohort,
        user=UserFactory(
            email="rosa@bpd.example",
            first_name="Rosa",
            last_name="Estrada",
            agency=cohort.agency,
            rank="Officer",
            unit="District 2",
        ),
    )


@pytest.fixture
def office():
    return UserFactory(first_name="Olga", last_name="Office")


def file(**fields) -> Roster:
    given = {
        "email": "rosa@bpd.example",
        "first_name": "Rosa",
        "last_name": "Estrada",
        "agency": "bpd",
    }
    return Roster((RosterRow(line=2, **(given | fields)),))


def done(cohort, roster, **how):
    (row,) = import_roster(cohort=cohort, roster=roster, by=None, **how).rows
    return row


def test_a_file_changes_what_nobody_edited_by_hand_and_keeps_what_somebody_did(
    cohort, seat, office
):
    edit_by_hand(row=seat.user, by=office, rank="Sergeant")
    row = done(cohort, file(rank="Officer", unit="District 4"))
    seat.user.refresh_from_db()
    assert (seat.user.rank, seat.user.unit) == ("Sergeant", "District 4")
    assert [change.column for change in row.changes] == ["unit"]
    assert [change.column for change in row.kept] == ["rank"]


def test_what_is_kept_is_told_beside_the_files_value_with_who_and_when(cohort, seat, office, clock):
    clock.set(datetime(2026, 11, 20, 17, tzinfo=UTC))
    edit_by_hand(row=seat.user, by=office, rank="Sergeant")
    plan = plan_roster(cohort=cohort, roster=file(rank="Officer"), by=None)
    (told,) = notes_on(plan.rows[0], plan.read.headings)
    assert told == (
        "Rank or title stays “Sergeant”, edited by hand on Nov 20, 2026 by Olga Office. "
        "The file says “Officer”."
    )


def test_a_ticked_line_takes_the_files_value_and_the_next_file_changes_it_again(
    cohort, seat, office
):
    edit_by_hand(row=seat.user, by=office, rank="Sergeant")
    done(cohort, file(rank="Officer"), over_edits=[2])
    seat.user.refresh_from_db()
    assert seat.user.rank == "Officer"
    assert not HandEdit.objects.exists()
    entry = AuditEntry.objects.get(action="person.changed")
    assert entry.detail == {"fields": ["rank"], "edited_by_hand": ["rank"]}
    done(cohort, file(rank="Detective"))
    seat.user.refresh_from_db()
    assert seat.user.rank == "Detective"


def test_a_tick_on_another_line_replaces_nothing(cohort, seat, office):
    edit_by_hand(row=seat.user, by=office, rank="Sergeant")
    assert done(cohort, file(rank="Officer"), over_edits=[3]).kept
    seat.user.refresh_from_db()
    assert seat.user.rank == "Sergeant"


@pytest.mark.parametrize("over_edits", [(), (2,)])
def test_the_same_file_again_changes_nothing(cohort, seat, office, over_edits):
    edit_by_hand(row=seat.user, by=office, rank="Sergeant")
    done(cohort, file(rank="Officer"), over_edits=over_edits)
    before = AuditEntry.objects.count()
    again = done(cohort, file(rank="Officer"), over_edits=over_edits)
    assert (again.outcome, again.changes) == ("unchanged", ())
    assert AuditEntry.objects.count() == before


def test_a_file_that_says_the_same_leaves_the_edit_standing(cohort, seat, office):
    edit_by_hand(row=seat.user, by=office, rank="Sergeant")
    done(cohort, file(rank="Sergeant"))
    assert done(cohort, file(rank="Officer")).kept


def test_an_agency_given_by_hand_is_kept_too(cohort, seat, office):
    other = AgencyFactory(code="ems", name="Boston EMS")
    edit_by_hand(row=seat.user, by=office, agency=other)
    (change,) = done(cohort, file()).kept
    assert (change.column, change.before) == ("agency", "Boston EMS")
    seat.user.refresh_from_db()
    assert seat.user.agency == other


def test_what_is_on_record_about_a_seat_is_kept_too(cohort, seat, office):
    edit_by_hand(row=seat, by=office, enrolled_as="assigned")
    assert done(cohort, file(enrolled_as="volunteered")).kept
    done(cohort, file(enrolled_as="volunteered"), over_edits=[2])
    seat.refresh_from_db()
    assert seat.enrolled_as == "volunteered"
    assert not HandEdit.objects.exists()


def test_somebody_who_gets_a_seat_keeps_what_was_edited(office, seat):
    elsewhere = CohortFactory(agency=seat.cohort.agency)
    edit_by_hand(row=seat.user, by=office, rank="Sergeant")
    row = done(elsewhere, file(rank="Officer"))
    assert row.outcome == "enrol"
    seat.user.refresh_from_db()
    assert seat.user.rank == "Sergeant"


def test_nothing_is_told_of_edits_of_a_record_that_is_not_the_askers(cohort, seat, office):
    """A guest's own office corrected their rank; the host's file says another."""
    guest_of = AgencyFactory(code="ems")
    edit_by_hand(row=seat.user, by=office, agency=guest_of, rank="Captain of the night")
    trainer = UserFactory(roles=[("trainer", cohort.agency)])
    plan = plan_roster(cohort=cohort, roster=file(rank="Officer"), by=trainer)
    assert plan.rows[0].record_kept
    assert not plan.rows[0].kept


def test_an_edit_after_the_preview_is_never_overwritten(cohort, seat, office):
    plan = plan_roster(cohort=cohort, roster=file(rank="Detective"), by=None)
    edit_by_hand(row=seat.user, by=office, rank="Sergeant")
    with pytest.raises(RosterRefusedError):
        import_roster(
            cohort=cohort,
            roster=file(rank="Detective"),
            by=None,
            expected=plan.digest,
            over_edits=[2],
        )
    seat.user.refresh_from_db()
    assert seat.user.rank == "Sergeant"


def test_an_edit_that_changes_nothing_is_no_edit(seat, office):
    assert edit_by_hand(row=seat.user, by=office, rank="Officer") == []
    assert not HandEdit.objects.exists()


def test_a_second_edit_of_a_field_takes_the_place_of_the_first(seat, office):
    edit_by_hand(row=seat.user, by=seat.user, rank="Sergeant")
    edit_by_hand(row=seat.user, by=office, rank="Captain")
    assert HandEdit.objects.get().by == office
