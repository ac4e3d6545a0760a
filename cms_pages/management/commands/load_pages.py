from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand

from cms_pages.actions import (
    fill_front_page,
    publish_catalog,
    publish_content_page,
    publish_lesson,
    publish_program,
)
from cms_pages.documents import Document

ROOM = Path(__file__).resolve().parents[2]


def _documents(folder: str) -> list[tuple[str, Document]]:
    paths = sorted((ROOM / folder).glob("*.yaml"))
    return [(path.name, yaml.safe_load(path.read_text(encoding="utf-8"))) for path in paths]


class Command(BaseCommand):
    help = "Publishes the pages and lessons the portal starts with; leaves existing ones alone."

    def handle(self, *args: Any, **options: Any) -> None:
        site = dict(_documents("site"))
        fill_front_page(document=site["home.yaml"])
        catalog = publish_catalog(document=site["catalog.yaml"])
        for _name, document in _documents("pages"):
            publish_content_page(document=document)
        for name, document in _documents("program_pages"):
            if publish_program(catalog=catalog, document=document) is None:
                self.stdout.write(f"{name}: its course is not loaded (load_curriculum first)")
        for name, document in _documents("lessons"):
            if publish_lesson(document=document) is None:
                self.stdout.write(f"{name}: its module is not loaded (load_curriculum first)")
        self.stdout.write("Pages are there.")
