"""Two hundred roster files that nobody planned for, through the real page.

Whatever is sent: an answer and never a crash, a refused file changes nothing and says why line by
line, and a file that can be imported is imported whole.
"""

import csv
import html
import io
import random
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import TestCase
from django.urls import reverse
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from courses.actions import RosterRefusedError, import_roster
from courses.actions.roster_plan import plan_roster
from courses.models import Enrolment, EnrolmentTransition
from courses.rosters.reading import read_roster
from courses.words.codes import roster_problem
from lms.accounts.models import AuditEntry, User
from tests.factories import AgencyFactory, CohortFactory, EnrolmentFactory, UserFactory
from tests.rosters import messy_roster

pytestmark = pytest.mark.django_db

COLUMNS = ["email", "first", "last", "agency", "id", "unit", "shift", "workforce", "notes"]
HEADERS = {
    "email": ["email", "E-Mail", " EMAIL ADDRESS ", "Mail"],
    "first": ["First name", "first_name", "Given Name"],
    "last": ["Surname", "LAST NAME", "last"],
    "agency": ["Agency", "Dept.", "Employer"],
    "id": ["Employee ID", "Emp. No.", "employee_id"],
    "unit": ["Unit", "District"],
    "shift": ["Shift", "Watch"],
    "workforce": ["Workforce", "Discipline"],
    "notes": ["Notes", "Badge", "", "Email"],
}
NAMES = ["Rosa", "O'Brien", "Muñoz", "Zoë", "De la Cruz", "Smith-Jones", " Silva\u00a0", "Đặng"]
ODD = [
    *("", " ", "#N/A", "=1+1", "'=x", "-", "@x", "4-Mar", "12345.0", "1.23E+11", "15%", "TRUE"),
    *("Total", "Estrada, Rosa", "a\nb", 'Bob "B" Low', "x" * 400, "\u202eevil", "nul\x00", "\t"),
]
GOOD = {
    "email": st.integers(0, 12).map(lambda n: f"person{n}@bpd.example"),
    "first": st.sampled_from(NAMES),
    "last": st.sampled_from(NAMES),
    "agency": st.sampled_from(["bpd", "BPD", "Boston  Police", "mgh", "General Hospital"]),
    "id": st.sampled_from(["", "0042", 42, 12345.0, "A-7"]),
    "unit": st.sampled_from(["", "District 4", 4]),
    "shift": st.sampled_from(["", "Nights", time(7, 0)]),
    "workforce": st.sampled_from(["", "sworn", "Hospital Security", "EMS"]),
    "notes": st.sampled_from(["", "Late; call first", date(2026, 3, 4)]),
}
EMAILS = [
    *("mailto:person3@bpd.example", "Rosa <person4@bpd.example>", "PERSON5@BPD.EXAMPLE", "rosa"),
    *("a@b", "a@b.org; c@d.org", "elsewhere@mgh.example", "seated@bpd.example", "x(y@bpd.example"),
]
ODD_VALUES = [datetime(2026, 3, 4), True, 0.5, 1e300, date(2026, 1, 1), 10**18, *EMAILS, *ODD]
BLANK: list[Any] = []


@st.composite
def tables(draw) -> list[list[Any]]:
    """Rows of a sheet: mostly people, with some cells and lines gone wrong."""
    columns = draw(st.permutations(COLUMNS[:4])) + draw(
        st.lists(st.sampled_from(COLUMNS[4:]), unique=True)
    )
    if draw(st.integers(0, 9)) == 0:
        columns = columns[1:]
    header = [draw(st.sampled_from(HEADERS[column])) for column in columns]
    wrong = draw(st.sampled_from([0, 0, 1, 3]))
    rows = []
    for _ in range(draw(st.integers(0, 7))):
        row = [draw(GOOD[column]) for column in columns]
        if wrong and draw(st.integers(0, 3)) < wrong:
            row[draw(st.integers(0, len(row) - 1))] = draw(st.sampled_from(ODD_VALUES))
        rows.append(row)
    emails = draw(st.permutations(range(13)))
    if "email" in columns and draw(st.booleans()):
        for number, row in zip(emails, rows, strict=False):
            row[columns.index("email")] = f"person{number}@bpd.example"
    for noise in draw(
        st.lists(
            st.sampled_from([BLANK, header, ["Total", len(rows)], ["Page 1 of 2"]]), max_size=3
        )
    ):
        rows.insert(draw(st.integers(0, len(rows))), list(noise))
    above = draw(st.sampled_from([[], [["Roster of November"]], [["Roster"], BLANK]]))
    margin = draw(st.sampled_from([[], [""]]))
    return [*above, *([*margin, *row] for row in [header, *rows])]


