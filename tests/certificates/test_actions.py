import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from certificates.actions import (
    NotComplete,
    check,
    issue_certificate,
    issue_certificates,
    revoke_certificate,
)
from certificates.codes import normalise
from certificates.completion import Requirement
from certificates.models import Certificate
from certificates.snapshot import Instructor, Signatory, Snapshot
from courses.models import SessionInstructor
from lms.accounts.models import AuditEntry
from tests.factories import QualificationFactory


def missing(seat) -> list[tuple[str, str]]:
    return [(str(one.requirement), one.text) for one in check(seat)]


def issued(office, seat) -> Certificate:
    return issue_certificate(enrolment=seat, by=office.trainer)


@pytest.mark.django_db
def test_nothing_is_missing_once_everything_is_done(office):
    assert check(office.completed_seat()) == []


@pytest.mark.django_db
def test_a_new_seat_lacks_every_module_and_both_tests(office):
    assert missing(office.seat()) == [
        ("minutes", "Talk: 0 of 90 minutes."),
        ("minutes", "Scenarios: 0 of 60 minutes."),
        ("minutes", "Exam: 0 of 30 minutes."),
        ("knowledge_check", "Exam: not passed yet."),
        ("skills_application", "Scenarios: not passed yet."),
    ]


@pytest.mark.django_db
def test_a_corrected_mark_counts_and_not_the_one_before(office):
    seat = office.completed_seat()
    office.mark(seat, "talk", 80)
    assert missing(seat) == [("minutes", "Talk: 80 of 90 minutes.")]


@pytest.mark.django_db
def test_a_course_may_ask_for_a_number_of_minutes_in_all(office):
    version = office.cohort.version
    version.rules = version.rules | {"minutes_required": 170}
    version.save()
    seat = office.completed_seat()
    office.mark(seat, "talk", 79)
    assert missing(seat) == [("minutes", "169 of 170 credited minutes.")]
    office.mark(seat, "talk", 80)
    assert missing(seat) == []


@pytest.mark.django_db
def test_a_failed_attempt_does_not_count_and_does_not_undo_a_passed_one(office):
    seat = office.completed_seat()
    seat.attempts.all().delete()
    office.attempt(seat, passed=False)
    assert missing(seat) == [("knowledge_check", "Exam: not passed yet.")]
    office.attempt(seat, passed=True)
    office.attempt(seat, passed=False)
    assert missing(seat) == []


@pytest.mark.django_db
def test_the_latest_finding_on_skills_counts(office):
    seat = office.completed_seat()
    office.assess(seat, "not_yet")
    assert missing(seat) == [("skills_application", "Scenarios: not passed yet.")]


@pytest.mark.django_db
def test_a_seat_that_was_given_up_gets_no_certificate(office):
    seat = office.completed_seat()
    seat.state = "withdrawn"
    seat.save()
    with pytest.raises(NotComplete, match="given up"):
        issued(office, seat)


@pytest.mark.django_db
def test_nothing_is_stored_for_a_seat_that_is_not_complete(office):
    with pytest.raises(NotComplete) as refusal:
        issued(office, office.seat())
    assert {one.requirement for one in refusal.value.missing} == {
        Requirement.MINUTES,
        Requirement.KNOWLEDGE_CHECK,
        Requirement.SKILLS_APPLICATION,
    }
    assert not Certificate.objects.exists()
    assert not AuditEntry.objects.filter(action="certificate.issued").exists()


@pytest.mark.django_db
def test_the_stored_bytes_match_their_hash(office):
    certificate = Certificate.objects.get(pk=issued(office, office.completed_seat()).pk)
    pdf = bytes(certificate.pdf)
    assert pdf.startswith(b"%PDF-")
    assert hashlib.sha256(pdf).hexdigest() == certificate.sha256


@pytest.mark.django_db
def test_the_snapshot_says_what_the_records_say(office):
    stored = issued(office, office.completed_seat())
    assert normalise(stored.code) == stored.code
    assert Snapshot.from_json(json.dumps(stored.snapshot)) == Snapshot(
        person_name="Renée Alvarez",
        agency_name="Boston Police Department",
        course_code="cit-mini",
        course_title="Crisis Intervention Team, short",
        course_version="2",
        cohort_code="CIT-MINI-1",
        starts_on=date(2026, 3, 6),
        ends_on=date(2026, 3, 6),
        credited_minutes=180,
        delivery="Classroom",
        instructors=(
            Instructor("Maria Reyes", "officer", "Sergeant"),
            Instructor("Kelechi Reyes", "clinician", "Sergeant"),
        ),
        issued_on=date(2026, 3, 9),
        expires_on=date(2029, 3, 6),
        issuer_name="CIT Training and Technical Assistance Center",
        signatories=(
            Signatory("Capt. Eleanor Whitcombe", "Commander"),
            Signatory("Dr. Samuel Adeyemi", "Clinical Director"),
        ),
        training_year="2025-2026",
        code=stored.code,
        verify_url=f"https://training.example.org/verify/{stored.code}/",
    )
    assert stored.expires_on == date(2029, 3, 6)


@pytest.mark.django_db
def test_an_online_part_is_named_with_its_hours(office):
    office.cohort.version.modules.filter(code="talk").update(delivery="online")
    stored = issued(office, office.completed_seat())
    assert stored.snapshot["delivery"] == "Online 1.5 hours, Classroom 1.5 hours"


@pytest.mark.django_db
def test_only_instructors_of_attended_sessions_are_named(office):
    seat = office.completed_seat()
    office.cohort.version.rules["minutes_required"] = 90
    office.cohort.version.save()
    office.mark(seat, "talk", 0)
    SessionInstructor.objects.filter(person=office.clinician).exclude(
        session__module__code="talk"
    ).delete()
    names = [row["name"] for row in issued(office, seat).snapshot["instructors"]]
    assert names == ["Maria Reyes"]


