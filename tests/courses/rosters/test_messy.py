"""The roster that the journeys send reads as it is meant."""

import pytest

from courses.actions import import_roster, preview_roster
from courses.rosters.reading import read_roster
from tests.factories import AgencyFactory, CohortFactory
from tests.rosters import AGENCIES, SEATS, UNKNOWN, messy_people, messy_roster

KINDS = pytest.mark.parametrize("kind", ["xlsx", "csv"])


@KINDS
def test_the_corrected_roster_reads_as_its_people(kind):
    found = read_roster(messy_roster(kind, corrected=True), f"roster.{kind}")
    assert found.problems == ()
    told = [
        (r.email, r.first_name, r.last_name, r.employee_id, r.workforce, r.rank) for r in found.rows
    ]
    people = messy_people(kind)
    assert told == [(*p[:3], *p[4:]) for p in people]
    assert len(told) == SEATS


@KINDS
def test_the_uncorrected_roster_names_one_person_twice_and_one_unknown_agency(kind):
    found = read_roster(messy_roster(kind), f"roster.{kind}")
    assert [(p.column, p.code) for p in found.problems] == [("email", "duplicate")]
    assert [row.agency for row in found.rows].count(UNKNOWN) == 1
    assert len(found.rows) == SEATS


@KINDS
def test_the_day_stays_a_note(kind):
    found = read_roster(messy_roster(kind, corrected=True), f"roster.{kind}")
    shown = {"xlsx": "2026-11-16", "csv": "11/16/2026"}[kind]
    assert [row.notes for row in found.rows if row.notes] == [shown]


def test_the_total_is_left_out_and_the_sheet_is_named():
    found = read_roster(messy_roster("xlsx"), "roster.xlsx")
    assert [(p.code, p.text) for p in found.passed_over] == [("footer", "Total 29")]
    assert (found.sheet, found.other_sheets) == ("Roster", ("Read me", "Lists"))
    assert found.headings["last_name"].letter == "B"
    assert found.headings["last_name"].text == "Surname"


@pytest.mark.django_db
@KINDS
def test_the_office_that_corrects_its_roster_seats_everybody(kind):
    agencies = {code: AgencyFactory(code=code, name=name) for code, name in AGENCIES.items()}
    cohort = CohortFactory(agency=agencies["bpd"], capacity=SEATS)
    first = read_roster(messy_roster(kind), f"roster.{kind}")
    refused = preview_roster(cohort=cohort, roster=first, by=None).refusals
    assert {problem.code for problem in refused} == {"duplicate", "unknown_agency"}
    corrected = read_roster(messy_roster(kind, corrected=True), f"roster.{kind}")
    plan = import_roster(cohort=cohort, roster=corrected, by=None)
    assert plan.counts["create"] == SEATS
    seated = cohort.enrolments.values_list("user__email", "user__agency__code")
    assert {*seated} == {(person.email, person.agency) for person in messy_people(kind)}
