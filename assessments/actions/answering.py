"""Taking a survey. Everything is sealed within the request; nothing readable is kept, and neither
the audit log nor the main database learns anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.views.decorators.debug import sensitive_variables

from assessments.actions.filling import Change, WebBox, research_ids
from assessments.ballot_box import store
from assessments.ballot_box.sealing import Envelope, SealedBallot
from assessments.models import SurveyWindow
from lms.accounts.models import User


class LinkUsed(Exception):
    """Somebody came by a link to a ballot that its person has gone on with signed in."""


@dataclass(frozen=True)
class Progress:
    """Which sections of somebody's own ballot are sealed, of how many; whether their one-time link
    has been used, and whether they have sealed or declined anything signed in."""

    done: frozenset[int]
    sections: int
    link_used: bool = False
    signed_in: bool = False

    @property
    def is_complete(self) -> bool:
        return len(self.done) == self.sections

    @property
    def next_section(self) -> int:
        """The first section not yet sealed; the last one if all are."""
        missing = set(range(1, self.sections + 1)) - self.done
        return min(missing, default=self.sections)


@sensitive_variables()
def progress_of(*, window: SurveyWindow, user: User) -> Progress:
    """How far the ballot under this person's primary research id has come. Answers cannot be read
    back. What lies under accounts that were merged into theirs is not told: whoever merges accounts
    could otherwise find out who had answered."""
    box = WebBox(window)
    for ballot in box.own(research_ids(user)[:1]).values():
        return Progress(ballot.done, box.sections, ballot.link_used, ballot.signed_in)
    return Progress(frozenset(), box.sections)


@sensitive_variables()
def seal_into(
    box: WebBox,
    ids: Sequence[bytes],
    change: Change,
    *,
    every: bool = False,
    by_link: bool = False,
) -> None:
    """Changes the ballot under the primary research id, or with `every` each of the person's, and
    fills the box by the way. Call inside `locked`. Raises BoxClosed, Tampered, LinkUsed."""
    missing, envelope, first = box.missing(), box.envelope(ids), box.tags(ids)[0]
    untouched = SealedBallot.untouched(envelope, box.public_key)
    own = box.own(ids if every else ids[:1])
    if first in missing or not own:
        own[first] = untouched
    # Not later than here: they may have signed in since the page was shown.
    if by_link and own.get(first, untouched).signed_in:
        raise LinkUsed
    changed = {
        tag: _marked(change(ballot, envelope, box.public_key), ballot, by_link)
        for tag, ballot in own.items()
    }
    box.write({**missing, **changed})


def _marked(changed: SealedBallot, before: SealedBallot, by_link: bool) -> SealedBallot:
    """A link that has been used stays used, whatever becomes of the answers; that the person has
    come signed in stays known, too."""
    return replace(
        changed,
        link_used=changed.link_used or before.link_used,
        signed_in=before.signed_in or not by_link,
    )


@sensitive_variables()
def _change(
    window: SurveyWindow, user: User, change: Change, *, by_link: bool, every: bool = False
) -> None:
    box, ids = WebBox(window), research_ids(user)
    _ = box.seated
    with store.locked(window.box_id):
        seal_into(box, ids, change, every=every, by_link=by_link)


@sensitive_variables()
def seal_section(
    *, window: SurveyWindow, user: User, section: int, answers: Mapping[str, Any]
) -> None:
    """Seals one section, replacing what was sealed there before. Raises BoxClosed, TooLong."""
    seal_sections(window=window, user=user, answers={section: answers})


@sensitive_variables()
def seal_sections(
    *,
    window: SurveyWindow,
    user: User,
    answers: Mapping[int, Mapping[str, Any]],
    by_link: bool = False,
) -> None:
    """Seals several sections at once: all of them or none. `answers` by the section's number.
    Raises BoxClosed, TooLong, and LinkUsed where `by_link` is too late."""

    def change(ballot: SealedBallot, envelope: Envelope, key: bytes) -> SealedBallot:
        for section, given in answers.items():
            ballot = ballot.with_section(envelope, key, section, given)
        return ballot

    _change(window, user, change, by_link=by_link)


@sensitive_variables()
def use_link(*, window: SurveyWindow, user: User) -> bool:
    """Marks the person's one-time link as used, inside their own ballot and so readable by nobody
    else. False if it had been used before, or is not needed any more because they have gone on
    signed in; of two tries at once one gets True. Raises BoxClosed."""
    first = False

    def change(ballot: SealedBallot, envelope: Envelope, key: bytes) -> SealedBallot:
        nonlocal first
        first = not ballot.link_used
        return replace(ballot, link_used=True)

    try:
        _change(window, user, change, by_link=True)
    except LinkUsed:
        return False
    return first


@sensitive_variables()
def decline(*, window: SurveyWindow, user: User, by_link: bool = False) -> None:
    """Fills the whole ballot with "declined"; also withdraws what was sealed. Raises BoxClosed, and
    LinkUsed where `by_link` is too late."""
    _change(window, user, declined, every=True, by_link=by_link)


def declined(_: SealedBallot, envelope: Envelope, public_key: bytes) -> SealedBallot:
    return SealedBallot.declined(envelope, public_key)
