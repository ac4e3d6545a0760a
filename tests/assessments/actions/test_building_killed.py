"""Whoever makes a release may be killed at any point: nothing half is left, and the next one makes
it once."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import pytest
from django.db import connections

from assessments.actions.building import build_release, build_waiting_releases
from assessments.models import Release, ReleaseState
from lms.accounts.models import AuditEntry
from tests.releases import ask_for, make_stored, packs

# Before anything is read, before the files, before the pack, and when only the note is missing.
PLACES = [
    ("assessments.actions.building", "renew_study"),
    ("assessments.packs", "write_pack"),
    ("assessments.releasing", "write_zip"),
    ("assessments.actions.building", "seal_classes"),
]


def _build_and_be_killed(release: Release, module: str, function: str) -> None:
    connections.close_all()
    child = os.fork()
    if child == 0:
        setattr(
            import_module(module),
            function,
            lambda *args, **given: os.kill(os.getpid(), signal.SIGKILL),
        )
        build_release(release=release)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_a_maker_that_is_killed_is_followed_by_another(fresh_databases, quick_packs, clock):
    study = make_stored()
    for number, (module, function) in enumerate(PLACES, start=1):
        clock.real()
        release = ask_for(study)
        _build_and_be_killed(release, module, function)
        half = Release.objects.get(pk=release.pk)
        assert (half.state, half.sha256) == (ReleaseState.BUILDING, "")
        clock.forward(minutes=11)
        assert build_waiting_releases() == 1
        ready = Release.objects.get(pk=release.pk)
        assert ready.state == ReleaseState.READY
        assert ready.file in {path.name for path in packs()}
        assert len(packs()) == number


def test_two_at_once_make_it_once(fresh_databases, quick_packs):
    release, together = ask_for(make_stored()), threading.Barrier(2, timeout=20)

    def build(_: int) -> bool:
        together.wait()
        try:
            return build_release(release=release)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(build, range(2))) == [False, True]
    assert AuditEntry.objects.filter(action="release.made").count() == 1
    assert len(packs()) == 1


@pytest.mark.parametrize("times", [2])
def test_asking_twice_at_once_makes_one_release(fresh_databases, times):
    study, together = make_stored(), threading.Barrier(times, timeout=20)

    def ask(_: int) -> bool:
        together.wait()
        try:
            return bool(ask_for(study))
        except Exception as error:
            return type(error).__name__ != "ReleaseRefused"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as threads:
        assert sorted(threads.map(ask, range(times))) == [False, True]
    assert Release.objects.count() == 1
