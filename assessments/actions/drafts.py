"""Writing instruments part by part, by several people at once: nobody overwrites what they have not
seen."""

import json
from collections.abc import Callable
from typing import Any

from django.db import transaction

from assessments import drafts
from assessments.actions.instruments import Frozen, publish
from assessments.drafts import Document, Part, fingerprint, languages_of
from assessments.instrument_files import document_of
from assessments.instruments import InstrumentError, InstrumentSpec, read_instrument
from assessments.models import Instrument, InstrumentDraft, InstrumentVersion
from lms.accounts.audit import record
from lms.accounts.clock import now
from lms.accounts.models import User


class ChangedMeanwhile(Exception):
    """Somebody changed or removed what was being changed. `current` is how it stands now (None:
    it is gone), `by` who changed the draft last."""

    def __init__(self, current: Any, by: User | None) -> None:
        self.current, self.by = current, by
        super().__init__("Changed meanwhile")


class CodeTaken(Exception):
    """Another part of this kind has the code."""


@transaction.atomic
def start_draft(
    *, document: Document, by: User, based_on: InstrumentVersion | None = None
) -> InstrumentDraft:
    """A new draft of a document that may have gaps."""
    kept = json.loads(json.dumps({k: v for k, v in document.items() if k != "version"}))
    draft = InstrumentDraft.objects.create(
        document=kept, languages=languages_of(kept), based_on=based_on, changed_by=by
    )
    record(action="instrument.draft_started", by=by, about=draft, detail={"code": draft.code})
    return draft


def draft_of_version(*, version: InstrumentVersion, by: User) -> InstrumentDraft:
    """A new draft that begins as a published version stands."""
    return start_draft(document=document_of(version.spec), by=by, based_on=version)


def change_part(
    *, draft: InstrumentDraft, by: User, kind: str, code: str, part: Part, seen: str
) -> InstrumentDraft:
    """Puts a part in the place of the one with this code; without a code, adds it.

    `seen` is the fingerprint of the part as it was shown, empty where there was none.
    Raises ChangedMeanwhile, CodeTaken.
    """

    def change(document: Document) -> Part:
        taken = {one["code"].casefold() for one in drafts.parts_of(document, kind)}
        if part["code"].casefold() in taken - {code.casefold()}:
            raise CodeTaken
        return drafts.put(document, kind, code, part)

    return _change(draft, by, change, lambda d: drafts.part_of(d, kind, code), seen)


def remove_part(
    *, draft: InstrumentDraft, by: User, kind: str, code: str, seen: str
) -> InstrumentDraft:
    """Takes a part out as it was shown. Raises ChangedMeanwhile."""
    return _change(
        draft,
        by,
        lambda document: drafts.remove(document, kind, code),
        lambda document: drafts.part_of(document, kind, code),
        seen,
    )


def move_part(
    *, draft: InstrumentDraft, by: User, kind: str, code: str, step: int
) -> InstrumentDraft:
    """Moves a part by one place. Whatever somebody else did meanwhile stays."""
    return _change(draft, by, lambda document: drafts.move(document, kind, code, step))


def change_details(
    *, draft: InstrumentDraft, by: User, details: Part, seen: str
) -> InstrumentDraft:
    """Changes code, title, licence and citation. Raises ChangedMeanwhile."""
    return _change(draft, by, lambda d: {**d, **details}, drafts.details_of, seen)


@transaction.atomic
def add_language(*, draft: InstrumentDraft, by: User, language: str) -> InstrumentDraft:
    """Lets every form ask for texts in one more language."""
    draft = _locked(draft)
    if language not in draft.languages:
        draft.languages = [*draft.languages, language]
        _save(draft, by)
    return draft


@transaction.atomic
def remove_language(*, draft: InstrumentDraft, by: User, language: str) -> InstrumentDraft:
    """Takes out a language with all its texts. English stays."""
    draft = _locked(draft)
    if language in draft.languages[1:]:
        draft.languages = [one for one in draft.languages if one != language]
        draft.document = drafts.without_language(draft.document, language)
        _save(draft, by)
    return draft


@transaction.atomic
def publish_draft(*, draft: InstrumentDraft, by: User, seen: str) -> InstrumentVersion:
    """Freezes the draft as its instrument's next version, and deletes it.

    `seen` is the fingerprint of the whole document as it was shown. Raises ChangedMeanwhile,
    InstrumentError with the problems left, and Frozen where nothing differs from the last version.
    """
    draft = _locked(draft)
    _check(draft, draft.document, seen)
    instrument, _ = Instrument.objects.get_or_create(code=draft.code)
    # One number each, also for two drafts published at once.
    Instrument.objects.select_for_update().get(pk=instrument.pk)
    spec, problems = read_instrument({**draft.document, "version": instrument.next_number})
    if problems:
        raise InstrumentError(problems)
    _check_that_it_differs(spec)
    version = publish(spec=spec, by=by)
    draft.delete()
    return version


@transaction.atomic
def discard_draft(*, draft: InstrumentDraft, by: User, seen: str) -> None:
    """Throws a draft away as it was shown. Raises ChangedMeanwhile."""
    draft = _locked(draft)
    _check(draft, draft.document, seen)
    record(action="instrument.draft_discarded", by=by, about=draft, detail={"code": draft.code})
    draft.delete()


def _check_that_it_differs(spec: InstrumentSpec) -> None:
    last = InstrumentVersion.objects.filter(
        instrument__code=spec.code, number=spec.version - 1
    ).first()
    if last and document_of(last.spec) | {"version": 0} == document_of(spec) | {"version": 0}:
        raise Frozen(f"Nothing differs from version {last.number}")


def _locked(draft: InstrumentDraft) -> InstrumentDraft:
    found = InstrumentDraft.objects.select_for_update().filter(pk=draft.pk).first()
    if found is None:
        raise ChangedMeanwhile(None, None)
    return found


def _check(draft: InstrumentDraft, current: Any, seen: str) -> None:
    if fingerprint(current) != seen:
        raise ChangedMeanwhile(current, draft.changed_by)


@transaction.atomic
def _change(
    draft: InstrumentDraft,
    by: User,
    change: Callable[[Document], Part],
    shown: Callable[[Document], Any] | None = None,
    seen: str = "",
) -> InstrumentDraft:
    draft = _locked(draft)
    if shown:
        _check(draft, shown(draft.document), seen)
    draft.document = json.loads(json.dumps(change(draft.document)))
    _save(draft, by)
    return draft


def _save(draft: InstrumentDraft, by: User) -> None:
    draft.changed_at, draft.changed_by = now(), by
    draft.save(update_fields=["document", "languages", "changed_at", "changed_by"])
