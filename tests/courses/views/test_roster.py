import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from courses.models import Enrolment, Quota
from courses.rosters.reading import COLUMNS, read_roster
from lms.accounts.models import AuditEntry, User
from tests.factories import AgencyFactory, CohortFactory, EnrolmentFactory, UserFactory
from tests.rosters import messy_roster

pytestmark = pytest.mark.django_db
PREVIEW_QUERIES, COHORT_QUERIES = 17, 19
GOOD = "email,first name,last name,agency\nrosa@bpd.example,Rosa,<b>Estrada</b>,bpd\n"


@pytest.fixture
def cohort():
    return CohortFactory(agency=AgencyFactory(code="bpd"), capacity=2)


@pytest.fixture
def trainer(cohort):
    return UserFactory(roles=[("trainer", cohort.agency)])


@pytest.fixture
def url(cohort):
    return reverse("courses:roster", args=[cohort.uuid])


@pytest.fixture
def upload(client, trainer, url):
    client.force_login(trainer)

    def upload(text: str, name: str = "roster.csv"):
        return client.post(url, {"file": SimpleUploadedFile(name, text.encode())})

    return upload


def signed(answer) -> str:
    return re.search(r'name="confirmed" value="([^"]+)"', answer.content.decode())[1]


def test_an_upload_shows_what_it_would_do_and_saves_nothing(upload):
    answer = upload(GOOD)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "New account and seat" in text
    assert "&lt;b&gt;Estrada" in text
    assert not Enrolment.objects.exists()


def test_confirming_imports_what_was_shown(upload, client, url, trainer):
    answer = client.post(url, {"confirmed": signed(upload(GOOD))}, follow=True)
    assert "1 person got a seat." in answer.content.decode()
    assert Enrolment.objects.get().user.email == "rosa@bpd.example"
    assert AuditEntry.objects.get(action="roster.imported").actor == trainer.uuid


def test_confirming_twice_seats_nobody_twice(upload, client, url):
    confirmed = signed(upload(GOOD))
    client.post(url, {"confirmed": confirmed})
    answer = client.post(url, {"confirmed": confirmed}, follow=True)
    assert "is on the roster already" in answer.content.decode()
    assert Enrolment.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            GOOD.replace("rosa@", "rosa"),
            "Line 2, column “email”: “rosabpd.example” is not an email",
        ),
        (GOOD.replace(",bpd", ",Springfield"), "We know no agency called “Springfield”."),
        (GOOD.replace("email,", "address,"), "Line 1: The column “Email” is missing."),
        ("", "The file has no people in it."),
    ],
)
def test_a_file_that_is_refused_says_why_and_cannot_be_confirmed(upload, text, words):
    answer = upload(text)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert 'name="confirmed"' not in answer.content.decode()


def test_no_file_is_a_clear_error(client, trainer, url):
    client.force_login(trainer)
    answer = client.post(url)
    assert answer.status_code == 400
    assert "This field is required." in answer.content.decode()


def test_a_file_that_is_too_large_is_refused_unread(upload, settings):
    settings.ROSTER_MAX_BYTES = 10
    assert "too large" in upload(GOOD).content.decode()


def test_columns_we_do_not_use_are_named(upload):
    answer = upload(GOOD.replace("agency\n", "agency,Badge\n"))
    assert "We do not use these columns: Badge." in answer.content.decode()


def test_a_preview_that_was_tampered_with_imports_nothing(upload, client, url):
    answer = client.post(url, {"confirmed": signed(upload(GOOD))[:-2] + "xx"}, follow=True)
    assert "no longer valid" in answer.content.decode()
    assert not Enrolment.objects.exists()


def test_a_preview_of_another_cohort_or_person_imports_nothing(upload, client, url, trainer):
    confirmed = signed(upload(GOOD))
    host = trainer.role_assignments.get().agency
    other = reverse("courses:roster", args=[CohortFactory(agency=host).uuid])
    client.post(other, {"confirmed": confirmed})
    client.force_login(UserFactory(roles=[("trainer", host)]))
    client.post(url, {"confirmed": confirmed})
    assert not Enrolment.objects.exists()


def test_a_preview_lasts_two_hours(upload, client, url, monkeypatch):
    import time

    confirmed = signed(upload(GOOD))
    later = time.time() + timedelta(hours=2, seconds=5).total_seconds()
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    client.post(url, {"confirmed": confirmed})
    assert not User.objects.filter(email="rosa@bpd.example").exists()


