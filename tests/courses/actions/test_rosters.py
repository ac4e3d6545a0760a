import csv
import io
from dataclasses import replace

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from courses.actions import (
    RosterRefusedError,
    enrol,
    export_roster,
    import_roster,
    preview_roster,
    withdraw,
)
from courses.actions.roster_plan import plan_roster
from courses.models import CohortState, Enrolment
from courses.rosters.reading import WORKFORCES, Roster, RosterRow, read_roster
from courses.words.codes import roster_problem
from lms.accounts.actions import create_person
from lms.accounts.clock import now
from lms.accounts.models import AuditEntry, User, Workforce
from tests.factories import AgencyFactory, CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bpd():
    return AgencyFactory(code="bpd", name="Boston Police Department")


@pytest.fixture
def cohort(bpd):
    return CohortFactory(agency=bpd, capacity=3)


def row(line=2, **fields) -> RosterRow:
    given = {
        "email": f"person{line}@bpd.example",
        "first_name": "Rosa",
        "last_name": "Estrada",
        "agency": "bpd",
    }
    return RosterRow(line=line, **(given | fields))


def roster(*rows: RosterRow) -> Roster:
    return Roster(rows or (row(),))


def outcomes(cohort, *rows):
    plan = preview_roster(cohort=cohort, roster=Roster(rows), by=None)
    return [(planned.outcome.value, said(planned)) for planned in plan.rows]


def said(planned) -> str:
    """The codes of what stands against a row, and what is noted about its seat."""
    codes = [problem.code for problem in planned.problems]
    return " ".join([*codes, *(["withdrawn"] if planned.withdrawn else [])])


def counted(plan) -> dict[str, int]:
    return {name: count for name, count in plan.counts.items() if count}


def test_the_pure_reader_knows_the_same_workforces_as_the_accounts():
    assert set(WORKFORCES) == set(Workforce.values)


def test_a_preview_saves_nothing(cohort):
    assert outcomes(cohort, row()) == [("create", "")]
    assert not User.objects.exists()


@pytest.mark.parametrize("agency", ["bpd", "BPD", "boston police department"])
def test_an_agency_is_known_by_code_or_name_in_any_case(cohort, agency):
    assert outcomes(cohort, row(agency=agency)) == [("create", "")]


def test_an_unknown_agency_is_refused_by_name(cohort):
    plan = preview_roster(cohort=cohort, roster=roster(row(agency="Springfield")), by=None)
    (problem,) = plan.rows[0].problems
    assert (problem.column, problem.code, problem.value) == (
        "agency",
        "unknown_agency",
        "Springfield",
    )
    assert not plan.can_be_imported


def test_each_row_says_what_it_would_do(cohort, bpd):
    known = UserFactory(email="known@bpd.example", agency=bpd, last_name="Known")
    seated = UserFactory(email="seated@bpd.example", agency=bpd, last_name="Seated", rank="Officer")
    enrol(cohort=cohort, user=seated, by=None)
    unchanged = row(2, email=seated.email, last_name="Seated")
    assert outcomes(
        cohort,
        unchanged,
        row(3),
        row(4, email=known.email, last_name="Known"),
    ) == [("unchanged", ""), ("create", ""), ("enrol", "")]
    assert outcomes(cohort, replace(unchanged, rank="Sergeant")) == [("change", "")]


def test_a_change_is_shown_before_and_after(cohort):
    person = UserFactory(email="person2@bpd.example", last_name="Estrada", unit="District 2")
    EnrolmentFactory(cohort=cohort, user=person)
    plan = preview_roster(cohort=cohort, roster=roster(row(unit="District 4")), by=None)
    told = [(c.column, c.before, c.after) for c in plan.rows[0].changes]
    assert told == [
        ("unit", "District 2", "District 4"),
        ("agency", person.agency.name, "Boston Police Department"),
    ]


def test_rows_beyond_the_last_seat_are_refused(cohort):
    EnrolmentFactory(cohort=cohort)
    assert outcomes(cohort, row(2), row(3), row(4)) == [
        ("create", ""),
        ("create", ""),
        ("refused", "full"),
    ]


def test_a_person_whose_account_is_closed_is_refused(cohort):
    UserFactory(email="person2@bpd.example", is_active=False)
    assert outcomes(cohort, row()) == [("refused", "account_closed")]


