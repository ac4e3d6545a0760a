import itertools
import os
import threading
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from assessments.tasks import build_releases, check_keys, cover_boxes, open_boxes
from lms.due import purge, send_what_is_due

EVERY_SECONDS = 300
# At its start and once a day the worker looks whether every key is still there, and ends what may
# be kept no longer.
TICKS_A_DAY = 24 * 3600 // EVERY_SECONDS


class Command(BaseCommand):
    help = "Runs the worker: queued tasks, and every five minutes whatever has become due."

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = threading.Event()
        parent = os.getppid()
        threading.Thread(target=self._tick, args=(stopped,), daemon=True).start()
        threading.Thread(target=self._follow, args=(parent, stopped), daemon=True).start()
        try:
            call_command("db_worker", interval=1.0, verbosity=0)
        finally:
            stopped.set()

    def _tick(self, stopped: threading.Event) -> None:
        for tick in itertools.count():
            if tick % TICKS_A_DAY == 0:
                check_keys.enqueue()
                purge.enqueue()
            cover_boxes.enqueue()
            open_boxes.enqueue()
            build_releases.enqueue()
            send_what_is_due.enqueue()
            if stopped.wait(EVERY_SECONDS):
                return

    def _follow(self, parent: int, stopped: threading.Event) -> None:
        """Ends with the process that started the worker, also when that was killed."""
        while not stopped.wait(2):
            if os.getppid() != parent:
                os._exit(1)
