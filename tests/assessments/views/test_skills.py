import re

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.actions.knowledge import record_skills
from assessments.models import SkillsAssessment
from courses.actions import withdraw
from courses.models import Cohort, Enrolment, Module
from lms.accounts.models import User
from lms.accounts.permissions import Permission
from lms.accounts.roles import ROLES, Role
from tests.conftest import Clock
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)


@pytest.fixture
def cohort(db: None, clock: Clock) -> Cohort:
    modules = [{"code": "welcome"}, {"code": "skills", "assessment": "skills_application"}]
    made = CohortFactory.create(version=CourseVersionFactory.create(modules=modules))
    clock.set(max(session.starts_at for session in made.sessions.all()))
    return made


@pytest.fixture
def module(cohort: Cohort) -> Module:
    return cohort.version.modules.get(code="skills")


@pytest.fixture
def trainer(cohort: Cohort) -> User:
    return UserFactory.create(roles=[("trainer", cohort.agency)])


@pytest.fixture
def desk(client: Client, trainer: User) -> Client:
    client.force_login(trainer)
    return client


def url_of(cohort: Cohort) -> str:
    return reverse("assessments:skills", kwargs={"cohort": cohort.uuid})


def name_of(seat: Enrolment, module: Module) -> str:
    return f"m{module.pk}-{seat.uuid}"


def filled(page: HttpResponse, **chosen: str) -> dict[str, str]:
    """What a browser would post from a page: hidden inputs, checked radios, then what is chosen."""
    text = page.content.decode()
    hidden = re.findall(r'type="hidden" name="(initial-[^"]+)"(?: value="([^"]*)")?', text)
    checked = re.findall(r'name="([^"]+)" id="[^"]+" value="([^"]+)" checked', text)
    return dict(hidden) | dict(checked) | chosen


@pytest.mark.parametrize("role", ["learner", "supervisor", "evaluator", "editor", "administrator"])
def test_roles_that_record_no_skills_do_not_find_the_page(
    client: Client, cohort: Cohort, role: str
) -> None:
    EnrolmentFactory.create(cohort=cohort)
    client.force_login(UserFactory.create(roles=[role]))
    assert client.get(url_of(cohort)).status_code == 404


def test_a_trainer_of_another_agency_neither_finds_nor_changes_it(
    client: Client, cohort: Cohort, module: Module
) -> None:
    seat = EnrolmentFactory.create(cohort=cohort)
    client.force_login(UserFactory.create(roles=[("trainer", AgencyFactory.create())]))
    assert client.get(url_of(cohort)).status_code == 404
    assert client.post(url_of(cohort), {name_of(seat, module): "passed"}).status_code == 404
    assert not SkillsAssessment.objects.exists()


