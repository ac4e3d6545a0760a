from datetime import timedelta
from typing import Any

import pytest

from assessments.actions import (
    Frozen,
    create_windows,
    load_instrument,
    load_study,
)
from assessments.ballot_box.keys import KeyMissing
from assessments.ballot_box.sealing import MAX_SECTIONS
from assessments.freezing import freeze_of
from assessments.keyring import web_store
from assessments.models import Study, SurveyWindow
from assessments.studies import StudyError
from courses.models import Course, Enrolment
from lms.accounts.models import AuditEntry
from tests.factories import CourseFactory, UserFactory
from tests.surveys import (
    BEFORE_THE_COURSE,
    Survey,
    instrument_document,
    make_cohort,
    make_survey,
    study_document,
)

pytestmark = pytest.mark.django_db(databases=["default", "responses"])

NEW_SHEET = {"version": "2", "text": {"en": "Who asks now.", "es": "Quien pregunta."}}


@pytest.fixture
def course(db: None) -> Course:
    load_instrument(document=instrument_document(), by=None)
    course: Course = CourseFactory.create(code="small-course")
    return course


@pytest.fixture
def study(course: Course) -> Study:
    return load_study(document=study_document(course.code), by=None)[0]


def instrument_of(sections: int, items: int) -> dict[str, Any]:
    """An instrument with codes as long as they may be."""
    document = instrument_document()
    codes = [
        (s, f"Q{s:02}_{n:03}".ljust(32, "x")) for s in range(1, sections + 1) for n in range(items)
    ]
    document["section_titles"] = {}
    document["items"] = [
        {"code": code, "section": section, "scale": "agree5", "text": {"en": "?"}}
        for section, code in codes
    ]
    document["scales"] = [
        document["scales"][0] | {"items": [code for _, code in codes[:2]], "min_answered": 1}
    ]
    return document


def study_of(instrument: dict[str, Any]) -> dict[str, Any]:
    load_instrument(document=instrument, by=None)
    return study_document("small-course") | {"family": []}


def test_a_study_gets_its_waves_in_their_order(study: Study) -> None:
    assert [(wave.code, wave.position) for wave in study.waves.all()] == [("pre", 1), ("post", 2)]


def test_loading_the_same_study_again_changes_nothing(study: Study) -> None:
    waves = [wave.pk for wave in study.waves.all()]
    same, changed = load_study(document=study_document("small-course"), by=None)
    assert (same, changed) == (study, False)
    assert [wave.pk for wave in study.waves.all()] == waves


