"""Releasing microdata on the evaluators' own side, where no main database is: the record lies
beside the keys."""

from datetime import date
from pathlib import Path

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from assessments.actions.evaluating import published_ids, published_vintage
from assessments.actions.releases import (
    Recipient,
    ReleaseRefused,
    check_asked,
    nothing_opened,
)
from assessments.attestations import attestation
from assessments.ballot_box import store
from assessments.held import HeldStudy, held_studies
from assessments.held_releases import HeldRelease, HeldReleases
from assessments.packs.about import About
from assessments.release_files import ReleaseFiles, unpack
from assessments.releases import stream_rows
from assessments.releasing import K, make_pack
from lms.accounts.clock import today

UNFINISHED = ".making"


@sensitive_variables()
def export_held(
    *,
    study: HeldStudy,
    out: Path,
    purpose: str,
    recipient: Recipient,
    attested: str,
    expires_on: date,
    asked_as: str,
) -> HeldRelease:
    """Puts the files of a new release into a folder, after it was recorded.

    Withdrawals come in the web side's files, and were carried out when those were opened. Raises
    ReleaseRefused, NothingPublished, TooFew, KeyMissing, Unreadable, OSError.
    """
    check_asked(purpose, recipient, attested, expires_on)
    if not store.has_batches(study.uuid):
        raise ReleaseRefused(nothing_opened())
    vintage = published_vintage(study=study)
    releases = HeldReleases(held_studies().root, study.uuid, study.data_key)
    making = ReleaseFiles(out / UNFINISHED)
    with store.locked(study.uuid.hex), making.emptied():
        about = About(
            number=len(releases.all()) + 1,
            purpose=purpose,
            person=str(recipient),
            made_on=today(settings.TIME_ZONE),
            expires_on=expires_on,
            vintage=vintage.number if vintage else None,
            report=vintage.report if vintage else None,
        )
        pack = make_pack(
            files=making,
            name="pack",
            frame=study.frame,
            rows=stream_rows(study.uuid, study.data_key),
            published=published_ids(study),
            stored=releases.classes(),
            years=held_studies().years(study.uuid),
            about=about,
        )
        words = attestation(study.frame.study)
        release = HeldRelease(
            number=about.number,
            purpose=purpose,
            recipient=recipient.name,
            institution=recipient.institution,
            asked_as=asked_as,
            attestation=words.text,
            attestation_version=attested,
            made_on=about.made_on.isoformat(),
            expires_on=expires_on.isoformat(),
            vintage=about.vintage,
            profile=study.frame.study.release,
            k=K,
            sha256=pack.sha256,
            files=[vars(one) for one in pack.files],
            told=pack.told,
            classes=releases.sealed_classes(pack.classes),
        )
        releases.keep(release)
        unpack(making.path(pack.name, pack.sha256), out)
    return release