def test_a_seat_that_was_given_up_stays_so(cohort, bpd):
    person = UserFactory(email="person2@bpd.example", last_name="Estrada", agency=bpd)
    seat = withdraw(enrolment=EnrolmentFactory(cohort=cohort, user=person), by=None)
    assert outcomes(cohort, row()) == [("unchanged", "withdrawn")]
    import_roster(cohort=cohort, roster=roster(), by=None)
    seat.refresh_from_db()
    assert seat.state == "withdrawn"


def test_importing_creates_accounts_with_seats_and_mails_a_link(
    cohort, bpd, django_capture_on_commit_callbacks
):
    trainer = UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        plan = import_roster(
            cohort=cohort,
            roster=roster(row(workforce="ems", enrolled_as="assigned", notes="Nights")),
            by=trainer,
        )
    assert counted(plan) == {"create": 1}
    seat = Enrolment.objects.select_related("user").get()
    assert (seat.user.agency, seat.user.workforce, seat.enrolled_as) == (bpd, "ems", "assigned")
    assert not seat.user.has_usable_password()
    assert [message.to for message in mail.outbox] == [["person2@bpd.example"]]
    assert seat.transitions.get().by == trainer


def test_the_same_file_again_changes_nothing(cohort):
    import_roster(cohort=cohort, roster=roster(row(2), row(3, notes="Late shift")), by=None)
    before = AuditEntry.objects.count()
    again = import_roster(cohort=cohort, roster=roster(row(2), row(3, notes="Late shift")), by=None)
    assert counted(again) == {"unchanged": 2}
    assert AuditEntry.objects.count() == before


def test_what_is_imported_is_counted_in_the_audit_log(cohort):
    import_roster(cohort=cohort, roster=roster(row(2), row(3)), by=None)
    entry = AuditEntry.objects.get(action="roster.imported")
    assert (entry.subject_id, entry.detail["create"]) == (str(cohort.uuid), 2)


def test_an_empty_cell_never_wipes_a_field(cohort, bpd):
    UserFactory(email="person2@bpd.example", last_name="Estrada", agency=bpd, rank="Sergeant")
    import_roster(cohort=cohort, roster=roster(row(rank="", unit="District 4")), by=None)
    person = User.objects.get()
    assert (person.rank, person.unit) == ("Sergeant", "District 4")


def test_people_who_are_not_named_are_left_alone(cohort):
    seat = EnrolmentFactory(cohort=cohort)
    import_roster(cohort=cohort, roster=roster(), by=None)
    seat.refresh_from_db()
    assert seat.state == "enrolled"


def test_one_refused_row_stops_the_whole_file(cohort):
    with pytest.raises(RosterRefusedError, match=r"Line 3.*Springfield"):
        import_roster(cohort=cohort, roster=roster(row(2), row(3, agency="Springfield")), by=None)
    assert not User.objects.exists()


def test_a_file_with_a_problem_is_refused_in_words(cohort):
    read = read_roster(b"email,first_name,last_name\nr@x.org,Rosa,Estrada\n", "r.csv")
    with pytest.raises(RosterRefusedError, match="Line 1: The column “Agency” is missing"):
        import_roster(cohort=cohort, roster=read, by=None)


def test_a_closed_cohort_takes_no_roster(cohort):
    Enrolment.objects.all().delete()
    cohort.state = CohortState.CLOSED
    cohort.save()
    assert not preview_roster(cohort=cohort, roster=roster(), by=None).can_be_imported
    with pytest.raises(ValidationError, match="not open"):
        import_roster(cohort=cohort, roster=roster(), by=None)


def test_a_plan_that_has_changed_since_it_was_confirmed_is_not_carried_out(cohort):
    expected = preview_roster(cohort=cohort, roster=roster(), by=None).digest
    UserFactory(email="person2@bpd.example")
    with pytest.raises(RosterRefusedError, match="changed since the preview"):
        import_roster(cohort=cohort, roster=roster(), by=None, expected=expected)
    assert not Enrolment.objects.exists()


def test_an_address_that_cannot_get_mail_is_refused(cohort):
    assert outcomes(cohort, row(email="ro(sa@bpd.example")) == [("refused", "not_an_email")]


def test_an_export_names_its_purpose_in_the_audit_log_and_reads_back(cohort):
    rows = (row(2, first_name="=cmd|' /C calc'!A0"), row(3, enrolled_as="volunteered"))
    import_roster(cohort=cohort, roster=Roster(rows), by=None)
    data = export_roster(cohort=cohort, by=UserFactory(), purpose="Sign-in sheet")
    assert b"'=cmd" in data
    assert b",=cmd" not in data
    again = read_roster(data, "export.csv")
    assert counted(preview_roster(cohort=cohort, roster=again, by=None)) == {"unchanged": 2}
    assert AuditEntry.objects.get(action="roster.exported").purpose == "Sign-in sheet"


