from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certificates.actions import issue_certificate, revoke_certificate
from certificates.codes import new_code
from certificates.models import Certificate
from lms.accounts.models import Agency, AuditEntry, RoleAssignment, User

pytestmark = pytest.mark.django_db
UNKNOWN = "7ZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZZ"


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def certificate(office) -> Certificate:
    return issue_certificate(enrolment=office.completed_seat(), by=office.trainer)


def page(client, code: str, status: int = 200) -> str:
    response = client.get(reverse("certificates:verify_code", args=[code]))
    assert response.status_code == status
    assert response["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert response["X-Robots-Tag"] == "noindex"
    return " ".join(response.content.decode().split())


def test_a_valid_certificate_shows_what_its_sheet_says(client, certificate):
    shown = page(client, certificate.code)
    assert "This certificate is valid" in shown
    assert "It is valid through March 6, 2029." in shown
    for text in (
        "Renée Alvarez",
        "Boston Police Department",
        "Crisis Intervention Team, short",
        "CIT-MINI, version 2",
        "Cohort CIT-MINI-1",
        "3 hours",
        "March 6, 2026",
        "March 9, 2026",
        "Maria Reyes, officer (Sergeant)",
        "2025-2026",
        "Dr. Samuel Adeyemi, Clinical Director",
        certificate.code,
    ):
        assert text in shown


def test_an_expired_certificate_says_since_when(client, certificate, clock):
    # In Boston it is still the last valid day.
    clock.set(datetime(2029, 3, 7, 4, 59, tzinfo=UTC))
    assert "This certificate is valid" in page(client, certificate.code)
    clock.set(datetime(2029, 3, 7, 5, 0, tzinfo=UTC))
    shown = page(client, certificate.code)
    assert "This certificate has expired" in shown
    assert "It was valid through March 6, 2029." in shown


def test_a_revoked_certificate_says_when_but_not_why(client, certificate, office):
    revoke_certificate(certificate=certificate, by=office.trainer, reason="Left the Department.")
    shown = page(client, certificate.code)
    assert "This certificate was revoked" in shown
    assert "took it back on March 9, 2026" in shown
    assert "Left the Department" not in shown


def test_a_superseded_certificate_does_not_give_away_the_newer_number(client, certificate):
    newer = Certificate.objects.create(
        code=new_code(),
        enrolment=certificate.enrolment,
        number=2,
        supersedes=certificate,
        snapshot=certificate.snapshot,
        pdf=certificate.pdf,
        sha256=certificate.sha256,
    )
    shown = page(client, certificate.code)
    assert "This certificate was replaced" in shown
    assert newer.code not in shown
    assert "This certificate is valid" in page(client, newer.code)


def test_a_number_is_found_however_it_is_written(client, certificate):
    written = certificate.code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert certificate.code in page(client, written)


@pytest.mark.parametrize("malformed", ["nonsense", "U" * 26, "<script>", "0" * 2000, "é"])
def test_unknown_and_malformed_numbers_get_one_and_the_same_answer(client, malformed):
    unknown = page(client, UNKNOWN, status=404)
    assert "We know no certificate with this number" in unknown
    assert "<script>" not in unknown
    shown = page(client, malformed, status=404)
    echo = malformed[:80].replace("<", "&lt;").replace(">", "&gt;")
    assert shown.count(echo) == unknown.count(UNKNOWN) == 1
    assert shown.replace(echo, UNKNOWN) == unknown


def test_unknown_and_malformed_numbers_cost_the_same_look_up(client):
    page(client, UNKNOWN, status=404)  # fills what is cached about the site
    asked = []
    for code in (UNKNOWN, "nonsense"):
        with CaptureQueriesContext(connection) as queries:
            page(client, code, status=404)
        asked.append([query["sql"] for query in queries])
    assert len(asked[0]) == len(asked[1])
    assert "certificates_certificate" in asked[0][0]
    assert "certificates_certificate" in asked[1][0]


def test_a_page_takes_one_query_and_leaves_the_sheet_where_it_is(
    client, certificate, django_assert_num_queries
):
    with django_assert_num_queries(1) as queries:
        page(client, certificate.code)
    assert '"pdf"' not in queries[0]["sql"]


def test_the_form_leads_to_the_address_of_a_number(client, certificate):
    response = client.get(reverse("certificates:verify"), {"code": certificate.code.lower()})
    assert response.status_code == 302
    assert response["Location"] == f"/verify/{certificate.code}/"


def test_the_form_keeps_a_malformed_number(client):
    response = client.get(reverse("certificates:verify"), {"code": "12 ab"})
    assert response.status_code == 404
    assert 'value="12 ab"' in response.content.decode()


@pytest.mark.parametrize("query", [{}, {"code": "  "}])
def test_the_empty_form_asks_for_a_number(client, query):
    response = client.get(reverse("certificates:verify"), query)
    assert response.status_code == 200
    assert "Certificate number" in response.content.decode()


def test_checking_only_reads(client, certificate):
    address = reverse("certificates:verify_code", args=[certificate.code])
    assert client.post(address).status_code == 405


def test_guessing_is_throttled_for_one_address_and_nobody_else(client, settings, certificate):
    settings.VERIFY_RATE = "3/m/ip"
    for _ in range(3):
        page(client, new_code(), status=404)
    address = reverse("certificates:verify_code", args=[certificate.code])
    refused = client.get(address)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    assert "Renée" not in refused.content.decode()
    assert client.get(address, REMOTE_ADDR="192.0.2.9").status_code == 200


def download(client, certificate: Certificate):
    return client.get(reverse("certificates:download", args=[certificate.uuid]))


def test_the_owner_downloads_the_stored_bytes_as_an_attachment(client, certificate):
    client.force_login(certificate.enrolment.user)
    response = download(client, certificate)
    assert response.content == certificate.pdf
    assert response["Content-Type"] == "application/pdf"
    expected = f'attachment; filename="certificate-{certificate.code}.pdf"'
    assert response["Content-Disposition"] == expected
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert not AuditEntry.objects.filter(action="certificate.downloaded").exists()


def test_a_trainer_of_the_host_downloads_it_and_the_audit_log_knows(client, certificate, office):
    client.force_login(office.trainer)
    assert download(client, certificate).content == certificate.pdf
    entry = AuditEntry.objects.get(action="certificate.downloaded")
    assert (entry.actor, entry.subject_id) == (office.trainer.uuid, str(certificate.uuid))


@pytest.mark.parametrize(
    ("role", "agency"), [(None, None), ("evaluator", None), ("trainer", "ems"), ("editor", None)]
)
def test_nobody_else_learns_that_it_exists(client, certificate, role, agency):
    stranger = User.objects.create_user("stranger@example.org", first_name="A", last_name="B")
    if role:
        scope = agency and Agency.objects.create(code=agency, name=agency)
        RoleAssignment.objects.create(user=stranger, role=role, agency=scope)
    client.force_login(stranger)
    assert download(client, certificate).status_code == 404


def test_a_visitor_is_asked_to_sign_in(client, certificate):
    response = download(client, certificate)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_the_command_issues_for_a_cohort_and_names_who_is_not_complete(office):
    office.completed_seat()
    office.seat("Bo", "Li")
    written = StringIO()
    call_command("issue_certificates", cohort="CIT-MINI-1", stdout=written)
    first, second = written.getvalue().splitlines()
    assert first == "CIT-MINI-1: 1 issued, 0 had one, 1 not complete."
    assert second.startswith("  Bo Li: Talk: 0 of 90 minutes.")
    call_command("issue_certificates", cohort="CIT-MINI-1", stdout=written)
    assert "0 issued, 1 had one" in written.getvalue()


def test_the_command_refuses_an_unknown_cohort():
    with pytest.raises(CommandError, match=r"There is no cohort NONE\."):
        call_command("issue_certificates", cohort="NONE")