def test_an_export_is_a_csv_file_with_its_purpose_noted(client, trainer, cohort):
    EnrolmentFactory(cohort=cohort, user__first_name="=José")
    client.force_login(trainer)
    url = reverse("courses:roster_export", args=[cohort.uuid])
    answer = client.post(url, {"purpose": "Sign-in sheet"})
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.content.startswith(b"\xef\xbb\xbfemail,first_name")
    assert ",'=José," in answer.content.decode()
    assert AuditEntry.objects.get(action="roster.exported").purpose == "Sign-in sheet"


def test_an_export_without_a_purpose_gives_no_file(client, trainer, cohort):
    client.force_login(trainer)
    url = reverse("courses:roster_export", args=[cohort.uuid])
    answer = client.post(url, {"purpose": ""}, follow=True)
    assert "Say what the list is for" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="roster.exported").exists()


def test_an_export_is_never_a_link(client, trainer, cohort):
    client.force_login(trainer)
    url = reverse("courses:roster_export", args=[cohort.uuid])
    assert client.get(url).status_code == 405


SECRETS = ["Storedfirst", "Storedlast", "E-77-STORED", "S-88-STORED", "Stored unit", "Stored rank"]


def stored_person(**fields) -> User:
    first, last, employee, state, unit, rank = SECRETS
    return UserFactory(
        email="rosa@bpd.example",
        first_name=first,
        last_name=last,
        employee_id=employee,
        state_id=state,
        unit=unit,
        rank=rank,
        **fields,
    )


FULL_ROW = (
    "email,first name,last name,agency,employee id,state id,unit,rank\n"
    "rosa@bpd.example,Rosa,Estrada,bpd,1,2,District 4,Sergeant\n"
)


def test_a_preview_shows_nothing_of_a_person_of_another_agency_and_says_why(upload, client, url):
    elsewhere = AgencyFactory(code="mgh", name="Stored Hospital")
    person = stored_person(agency=elsewhere)
    answer = upload(FULL_ROW)
    text = answer.content.decode()
    assert "record is kept by their own agency" in text
    assert not [secret for secret in [*SECRETS, "Stored Hospital"] if secret in text]
    assert "<del>" not in text
    client.post(url, {"confirmed": signed(answer)})
    person.refresh_from_db()
    assert (person.first_name, person.rank, person.agency) == (
        "Storedfirst",
        "Stored rank",
        elsewhere,
    )
    assert Enrolment.objects.get().user == person


def test_a_preview_shows_what_changes_in_the_record_of_the_own_agency(upload, cohort):
    stored_person(agency=cohort.agency)
    text = upload(FULL_ROW).content.decode()
    assert "<del>Stored rank</del>" in text
    assert "kept by their own agency" not in text


def test_a_preview_is_noted_with_who_asked(upload, trainer):
    upload(GOOD)
    assert AuditEntry.objects.get(action="roster.previewed").actor == trainer.uuid


def test_an_evaluator_is_refused_in_words(upload, cohort):
    stored_person(agency=cohort.agency, roles=["evaluator"])
    answer = upload(FULL_ROW)
    assert answer.status_code == 400
    assert "This person reads survey results" in answer.content.decode()
    assert not [secret for secret in SECRETS if secret in answer.content.decode()]


def test_every_refused_row_stands_in_the_list_with_its_place_and_person(upload):
    text = upload(
        "E-mail,Given name,Surname,Dept\nrosa,Rosa,,bpd\nluis@bpd.example,Luis,Cabral,Nowhere\n"
        "ana@bpd.example,Ana,Silva,bpd\n"
    ).content.decode()
    refused = text[text.index('id="lines-refused-caption"') : text.index('id="again"')]
    assert "Line 2, column “E-mail”: “rosa” is not an email address." in refused
    assert "Line 2, column “Surname”: This is empty. Fill it in." in refused
    assert "Line 3, column “Dept”: We know no agency called “Nowhere”." in refused
    assert "Cabral, Luis" in refused
    assert "Silva" not in refused
    assert "Put these lines right in the file, then send it again from this page: 2, 3." in text


def test_a_workbooks_columns_are_named_with_their_letters(client, trainer, url):
    client.force_login(trainer)
    answer = client.post(url, {"file": SimpleUploadedFile("r.xlsx", messy_roster("xlsx"))})
    text = answer.content.decode()
    assert "column D “E-mail”: The same person is on line" in text
    assert "column E “Dept.”: We know no agency called “Bostn Fire Brigade”." in text
    assert "We read the sheet “Roster”." in text
    assert "Not read: “Read me”, “Lists”." in text


def test_the_corrected_file_is_sent_from_the_refused_preview(upload):
    text = upload(GOOD.replace("rosa@", "rosa")).content.decode()
    assert 'type="file"' in text
    assert "Send the corrected file" in text
    assert 'name="confirmed"' in upload(GOOD).content.decode()