def test_a_study_can_be_changed_while_nobody_can_answer(study: Study) -> None:
    changed = study_document("small-course") | {"title": "Another title"}
    assert load_study(document=changed, by=None)[1]
    study.refresh_from_db()
    assert study.title == "Another title"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"instrument_version": 7}, "has not been loaded"),
        ({"instrument": "nothing"}, "has not been loaded"),
        ({"instrument_version": "one"}, "has not been loaded"),
        ({"courses": ["nowhere"]}, "not loaded"),
        ({"primary": "nothing"}, "scale"),
    ],
    ids=str,
)
def test_a_study_that_cannot_be_run_is_refused(
    course: Course, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(StudyError, match=words):
        load_study(document=study_document(course.code) | change, by=None)
    assert not Study.objects.exists()


def test_a_questionnaire_with_more_sections_than_a_ballot_holds_is_refused(db: None) -> None:
    CourseFactory.create(code="small-course")
    with pytest.raises(StudyError, match="sections"):
        load_study(document=study_of(instrument_of(MAX_SECTIONS + 1, 1)), by=None)


def test_as_many_sections_as_a_ballot_holds_are_fine(db: None) -> None:
    CourseFactory.create(code="small-course")
    assert load_study(document=study_of(instrument_of(MAX_SECTIONS, 1)), by=None)[1]


def test_a_section_that_would_not_fit_into_its_slot_is_refused_before_anybody_answers(
    db: None,
) -> None:
    CourseFactory.create(code="small-course")
    with pytest.raises(StudyError, match="section 1 is"):
        load_study(document=study_of(instrument_of(1, 60)), by=None)


def load(study: Study, **changes: Any) -> Study:
    """The study after its document was loaded with changes."""
    return load_study(document={**study.document, **changes}, by=None)[0]


class TestFreezing:
    @pytest.fixture
    def asked(self, clock: Any) -> Survey:
        """A cohort with windows, in which nobody has a seat."""
        clock.set(BEFORE_THE_COURSE)
        return make_survey(people=0)

    def test_windows_alone_freeze_nothing(self, asked: Survey) -> None:
        assert freeze_of(asked.study) is None
        assert load(asked.study, primary="scale_b").spec.primary == "scale_b"

    def test_a_seat_in_an_open_window_freezes_though_nobody_has_answered(
        self, survey: Survey
    ) -> None:
        freeze = freeze_of(survey.study)
        assert freeze
        assert freeze.since == Enrolment.objects.earliest("created_at").created_at
        with pytest.raises(Frozen, match="frozen"):
            load(survey.study, primary="scale_b")
        survey.study.refresh_from_db()
        assert survey.study.spec.primary == "scale_a"

    def test_a_seat_that_was_given_up_keeps_it_frozen(self, survey: Survey) -> None:
        Enrolment.objects.update(state="withdrawn")
        assert freeze_of(survey.study)

    def test_a_window_that_is_over_keeps_it_frozen(self, survey: Survey, clock: Any) -> None:
        clock.set(BEFORE_THE_COURSE + timedelta(days=400))
        assert freeze_of(survey.study)

    def test_a_seat_taken_after_the_window_closed_freezes_nothing(
        self, asked: Survey, clock: Any
    ) -> None:
        clock.set(BEFORE_THE_COURSE + timedelta(days=400))
        Enrolment.objects.create(cohort=asked.cohort, user=make_person(asked))
        assert freeze_of(asked.study) is None

    def test_windows_follow_a_changed_document(self, asked: Survey) -> None:
        waves = [{"code": "pre"}, {"code": "later", "after": {"months": 3}}]
        load(asked.study, waves=waves)
        windows = SurveyWindow.objects.filter(cohort=asked.cohort)
        assert {window.wave.code for window in windows} == {"pre", "later"}
        assert windows.get(wave__code="pre").pk == asked.pre.pk
        for window in windows:
            assert web_store().box_key(asked.study.uuid, window.pk)

    def test_the_key_of_a_window_that_is_gone_is_destroyed(
        self, asked: Survey, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            load(asked.study, waves=[{"code": "pre"}, {"code": "later"}])
        with pytest.raises(KeyMissing):
            web_store().box_key(asked.study.uuid, asked.post.pk)

    def test_a_course_that_leaves_takes_its_windows_along(self, asked: Survey) -> None:
        other = CourseFactory.create()
        load(asked.study, courses=[other.code])
        assert not SurveyWindow.objects.exists()


class TestInformationSheet:
    def test_before_anybody_can_answer_there_is_one_version(self, study: Study) -> None:
        load(study, information_sheet=NEW_SHEET)
        assert [sheet.version for sheet in study.sheets.all()] == ["2"]

    def test_the_words_of_a_version_may_change_before_it_is_shown(self, study: Study) -> None:
        load(study, information_sheet={"version": "1", "text": {"en": "Other words."}})
        assert study.current_sheet.text == {"en": "Other words."}

    def test_a_new_version_is_shown_in_windows_that_have_not_opened(self, survey: Survey) -> None:
        study = load(survey.study, information_sheet=NEW_SHEET)
        survey.pre.refresh_from_db()
        survey.post.refresh_from_db()
        assert (survey.pre.sheet.version, survey.post.sheet.version) == ("1", "2")
        assert [sheet.version for sheet in study.sheets.all()] == ["1", "2"]
        assert AuditEntry.objects.filter(action="study.sheet_added").count() == 1

    def test_a_cohort_without_seats_gets_it_in_its_first_window_too(self, survey: Survey) -> None:
        cohort = make_cohort(survey.cohort.version, survey.agency, [])
        windows = create_windows(cohort=cohort)
        load(survey.study, information_sheet=NEW_SHEET)
        for window in windows:
            window.refresh_from_db()
        assert {window.sheet.version for window in windows} == {"2"}

    def test_windows_made_later_show_the_newest(self, survey: Survey) -> None:
        load(survey.study, information_sheet=NEW_SHEET)
        cohort = make_cohort(survey.cohort.version, survey.agency, [])
        assert {one.sheet.version for one in create_windows(cohort=cohort)} == {"2"}

    def test_words_that_were_shown_do_not_change_under_their_version(self, survey: Survey) -> None:
        with pytest.raises(Frozen, match="new version"):
            load(survey.study, information_sheet={"version": "1", "text": {"en": "Other."}})

    def test_the_protocol_is_the_same_under_a_new_sheet(self, survey: Survey) -> None:
        before = survey.study.protocol
        assert load(survey.study, information_sheet=NEW_SHEET).protocol == before


def make_person(survey: Survey) -> Any:
    return UserFactory.create(agency=survey.agency)
