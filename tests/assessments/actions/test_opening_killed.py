"""An opening that dies at any call to a database or a key store is finished by the next one."""

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.boxes import FullBox, fill_box
from tests.conftest import Clock
from tests.surveys import BEFORE_THE_COURSE, DURING_THE_LAST_DAY

DIED = 9


class Death:
    """Ends the process, as a kill would, at the n-th call that could leave something half done."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self) -> None:
        self.left -= 1
        if self.left == 0:
            os._exit(DIED)

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def dangerous(*args: Any, **kwargs: Any) -> Any:
            self()
            done = call(*args, **kwargs)
            self()
            return done

        return dangerous

    def around_sql(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT"):
            return execute(sql, params, many, context)
        return self.around(execute)(sql, params, many, context)

    def at_files(self, event: str, args: tuple[Any, ...]) -> None:
        if event in {"open", "os.remove", "os.link", "os.rename"}:
            path = str(args[0])
            if path.startswith(str(settings.WEB_KEYS_DIR)):
                self()


@contextmanager
def dangers(death: Death) -> Iterator[None]:
    """Only ever entered in a process of its own: an audit hook cannot be taken away again."""
    sys.addaudithook(death.at_files)
    os.fsync = death.around(os.fsync)
    BaseDatabaseWrapper.commit = death.around(BaseDatabaseWrapper.commit)  # type: ignore[method-assign]
    with ExitStack() as stack:
        for alias in ("default", "responses"):
            stack.enter_context(connections[alias].execute_wrapper(death.around_sql))
        yield


def open_ballots_dying_at(call: int) -> int:
    """Runs the command in a process of its own; its exit code."""
    connections.close_all()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        with dangers(Death(call)), Path(os.devnull).open("w") as nowhere:
            call_command("open_ballots", stdout=nowhere)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


@pytest.fixture
def full_box(fresh_databases: None, clock: Clock, settings: Any) -> FullBox:
    """Due to be opened, with keys that go as soon as it is."""
    settings.BOX_KEY_KEEP_DAYS = 0
    clock.set(BEFORE_THE_COURSE)
    box = fill_box(6)
    clock.set(DURING_THE_LAST_DAY)
    return box


def test_killed_at_any_call_it_is_whole_and_the_next_one_finishes_it(
    full_box: FullBox, record_property: Callable[[str, object], None]
) -> None:
    died = 0
    while (code := open_ballots_dying_at(died + 1)) == DIED:
        died += 1
        full_box.assert_whole()
        call_command("open_ballots")
        full_box.assert_finished()
        full_box.put_back()
    assert code == 0
    full_box.assert_finished()
    assert died > 20
    record_property("measured", f"an opening was killed at each of its {died} calls")
