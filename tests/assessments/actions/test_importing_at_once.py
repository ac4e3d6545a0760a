from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from assessments.actions import ImportRefused, import_responses
from lms.accounts.models import AuditEntry
from tests.assessments.actions.test_importing import history, rows_of, stored


def test_the_same_file_sent_twice_at_once_is_taken_once(fresh_databases):
    study = history()
    rows, together = rows_of(study, range(5)), Barrier(2, timeout=20)

    def send(_: int) -> bool:
        together.wait()
        try:
            return bool(import_responses(study=study, rows=rows, by=None))
        except ImportRefused:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(send, range(2))) == [False, True]
    assert len(stored(study)) == 10
    assert AuditEntry.objects.filter(action="responses.imported").count() == 1
