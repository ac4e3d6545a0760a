"""Who has earned a certificate is told that it is there, once."""

import pytest

from certificates.actions import issue_certificate, revoke_certificate
from lms.accounts.sending import send_messages

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


@pytest.fixture
def seat(office):
    return office.completed_seat()


def test_a_certificate_is_told_once_without_its_number(office, seat, mailoutbox):
    for _ in range(2):
        certificate = issue_certificate(enrolment=seat, by=office.trainer)
        send_messages()
    (mail,) = mailoutbox
    assert mail.to == [seat.user.email]
    assert seat.cohort.version.title in mail.subject
    assert certificate.code not in mail.body
    assert mail.attachments == []


def test_one_that_is_revoked_before_the_mail_goes_is_not_told(office, seat, mailoutbox):
    certificate = issue_certificate(enrolment=seat, by=office.trainer)
    revoke_certificate(certificate=certificate, by=office.trainer, reason="A mistake")
    send_messages()
    assert mailoutbox == []


def test_an_old_one_is_no_news(office, seat, mailoutbox, clock):
    issue_certificate(enrolment=seat, by=office.trainer)
    clock.forward(days=15)
    send_messages()
    assert mailoutbox == []
