from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from assessments.actions.instruments import Frozen
from assessments.actions.knowledge import load_knowledge_check
from assessments.yaml_files import read_document

KNOWLEDGE_CHECKS = Path(__file__).resolve().parent.parent.parent / "knowledge_checks"


class Command(BaseCommand):
    help = (
        "Loads Knowledge Checks (YAML), all or none; those of assessments/knowledge_checks by "
        "default. The same file again changes nothing. Needs load_curriculum first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")

    @transaction.atomic
    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        for path in files or sorted(KNOWLEDGE_CHECKS.glob("*.yaml")):
            try:
                check, changed = load_knowledge_check(document=read_document(path), by=None)
            except (Frozen, ValueError) as error:
                raise CommandError(f"{path}: " + "; ".join(str(error).splitlines())) from error
            outcome = "loaded" if changed else "unchanged"
            self.stdout.write(
                f"{path.name}: {outcome} ({check.questions.count()} questions, "
                f"{check.draw} to an attempt)"
            )
