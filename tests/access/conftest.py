import copy
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings

from tests.access.world import World, make_world
from tests.conftest import ALIASES, Clock


@pytest.fixture(scope="module")
def made_world(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Clock, Path]]:
    """The world of all tests of a file, made once in a transaction that is undone in the end: each
    test finds it as new, for a tenth of the time."""
    files = tmp_path_factory.mktemp("world")
    folders = {
        "WEB_KEYS_DIR": files / "keys" / "web",
        "EVALUATOR_KEYS_DIR": files / "keys" / "evaluators",
        "RELEASES_DIR": files / "releases",
    }
    with django_db_blocker.unblock(), ExitStack() as undone, pytest.MonkeyPatch.context() as patch:
        for alias in ALIASES:
            undone.enter_context(transaction.atomic(using=alias))
            undone.callback(transaction.set_rollback, True, using=alias)
        clock = Clock(patch)
        with override_settings(**folders):
            world = make_world(clock)
        yield world, clock, files


@pytest.fixture
def world(made_world: tuple[World, Clock, Path], db: None, clock: Clock, tmp_path: Path) -> World:
    made, its_clock, files = made_world
    shutil.copytree(files, tmp_path, dirs_exist_ok=True)
    clock.set(its_clock.at)
    return copy.deepcopy(made)