def as_csv(table: list[list[Any]], delimiter: str, encoding: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(table)
    return out.getvalue().encode(encoding, errors="replace")


def as_workbook(table: list[list[Any]], merged: bool) -> bytes:
    book = Workbook()
    if merged:
        book.active.append(["Read me"])
        sheet = book.create_sheet("People")
    else:
        sheet = book.active
    for row in table:
        sheet.append([text(value) for value in row])
    if merged:
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("D3:D5")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text(value: Any) -> Any:
    """What openpyxl agrees to write."""
    return value.replace("\x00", "") if isinstance(value, str) else value


def damaged(data: bytes, seed: int) -> bytes:
    """A file with some bytes changed, or cut off; a workbook's own checks do not save it."""
    chance = random.Random(seed)
    if data.startswith(b"PK") and seed % 2:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w") as made:
            for part in given.namelist():
                content = bytearray(given.read(part))
                if "sheet" in part:
                    for _ in range(5):
                        content[chance.randrange(len(content))] = chance.randrange(256)
                made.writestr(part, bytes(content))
        return out.getvalue()
    cut = bytearray(data[: chance.randrange(len(data) + 1)])
    if cut:
        cut[chance.randrange(len(cut))] = chance.randrange(256)
    return bytes(cut)


csv_files = st.builds(
    as_csv,
    tables(),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"]),
).map(lambda data: (data, "roster.csv"))
workbooks = st.builds(as_workbook, tables(), st.booleans()).map(lambda data: (data, "roster.xlsx"))
messy = st.builds(
    lambda kind, corrected: (messy_roster(kind, corrected=corrected), f"roster.{kind}"),
    st.sampled_from(["xlsx", "csv"]),
    st.booleans(),
)
garbage = st.tuples(st.binary(max_size=200), st.sampled_from(["r.csv", "r.xlsx", "r.pdf"]))
broken = st.builds(
    lambda file, seed: (damaged(file[0], seed), file[1]), csv_files | workbooks, st.integers(0, 999)
)
files = st.one_of(csv_files, csv_files, workbooks, workbooks, broken, messy, garbage)


@pytest.fixture
def cohort():
    bpd = AgencyFactory(code="bpd", name="Boston Police")
    mgh = AgencyFactory(code="mgh", name="General Hospital")
    cohort = CohortFactory(agency=bpd, capacity=9)
    UserFactory(email="person1@bpd.example", agency=bpd, employee_id="0042")
    UserFactory(email="elsewhere@mgh.example", agency=mgh, last_name="Secretname")
    EnrolmentFactory(cohort=cohort, user__email="seated@bpd.example", user__agency=bpd)
    return cohort


def standing() -> tuple[object, ...]:
    """What an import could have changed; looking at a preview is all that may be noted."""
    return (
        list(User.objects.order_by("pk").values()),
        list(Enrolment.objects.order_by("pk").values()),
        EnrolmentTransition.objects.count(),
        AuditEntry.objects.exclude(action="roster.previewed").count(),
        len(mail.outbox),
    )


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(file=files)
def test_any_file_is_answered_and_imported_whole_or_not_at_all(file, cohort, client):
    data, name = file
    with transaction.atomic():
        mail.outbox.clear()
        trainer = UserFactory(roles=[("trainer", cohort.agency)])
        client.force_login(trainer)
        url = reverse("courses:roster", args=[cohort.uuid])
        before = standing()
        answer = client.post(url, {"file": SimpleUploadedFile(name, data)})
        page = html.unescape(answer.content.decode())
        plan = plan_roster(cohort=cohort, roster=read_roster(data, name), by=trainer)
        assert standing() == before
        assert "Secretname" not in page.replace(data.decode(errors="ignore"), "")
        assert page.count('<th scope="row">') == len(plan.rows)
        for problem in plan.refusals:
            assert roster_problem(problem, plan.read.headings) in page
        event("refused" if plan.refusals else "imported")
        if plan.refusals:
            check_refused(answer, cohort, plan, trainer, before)
        else:
            check_imported(client, url, answer, plan, cohort)
        transaction.set_rollback(True)


def check_refused(answer, cohort, plan, trainer, before) -> None:
    assert answer.status_code == 400
    assert 'name="confirmed"' not in answer.content.decode()
    with pytest.raises(RosterRefusedError):
        import_roster(cohort=cohort, roster=plan.read, by=trainer)
    assert standing() == before


def check_imported(client, url, answer, plan, cohort) -> None:
    assert answer.status_code == 200
    confirmed = answer.content.decode().split('name="confirmed" value="')[1].split('"')[0]
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert client.post(url, {"confirmed": confirmed}).status_code == 302
    seated = {*cohort.enrolments.seated().values_list("user__email", flat=True)}
    assert {planned.row.email for planned in plan.rows} <= seated
    assert len(mail.outbox) == plan.counts["create"]
    again = plan_roster(cohort=cohort, roster=plan.read, by=None)
    assert again.counts["create"] == again.counts["enrol"] == again.counts["refused"] == 0
