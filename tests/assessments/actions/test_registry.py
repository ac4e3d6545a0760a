from typing import Any

import pytest

from assessments.actions import (
    Frozen,
    create_study_keys,
    create_windows,
    load_instrument,
    load_study,
)
from assessments.ballot_box.keys import KeyMissing, fingerprint
from assessments.ballot_box.sealing import MAX_SECTIONS
from assessments.keyring import evaluator_store, problems, web_store
from assessments.models import Study
from assessments.studies import StudyError
from courses.models import Course
from lms.accounts.models import AuditEntry
from tests.factories import CohortFactory, CourseFactory, CourseVersionFactory
from tests.surveys import Survey, instrument_document, study_document

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


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


def test_a_protocol_is_frozen_once_there_is_a_window(survey: Survey) -> None:
    changed = survey.study.document | {"primary": "scale_b"}
    with pytest.raises(Frozen, match="frozen"):
        load_study(document=changed, by=None)
    survey.study.refresh_from_db()
    assert survey.study.spec.primary == "scale_a"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"instrument_version": 7}, "has not been loaded"),
        ({"instrument": "nothing"}, "has not been loaded"),
        ({"instrument_version": "one"}, "has not been loaded"),
        ({"courses": ["nowhere"]}, "not loaded"),
        ({"linking": "anonymous"}, "confidential"),
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
    with pytest.raises(StudyError, match="section 1 is too long"):
        load_study(document=study_of(instrument_of(1, 60)), by=None)


def test_keys_leave_their_public_traces_with_the_study(study: Study) -> None:
    made = create_study_keys(study=study, by=None)
    opener = evaluator_store().open(study.uuid)
    assert bytes(made.public_key or b"") == opener.public
    assert made.fingerprint == fingerprint(opener.public)
    assert problems(made) == []


def test_no_secret_stands_in_the_main_database(study: Study) -> None:
    made = create_study_keys(study=study, by=None)
    link, opener = web_store().link_key(study.uuid), evaluator_store().open(study.uuid)
    kept = bytes(made.public_key or b"") + bytes(made.k_link_check or b"")
    entry = AuditEntry.objects.get(action="study.keys_created")
    for secret in (link, opener.private, opener.code, opener.data_share):
        assert secret not in kept
        assert secret.hex() not in str(entry.detail)


def test_keys_are_made_once(study: Study) -> None:
    first = create_study_keys(study=study, by=None).fingerprint
    with pytest.raises(Frozen):
        create_study_keys(study=study, by=None)
    study.refresh_from_db()
    assert study.fingerprint == first


def test_keys_left_by_a_creation_that_broke_off_are_used_and_never_overwritten(
    study: Study, settings: Any
) -> None:
    passphrase, settings.OPENER_PASSPHRASE = settings.OPENER_PASSPHRASE, ""
    with pytest.raises(KeyMissing):
        create_study_keys(study=study, by=None)
    settings.OPENER_PASSPHRASE = passphrase
    left = web_store().link_key(study.uuid)
    made = create_study_keys(study=study, by=None)
    assert web_store().link_key(study.uuid) == left
    assert problems(made) == []


def test_a_study_without_keys_asks_nobody(study: Study) -> None:
    version = CourseVersionFactory.create(
        course=Course.objects.get(), modules=[{"day": 1, "survey": "pre"}]
    )
    assert create_windows(cohort=CohortFactory.create(version=version)) == []
