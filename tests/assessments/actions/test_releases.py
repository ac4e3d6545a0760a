"""Asking for released data, trying again, handing it out, letting it expire."""

import uuid

import pytest
from django.db import IntegrityError, transaction

from assessments.actions import create_study_keys, load_instrument, load_study
from assessments.actions.building import build_release
from assessments.actions.releases import (
    Recipient,
    ReleaseRefused,
    expire_releases,
    hand_out,
    last_day,
    try_release_again,
)
from assessments.attestations import attestation
from assessments.models import Release, ReleaseState, Study
from assessments.models.release import ISSUED, RELEASE_TRANSITIONS, UNFINISHED
from lms.accounts.models import AuditEntry
from tests.factories import UserFactory
from tests.releases import ask_for, in_days, make_stored, packs
from tests.surveys import instrument_document, study_document

pytestmark = [
    pytest.mark.django_db(databases=["default", "responses"]),
    pytest.mark.usefixtures("quick_packs"),
]


@pytest.fixture
def study(db) -> Study:
    return make_stored()


@pytest.fixture
def evaluator(db):
    return UserFactory.create(roles=["evaluator"], first_name="Edda", last_name="Lindqvist")


@pytest.fixture
def ready(study, evaluator) -> Release:
    release = ask_for(study, evaluator)
    assert build_release(release=release)
    return Release.objects.get(pk=release.pk)


def test_what_is_asked_for_is_recorded_with_purpose_and_attestation(study, evaluator):
    release = ask_for(study, evaluator)
    assert (release.number, release.state, release.k) == (1, ReleaseState.REQUESTED, 5)
    assert (release.asked_by, release.asked_as) == (evaluator, "Edda Lindqvist")
    assert release.attestation == attestation(study.spec).text
    (noted,) = AuditEntry.objects.filter(action="release.requested")
    assert noted.purpose == release.purpose
    assert noted.actor == evaluator.uuid


def test_releases_of_a_study_are_numbered_from_one(ready, study):
    assert [ready.number, ask_for(study).number] == [1, 2]


def test_a_form_that_is_sent_twice_makes_one(study):
    key = uuid.uuid4()
    assert ask_for(study, key=key) == ask_for(study, key=key)
    assert AuditEntry.objects.filter(action="release.requested").count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"purpose": "Something else"},
        {"recipient": Recipient("Somebody Else", "Harbor University")},
        {"expires_on": in_days(3)},
    ],
)
def test_a_form_that_is_sent_twice_with_other_words_is_refused(study, other):
    key = uuid.uuid4()
    ask_for(study, key=key)
    with pytest.raises(ReleaseRefused, match="said something else"):
        ask_for(study, key=key, **other)
    assert Release.objects.count() == 1


def test_the_form_of_another_study_is_refused(study):
    key = uuid.uuid4()
    ask_for(study, key=key)
    with pytest.raises(ReleaseRefused, match="Open a new one"):
        ask_for(make_stored(code="other-study"), key=key)
    assert Release.objects.count() == 1


def test_a_second_one_waits_until_the_first_is_made(study):
    ask_for(study)
    with pytest.raises(ReleaseRefused, match="being made"):
        ask_for(study)


