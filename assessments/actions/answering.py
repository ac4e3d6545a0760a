"""Taking a survey. Everything is sealed within the request; nothing readable is kept, and neither
the audit log nor the main database learns anything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.views.decorators.debug import sensitive_variables

from assessments.ballot_box import store
from assessments.ballot_box.sealing import (
    Envelope,
    SealedBallot,
    links_of,
    tag_of,
    unwrap,
    wrap,
)
from assessments.keyring import box_keys, link_key
from assessments.models import SurveyWindow
from assessments.questionnaire import sections_of
from lms.accounts.models import User

Change = Callable[[SealedBallot, Envelope, bytes], SealedBallot]


@dataclass(frozen=True)
class Progress:
    """Which sections of somebody's own ballot are sealed, of how many."""

    done: frozenset[int]
    sections: int

    @property
    def is_complete(self) -> bool:
        return len(self.done) == self.sections

    @property
    def next_section(self) -> int:
        """The first section not yet sealed; the last one if all are."""
        missing = set(range(1, self.sections + 1)) - self.done
        return min(missing, default=self.sections)


def _research_ids(user: User) -> list[bytes]:
    rows = user.research_ids.order_by("-primary", "pk").values_list("value", flat=True)
    return [bytes(value) for value in rows]


@sensitive_variables()
def progress_of(*, window: SurveyWindow, user: User) -> Progress:
    """How far this person's own ballot has come. Answers cannot be read back."""
    study, keys = window.wave.study, box_keys(window)
    tag = tag_of(keys, window.uuid, _research_ids(user)[0])
    sealed = store.read(tag)
    done = unwrap(sealed, keys, tag).done if sealed else frozenset[int]()
    return Progress(done, len(sections_of(study.frame)))


@sensitive_variables()
def _change_ballot(window: SurveyWindow, user: User, change: Change) -> None:
    study, keys, ids = window.wave.study, box_keys(window), _research_ids(user)
    envelope = Envelope(
        study=study.uuid,
        window=window.uuid,
        links=links_of(link_key(study), study.uuid, ids),
        sections=len(sections_of(study.frame)),
    )
    public_key = bytes(study.public_key or b"")
    tag = tag_of(keys, window.uuid, ids[0])
    with store.locked(window.box_id):
        sealed = store.read(tag)
        ballot = (
            unwrap(sealed, keys, tag) if sealed else SealedBallot.untouched(envelope, public_key)
        )
        changed = wrap(change(ballot, envelope, public_key), keys, tag)
        store.put(box_id=window.box_id, window=window.uuid, tag=tag, sealed=changed)


@sensitive_variables()
def seal_section(
    *, window: SurveyWindow, user: User, section: int, answers: Mapping[str, Any]
) -> None:
    """Seals one section, replacing what was sealed there before. Raises BoxClosed, TooLong."""
    _change_ballot(
        window,
        user,
        lambda ballot, envelope, key: ballot.with_section(envelope, key, section, answers),
    )


@sensitive_variables()
def decline(*, window: SurveyWindow, user: User) -> None:
    """Fills the whole ballot with "declined"; also withdraws what was sealed. Raises BoxClosed."""
    _change_ballot(window, user, lambda _, envelope, key: SealedBallot.declined(envelope, key))