def test_a_wild_cell_is_shown_short_and_harmless(upload):
    text = upload(GOOD.replace("Rosa", "Ro\u202esa\x00" + "x" * 500)).content.decode()
    assert "Rosaxxx" in text
    assert "x" * 101 not in text
    assert "\u202e" not in text


def test_lines_that_are_no_person_are_told(upload):
    text = upload(GOOD + ",Total,1,\n").content.decode()
    assert "Lines that are no person: 1" in text
    assert "Line 3 sums up or closes the list: “Total 1”." in text


def test_a_trainer_moves_nobody_to_an_agency_of_others(upload, cohort):
    person = UserFactory(email="rosa@bpd.example", first_name="Rosa", agency=cohort.agency)
    AgencyFactory(code="mgh", name="General Hospital")
    answer = upload(GOOD.replace(",bpd", ",mgh"))
    assert answer.status_code == 400
    assert "You cannot move this person to “General Hospital”" in answer.content.decode()
    person.refresh_from_db()
    assert person.agency == cohort.agency


def test_a_guests_unit_is_not_shown_to_the_host(client, trainer, cohort):
    guest = UserFactory(agency=AgencyFactory(), unit="Undercover")
    EnrolmentFactory(cohort=cohort, user=guest)
    EnrolmentFactory(cohort=cohort, user=UserFactory(agency=cohort.agency, unit="District 9"))
    client.force_login(trainer)
    page = client.get(reverse("courses:cohort", args=[cohort.uuid])).content.decode()
    roll = reverse("courses:roll", args=[cohort.sessions.first().pk])
    page += client.get(roll).content.decode()
    assert page.count("District 9") == 2
    assert "Undercover" not in page


def test_an_agency_that_changes_is_shown_before_and_after(upload, cohort, url, client):
    client.force_login(UserFactory(roles=["coordinator"]))
    person = UserFactory(email="rosa@bpd.example", first_name="Rosa", agency=cohort.agency)
    AgencyFactory(code="mgh", name="General Hospital")
    answer = upload(GOOD.replace(",bpd", ",mgh").replace("<b>Estrada</b>", person.last_name))
    text = answer.content.decode()
    assert f"<del>{cohort.agency.name}</del>" in text
    assert "<ins>General Hospital</ins>" in text
    client.post(url, {"confirmed": signed(answer)})
    person.refresh_from_db()
    assert person.agency.code == "mgh"


def test_two_tabs_that_confirm_the_same_preview_send_one_mail(
    upload, client, url, django_capture_on_commit_callbacks
):
    tabs = [signed(upload(GOOD)), signed(upload(GOOD))]
    with django_capture_on_commit_callbacks(execute=True):
        for confirmed in tabs:
            client.post(url, {"confirmed": confirmed})
    assert len(mail.outbox) == 1
    assert User.objects.filter(email="rosa@bpd.example").count() == 1
    assert Enrolment.objects.count() == 1
    assert AuditEntry.objects.filter(action="roster.imported").count() == 1


def test_a_cohort_that_filled_up_since_the_preview_names_the_line(upload, client, url, cohort):
    confirmed = signed(upload(GOOD))
    EnrolmentFactory.create_batch(2, cohort=cohort)
    answer = client.post(url, {"confirmed": confirmed})
    assert answer.status_code == 400
    assert "Line 2: The cohort has 2 seats, and all are taken." in answer.content.decode()


def test_the_template_reads_as_a_roster_without_people(client, trainer, cohort):
    client.force_login(trainer)
    answer = client.get(reverse("courses:roster_template", args=[cohort.uuid]))
    assert 'filename="roster-template.csv"' in answer["Content-Disposition"]
    found = read_roster(answer.content, "roster-template.csv")
    assert [(one.line, one.code) for one in found.passed_over] == [(2, "sample")]
    assert {*found.headings} == {*COLUMNS}


def test_the_upload_page_says_what_columns_hold_and_offers_the_template(client, trainer, url):
    client.force_login(trainer)
    text = client.get(url).content.decode()
    assert "roster/template/" in text
    assert "One of: volunteered, assigned." in text


def test_an_export_as_a_workbook_keeps_leading_zeros_and_is_noted(client, trainer, cohort):
    EnrolmentFactory(cohort=cohort, user__employee_id="000042", user__agency=cohort.agency)
    client.force_login(trainer)
    url = reverse("courses:roster_export", args=[cohort.uuid])
    answer = client.post(url, {"purpose": "Sign-in sheet", "format": "xlsx"})
    assert answer["Content-Disposition"].endswith('-roster.xlsx"')
    assert read_roster(answer.content, "r.xlsx").rows[0].employee_id == "000042"
    entry = AuditEntry.objects.get(action="roster.exported")
    assert (entry.purpose, entry.detail["format"]) == ("Sign-in sheet", "xlsx")