def test_the_database_too_takes_one_unfinished_release_and_each_number_once(study):
    first = ask_for(study)
    same = {
        "study": study,
        "k": 5,
        "expires_on": first.expires_on,
    }
    for twice in ({"number": 2}, {"number": 1, "state": ReleaseState.FAILED}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Release.objects.create(**same, **twice)


@pytest.mark.parametrize(
    "wrong",
    [
        {"purpose": "  "},
        {"recipient": Recipient("", "Harbor University")},
        {"recipient": Recipient("Dr. Ines Quaresma", " ")},
        {"attested": "0"},
    ],
)
def test_nothing_is_released_without_a_purpose_a_recipient_and_todays_words(study, wrong):
    with pytest.raises(ReleaseRefused):
        ask_for(study, **wrong)
    assert not Release.objects.exists()


@pytest.mark.parametrize("days", [-1, 0, 366])
def test_a_last_day_that_is_over_or_too_far_ahead_is_refused(study, days):
    with pytest.raises(ReleaseRefused, match="within a year") as refused:
        ask_for(study, expires_on=in_days(days))
    assert refused.value.is_about_the_day


def test_data_expire_within_a_year(study):
    assert ask_for(study, expires_on=last_day()).expires_on == in_days(365)


def test_a_study_of_which_nothing_is_opened_has_nothing_to_release(db):
    load_instrument(document=instrument_document(), by=None)
    study, _ = load_study(document=study_document("none") | {"courses": []}, by=None)
    create_study_keys(study=study, by=None)
    with pytest.raises(ReleaseRefused, match="No box has been opened"):
        ask_for(study)


def test_a_web_side_alone_releases_nothing(study, settings):
    settings.PORTAL_SIDE = "web"
    with pytest.raises(ReleaseRefused, match="evaluators’ side"):
        ask_for(study)


def test_a_release_is_never_saved_again(ready):
    ready.purpose = "Something else"
    with pytest.raises(TypeError):
        ready.save()


def test_what_has_left_is_made_never_again(ready):
    assert not Release.objects.move(ReleaseState.BUILDING)
    assert not Release.objects.move(ReleaseState.REQUESTED)
    assert set(RELEASE_TRANSITIONS) == set(ReleaseState)
    assert not set(UNFINISHED) & set(ISSUED)


def test_a_pack_is_handed_out_with_a_note_in_the_audit_log(ready, evaluator):
    path = hand_out(release=ready, by=evaluator)
    assert path.endswith(ready.file)
    (noted,) = AuditEntry.objects.filter(action="release.downloaded")
    assert (noted.actor, noted.purpose) == (evaluator.uuid, ready.purpose)


def test_a_pack_is_had_on_its_last_day_and_not_after_it(ready, evaluator, clock):
    clock.forward(days=89)
    assert hand_out(release=ready, by=evaluator)
    clock.forward(days=2)
    with pytest.raises(ReleaseRefused, match="expired"):
        hand_out(release=ready, by=evaluator)
    assert AuditEntry.objects.filter(action="release.downloaded").count() == 1


def test_a_pack_that_was_altered_is_not_handed_out(ready, evaluator):
    (pack,) = packs()
    pack.write_bytes(b"something else")
    with pytest.raises(ReleaseRefused, match="altered"):
        hand_out(release=ready, by=evaluator)


def test_files_go_when_they_expire_and_the_record_stays(ready, clock):
    assert expire_releases() == 0
    assert len(packs()) == 1
    clock.forward(days=92)
    assert expire_releases() == 1
    assert packs() == []
    after = Release.objects.get(pk=ready.pk)
    assert (after.state, after.file) == (ReleaseState.EXPIRED, "")
    assert after.sha256 == ready.sha256
    assert after.files == ready.files
    assert bytes(after.classes_sealed)


def test_expiring_again_changes_nothing(ready, clock):
    clock.forward(days=92)
    expire_releases()
    assert expire_releases() == 0
    assert AuditEntry.objects.filter(action="release.expired").count() == 1


def test_a_failed_release_can_be_tried_again_by_one_of_two(study, evaluator):
    release = ask_for(study)
    Release.objects.update(state=ReleaseState.FAILED, problem="broken")
    failed = Release.objects.get(pk=release.pk)
    for _time in range(2):
        again = try_release_again(release=failed, by=evaluator)
        assert (again.state, again.problem) == (ReleaseState.REQUESTED, "")
    assert AuditEntry.objects.filter(action="release.tried_again").count() == 1


def test_a_failed_release_waits_for_one_that_is_being_made(study, evaluator):
    release = ask_for(study)
    Release.objects.update(state=ReleaseState.FAILED, problem="broken")
    ask_for(study)
    with pytest.raises(ReleaseRefused, match="being made"):
        try_release_again(release=Release.objects.get(pk=release.pk), by=evaluator)
