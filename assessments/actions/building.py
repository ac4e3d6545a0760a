"""Making the pack of a release that was asked for. Any number of makers may run at once.

A maker first claims a release, which only one can do, then makes its pack under a name of its own,
puts it in place and notes that. One that ends in the middle leaves files that are swept away, and a
release that the next one takes over when its time is up.
"""

import logging
from contextlib import suppress

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.views.decorators.debug import sensitive_variables

from assessments.actions.outcomes import current_vintage, row_ids_published, years_of
from assessments.actions.releases import Recipient, living_files, note_release
from assessments.actions.renewing import renew_study
from assessments.ballot_box.batches import Unreadable, seal_classes, unseal_classes
from assessments.ballot_box.keys import KeyMissing
from assessments.ballot_box.store import NotScrubbed
from assessments.keyring import responses_key
from assessments.models import OutcomeVintage, Release, ReleaseProblem, ReleaseState, Study
from assessments.models.release import new_file_name
from assessments.packs.about import About
from assessments.releases import stream_rows
from assessments.releasing import (
    FIRST_STEPS,
    LAST_STEPS,
    NothingPublished,
    Pack,
    TooFew,
    make_pack,
    release_files,
)
from lms.accounts.clock import now, today

logger = logging.getLogger(__name__)


_PROBLEMS: dict[type[Exception], ReleaseProblem] = {
    NothingPublished: ReleaseProblem.UNPUBLISHED,
    TooFew: ReleaseProblem.TOO_FEW,
    KeyMissing: ReleaseProblem.KEY_MISSING,
    Unreadable: ReleaseProblem.UNREADABLE,
    OSError: ReleaseProblem.NO_ROOM,
}


class _Overtaken(Exception):
    """Somebody else makes this release now."""


def build_waiting_releases() -> int:
    """Makes every release that waits, and those whose maker ended in the middle; how many."""
    waiting = Release.objects.to_build(now()).select_related("study__instrument_version")
    return sum(build_release(release=release) for release in waiting)


@sensitive_variables()
def build_release(*, release: Release) -> bool:
    """Makes the pack of a release that waits, once however many try; whether this one did.

    What keeps it from being made is kept as a reason with the release, which then has failed and
    can be tried again.
    """
    mine = _claim(release)
    if mine is None:
        return False
    try:
        _build(mine)
        return True
    except _Overtaken:
        return False
    except Exception as error:
        mine.as_tried().move(ReleaseState.FAILED, problem=_problem(mine, error), file="")
        return False
    finally:
        # What an earlier maker left, who ended in the middle, and this one if it failed.
        release_files().sweep(living_files)


def _problem(mine: Release, error: Exception) -> ReleaseProblem:
    for kind, problem in _PROBLEMS.items():
        if isinstance(error, kind):
            return problem
    # By its name only: its words may hold what somebody answered.
    logger.error("Release %s broke: %s", mine.pk, type(error).__name__)
    return ReleaseProblem.BROKEN


def _claim(release: Release) -> Release | None:
    """The release as this maker's, under a new file name, or None. Each claim counts as a try: the
    count tells it from any later one."""
    waiting = release.as_tried().to_build(now())
    claimed = waiting.move(
        ReleaseState.BUILDING,
        attempts=F("attempts") + 1,
        file=new_file_name(),
        heard_at=now(),
        step=0,
    )
    found = Release.objects.select_related("study__instrument_version").get(pk=release.pk)
    return found if claimed and found.attempts == release.attempts + 1 else None


@sensitive_variables()
def _build(mine: Release) -> None:
    study = mine.study
    _tell(mine, 1, FIRST_STEPS + LAST_STEPS, "withdrawals")
    # Rows are written anew all the same; what was deleted is scrubbed with the next renewal.
    with suppress(NotScrubbed):
        renew_study(study=study)
    vintage, key = current_vintage(study=study), responses_key(study)
    _tell(mine, 2, FIRST_STEPS + LAST_STEPS, "reading")
    pack = make_pack(
        files=release_files(),
        name=mine.file,
        frame=study.frame,
        rows=stream_rows(study.uuid, key),
        published=row_ids_published(study, key),
        stored=_stored_classes(study, key),
        years=years_of(study),
        about=About(
            number=mine.number,
            purpose=mine.purpose,
            person=str(Recipient(mine.recipient, mine.institution)),
            made_on=today(settings.TIME_ZONE),
            expires_on=mine.expires_on,
            vintage=vintage.number if vintage else None,
            report=vintage.report if vintage else None,
        ),
        tell=lambda step, of, words: _tell(mine, step, of, words),
    )
    _keep(mine, pack, vintage, key)


@sensitive_variables()
def _stored_classes(study: Study, key: bytes) -> bytes | None:
    """What the newest release kept: it goes on from those before. None where there is none."""
    newest = study.releases.issued().last()
    if newest is None:
        return None
    return unseal_classes(bytes(newest.classes_sealed), key, study.uuid)


def _tell(mine: Release, step: int, of: int, words: str) -> None:
    told = mine.as_tried().filter(state=ReleaseState.BUILDING)
    if not told.update(step=step, of=of, words=words, heard_at=now()):
        raise _Overtaken


@sensitive_variables()
@transaction.atomic
def _keep(mine: Release, pack: Pack, vintage: OutcomeVintage | None, key: bytes) -> None:
    kept = mine.as_tried().move(
        ReleaseState.READY,
        vintage=vintage,
        sha256=pack.sha256,
        size=pack.size,
        files=[vars(one) for one in pack.files],
        told=pack.told,
        classes_sealed=seal_classes(pack.classes, key, mine.study.uuid),
        made_at=now(),
    )
    if not kept:
        raise _Overtaken
    note_release("release.made", mine, None, sha256=pack.sha256)
