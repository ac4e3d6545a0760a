"""Deeds that are all done in the same moment, each in a thread and on a connection of its own."""

import threading
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import connection


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """What came of each: "done", or the code of the refusal."""
    barrier = threading.Barrier(len(deeds))
    came: dict[int, str] = {}

    def run(position: int, deed: Callable[[], object]) -> None:
        barrier.wait()
        try:
            deed()
            came[position] = "done"
        except ValidationError as error:
            came[position] = str(error.error_list[0].code)
        except Exception as error:
            came[position] = repr(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [came[position] for position in range(len(deeds))]
