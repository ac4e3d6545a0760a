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
from assessments.keyring import evaluator_store, problems, web_store
from assessments.models import Study
from courses.models import Course
from lms.accounts.models import AuditEntry
from tests.factories import CohortFactory, CourseFactory, CourseVersionFactory
from tests.surveys import instrument_document, study_document

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


@pytest.fixture
def course(db: None) -> Course:
    load_instrument(document=instrument_document(), by=None)
    course: Course = CourseFactory.create(code="small-course")
    return course


@pytest.fixture
def study(course: Course) -> Study:
    return load_study(document=study_document(course.code), by=None)[0]


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
