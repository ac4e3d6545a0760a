from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.actions import Frozen, load_study
from assessments.studies import StudyError
from assessments.yaml_files import read_document


class Command(BaseCommand):
    help = "Loads a study's protocol from a YAML file. Its keys are made by study_keys create."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            study, changed = load_study(document=read_document(file), by=None)
        except (StudyError, Frozen, ValueError) as error:
            raise CommandError(f"{file}: {error}") from error
        self.stdout.write(f"{file.name}: study {study.code} {'loaded' if changed else 'unchanged'}")
