from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.actions import current_vintage, open_due_boxes
from assessments.ballot_box.keys import KeyMissing
from assessments.ballot_box.store import NotScrubbed
from assessments.models import Study


class Command(BaseCommand):
    help = "Opens the ballot boxes whose windows are over, and finishes openings left half done."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", nargs="?", metavar="STUDY")

    def handle(self, *args: Any, study: str | None, **options: Any) -> None:
        chosen = None
        if study:
            chosen = Study.objects.filter(code=study).first()
            if chosen is None:
                raise CommandError(f"There is no study {study}")
        try:
            opened = open_due_boxes(study=chosen)
        except (KeyMissing, NotScrubbed) as error:
            raise CommandError(str(error)) from error
        for affected in Study.objects.filter(waves__windows__in=opened).distinct():
            current_vintage(study=affected)
        self.stdout.write(f"{len(opened)} boxes opened.")
