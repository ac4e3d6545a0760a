import pytest
from django.core.management import CommandError, call_command

from courses.management.commands.load_curriculum import CURRICULA
from courses.models import Course

pytestmark = pytest.mark.django_db


def run(capsys, *files) -> list[str]:
    call_command("load_curriculum", *map(str, files))
    return capsys.readouterr().out.splitlines()


def test_the_ten_programs_load_one_line_each_and_again_unchanged(capsys):
    first = run(capsys)
    assert len(first) == Course.objects.count() == 10
    assert all(": created (" in line for line in first)
    assert all(": unchanged (" in line for line in run(capsys))


def test_the_forty_hour_week_is_31_modules_and_2400_minutes(capsys):
    run(capsys)
    version = Course.objects.get(code="cit-40").current
    assert (version.modules.count(), version.minutes) == (31, 2400)


def test_one_bad_file_loads_nothing(tmp_path, capsys):
    bad = tmp_path / "bad.yaml"
    bad.write_text("code: [")
    with pytest.raises(CommandError, match=r"bad\.yaml, line 1"):
        run(capsys, CURRICULA / "cit-40.yaml", bad)
    assert not Course.objects.exists()


def test_a_file_that_is_not_there_is_one_clear_line(tmp_path, capsys):
    with pytest.raises(CommandError, match=r"nowhere\.yaml: cannot be read"):
        run(capsys, tmp_path / "nowhere.yaml")