def test_seeing_the_roster_is_not_enough_to_record_skills(
    client: Client, cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    onlooker = Role("supervisor", "Onlooker", frozenset({Permission.SEE_COHORTS}))
    monkeypatch.setitem(ROLES, "supervisor", onlooker)
    client.force_login(UserFactory.create(roles=[("supervisor", cohort.agency)]))
    assert client.get(url_of(cohort)).status_code == 404


def test_the_people_assessed_do_not_find_the_page(client: Client, cohort: Cohort) -> None:
    client.force_login(EnrolmentFactory.create(cohort=cohort).user)
    assert client.get(url_of(cohort)).status_code == 404


def test_whoever_is_not_signed_in_is_led_to_the_sign_in(client: Client, cohort: Cohort) -> None:
    assert client.get(url_of(cohort)).url.startswith(reverse("account_login"))


def test_the_page_is_not_kept_by_a_shared_browser(desk: Client, cohort: Cohort) -> None:
    assert "no-store" in desk.get(url_of(cohort))["Cache-Control"]


def test_a_course_without_a_skills_application_has_no_page(desk: Client, trainer: User) -> None:
    agency = trainer.roles[0].agency
    assert desk.get(url_of(CohortFactory.create(agency=agency))).status_code == 404


def test_everybody_seated_here_is_listed_and_nobody_else(desk: Client, cohort: Cohort) -> None:
    here, gone = (
        EnrolmentFactory.create(cohort=cohort, user__last_name=name) for name in ("Here", "Gone")
    )
    EnrolmentFactory.create(
        cohort=CohortFactory.create(version=cohort.version, agency=cohort.agency),
        user__last_name="Elsewhere",
    )
    withdraw(enrolment=gone, by=None)
    page = desk.get(url_of(cohort)).content.decode()
    assert f"Here, {here.user.first_name}" in page
    assert "Gone" not in page
    assert "Elsewhere" not in page


def test_findings_are_saved_under_the_assessor_s_name(
    desk: Client, cohort: Cohort, module: Module, trainer: User
) -> None:
    good, bad, _absent = EnrolmentFactory.create_batch(3, cohort=cohort)
    chosen = {name_of(good, module): "passed", name_of(bad, module): "not_yet"}
    response = desk.post(url_of(cohort), filled(desk.get(url_of(cohort)), **chosen), follow=True)
    found = dict(SkillsAssessment.objects.values_list("enrolment", "outcome"))
    assert found == {good.pk: "passed", bad.pk: "not_yet"}
    assert set(SkillsAssessment.objects.values_list("assessed_by", flat=True)) == {trainer.pk}
    page = response.content.decode()
    assert "2 findings saved." in page
    assert "2 of 3 recorded" in page
    assert "1 passed, 1 not yet" in page


def test_what_was_recorded_is_shown_and_saving_it_again_writes_nothing(
    desk: Client, cohort: Cohort, module: Module, trainer: User
) -> None:
    seat = EnrolmentFactory.create(cohort=cohort)
    record_skills(enrolment=seat, module=module, outcome="passed", by=trainer)
    posted = filled(desk.get(url_of(cohort)))
    assert posted[name_of(seat, module)] == "passed"
    page = desk.post(url_of(cohort), posted, follow=True).content.decode()
    assert "Nothing was changed." in page
    assert SkillsAssessment.objects.count() == 1


def test_an_old_page_does_not_undo_what_another_assessor_has_recorded(
    desk: Client, cohort: Cohort, module: Module
) -> None:
    first, second = EnrolmentFactory.create_batch(2, cohort=cohort)
    other = UserFactory.create(roles=["trainer"])
    record_skills(enrolment=first, module=module, outcome="not_yet", by=other)
    old_page = desk.get(url_of(cohort))
    record_skills(enrolment=first, module=module, outcome="passed", by=other)
    desk.post(url_of(cohort), filled(old_page, **{name_of(second, module): "passed"}))
    assert first.skills_assessments.order_by("id").last().outcome == "passed"
    assert second.skills_assessments.get().outcome == "passed"


def test_before_the_session_there_is_nothing_to_mark_and_nothing_is_saved(
    desk: Client, cohort: Cohort, module: Module, clock: Clock
) -> None:
    seat = EnrolmentFactory.create(cohort=cohort)
    clock.forward(minutes=-1)
    page = desk.get(url_of(cohort)).content.decode()
    assert 'type="radio"' not in page
    assert ": you can record findings once it has." in page
    assert "m.." not in page
    desk.post(url_of(cohort), {name_of(seat, module): "passed"})
    assert not SkillsAssessment.objects.exists()


def test_an_outcome_that_is_not_one_is_refused_and_the_rest_stays_on_the_page(
    desk: Client, cohort: Cohort, module: Module
) -> None:
    first, second = EnrolmentFactory.create_batch(2, cohort=cohort)
    chosen = {name_of(first, module): "passed", name_of(second, module): "excellent"}
    response = desk.post(url_of(cohort), chosen)
    assert response.status_code == 400
    assert filled(response)[name_of(first, module)] == "passed"
    assert not SkillsAssessment.objects.exists()


def test_a_seat_of_another_cohort_cannot_be_posted(
    desk: Client, cohort: Cohort, module: Module
) -> None:
    elsewhere = EnrolmentFactory.create(
        cohort=CohortFactory.create(version=cohort.version, agency=AgencyFactory.create())
    )
    desk.post(url_of(cohort), {name_of(elsewhere, module): "passed"})
    assert not SkillsAssessment.objects.exists()


def test_a_trainer_who_sits_in_the_cohort_cannot_pass_themselves(
    desk: Client, cohort: Cohort, module: Module, trainer: User
) -> None:
    own = EnrolmentFactory.create(cohort=cohort, user=trainer)
    other = EnrolmentFactory.create(cohort=cohort)
    chosen = {name_of(own, module): "passed", name_of(other, module): "passed"}
    response = desk.post(url_of(cohort), chosen)
    assert response.status_code == 400
    assert "Somebody else has to assess you" in response.content.decode()
    assert filled(response)[name_of(other, module)] == "passed"
    assert not SkillsAssessment.objects.exists()


def test_the_page_takes_the_same_queries_for_one_person_and_for_three(
    desk: Client, cohort: Cohort
) -> None:
    counts = []
    for more in (1, 2):
        EnrolmentFactory.create_batch(more, cohort=cohort)
        with CaptureQueriesContext(connection) as queries:
            desk.get(url_of(cohort))
        counts.append(len(queries))
    assert counts[0] == counts[1]
