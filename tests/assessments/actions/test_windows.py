"""Making windows for what lacks them, and asking a group once more."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test.utils import CaptureQueriesContext

from assessments.actions import (
    create_missing_windows,
    create_study_keys,
    create_windows,
    due_windows,
    load_study,
    open_window,
    publish_cohort,
    reopen_window,
)
from assessments.actions.study_keys import PORTAL, destroy_key
from assessments.ballot_box.keys import KeyMissing
from assessments.key_places import places_of
from assessments.keyring import box_keys
from assessments.models import CohortArm, Study, SurveyWindow
from assessments.windows import bounds_of, is_open, seats_in, with_bounds
from courses.actions import shift_plan
from courses.models import Cohort, CohortState
from lms.accounts.models import AuditEntry
from tests.conftest import Clock
from tests.factories import CohortFactory, EnrolmentFactory, UserFactory
from tests.planning import draft
from tests.surveys import (
    AFTER_THE_COURSE,
    DURING_THE_LAST_DAY,
    Survey,
    answer,
    fully,
    make_cohort,
    make_rolling_survey,
    study_document,
)

pytestmark = pytest.mark.django_db(databases=["default", "responses"])
A_WEEK_LATER = (AFTER_THE_COURSE + timedelta(days=7)).date()


def with_them(window: SurveyWindow) -> SurveyWindow:
    found: SurveyWindow = with_bounds(SurveyWindow.objects.all()).get(pk=window.pk)
    return found


def destroy_keys(study: Study) -> None:
    for place in places_of(study):
        destroy_key(place=place, hand=PORTAL)


class TestPublishing:
    @pytest.fixture
    def planned(self, survey: Survey) -> Cohort:
        return draft(version=survey.cohort.version, agency=survey.agency)

    def test_a_cohort_has_its_windows_once_it_is_published(self, planned: Cohort) -> None:
        publish_cohort(cohort=planned, by=None, revision=1)
        assert {one.wave.code for one in planned.survey_windows.all()} == {"pre", "post"}
        assert all(with_them(one).cohort == planned for one in planned.survey_windows.all())

    def test_published_again_it_has_the_same_windows(self, planned: Cohort) -> None:
        publish_cohort(cohort=planned, by=None, revision=1)
        before = set(planned.survey_windows.all())
        shift_plan(cohort=planned, by=None, revision=1, days=7)
        publish_cohort(cohort=planned, by=None, revision=2)
        assert set(planned.survey_windows.all()) == before

    def test_a_draft_has_none(self, planned: Cohort) -> None:
        assert create_windows(cohort=planned) == []
        create_missing_windows()
        assert not planned.survey_windows.exists()

    def test_where_windows_cannot_be_made_nothing_is_published(
        self, planned: Cohort, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(**given: Any) -> None:
            raise RuntimeError

        monkeypatch.setattr("assessments.actions.windows.create_windows", fail)
        with pytest.raises(RuntimeError):
            publish_cohort(cohort=planned, by=None, revision=1)
        planned.refresh_from_db()
        assert planned.state == CohortState.DRAFT
        assert not planned.sessions.exists()


class TestMissingWindows:
    def second_study(self, survey: Survey) -> None:
        document = study_document(survey.cohort.version.course.code, code="later-study")
        study, _ = load_study(document=document, by=None)
        create_study_keys(study=study, by=None)

    def test_a_study_that_came_later_gets_its_windows(self, survey: Survey) -> None:
        self.second_study(survey)
        assert create_missing_windows() == 2
        made = SurveyWindow.objects.filter(wave__study__code="later-study")
        assert {window.wave.code for window in made} == {"pre", "post"}
        assert all(box_keys(window) for window in made)

    def test_a_second_time_makes_nothing(self, survey: Survey) -> None:
        self.second_study(survey)
        create_missing_windows()
        assert create_missing_windows() == 0

    def test_a_study_whose_keys_were_destroyed_gets_none_and_other_studies_do(
        self, survey: Survey
    ) -> None:
        self.second_study(survey)
        destroy_keys(survey.study)
        later = make_cohort(survey.cohort.version, survey.agency, [UserFactory.create()])
        create_missing_windows()
        made = create_windows(cohort=later)
        assert {window.wave.study.code for window in made} == {"later-study"}

    def test_waves_that_are_over_are_left_out(self, survey: Survey, clock: Clock) -> None:
        clock.set(DURING_THE_LAST_DAY)
        self.second_study(survey)
        assert create_missing_windows() == 1
        assert SurveyWindow.objects.get(wave__study__code="later-study").wave.code == "post"

    def test_cohorts_that_are_over_or_cancelled_get_none(
        self, survey: Survey, clock: Clock
    ) -> None:
        self.second_study(survey)
        Cohort.objects.filter(pk=survey.cohort.pk).update(state="cancelled")
        assert create_missing_windows() == 0
        Cohort.objects.filter(pk=survey.cohort.pk).update(state="scheduled")
        clock.set(AFTER_THE_COURSE)
        assert create_missing_windows() == 0

    def test_a_group_that_is_compared_gets_its_windows(self, survey: Survey) -> None:
        elsewhere = CohortFactory.create()
        CohortArm.objects.create(
            study=survey.study, cohort=elsewhere, arm="comparison", follows=survey.cohort
        )
        assert create_missing_windows() == 2
        assert elsewhere.survey_windows.count() == 2

    def test_a_quarter_that_begins_gets_its_windows(self, clock: Clock) -> None:
        clock.set(datetime(2026, 12, 31, 12, tzinfo=UTC))
        rolling = make_rolling_survey()
        assert create_missing_windows() == 0
        clock.forward(days=1)
        assert create_missing_windows() == 2
        assert {w.quarter for w in rolling.cohort.survey_windows.all()} == {"2026Q4", "2027Q1"}

    def test_looking_costs_the_same_however_many_windows_there_are(self, survey: Survey) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connections["default"]) as captured:
                create_missing_windows()
            return len(captured)

        before = queries()
        self.second_study(survey)
        create_missing_windows()
        assert queries() == before


class TestReopening:
    @pytest.fixture
    def closed(self, survey: Survey, clock: Clock) -> SurveyWindow:
        """The first window, answered by one of three and opened."""
        answer(survey.pre, survey.people[0], fully(2))
        clock.set(AFTER_THE_COURSE)
        return open_window(window=survey.pre)

    def reopen(self, window: SurveyWindow, **changes: Any) -> SurveyWindow:
        return reopen_window(**({"window": window, "until": A_WEEK_LATER, "by": None} | changes))

    def test_it_is_a_new_window_with_a_box_and_a_key_of_its_own(self, closed: SurveyWindow) -> None:
        again = self.reopen(closed)
        assert (again.wave, again.cohort, again.number) == (closed.wave, closed.cohort, 1)
        assert again.box_id != closed.box_id
        assert box_keys(again) != box_keys(closed)
        assert is_open(with_them(again))
        assert not is_open(with_them(closed))

    def test_nobody_is_asked_again_once_the_keys_were_destroyed(self, closed: SurveyWindow) -> None:
        destroy_keys(closed.wave.study)
        with pytest.raises(ValidationError, match="keys were destroyed"):
            self.reopen(closed)
        assert SurveyWindow.objects.filter(number=1).count() == 0

    def test_it_is_open_until_the_end_of_the_day_where_the_cohort_is(
        self, closed: SurveyWindow, survey: Survey
    ) -> None:
        survey.agency.time_zone = "Pacific/Auckland"
        survey.agency.save()
        closes_at = bounds_of(with_them(self.reopen(closed))).closes_at
        assert closes_at == datetime.combine(
            A_WEEK_LATER, time(23, 59), ZoneInfo("Pacific/Auckland")
        )

    def test_it_does_not_move_with_the_sessions(self, closed: SurveyWindow, survey: Survey) -> None:
        again = self.reopen(closed)
        before = bounds_of(with_them(again))
        survey.cohort.sessions.all().delete()
        assert bounds_of(with_them(again)) == before

    def test_of_two_answers_to_a_wave_the_first_that_was_stored_counts(
        self, closed: SurveyWindow, survey: Survey, clock: Clock
    ) -> None:
        again = self.reopen(closed)
        answer(again, survey.people[0], fully(5))
        answer(again, survey.people[1], fully(4))
        clock.forward(days=30)
        assert again in due_windows()
        open_window(window=again)
        assert sorted(row["answers"]["A1"] for row in survey.rows()) == [2, 4]

    def test_a_seat_counts_once_in_both(self, closed: SurveyWindow, survey: Survey) -> None:
        again = self.reopen(closed)
        both = SurveyWindow.objects.filter(pk__in=[closed.pk, again.pk])
        assert seats_in(both).count() == len(survey.people)

    def test_it_can_be_opened_anew_again_once_it_is_over(
        self, closed: SurveyWindow, clock: Clock
    ) -> None:
        self.reopen(closed)
        with pytest.raises(ValidationError) as refusal:
            self.reopen(closed)
        assert refusal.value.code == "not_over"
        clock.forward(days=30)
        assert self.reopen(closed, until=A_WEEK_LATER + timedelta(days=30)).number == 2

    def test_what_is_still_open_is_not_opened_anew(self, survey: Survey) -> None:
        with pytest.raises(ValidationError) as refusal:
            self.reopen(survey.pre)
        assert refusal.value.code == "not_over"

    def test_a_cancelled_cohort_is_not_asked(self, closed: SurveyWindow, survey: Survey) -> None:
        Cohort.objects.filter(pk=survey.cohort.pk).update(state="cancelled")
        with pytest.raises(ValidationError) as refusal:
            self.reopen(closed)
        assert refusal.value.code == "cancelled"

    @pytest.mark.parametrize("days", [-9, 60, 10_000])
    def test_a_day_that_is_past_or_far_off_is_refused(
        self, closed: SurveyWindow, days: int
    ) -> None:
        with pytest.raises(ValidationError) as refusal:
            self.reopen(closed, until=A_WEEK_LATER + timedelta(days=days))
        assert refusal.value.code == "not_ahead"
        assert SurveyWindow.objects.count() == 2

    def test_the_group_of_a_quarter_is_asked_again_and_no_other(self, clock: Clock) -> None:
        clock.set(datetime(2026, 12, 1, 12, tzinfo=UTC))
        rolling = make_rolling_survey()
        clock.set(datetime(2027, 2, 1, 12, tzinfo=UTC))
        newcomer = UserFactory.create(agency=rolling.agency)
        EnrolmentFactory.create(cohort=rolling.cohort, user=newcomer)
        create_windows(cohort=rolling.cohort)
        again = self.reopen(rolling.pre, until=date(2027, 2, 10))
        assert again.group == f"{rolling.cohort.code}-2026Q4"
        assert {seat.user for seat in seats_in(SurveyWindow.objects.filter(pk=again.pk))} == set(
            rolling.people
        )

    def test_it_is_noted_who_asked_again_and_nothing_about_answers(
        self, closed: SurveyWindow
    ) -> None:
        by = UserFactory.create(roles=["evaluator"])
        self.reopen(closed, by=by)
        entry = AuditEntry.objects.get(action="window.reopened")
        assert entry.actor == by.uuid
        assert entry.detail == {
            "wave": "pre",
            "group": closed.group,
            "until": A_WEEK_LATER.isoformat(),
        }

    def test_a_failure_leaves_neither_window_nor_entry(
        self, closed: SurveyWindow, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*args: Any) -> None:
            raise KeyMissing

        monkeypatch.setattr("assessments.keyring.WebKeyStore.create_box_key", broken)
        with pytest.raises(KeyMissing):
            self.reopen(closed)
        assert SurveyWindow.objects.count() == 2
        assert not AuditEntry.objects.filter(action="window.reopened").exists()
