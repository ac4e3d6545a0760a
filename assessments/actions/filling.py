"""The web side's hands in a box: a ballot for everybody from the start, and none written alone."""

from collections.abc import Callable, Sequence
from functools import cached_property

from django.conf import settings
from django.db.models import QuerySet
from django.views.decorators.debug import sensitive_variables

from assessments.ballot_box import store
from assessments.ballot_box.cover import block_of
from assessments.ballot_box.keys import KeyMissing
from assessments.ballot_box.sealing import (
    Envelope,
    SealedBallot,
    Tampered,
    links_of,
    tag_of,
    unlinked,
    unwrap,
    wrap,
)
from assessments.ballot_box.store import BoxClosed
from assessments.keyring import box_keys, link_key
from assessments.models import SurveyWindow
from assessments.promise import Promise
from assessments.questionnaire import sections_of
from assessments.windows import bounds_of, seats_in, with_bounds
from lms.accounts.clock import now
from lms.accounts.models import ResearchId, User

Change = Callable[[SealedBallot, Envelope, bytes], SealedBallot]


def research_ids(user: User, *, oldest_first: bool = False) -> list[bytes]:
    """All of a person's research ids: the primary one first, or that of their oldest account."""
    order = ["pk"] if oldest_first else ["-primary", "pk"]
    rows = user.research_ids.order_by(*order).values_list("value", flat=True)
    return [bytes(value) for value in rows]


class WebBox:
    """One window's box with the keys that the web side has: tells tags, peels, wraps.

    Raises KeyMissing.
    """

    def __init__(self, window: SurveyWindow) -> None:
        study = window.wave.study
        self.window = window
        self.keys = box_keys(window)
        self.public_key = bytes(study.public_key or b"")
        frame = study.frame
        self.sections = len(sections_of(frame))
        self.promise = Promise(frame.study, window.sheet.version).version
        self.is_anonymous = frame.study.is_anonymous
        self._k_link = link_key(study)

    def tags(self, ids: Sequence[bytes]) -> list[str]:
        return [tag_of(self.keys, self.window.uuid, one) for one in ids]

    def envelope(self, ids: Sequence[bytes]) -> Envelope:
        study, window = self.window.wave.study.uuid, self.window.uuid
        if self.is_anonymous:
            links = unlinked(self.keys, window, ids)
        else:
            links = links_of(self._k_link, study, ids)
        return Envelope(study, window, links, self.sections, self.promise)

    def own(self, ids: Sequence[bytes]) -> dict[str, SealedBallot]:
        """The ballots under these research ids by tag, in their order. Raises Tampered."""
        sealed = store.read(self.tags(ids))
        return {tag: self.unwrap(tag, sealed[tag]) for tag in self.tags(ids) if tag in sealed}

    def unwrap(self, tag: str, sealed: bytes) -> SealedBallot:
        return unwrap(sealed, self.keys, tag)

    def wrap(self, tag: str, ballot: SealedBallot) -> bytes:
        return wrap(ballot, self.keys, tag)

    @cached_property
    def seated(self) -> list[tuple[list[str], list[bytes]]]:
        """Tags and research ids of everybody seated. Ask for it before a lock is taken."""
        return [(self.tags(ids), ids) for ids in _ids_of_seated(self.window)]

    def missing(self) -> dict[str, SealedBallot]:
        """Untouched ballots for everybody seated who has none under their primary research id. What
        lies under that of an account merged into theirs stays as it is until the opening."""
        held = store.tags_in(self.window.uuid)
        return {
            tags[0]: SealedBallot.untouched(self.envelope(ids), self.public_key)
            for tags, ids in self.seated
            if tags[0] not in held
        }

    def rewrapped(self, tags: Sequence[str]) -> dict[str, bytes]:
        """These ballots under a new outer layer; what does not open is left as it lies."""
        again = {}
        for tag, sealed in store.read(tags).items():
            try:
                again[tag] = self.wrap(tag, self.unwrap(tag, sealed))
            except Tampered:
                continue
        return again

    def write(self, changed: dict[str, SealedBallot]) -> None:
        """Puts ballots in, their neighbours too. Call inside `locked`. Raises BoxClosed."""
        held = store.tags_in(self.window.uuid) | changed.keys()
        around = block_of(held, changed.keys(), settings.BALLOT_COVER)
        new = {tag: self.wrap(tag, ballot) for tag, ballot in changed.items()}
        others = self.rewrapped([tag for tag in around if tag not in changed])
        window = self.window
        store.write(box_id=window.box_id, window=window.uuid, ballots={**others, **new})


def _ids_of_seated(window: SurveyWindow) -> list[list[bytes]]:
    seats = seats_in(SurveyWindow.objects.filter(pk=window.pk))
    rows = ResearchId.objects.filter(user__in=seats.values("user")).order_by("-primary", "pk")
    people: dict[int, list[bytes]] = {}
    for user, value in rows.values_list("user_id", "value"):
        people.setdefault(user, []).append(bytes(value))
    return list(people.values())


@sensitive_variables()
def fill_box(*, window: SurveyWindow) -> None:
    """Gives everybody seated an untouched ballot, so that having one says nothing, and puts every
    ballot of the box under a new outer layer, so that its bytes say nothing of when it was touched.

    Raises KeyMissing, BoxClosed.
    """
    box = WebBox(window)
    _ = box.seated
    with store.locked(window.box_id):
        ballots = box.rewrapped(sorted(store.tags_in(window.uuid)))
        new = {tag: box.wrap(tag, ballot) for tag, ballot in box.missing().items()}
        store.write(box_id=window.box_id, window=window.uuid, ballots={**ballots, **new})


def with_ballots(windows: QuerySet[SurveyWindow]) -> list[SurveyWindow]:
    """Those whose boxes hold ballots: begun, and not opened yet."""
    waiting = windows.filter(opened_at__isnull=True).select_related(
        "wave__study__instrument_version", "cohort", "sheet"
    )
    return [one for one in with_bounds(waiting) if bounds_of(one).has_begun(now())]


def cover_open_boxes() -> int:
    """Fills every box that takes ballots or waits to be opened; the worker does so every few
    minutes, whether anybody answers or not. A window that lacks its key keeps no other from it.
    Returns how many were filled."""
    filled = 0
    for window in with_ballots(SurveyWindow.objects.all()):
        try:
            fill_box(window=window)
        except (KeyMissing, BoxClosed):
            continue
        filled += 1
    return filled
