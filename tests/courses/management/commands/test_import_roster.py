import pytest
from django.core.management import CommandError, call_command

from courses.models import Enrolment
from lms.accounts.actions import edit_by_hand
from lms.accounts.models import Agency
from tests.factories import AgencyFactory, CohortFactory, UserFactory
from tests.rosters import AGENCIES, messy_roster

pytestmark = pytest.mark.django_db
GOOD = "email,first name,last name,agency\nrosa@bpd.example,Rosa,Estrada,bpd\n"


@pytest.fixture
def cohort():
    return CohortFactory(agency=AgencyFactory(code="bpd"), code="AUTUMN")


@pytest.fixture
def run(cohort, tmp_path, capsys):
    def run(text: str, *options: str, code: str = "AUTUMN") -> str:
        path = tmp_path / "roster.csv"
        path.write_text(text)
        call_command("import_roster", str(path), f"--cohort={code}", *options)
        return capsys.readouterr().out

    return run


def test_a_roster_is_imported_and_counted(run):
    assert "AUTUMN: 1 create" in run(GOOD)
    assert Enrolment.objects.count() == 1


def test_a_dry_run_tells_each_line_and_saves_nothing(run):
    told = run(GOOD, "--dry-run")
    assert "line 2  create  rosa@bpd.example" in told
    assert not Enrolment.objects.exists()


def test_a_dry_run_tells_what_the_preview_page_tells(run, cohort, capsys):
    UserFactory(email="known@bpd.example", agency=cohort.agency, last_name="Known", rank="Cadet")
    text = (
        "email,first name,Surname,agency,rank\nknown@bpd.example,Rosa,Known,bpd,Officer\n"
        "rosa,Rosa,,Nowhere,\nTotal,2,,,\n"
    )
    with pytest.raises(CommandError, match="Line 3, column “email”"):
        run(text, "--dry-run")
    told = capsys.readouterr().out
    assert "line 2  enrol  known@bpd.example  Rank or title: 'Cadet' -> 'Officer'" in told
    assert "line 3  refused  rosa  Line 3, column “email”: “rosa” is not an email address." in told
    assert "Line 3, column “Surname”: This is empty. Fill it in." in told
    assert "We know no agency called “Nowhere”." in told
    assert "Line 4 sums up or closes the list: “Total 2”." in told
    assert "AUTUMN: 0 create, 1 enrol, 0 change, 0 unchanged, 1 refused" in told


def test_what_was_edited_by_hand_stays_unless_it_is_to_be_replaced(run, cohort):
    person = UserFactory(email="rosa@bpd.example", agency=cohort.agency, last_name="Estrada")
    edit_by_hand(row=person, by=person, unit="District 4")
    text = "email,first name,last name,agency,unit\nrosa@bpd.example,Rosa,Estrada,bpd,District 2\n"
    assert "Unit or district stays “District 4”, edited by hand" in run(text, "--dry-run")
    run(text)
    person.refresh_from_db()
    assert person.unit == "District 4"
    assert "'District 4' -> 'District 2'" in run(text, "--dry-run", "--replace-edits")
    run(text, "--replace-edits")
    person.refresh_from_db()
    assert person.unit == "District 2"


def test_a_dry_run_of_a_workbook_names_the_sheet(cohort, tmp_path, capsys):
    for code, name in AGENCIES.items():
        Agency.objects.update_or_create(code=code, defaults={"name": name})
    path = tmp_path / "roster.xlsx"
    path.write_bytes(messy_roster("xlsx", corrected=True))
    call_command("import_roster", str(path), "--cohort=AUTUMN", "--dry-run")
    told = capsys.readouterr().out
    assert "sheet Roster" in told
    assert "AUTUMN: 28 create" in told


def test_a_fault_is_one_clear_line_with_its_place(run):
    with pytest.raises(
        CommandError, match="Line 2, column “email”: “rosa” is not an email address"
    ):
        run(GOOD.replace("rosa@bpd.example", "rosa"))


def test_an_unknown_agency_is_named(run):
    with pytest.raises(CommandError, match=r"Line 2, column “agency”: .*“Elsewhere”"):
        run(GOOD.replace("bpd\n", "Elsewhere\n"))


def test_an_unknown_cohort_and_a_missing_file_are_clear(run, tmp_path):
    with pytest.raises(CommandError, match="no cohort SPRING"):
        run(GOOD, code="SPRING")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_roster", str(tmp_path / "none.csv"), "--cohort=AUTUMN")