def test_an_export_without_a_purpose_is_refused(cohort):
    with pytest.raises(ValidationError, match="what the list is for"):
        export_roster(cohort=cohort, by=UserFactory(), purpose=" ")


def test_every_reason_against_a_row_is_told_at_once(cohort):
    data = b"email,first_name,last_name,agency,workforce\nrosa,,Estrada,Nowhere,astronaut\n"
    plan = preview_roster(cohort=cohort, roster=read_roster(data, "r.csv"), by=None)
    (planned,) = plan.rows
    assert planned.outcome == "refused"
    assert [(p.column, p.code) for p in planned.problems] == [
        ("email", "not_an_email"),
        ("first_name", "missing"),
        ("workforce", "not_one_of"),
        ("agency", "unknown_agency"),
    ]


def test_a_row_with_a_fault_takes_no_seat_from_the_others(cohort):
    lines = ["email,first_name,last_name,agency", "faulty,A,B,bpd"]
    lines += [f"p{n}@bpd.example,A,B,bpd" for n in range(3)]
    read = read_roster("\n".join(lines).encode(), "r.csv")
    plan = preview_roster(cohort=cohort, roster=read, by=None)
    assert counted(plan) == {"refused": 1, "create": 3}


def test_two_cohorts_that_seat_the_same_newcomer_at_once_make_one_account(
    cohort, monkeypatch, django_capture_on_commit_callbacks
):
    """The second one planned before the first had saved."""
    stale = plan_roster(cohort=cohort, roster=roster(), by=None)
    create_person(by=None, email="person2@bpd.example", agency=stale.rows[0].agency)
    plans = iter([stale])
    monkeypatch.setattr(
        "courses.actions.rosters.plan_roster",
        lambda **given: next(plans, None) or plan_roster(**given),
    )
    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(RosterRefusedError, match="changed since the preview") as refused,
    ):
        import_roster(cohort=cohort, roster=roster(), by=None)
    assert counted(refused.value.plan) == {"enrol": 1}
    assert User.objects.count() == 1
    assert not Enrolment.objects.exists()
    assert mail.outbox == []


def _coordinator():
    return UserFactory(roles=["coordinator"])


# A database keeps no NUL; tests/courses/rosters/test_reading.py has what is done with one.
PAYLOADS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "|cmd"]
TEXT_FIELDS = ["first_name", "last_name", "employee_id", "state_id", "unit", "shift", "rank"]


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_cell_of_an_export_is_a_formula(file_format, payload):
    agency = AgencyFactory(code="x", name=f"{payload}Agency")
    cohort = CohortFactory(agency=agency)
    person = UserFactory(agency=agency, **{name: f"{payload}{name[0]}" for name in TEXT_FIELDS})
    EnrolmentFactory(cohort=cohort, user=person, notes=f"{payload}n")
    data = export_roster(
        cohort=cohort, by=_coordinator(), purpose="Backup", file_format=file_format
    )
    if file_format == "csv":
        cells = [c for r in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for c in r]
    else:
        found = [c for r in load_workbook(io.BytesIO(data)).active.iter_rows() for c in r]
        assert {c.data_type for c in found if c.value is not None} == {"s"}
        cells = [c.value for c in found if c.value is not None]
    assert len(cells) > 20
    assert not [c for c in cells if c.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0"))]


def test_a_hosts_list_does_not_open_a_guests_record():
    """Whoever knows an address could seat anybody and read what their own agency keeps of them."""
    here, there = AgencyFactory(), AgencyFactory()
    cohort = CohortFactory(agency=here)
    guest = UserFactory(agency=there, unit="Undercover", employee_id="77312", rank="Detective")
    EnrolmentFactory(cohort=cohort, user=guest)
    host = UserFactory(agency=here, roles=[("trainer", here)])
    exported = export_roster(cohort=cohort, by=host, purpose="Sign-in").decode("utf-8-sig")
    assert guest.email in exported
    assert not [one for one in ("Undercover", "77312", "Detective") if one in exported]
    assert "Undercover" in export_roster(cohort=cohort, by=_coordinator(), purpose="x").decode()


STORED_TEXTS = st.one_of(
    st.sampled_from(
        ["", "0042", "12345.0", "4-Mar", "2026-03-04", "1.2E+9", "#N/A", "15%", "=1", "'=1", "''x"]
    ),
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=20),
)


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(
    texts=st.lists(
        st.fixed_dictionaries(dict.fromkeys([*TEXT_FIELDS, "notes"], STORED_TEXTS)),
        min_size=1,
        max_size=4,
    ),
    file_format=st.sampled_from(["csv", "xlsx"]),
)
def test_an_export_that_comes_back_changes_nothing(texts, file_format):
    """Whatever stands in the records, save what no file can hold: letters that turn the line."""
    with transaction.atomic():
        agency = AgencyFactory(name="Boston Police Department")
        cohort = CohortFactory(agency=agency)
        for fields in texts:
            named = {
                "first_name": "A" + fields["first_name"],
                "last_name": "B" + fields["last_name"],
            }
            of_person = {name: fields[name] for name in TEXT_FIELDS} | named
            person = UserFactory(agency=agency, **of_person)
            EnrolmentFactory(cohort=cohort, user=person, notes=fields["notes"])
        data = export_roster(
            cohort=cohort, by=UserFactory(), purpose="Backup", file_format=file_format
        )
        read = read_roster(data, f"r.{file_format}")
        plan = preview_roster(cohort=cohort, roster=read, by=None)
        assert plan.refusals == ()
        assert counted(plan) == {"unchanged": len(texts)}
        transaction.set_rollback(True)


