from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand

from cms_pages.actions import fill_front_page, publish_content_page, publish_lesson

PAGES = Path(__file__).resolve().parents[2]


class Command(BaseCommand):
    help = "Publishes the pages and lessons the portal starts with; leaves existing ones alone."

    def handle(self, *args: Any, **options: Any) -> None:
        for path in sorted((PAGES / "pages").glob("*.yaml")):
            publish_content_page(document=yaml.safe_load(path.read_text()))
        for path in sorted((PAGES / "lessons").glob("*.yaml")):
            document = yaml.safe_load(path.read_text())
            if path.stem == "home":
                fill_front_page(document=document)
            elif publish_lesson(document=document) is None:
                self.stdout.write(f"{path.name}: its module is not loaded (load_curriculum first)")
        self.stdout.write("Pages are there.")
