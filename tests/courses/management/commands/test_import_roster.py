import pytest
from django.core.management import CommandError, call_command

from courses.models import Enrolment
from tests.factories import AgencyFactory, CohortFactory

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