@pytest.mark.parametrize("count", [1, 30])
def test_a_preview_takes_the_same_queries_however_many_rows(
    cohort, bpd, count, django_assert_num_queries
):
    for line in range(count):
        UserFactory(email=f"person{line}@bpd.example", agency=bpd)
    trainer = UserFactory(roles=[("trainer", bpd)])
    rows = Roster(tuple(row(line) for line in range(count)))
    with django_assert_num_queries(10):
        preview_roster(cohort=cohort, roster=rows, by=trainer)


STORED = {
    "first_name": "Storedfirst",
    "last_name": "Storedlast",
    "employee_id": "E-77-STORED",
    "state_id": "S-88-STORED",
    "unit": "Stored unit",
    "shift": "Stored shift",
    "workforce": "ems",
    "rank": "Stored rank",
}
SENT = {name: f"Sent {name}" for name in STORED} | {"workforce": "court"}


@pytest.fixture
def trainer(bpd):
    return UserFactory(agency=bpd, roles=[("trainer", bpd)])


def person_kept_elsewhere(kind: str, bpd) -> User:
    """Somebody whose record is not a trainer's of one agency to see or change."""
    fields = {
        "of another agency": {"agency": AgencyFactory(code="mgh", name="Stored Hospital")},
        "of no agency": {"agency": None},
        "of the agency with a role": {"agency": bpd, "roles": ["learner"]},
        "a superuser": {"agency": bpd, "is_superuser": True},
    }
    return UserFactory(email="person2@bpd.example", **STORED, **fields[kind])


KEPT = ["of another agency", "of no agency", "of the agency with a role", "a superuser"]


def stored(person: User) -> dict[str, object]:
    return User.objects.values("email", "agency", *STORED).get(pk=person.pk)


@pytest.mark.parametrize("kind", KEPT)
@pytest.mark.parametrize("seated", [False, True])
def test_a_preview_tells_nothing_of_a_record_kept_elsewhere(cohort, bpd, trainer, kind, seated):
    person = person_kept_elsewhere(kind, bpd)
    if seated:
        EnrolmentFactory(cohort=cohort, user=person)
    plans = [
        preview_roster(cohort=cohort, roster=roster(sent), by=trainer)
        for sent in (row(**SENT), row(**STORED))
    ]
    told = [
        (planned.outcome, planned.changes, said(planned), planned.alike, planned.record_kept)
        for plan in plans
        for planned in plan.rows
    ]
    expected = ("unchanged" if seated else "enrol", (), "", (), True)
    assert told == [expected, expected]


@pytest.mark.parametrize("kind", KEPT)
def test_importing_seats_somebody_kept_elsewhere_and_leaves_their_record(
    cohort, bpd, trainer, kind
):
    person = person_kept_elsewhere(kind, bpd)
    before = stored(person)
    sent = row(**SENT, enrolled_as="assigned", notes="Nights")
    import_roster(cohort=cohort, roster=roster(sent), by=trainer)
    assert stored(person) == before
    seat = Enrolment.objects.get(user=person)
    assert (seat.enrolled_as, seat.notes) == ("assigned", "Nights")
    again = import_roster(cohort=cohort, roster=roster(replace(sent, notes="Days")), by=trainer)
    assert [change.column for change in again.rows[0].changes] == ["notes"]
    assert stored(person) == before


