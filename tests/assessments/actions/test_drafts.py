from typing import Any

import pytest

from assessments import drafts
from assessments.actions import Frozen, load_instrument
from assessments.actions.drafts import (
    ChangedMeanwhile,
    CodeTaken,
    add_language,
    change_details,
    change_part,
    discard_draft,
    draft_of_version,
    move_part,
    publish_draft,
    remove_language,
    remove_part,
    start_draft,
)
from assessments.drafts import ITEMS, fingerprint, new_document, part_of
from assessments.instruments import InstrumentError
from assessments.models import Instrument, InstrumentDraft, InstrumentVersion
from lms.accounts.models import AuditEntry, User
from tests.factories import UserFactory
from tests.rich_survey import rich_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> InstrumentVersion:
    return load_instrument(document=rich_document(), by=None)[0]


@pytest.fixture
def ann() -> User:
    return UserFactory.create(roles=["evaluator"], first_name="Ann")


@pytest.fixture
def ben() -> User:
    return UserFactory.create(roles=["evaluator"], first_name="Ben")


@pytest.fixture
def draft(version: InstrumentVersion, ann: User) -> InstrumentDraft:
    return draft_of_version(version=version, by=ann)


def seen(draft: InstrumentDraft, code: str) -> str:
    return fingerprint(part_of(draft.document, ITEMS, code))


def reword(draft: InstrumentDraft, by: User, code: str, words: str, shown: str) -> InstrumentDraft:
    part = part_of(draft.document, ITEMS, code) or {"code": code, "section": 1, "scale": "agree5"}
    part = part | {"text": {"en": words}}
    return change_part(draft=draft, by=by, kind=ITEMS, code=code, part=part, seen=shown)


def text(draft: InstrumentDraft, code: str) -> Any:
    draft.refresh_from_db()
    part = part_of(draft.document, ITEMS, code)
    return part and part["text"]["en"]


def test_a_draft_begins_as_its_version_stands(draft: InstrumentDraft, version: Any) -> None:
    spec, problems = drafts.read_draft(draft.document, version.number)
    assert (spec, problems) == (version.spec, [])
    assert draft.languages == ["en", "es"]
    assert draft.next_number == 2


def test_who_is_second_is_told_and_overwrites_nothing(draft, ann, ben) -> None:
    shown = seen(draft, "SIT")
    reword(draft, ann, "SIT", "Ann's words", shown)
    with pytest.raises(ChangedMeanwhile) as told:
        reword(draft, ben, "SIT", "Ben's words", shown)
    assert told.value.by == ann
    assert told.value.current["text"] == {"en": "Ann's words"}
    assert text(draft, "SIT") == "Ann's words"


def test_two_people_may_change_different_items_at_once(draft, ann, ben) -> None:
    first, second = seen(draft, "SIT"), seen(draft, "MIN")
    reword(draft, ann, "SIT", "Ann's words", first)
    reword(draft, ben, "MIN", "Ben's words", second)
    assert (text(draft, "SIT"), text(draft, "MIN")) == ("Ann's words", "Ben's words")


def test_what_somebody_else_has_removed_is_not_silently_lost(draft, ann, ben) -> None:
    shown = seen(draft, "BED")
    remove_part(draft=draft, by=ann, kind=ITEMS, code="BED", seen=shown)
    with pytest.raises(ChangedMeanwhile) as told:
        reword(draft, ben, "BED", "Ben's words", shown)
    assert told.value.current is None
    reword(draft, ben, "BED", "Ben's words", "")
    assert text(draft, "BED") == "Ben's words"


def test_a_part_that_was_changed_is_not_removed_unseen(draft, ann, ben) -> None:
    shown = seen(draft, "BED")
    reword(draft, ann, "BED", "Ann's words", shown)
    with pytest.raises(ChangedMeanwhile):
        remove_part(draft=draft, by=ben, kind=ITEMS, code="BED", seen=shown)
    assert text(draft, "BED") == "Ann's words"


def test_two_items_never_share_a_code(draft, ann) -> None:
    part = {"code": "sit", "section": 1, "scale": "agree5", "text": {"en": "Again"}}
    with pytest.raises(CodeTaken):
        change_part(draft=draft, by=ann, kind=ITEMS, code="", part=part, seen="")


def test_moving_keeps_what_somebody_else_wrote_meanwhile(draft, ann, ben) -> None:
    reword(draft, ann, "SIT", "Ann's words", seen(draft, "SIT"))
    move_part(draft=draft, by=ben, kind=ITEMS, code="MIN", step=-1)
    assert text(draft, "SIT") == "Ann's words"


def test_publishing_freezes_the_next_version_and_ends_the_draft(draft, ann, version) -> None:
    draft = reword(draft, ann, "SIT", "New words", seen(draft, "SIT"))
    made = publish_draft(draft=draft, by=ann, seen=fingerprint(draft.document))
    assert (made.instrument.code, made.number) == ("rich", 2)
    assert made.spec.item("SIT").text == {"en": "New words"}
    assert version.spec.item("SIT").text["en"] != "New words"
    assert not InstrumentDraft.objects.exists()
    entry = AuditEntry.objects.get(action="instrument.published", actor=ann.uuid)
    assert entry.detail == {"code": "rich"}


def test_nobody_publishes_words_that_they_have_not_seen(draft, ann, ben) -> None:
    shown = fingerprint(draft.document)
    reword(draft, ben, "SIT", "Ben's words", seen(draft, "SIT"))
    for deed in (publish_draft, discard_draft):
        with pytest.raises(ChangedMeanwhile):
            deed(draft=draft, by=ann, seen=shown)
    assert InstrumentVersion.objects.count() == 1


def test_a_draft_with_gaps_is_not_published(ann) -> None:
    draft = start_draft(document=new_document("new", "New"), by=ann)
    with pytest.raises(InstrumentError):
        publish_draft(draft=draft, by=ann, seen=fingerprint(draft.document))
    assert not InstrumentVersion.objects.exists()
    assert not Instrument.objects.exists()


def test_a_version_in_which_nothing_differs_is_not_published(draft, ann) -> None:
    with pytest.raises(Frozen, match="Nothing differs"):
        publish_draft(draft=draft, by=ann, seen=fingerprint(draft.document))


def test_a_draft_that_somebody_has_published_is_gone_for_the_second(draft, ann, ben) -> None:
    draft = reword(draft, ann, "SIT", "New words", seen(draft, "SIT"))
    shown = fingerprint(draft.document)
    publish_draft(draft=draft, by=ann, seen=shown)
    with pytest.raises(ChangedMeanwhile):
        publish_draft(draft=draft, by=ben, seen=shown)
    assert InstrumentVersion.objects.count() == 2


def test_details_can_be_changed(draft, ann) -> None:
    shown = fingerprint(drafts.details_of(draft.document))
    details = {"code": "other", "title": {"en": "Other"}, "licence": "CC0", "citation": "Us"}
    draft = change_details(draft=draft, by=ann, details=details, seen=shown)
    assert (draft.code, str(draft), draft.next_number) == ("other", "Other", 1)


def test_a_language_comes_and_goes_with_its_texts(draft, ann) -> None:
    draft = add_language(draft=draft, by=ann, language="ht")
    assert draft.languages == ["en", "es", "ht"]
    draft = remove_language(draft=draft, by=ann, language="es")
    assert draft.languages == ["en", "ht"]
    assert drafts.translated_texts(draft.document, "es") == 0
    assert remove_language(draft=draft, by=ann, language="en").languages == ["en", "ht"]
