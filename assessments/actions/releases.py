"""Releasing microdata: asking for it, trying again, handing the pack out, letting it expire. How a
pack is made is in `building`."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from assessments.attestations import VERSION, attestation
from assessments.ballot_box import store
from assessments.models import Release, ReleaseState, Study
from assessments.models.release import UNFINISHED
from assessments.release_files import PackGone
from assessments.releasing import K, release_files
from lms.accounts.audit import record
from lms.accounts.clock import today
from lms.accounts.models import User

DEFAULT_DAYS, MOST_DAYS = 90, 365


class ReleaseRefused(Exception):
    """A release that cannot be asked for, tried again or handed out, with the reason in words, and
    whether it is the last day that is wrong."""

    def __init__(self, words: str, *, is_about_the_day: bool = False) -> None:
        super().__init__(words)
        self.is_about_the_day = is_about_the_day


@dataclass(frozen=True)
class Recipient:
    """For whom data are released."""

    name: str
    institution: str

    def __str__(self) -> str:
        return f"{self.name}, {self.institution}"


def check_releasable(study: Study) -> None:
    """Refuses a study whose answers are not here, or of which there are none. Raises
    ReleaseRefused."""
    if settings.PORTAL_SIDE == "web":
        raise ReleaseRefused(_("Answers are on the evaluators’ side; data are released there."))
    if not store.has_batches(study.uuid):
        raise ReleaseRefused(nothing_opened())


def nothing_opened() -> str:
    return _("No box has been opened yet, so there is nothing to release.")


@transaction.atomic
def request_release(
    *,
    study: Study,
    by: User | None,
    purpose: str,
    recipient: Recipient,
    attested: str,
    expires_on: date,
    asked_as: str = "",
    key: uuid.UUID | None = None,
) -> Release:
    """Records what is asked for, by whom, for whom, why and until when. `attested` is the version
    of the words that were attested to, `key` names the form: the same one makes one release.
    Raises ReleaseRefused."""
    Study.objects.select_for_update().get(pk=study.pk)
    if key and (before := Release.objects.filter(key=key).first()):
        return _sent_before(before, study, purpose, recipient, expires_on)
    check_releasable(study)
    check_asked(purpose, recipient, attested, expires_on)
    if study.releases.filter(state__in=UNFINISHED).exists():
        raise ReleaseRefused(_("Another release of this study is being made. Wait until it is."))
    newest = study.releases.aggregate(Max("number"))["number__max"] or 0
    release = Release.objects.create(
        study=study,
        number=newest + 1,
        key=key or uuid.uuid4(),
        profile=study.spec.release,
        k=K,
        purpose=purpose,
        asked_by=by,
        asked_as=by.get_full_name() if by else asked_as,
        recipient=recipient.name,
        institution=recipient.institution,
        attestation=attestation(study.spec).text,
        attestation_version=attested,
        expires_on=expires_on,
    )
    note_release("release.requested", release, by)
    return release


def _sent_before(
    before: Release, study: Study, purpose: str, recipient: Recipient, expires_on: date
) -> Release:
    """What a form made when it was sent first. Refuses one that asks for something else."""
    asked = (before.study_id, before.purpose, before.recipient, before.institution)
    same = asked == (study.pk, purpose, recipient.name, recipient.institution)
    if not same or before.expires_on != expires_on:
        raise ReleaseRefused(
            _("This form was sent before and said something else. Open a new one.")
        )
    return before


def last_day() -> date:
    """The latest day on which a release asked for today may expire."""
    return today(settings.TIME_ZONE) + timedelta(days=MOST_DAYS)


def check_asked(purpose: str, recipient: Recipient, attested: str, expires_on: date) -> None:
    """Raises ReleaseRefused for anything that is left out, words that were not the newest, and a
    day that is over or too far ahead."""
    if not (purpose.strip() and recipient.name.strip() and recipient.institution.strip()):
        raise ReleaseRefused(_("Say for what, for whom, and at which institution."))
    if attested != VERSION:
        raise ReleaseRefused(_("The words to attest to have changed. Read them once more."))
    if not today(settings.TIME_ZONE) < expires_on <= last_day():
        words = _("Choose a day after today and within a year.")
        raise ReleaseRefused(words, is_about_the_day=True)


@transaction.atomic
def try_release_again(*, release: Release, by: User | None) -> Release:
    """Puts a release that failed back among those that wait. One that is ready, waits or is being
    made stays as it is. Raises ReleaseRefused."""
    check_releasable(release.study)
    try:
        with transaction.atomic():
            again = release.as_tried().move(ReleaseState.REQUESTED, problem="", step=0)
    except IntegrityError as error:
        words = _("Another release of this study is being made. Wait until it is.")
        raise ReleaseRefused(words) from error
    if again:
        note_release("release.tried_again", release, by)
    return Release.objects.get(pk=release.pk)


@transaction.atomic
def hand_out(*, release: Release, by: User) -> str:
    """The path of the pack, noted in the audit log. Raises ReleaseRefused after its last day, or
    where the pack is not what was made."""
    if not release.may_be_had_on(today(settings.TIME_ZONE)):
        raise ReleaseRefused(_("This release has expired. Its record and hash are kept."))
    try:
        path = release_files().path(release.file, release.sha256)
    except PackGone as error:
        words = _("The pack is missing or was altered. Ask for a new release.")
        raise ReleaseRefused(words) from error
    note_release("release.downloaded", release, by)
    return str(path)


def expire_releases() -> int:
    """Deletes the packs whose last day is over, and whatever a maker left who ended in the middle.
    Records and hashes stay. Returns how many expired."""
    expired = 0
    for release in Release.objects.over(today(settings.TIME_ZONE)).select_related("study"):
        expired += _expire(release)
    release_files().sweep(living_files)
    return expired


@transaction.atomic
def _expire(release: Release) -> int:
    moved = release.as_tried().move(ReleaseState.EXPIRED, file="")
    if moved:
        note_release("release.expired", release, None)
    return moved


def living_files() -> set[str]:
    """The names of packs that may be had, and of those that are being made."""
    return set(Release.objects.exclude(file="").values_list("file", flat=True))


def note_release(action: str, release: Release, by: User | None, **detail: str) -> None:
    """Writes what was done with a release to the audit log, with what it is for."""
    about = {"number": release.number, **detail}
    record(action=action, by=by, about=release.study, detail=about, purpose=release.purpose)