def _qualified(office, title, **fields):
    """The clinician taught by this qualification, as the schedule noted it."""
    row = QualificationFactory.create(
        person=office.clinician, part="clinician", title=title, **fields
    )
    for taught in SessionInstructor.objects.filter(person=office.clinician):
        taught.qualification = row
        taught.credential |= {"credential": title}
        taught.save()
    return row


@pytest.mark.django_db
def test_who_taught_stands_with_the_credential_noted_when_the_schedule_was_published(office):
    row = _qualified(office, "LICSW")
    row.title = "Changed since"
    row.save()
    named = issued(office, office.completed_seat()).snapshot["instructors"][1]
    assert (named["name"], named["credential"]) == ("Kelechi Reyes", "LICSW")


@pytest.mark.django_db
@pytest.mark.parametrize(("hours", "shown"), [(-1, ""), (1, "LICSW")])
def test_a_credential_withdrawn_before_the_session_is_not_claimed(office, hours, shown):
    first = office.cohort.sessions.order_by("starts_at").first().starts_at
    last = office.cohort.sessions.order_by("starts_at").last().starts_at
    _qualified(
        office,
        "LICSW",
        withdrawn_at=(first if hours < 0 else last) + timedelta(hours=hours),
        withdrawn_because="Lapsed",
    )
    named = issued(office, office.completed_seat()).snapshot["instructors"][1]
    assert named["credential"] == shown


@pytest.mark.django_db
def test_changed_titles_and_names_change_no_byte(office):
    seat = office.completed_seat()
    before = issued(office, seat)
    version, course, person = seat.cohort.version, seat.cohort.version.course, seat.user
    version.title = course.title = "Renamed"
    person.first_name, person.agency.name = "Renamed", "Renamed"
    for row in (version, course, person, person.agency):
        row.save()
    after = Certificate.objects.get(pk=issued(office, seat).pk)
    assert bytes(after.pdf) == before.pdf
    assert after.snapshot == before.snapshot


@pytest.mark.django_db
def test_issuing_twice_gives_the_same_certificate(office):
    seat = office.completed_seat()
    assert issued(office, seat) == issued(office, seat)
    assert Certificate.objects.count() == 1
    assert AuditEntry.objects.filter(action="certificate.issued").count() == 1


def test_issuing_from_two_threads_at_once_gives_one_certificate(fresh_databases, office):
    seat = office.completed_seat()
    together = Barrier(2, timeout=20)

    def issue(_: int) -> int:
        together.wait()
        try:
            return issued(office, seat).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        keys = list(threads.map(issue, range(2)))
    assert keys[0] == keys[1]
    assert Certificate.objects.count() == 1


@pytest.mark.django_db
def test_a_cohort_is_issued_for_whoever_is_complete_and_the_rest_is_explained(office):
    complete, new = office.completed_seat(), office.seat("Bo", "Li")
    had_one = office.completed_seat("Łucja", "Święcicka")
    issued(office, had_one)
    batch = issue_certificates(cohort=office.cohort, by=office.trainer)
    assert [one.enrolment for one in batch.issued] == [complete]
    assert [one.enrolment for one in batch.already] == [had_one]
    assert [(seat, len(lacks)) for seat, lacks in batch.incomplete] == [(new, 5)]


@pytest.mark.django_db
def test_a_name_that_cannot_be_shown_stops_nobody_else(office):
    unprintable, complete = office.completed_seat("小明", "王"), office.completed_seat()
    batch = issue_certificates(cohort=office.cohort, by=office.trainer)
    assert [one.enrolment for one in batch.issued] == [complete]
    [(seat, lacks)] = batch.incomplete
    assert seat == unprintable
    assert [one.text for one in lacks] == ["The certificate cannot show “小” in “小明 王”."]


@pytest.mark.django_db
def test_revoking_records_who_and_why_and_changes_no_byte(office):
    certificate = issued(office, office.completed_seat())
    revocation = revoke_certificate(
        certificate=certificate, by=office.trainer, reason=" Issued to the wrong person. "
    )
    assert (revocation.by, revocation.reason) == (office.trainer, "Issued to the wrong person.")
    assert bytes(Certificate.objects.get().pdf) == certificate.pdf
    entry = AuditEntry.objects.get(action="certificate.revoked")
    assert (entry.actor, entry.subject_id) == (office.trainer.uuid, str(certificate.uuid))


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_revoking_needs_a_reason_of_usual_length(office, reason):
    certificate = issued(office, office.completed_seat())
    with pytest.raises(ValidationError):
        revoke_certificate(certificate=certificate, by=office.trainer, reason=reason)
    assert not hasattr(Certificate.objects.get(), "revocation")


@pytest.mark.django_db
def test_a_certificate_is_revoked_once(office):
    certificate = issued(office, office.completed_seat())
    revoke_certificate(certificate=certificate, by=office.trainer, reason="Wrong person.")
    with pytest.raises(ValidationError, match="already revoked"):
        revoke_certificate(certificate=certificate, by=office.trainer, reason="Again.")


@pytest.mark.django_db
def test_a_revoked_certificate_is_not_issued_anew_by_the_next_batch(office):
    seat = office.completed_seat()
    revoke_certificate(certificate=issued(office, seat), by=office.trainer, reason="Wrong person.")
    batch = issue_certificates(cohort=office.cohort, by=office.trainer)
    assert batch.issued == []
    assert [one.requirement for one in batch.incomplete[0][1]] == [Requirement.NOT_REVOKED]
