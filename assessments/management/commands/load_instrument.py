from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from assessments.actions import Frozen, load_instrument
from assessments.instruments import InstrumentError
from assessments.yaml_files import read_document


class Command(BaseCommand):
    help = "Publishes instrument versions from YAML files. The same file again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    @transaction.atomic
    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        for path in files:
            try:
                version, new = load_instrument(document=read_document(path), by=None)
            except (InstrumentError, Frozen, ValueError) as error:
                raise CommandError(f"{path}: {error}") from error
            self.stdout.write(f"{path.name}: {version} {'published' if new else 'unchanged'}")
