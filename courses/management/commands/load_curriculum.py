from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from courses.actions import load_courses
from courses.curriculum import CurriculumError, read_course

CURRICULA = Path(__file__).resolve().parent.parent.parent / "curricula"
# The catalog's order: courses keep the place in which they were first loaded.
ORDER = [
    "cit-40",
    "cit-refresher",
    "cit-dispatch",
    "rewire4",
    "mhfa-public-safety",
    "psychological-first-aid",
    "de-escalation",
    "bias-series",
    "truth-reconciliation",
    "fellowship",
]


def _place(path: Path) -> tuple[int, str]:
    return (ORDER.index(path.stem) if path.stem in ORDER else len(ORDER), path.name)


class Command(BaseCommand):
    help = "Loads course outlines (YAML), all or none; those of courses/curricula by default."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        paths = files or sorted(CURRICULA.glob("*.yaml"), key=_place)
        try:
            specs = [read_course(path) for path in paths]
            loaded = load_courses(specs=specs, by=None)
        except CurriculumError as error:
            raise CommandError("; ".join(map(str, error.problems))) from error
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        for path, course in zip(paths, loaded, strict=True):
            version = course.version
            self.stdout.write(
                f"{path.name}: {course.outcome} ({version.course.code}, version {version.number})"
            )
