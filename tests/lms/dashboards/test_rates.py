import pytest
from django.urls import reverse

from assessments.models import RateGroup, ResponseRate
from tests.factories import CohortFactory, UserFactory
from tests.surveys import BEFORE_THE_COURSE, answer, fully, make_survey

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


@pytest.fixture
def survey(db, clock):
    clock.set(BEFORE_THE_COURSE)
    return make_survey()


@pytest.fixture
def look(client, survey):
    client.force_login(UserFactory.create(roles=["evaluator"]))
    return lambda: client.get(reverse("evaluator:rates", args=[survey.study.code]))


def main_of(response):
    """The page without its forms' tokens."""
    return response.content.decode().split("<main")[1].split("</main")[0]


def test_without_a_large_group_the_page_says_when_one_appears(look):
    assert "No group is large enough yet" in look().content.decode()


def test_a_group_is_shown_with_its_cohorts_and_what_is_small_is_not(look, survey):
    second = CohortFactory.create(version=survey.cohort.version)
    group = RateGroup.objects.create(
        study=survey.study,
        number=1,
        arm="training",
        seats=56,
        labels=[survey.cohort.code, second.code],
    )
    ResponseRate.objects.create(group=group, wave=survey.pre.wave, answered=42)
    text = look().content.decode()
    assert survey.cohort.code in text
    assert second.code in text
    assert "42 (75%)" in text
    assert "not shown" in text


def test_boxes_are_counted_ballots_are_not(look, survey):
    before = main_of(look())
    answer(survey.pre, survey.people[0], fully(3))
    assert main_of(look()) == before


def test_no_name_stands_on_it(look, survey):
    text = look().content.decode()
    assert not any(person.last_name in text for person in survey.people)


def test_where_results_are_imported_the_page_says_why_there_are_no_rates(look, settings):
    settings.PORTAL_SIDE = "web"
    assert "no response rates here" in look().content.decode()