@pytest.mark.parametrize("kind", ["of another agency", "of no agency"])
def test_a_trainer_of_every_agency_changes_the_record_of_anybody_without_a_role(cohort, bpd, kind):
    person = person_kept_elsewhere(kind, bpd)
    everywhere = UserFactory(roles=["trainer"])
    plan = import_roster(cohort=cohort, roster=roster(row(**SENT)), by=everywhere)
    assert ("rank", "Stored rank") in [(c.column, c.before) for c in plan.rows[0].changes]
    person.refresh_from_db()
    assert (person.rank, person.agency) == ("Sent rank", bpd)


@pytest.mark.parametrize("roles", [["supervisor"], ["administrator"], []])
def test_a_role_that_manages_no_cohorts_reaches_no_record(cohort, bpd, roles):
    person_kept_elsewhere("of no agency", bpd)
    plan = preview_roster(cohort=cohort, roster=roster(row(**SENT)), by=UserFactory(roles=roles))
    assert (plan.rows[0].changes, plan.rows[0].record_kept) == ((), True)


def test_a_trainer_changes_the_record_of_a_person_of_the_own_agency(cohort, bpd, trainer):
    person = UserFactory(email="person2@bpd.example", agency=bpd, **STORED)
    import_roster(cohort=cohort, roster=roster(row(**SENT)), by=trainer)
    person.refresh_from_db()
    assert (person.rank, person.employee_id) == ("Sent rank", "Sent employee_id")


def test_a_trainer_creates_people_of_other_agencies(cohort, trainer):
    other = AgencyFactory(code="mgh")
    import_roster(cohort=cohort, roster=roster(row(agency="mgh")), by=trainer)
    assert User.objects.get(email="person2@bpd.example").agency == other


@pytest.mark.parametrize("by_command", [True, False])
def test_somebody_who_reads_survey_results_is_refused_a_seat(cohort, bpd, trainer, by_command):
    UserFactory(email="person2@bpd.example", agency=bpd, roles=["evaluator"])
    by = None if by_command else trainer
    with pytest.raises(RosterRefusedError, match="reads survey results"):
        import_roster(cohort=cohort, roster=roster(), by=by)
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("state", ["requested", "waitlisted", "declined"])
def test_a_roster_seats_nobody_who_came_to_read_survey_results_on_the_way(cohort, bpd, state):
    evaluator = UserFactory(email="person2@bpd.example", agency=bpd, roles=["evaluator"])
    seat = EnrolmentFactory(cohort=cohort, user=evaluator, state=state, queued_at=now())
    with pytest.raises(RosterRefusedError, match="reads survey results"):
        import_roster(cohort=cohort, roster=roster(), by=None)
    seat.refresh_from_db()
    assert seat.state == state


def test_nobody_seats_themselves_by_a_roster(cohort, trainer):
    own = row(email=trainer.email, agency=trainer.agency.code)
    with pytest.raises(RosterRefusedError, match="their own seat"):
        import_roster(cohort=cohort, roster=roster(own), by=trainer)
    assert not Enrolment.objects.exists()


def test_who_looked_at_a_preview_is_noted_with_counts_only(cohort, bpd, trainer):
    UserFactory(email="person2@bpd.example", agency=bpd, **STORED)
    preview_roster(cohort=cohort, roster=roster(row(2, **SENT), row(3)), by=trainer)
    entry = AuditEntry.objects.get(action="roster.previewed")
    assert (entry.actor, entry.subject_id) == (trainer.uuid, str(cohort.uuid))
    assert entry.detail == {"create": 1, "enrol": 1, "change": 0, "unchanged": 0, "refused": 0}
    assert entry.purpose == ""


def test_who_is_taken_by_a_cohort_that_the_trainer_does_not_see_is_told_without_its_name(
    cohort, trainer
):
    officer = UserFactory(email="person2@bpd.example", agency=trainer.agency)
    enrol(cohort=CohortFactory(code="QUILLFEATHER"), user=officer, by=None)
    for reader, named in ((trainer, False), (None, True)):
        plan = preview_roster(cohort=cohort, roster=roster(), by=reader)
        told = " ".join(roster_problem(one, {}) for one in plan.refusals)
        assert "taken at that time" in told
        assert ("QUILLFEATHER" in told) is named
