"""Everything that writes certificates: issuing, a cohort at a time, and revoking."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from certificates.codes import new_code
from certificates.completion import Missing, Requirement, missing_for
from certificates.composing import compose
from certificates.drawing import DoesNotFit, GlyphMissing, draw
from certificates.mails import ISSUED
from certificates.models import Certificate, Revocation
from certificates.snapshot import UnprintableText
from courses.hours.ledger import Ledger
from courses.models import Cohort, Enrolment
from courses.presence.ledgers import ledgers_for
from lms.accounts.audit import record
from lms.accounts.models import User
from lms.accounts.outbox import Occasion, queue


class NotComplete(Exception):
    """A certificate was asked for that has not been earned, or cannot be drawn."""

    def __init__(self, missing: Iterable[Missing]) -> None:
        self.missing = list(missing)
        super().__init__(" ".join(one.text for one in self.missing))


@dataclass
class Batch:
    """What became of each seat of a cohort when its certificates were issued."""

    issued: list[Certificate] = field(default_factory=list)
    already: list[Certificate] = field(default_factory=list)
    incomplete: list[tuple[Enrolment, list[Missing]]] = field(default_factory=list)


def check(enrolment: Enrolment) -> list[Missing]:
    """What a seat still lacks for its certificate; empty when it has everything."""
    return list(missing_for(enrolment, _ledger(enrolment)))


@transaction.atomic
def issue_certificate(*, enrolment: Enrolment, by: User | None) -> Certificate:
    """Draws and stores the certificate of a seat, once: asked again, gives the same one back.

    Raises `NotComplete` with what is missing, also when the sheet cannot show the name.
    """
    enrolment = _locked(enrolment)
    standing = enrolment.certificates.filter(revocation=None).order_by("-number").first()
    if standing is not None:
        return standing
    ledger = _ledger(enrolment)
    if missing := list(missing_for(enrolment, ledger)):
        raise NotComplete(missing)
    certificate = _drawn(enrolment, ledger, by)
    detail = {"enrolment": str(enrolment.uuid), "sha256": certificate.sha256}
    record(action="certificate.issued", by=by, about=certificate, detail=detail)
    _tell(certificate)
    return certificate


def issue_certificates(*, cohort: Cohort, by: User | None) -> Batch:
    """Issues for everybody seated in a cohort who is complete; the others are listed with why.

    Each certificate is its own transaction: interrupted and started again, it goes on.
    """
    batch = Batch()
    for enrolment in cohort.enrolments.seated().select_related("user"):
        had_one = enrolment.certificates.filter(revocation=None).exists()
        try:
            certificate = issue_certificate(enrolment=enrolment, by=by)
        except NotComplete as error:
            batch.incomplete.append((enrolment, error.missing))
        else:
            (batch.already if had_one else batch.issued).append(certificate)
    return batch


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, by: User, reason: str) -> Revocation:
    """Takes a certificate back, with a reason. Its record and its sheet stay as they were."""
    _locked(certificate.enrolment)
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Say why the certificate is revoked."), code="no_reason")
    if Revocation.objects.filter(certificate=certificate).exists():
        raise ValidationError(_("This certificate is already revoked."), code="already_revoked")
    revocation = Revocation(certificate=certificate, by=by, reason=reason)
    revocation.full_clean()
    revocation.save()
    record(action="certificate.revoked", by=by, about=certificate, detail={"reason": reason})
    return revocation


@transaction.atomic
def hand_out(*, certificate: Certificate, to: User) -> bytes:
    """The stored sheet, unchanged. Handing out somebody else's is written to the audit log."""
    if certificate.enrolment.user_id != to.pk:
        record(action="certificate.downloaded", by=to, about=certificate)
    return bytes(certificate.pdf)


def _tell(certificate: Certificate) -> None:
    context = {"certificate": certificate.pk}
    key = f"certificate:{certificate.pk}"
    queue(kind=ISSUED, occasions=[Occasion(key, certificate.enrolment.user, context)])


def _drawn(enrolment: Enrolment, ledger: Ledger, by: User | None) -> Certificate:
    try:
        snapshot = compose(enrolment, ledger, code=new_code())
        pdf = draw(snapshot, fonts=settings.FONTS_DIR)
    except GlyphMissing as error:
        text = _("The certificate cannot show “%(character)s” in “%(text)s”.")
        values = {"character": error.character, "text": error.text}
        raise NotComplete([Missing(Requirement.PRINTABLE, text % values)]) from error
    except (UnprintableText, DoesNotFit) as error:
        text = _("The certificate cannot be printed: %(reason)s.") % {"reason": error}
        raise NotComplete([Missing(Requirement.PRINTABLE, text)]) from error
    return Certificate.objects.create(
        code=snapshot.code,
        enrolment=enrolment,
        snapshot=json.loads(snapshot.to_json()),
        pdf=pdf,
        sha256=hashlib.sha256(pdf).hexdigest(),
        issued_by=by,
        expires_on=snapshot.expires_on,
    )


def _locked(enrolment: Enrolment) -> Enrolment:
    """The seat, locked until the end of the transaction: whoever issues or revokes takes turns."""
    # Only the seat: PostgreSQL refuses to lock the outer side of a join.
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    seats = Enrolment.objects.select_related(
        "user__agency", "cohort__agency", "cohort__version__course"
    )
    return seats.get(pk=enrolment.pk)


def _ledger(enrolment: Enrolment) -> Ledger:
    return ledgers_for([enrolment])[enrolment.pk]
