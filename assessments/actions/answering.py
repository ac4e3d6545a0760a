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


@dataclass(frozen=True)
class Progress:
    """Which sections of somebody's own ballot are sealed, of how many; and whether their one-time
    link has been used."""

    done: frozenset[int]
    sections: int
    link_used: bool = False

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
    """How far this person's own ballot has come. Answers cannot be read back."""
    box = WebBox(window)
    ballots = list(box.own(research_ids(user)).values())
    if not ballots:
        return Progress(frozenset(), box.sections)
    return Progress(ballots[0].done, box.sections, any(one.link_used for one in ballots))


@sensitive_variables()
def seal_into(box: WebBox, ids: Sequence[bytes], change: Change, *, every: bool = False) -> None:
    """Changes the ballot that somebody goes on with, or with `every` each of theirs, and fills the
    box by the way. Call inside `locked`. Raises BoxClosed, Tampered."""
    missing, envelope = box.missing(), box.envelope(ids)
    untouched = SealedBallot.untouched(envelope, box.public_key)
    own = box.own(ids) or {box.tags(ids)[0]: untouched}
    chosen = own if every else dict(list(own.items())[:1])
    # A link that has been used stays used, whatever becomes of the answers.
    used = any(ballot.link_used for ballot in own.values())
    changed = {tag: change(ballot, envelope, box.public_key) for tag, ballot in chosen.items()}
    kept = {tag: replace(one, link_used=one.link_used or used) for tag, one in changed.items()}
    box.write({**missing, **kept})


@sensitive_variables()
def _change(window: SurveyWindow, user: User, change: Change, *, every: bool = False) -> None:
    box, ids = WebBox(window), research_ids(user)
    _ = box.seated
    with store.locked(window.box_id):
        seal_into(box, ids, change, every=every)


@sensitive_variables()
def seal_section(
    *, window: SurveyWindow, user: User, section: int, answers: Mapping[str, Any]
) -> None:
    """Seals one section, replacing what was sealed there before. Raises BoxClosed, TooLong."""
    seal_sections(window=window, user=user, answers={section: answers})


@sensitive_variables()
def seal_sections(
    *, window: SurveyWindow, user: User, answers: Mapping[int, Mapping[str, Any]]
) -> None:
    """Seals several sections at once: all of them or none. `answers` by the section's number.
    Raises BoxClosed, TooLong."""

    def change(ballot: SealedBallot, envelope: Envelope, key: bytes) -> SealedBallot:
        for section, given in answers.items():
            ballot = ballot.with_section(envelope, key, section, given)
        return ballot

    _change(window, user, change)


@sensitive_variables()
def use_link(*, window: SurveyWindow, user: User) -> bool:
    """Marks the person's one-time link as used, inside their own ballot and so readable by nobody
    else. False if it had been used before; of two tries at once one gets True. Raises BoxClosed."""
    first = False

    def change(ballot: SealedBallot, envelope: Envelope, key: bytes) -> SealedBallot:
        nonlocal first
        first = not ballot.link_used
        return replace(ballot, link_used=True)

    _change(window, user, change)
    return first


@sensitive_variables()
def decline(*, window: SurveyWindow, user: User) -> None:
    """Fills the whole ballot with "declined"; also withdraws what was sealed. Raises BoxClosed."""
    _change(window, user, declined, every=True)


def declined(_: SealedBallot, envelope: Envelope, public_key: bytes) -> SealedBallot:
    return SealedBallot.declined(envelope, public_key)
