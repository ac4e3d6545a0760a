"""A study without keys that link: people make their codes themselves, from end to end."""

from typing import Any

import pytest
from django.urls import reverse

from assessments.actions import load_study, open_due_boxes, seal_section
from assessments.actions.filling import WebBox, research_ids
from assessments.ballot_box.sealing import links_of
from assessments.keyring import link_key
from assessments.questionnaire import sections_of
from courses.models import Enrolment
from tests.factories import UserFactory
from tests.surveys import (
    AFTER_THE_COURSE,
    BEFORE_THE_COURSE,
    DURING_THE_LAST_DAY,
    Survey,
    fully,
    make_survey,
)

pytestmark = pytest.mark.django_db(databases=["default", "responses"])

ROSA = {
    "code_mother": "A",
    "code_day": "7",
    "code_town": "L",
    "code_siblings": "2",
    "code_school": "S",
    "code_street": "P",
}
SAM = {
    "code_mother": "J",
    "code_day": "29",
    "code_town": "B",
    "code_siblings": "0",
    "code_school": "M",
    "code_street": "H",
}


@pytest.fixture
def survey(clock: Any) -> Survey:
    """Two people in an anonymous study whose first survey is open."""
    clock.set(BEFORE_THE_COURSE)
    survey = make_survey(people=0)
    load_study(document=survey.study.document | {"linking": "anonymous"}, by=None)
    survey.study.refresh_from_db()
    people = [UserFactory.create(agency=survey.agency) for _ in range(2)]
    for person in people:
        Enrolment.objects.create(cohort=survey.cohort, user=person)
        survey.people.append(person)
    for window in survey.windows.values():
        window.wave.study = survey.study
    return survey


def take(window: Any, person: Any, elements: dict[str, str], step: int) -> None:
    for section in sections_of(window.wave.study.frame):
        answers: dict[str, Any] = {
            item.code: value
            for item in section.items
            for value in [fully(step).get(item.code)]
            if value
        }
        answers |= {
            one.code: elements[one.code] for one in section.elements if one.code in elements
        }
        seal_section(window=window, user=person, section=section.number, answers=answers)


def take_both(survey: Survey, clock: Any, *later: dict[str, str]) -> None:
    """Rosa and Sam before; whoever made the given codes after."""
    take(survey.pre, survey.people[0], ROSA, 2)
    take(survey.pre, survey.people[1], SAM, 4)
    clock.set(DURING_THE_LAST_DAY)
    for person, elements in zip(survey.people, later, strict=False):
        take(survey.post, person, elements, 3)
    clock.set(AFTER_THE_COURSE)
    open_due_boxes(study=survey.study)


def codes(survey: Survey, wave: str) -> dict[int, str]:
    """The code of each row by the step that was answered."""
    return {row["answers"]["A1"]: row["code"] for row in survey.rows() if row["wave"] == wave}


def test_the_elements_are_the_last_section(survey: Survey) -> None:
    last = sections_of(survey.study.frame)[-1]
    assert [element.code for element in last.elements] == list(ROSA)
    assert not last.items


def test_surveys_are_matched_by_the_code_and_one_slip_does_no_harm(
    survey: Survey, clock: Any
) -> None:
    take_both(survey, clock, ROSA | {"code_day": "8"})
    before, after = codes(survey, "pre"), codes(survey, "post")
    assert after[3] == before[2]
    assert len(set(before.values())) == 2


def test_two_slips_leave_a_survey_unmatched(survey: Survey, clock: Any) -> None:
    take_both(survey, clock, ROSA | {"code_day": "8", "code_town": "M"})
    assert codes(survey, "post")[3] not in codes(survey, "pre").values()


def test_of_the_elements_only_marks_are_stored(survey: Survey, clock: Any) -> None:
    take_both(survey, clock, ROSA)
    for row in survey.rows():
        assert not set(ROSA) & {*row["answers"], *row["covariates"]}
        assert len(row["made"]) == len(ROSA)
        assert all(len(mark) == 16 for mark in row["made"])


def test_no_link_of_the_key_is_sealed_and_none_leads_to_the_other_window(survey: Survey) -> None:
    ids = research_ids(survey.people[0])
    by_key = links_of(link_key(survey.study), survey.study.uuid, ids)
    before, after = (WebBox(window).envelope(ids).links for window in (survey.pre, survey.post))
    assert [len(link) for link in before] == [len(link) for link in by_key]
    assert not {*before, *after} & {*by_key} - {""}
    assert before[0] != after[0]


def test_the_form_asks_them_and_says_what_it_takes(survey: Survey, client: Any) -> None:
    client.force_login(survey.people[0])
    number = len(sections_of(survey.study.frame))
    address = reverse("survey:section", args=[survey.pre.pk, number])
    text = client.get(address).content.decode()
    assert "Your own code" in text
    assert "Day of the month on which you were born" in text
    refused = client.post(address, {"code_day": "77", "code_town": "Lawrence"})
    assert refused.status_code == 400
    assert "Write a whole number from 1 to 31." in refused.content.decode()
    assert client.post(address, {"code_day": "7", "code_town": "Lawrence"}).status_code == 302


def test_the_start_promises_what_holds(survey: Survey, client: Any) -> None:
    client.force_login(survey.people[0])
    text = client.get(reverse("survey:start", args=[survey.pre.pk])).content.decode()
    assert "of 100 pairs about 82 are found" in text
