"""`export_study`: the same release as from the page, into an empty folder."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from assessments.models import Release
from assessments.release_files import files_in
from lms.accounts.models import AuditEntry
from tests.releases import in_days, make_stored, packs, read_pack

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


@pytest.fixture
def study(db):
    return make_stored()


def export(out: Path, *arguments: str) -> str:
    said = StringIO()
    call_command("export_study", "small-study", "--out", str(out), *arguments, stdout=said)
    return said.getvalue()


def test_it_makes_a_numbered_release_and_puts_its_files_into_the_folder(study, tmp_path):
    said = export(tmp_path / "out", "--purpose", "A check", "--recipient", "Dr. I. Quaresma")
    release = Release.objects.get()
    assert "Release 1 of small-study" in said
    assert release.sha256 in said
    (pack,) = packs()
    inside = {name: len(data) for name, data in read_pack(pack).items()}
    assert {one.name: one.size for one in files_in(tmp_path / "out")} == inside
    assert (release.purpose, release.recipient, release.asked_by) == (
        "A check",
        "Dr. I. Quaresma",
        None,
    )
    assert AuditEntry.objects.get(action="release.requested").purpose == "A check"


def test_it_says_what_whoever_runs_it_attests_to(study, tmp_path):
    said = export(tmp_path / "out")
    assert all(line in said for line in Release.objects.get().attestation.splitlines())


def test_a_folder_that_holds_something_is_left_alone(study, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CommandError, match="is not empty"):
        export(tmp_path)
    assert not Release.objects.exists()
    assert [path.name for path in tmp_path.iterdir()].count("notes.txt") == 1


def test_its_files_are_closed_to_others(study, tmp_path):
    export(tmp_path / "out")
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "out").rglob("*")} == {0}


def test_the_last_day_can_be_named(study, tmp_path):
    export(tmp_path / "out", "--expires", in_days(10).isoformat())
    assert Release.objects.get().expires_on == in_days(10)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--expires", "2020-01-01"], "within a year"),
        (["--expires", "soon"], "invalid fromisoformat value"),
        (["--purpose", " "], "for what, for whom"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_and_nothing_is_released(
    study, tmp_path, arguments, said
):
    with pytest.raises(CommandError, match=said) as refused:
        export(tmp_path / "out", *arguments)
    assert "\n" not in str(refused.value)
    assert not Release.objects.exists()


def test_too_few_people_are_not_released(db, tmp_path):
    make_stored(people=3)
    with pytest.raises(CommandError, match="Too few people"):
        export(tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_study_that_is_not_there_is_named(db, tmp_path):
    with pytest.raises(CommandError, match="There is no study small-study"):
        export(tmp_path / "out")


def test_a_web_side_refuses_it(study, tmp_path, settings):
    settings.PORTAL_SIDE = "web"
    with pytest.raises(CommandError, match="here PORTAL_SIDE=web"):
        export(tmp_path / "out")
