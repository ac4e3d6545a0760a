import pytest

from assessments.actions import Frozen, load_instrument
from assessments.instruments import InstrumentError
from assessments.models import InstrumentVersion
from lms.accounts.models import AuditEntry
from tests.surveys import instrument_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def published() -> InstrumentVersion:
    return load_instrument(document=instrument_document(), by=None)[0]


def test_loading_the_same_instrument_again_changes_nothing(published: InstrumentVersion) -> None:
    version, created = load_instrument(document=instrument_document(), by=None)
    assert not created
    assert InstrumentVersion.objects.get() == version
    assert AuditEntry.objects.filter(action="instrument.published").count() == 1


def test_a_published_instrument_keeps_its_words(published: InstrumentVersion) -> None:
    changed = instrument_document()
    changed["items"][0]["text"]["en"] = "Another statement."
    with pytest.raises(Frozen, match="Version 1"):
        load_instrument(document=changed, by=None)
    version, created = load_instrument(document=changed | {"version": 2}, by=None)
    assert (created, version.number) == (True, 2)


def test_a_malformed_instrument_leaves_nothing_behind(db: None) -> None:
    with pytest.raises(InstrumentError):
        load_instrument(document=instrument_document() | {"items": []}, by=None)
    assert not InstrumentVersion.objects.exists()