def rows_for(count: int) -> str:
    """New people, known ones, and as many refused."""
    lines = [f"new{n}@bpd.example,New,Person{n},bpd" for n in range(count)]
    lines += [f"known{n}@bpd.example,Known,Person{n},bpd" for n in range(count)]
    lines += [f"faulty{n},Faulty,Person{n},Nowhere" for n in range(count)]
    return "\n".join(["email,first name,last name,agency", *lines])


@pytest.mark.parametrize("count", [1, 30])
def test_a_preview_page_takes_the_same_queries_however_many_rows(
    upload, cohort, count, django_assert_num_queries
):
    for n in range(count):
        UserFactory(email=f"known{n}@bpd.example", agency=cohort.agency)
    upload(GOOD)
    with django_assert_num_queries(PREVIEW_QUERIES):
        upload(rows_for(count))


@pytest.mark.parametrize("count", [1, 30])
def test_a_cohorts_page_takes_the_same_queries_however_many_people(
    client, trainer, cohort, count, django_assert_num_queries
):
    EnrolmentFactory.create_batch(count, cohort=cohort)
    client.force_login(trainer)
    url = reverse("courses:cohort", args=[cohort.uuid])
    client.get(url)
    with django_assert_num_queries(COHORT_QUERIES):
        client.get(url)


def test_of_a_thousand_rows_the_refused_come_first_and_the_others_are_folded(upload):
    text = upload(rows_for(333)).content.decode()
    assert text.count('<th scope="row">') == 999
    assert "And 313 more." in text
    assert "The file needs 664 seats more than are free." in text
    assert text.index('id="refused"') < text.index("Show 2 lines") < text.index('id="lines-create')


def test_what_stays_as_it_is_comes_last_and_is_folded(upload, cohort):
    person = UserFactory(email="k@bpd.example", agency=cohort.agency)
    EnrolmentFactory(cohort=cohort, user=person)
    stays = f"k@bpd.example,Rosa,{person.last_name},bpd\n"
    header, newcomer = GOOD.splitlines(keepends=True)
    text = upload(header + stays + newcomer).content.decode()
    assert text.index('id="create"') < text.index('id="unchanged"') < text.index("Show 1 line")


def test_a_colleague_under_another_address_is_pointed_at_on_top(upload, cohort):
    UserFactory(agency=cohort.agency, first_name="Rosa", last_name="<b>Estrada</b>")
    text = upload(GOOD).content.decode()
    assert '<a href="#line-2">Line 2</a>: Is this the same person as' in text
    assert '<tr id="line-2">' in text
    assert text.count("They have the same name and agency.") == 2


def test_a_colleague_under_another_address_stands_unfolded_though_another_line_is_wrong(
    upload, cohort
):
    UserFactory(agency=cohort.agency, first_name="Rosa", last_name="<b>Estrada</b>")
    text = upload(GOOD + "nobody,Ann,Other,bpd\n").content.decode()
    section = text.split('aria-labelledby="create"')[1].split("</section>")[0]
    assert '<tr id="line-2">' in section
    assert "<details>" not in section


def test_a_line_that_a_quota_keeps_out_leads_to_the_quotas_and_not_to_the_file(upload, cohort):
    Quota.objects.create(cohort=cohort, agency=cohort.agency, most=0)
    text = upload(GOOD).content.decode()
    assert reverse("courses:sign_up", args=[cohort.uuid]) in text
    assert "A quota keeps 1 person out." in text
    assert "right in the file" not in text
    assert "counts as not sworn" not in text


def test_whoever_counts_as_not_sworn_for_want_of_a_workforce_is_told_so(upload, cohort):
    Quota.objects.create(cohort=cohort, sworn=False, most=0)
    text = upload(GOOD).content.decode()
    assert "without a workforce we count this person among them" in text
    assert "write “sworn” for sworn officers in a column “workforce”" in text
    head, row = GOOD.splitlines()
    ems = upload(f"{head},workforce\n{row},ems\n").content.decode()
    assert "All 0 seats for people who are not sworn officers are taken." in ems
    assert "counts as not sworn" not in ems
    assert upload(f"{head},workforce\n{row},sworn\n").status_code == 200


def test_what_work_a_guest_does_is_not_told_by_a_quota(upload, cohort):
    elsewhere = AgencyFactory(code="elsewhere")
    UserFactory(email="rosa@bpd.example", agency=elsewhere, workforce="")
    Quota.objects.create(cohort=cohort, sworn=False, most=0)
    text = upload(GOOD.replace(",bpd", ",elsewhere")).content.decode()
    assert "All 0 seats for people who are not sworn officers are taken." in text
    assert "without a workforce" not in text
