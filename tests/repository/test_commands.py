"""Documents cannot drift: what they tell somebody to type exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from tests.repository.sources import PACKAGES, ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
OURS = {
    name: app
    for name, app in get_commands().items()
    if isinstance(app, str) and app.split(".")[0] in PACKAGES
}
DOCUMENT = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def typed(text: str) -> str:
    """What stands in code: between fences, after four spaces, or between backticks."""
    fenced = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```[^\n]*\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    indented = re.findall(r"^ {4,}(\S.*)$", prose, re.MULTILINE)
    return "\n".join([*fenced, *indented, *re.findall(r"`([^`\n]+)`", prose)])


def _missing(text: str) -> set[str]:
    code = typed(text)
    made = set(re.findall(r"\bmake (?:[A-Z_]+=\S+ )*([a-z][a-z-]*)", code))
    managed = set(re.findall(r"\bmanage\.py ([a-z_]+)", code))
    return (made - TARGETS) | (managed - set(get_commands()))


@DOCUMENT
def test_every_command_that_a_document_names_exists(path):
    assert not _missing(path.read_text())


def test_a_command_that_does_not_exist_is_found():
    text = "Make sure that\n```\nmake nonsense\n```\nor `manage.py neither` and `make PORT=1 run`."
    assert _missing(text) == {"nonsense", "neither"}


def test_the_readme_names_the_two_commands():
    code = typed((ROOT / "README.md").read_text())
    assert "make run" in code
    assert "make test" in code


def test_every_target_of_the_makefile_that_people_use_is_in_its_help():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    inner = {"assets", "browser"}
    listed = {tuple(line.split()[:2]) for line in done.stdout.splitlines()}
    assert {("make", name) for name in TARGETS - inner} <= listed


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_command_of_ours_says_what_it_is_for(name):
    command = load_command_class(OURS[name], name)
    assert len(command.help.split()) >= 3
    assert command.help.split()[0] in command.create_parser("manage.py", name).format_help()


def test_help_of_a_command_runs_without_a_database():
    command = [sys.executable, "manage.py", "outcomes", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--json" in done.stdout


def test_paths_that_documents_link_to_exist():
    for document in DOCUMENTS:
        links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text())
        local = [link for link in links if "://" not in link and not link.startswith("mailto:")]
        missing = [link for link in local if not (document.parent / Path(link)).exists()]
        assert not missing, document
