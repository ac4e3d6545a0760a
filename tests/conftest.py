"""What every test may ask for. The databases are copied from a migrated template, once a worker,
because Wagtail's migrations take half a minute."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from lms.accounts import clock as portal_clock

# A busy machine is no fault of the code: examples have no deadline.
hypothesis.settings.register_profile("portal", deadline=None)
hypothesis.settings.load_profile("portal")

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "var" / "test"
ALIASES = ("default", "responses")


def _migrations_digest() -> str:
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for path in sorted(ROOT.glob("*/**/migrations/*.py")):
        if not {".venv", "node_modules"} & set(path.parts):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _migrate() -> None:
    call_command("migrate", verbosity=0)
    call_command("migrate", "ballot_box", database="responses", verbosity=0)


class SqliteCopies:
    """Database files copied from a template file."""

    def __init__(self, worker: str) -> None:
        self.template = CACHE / f"template-{_migrations_digest()}"
        self.mine = CACHE / f"{worker}-{os.getpid()}"
        self.kept: list[Path] = []

    def _use(self, folder: Path) -> None:
        for alias in ALIASES:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = str(folder / f"{alias}.sqlite3")

    def build_template(self) -> None:
        if self.template.exists():
            return
        unfinished = CACHE / f"unfinished-{os.getpid()}"
        unfinished.mkdir()
        self._use(unfinished)
        _migrate()
        for alias in ALIASES:
            with connections[alias].cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connections[alias].close()
        unfinished.rename(self.template)

    def _kept(self, name: str) -> Path:
        return self.mine.with_name(f"{self.mine.name}-{name}")

    def keep(self, name: str) -> None:
        """Keeps the databases as they are now; `reset(name)` comes back to them."""
        for alias in ALIASES:
            connections[alias].close()
        self.kept.append(self._kept(name))
        shutil.rmtree(self._kept(name), ignore_errors=True)
        shutil.copytree(self.mine, self._kept(name))

    def reset(self, kept: str = "") -> None:
        for alias in ALIASES:
            connections[alias].close()
        shutil.rmtree(self.mine, ignore_errors=True)
        shutil.copytree(self._kept(kept) if kept else self.template, self.mine)
        self._use(self.mine)

    def remove(self) -> None:
        for alias in ALIASES:
            connections[alias].close()
        for folder in (self.mine, *self.kept):
            shutil.rmtree(folder, ignore_errors=True)


class PostgresCopies:
    """Databases created from a template database, on the server that the settings name."""

    def __init__(self, worker: str) -> None:
        self.digest = _migrations_digest()
        self.mine = f"{worker}_{os.getpid()}"
        self.kept: list[str] = []
        self.server = {alias: connections[alias].settings_dict["NAME"] for alias in ALIASES}

    @contextmanager
    def _on_server(self, alias: str) -> Iterator[object]:
        with connections[alias]._nodb_cursor() as cursor:
            yield cursor

    def _use(self, suffix: str) -> None:
        for alias in ALIASES:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = f"test_{alias}_{suffix}"

    def _execute(self, alias: str, sql: str) -> None:
        with self._on_server(alias) as cursor:
            cursor.execute(sql)

    def _exists(self, alias: str, name: str) -> bool:
        with self._on_server(alias) as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            return cursor.fetchone() is not None

    def build_template(self) -> None:
        if all(self._exists(alias, f"test_{alias}_{self.digest}") for alias in ALIASES):
            return
        for alias in ALIASES:
            self._execute(alias, f'DROP DATABASE IF EXISTS "test_{alias}_{self.digest}"')
            self._execute(alias, f'CREATE DATABASE "test_{alias}_{self.digest}"')
        self._use(self.digest)
        _migrate()
        for alias in ALIASES:
            connections[alias].close()

    def _copy(self, alias: str, source: str, target: str) -> None:
        """Nobody may be connected to what is copied, not even a thread that does nothing."""
        source, target = f"test_{alias}_{source}", f"test_{alias}_{target}"
        with self._on_server(alias) as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [source],
            )
        self._execute(alias, f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        self._execute(alias, f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    def keep(self, name: str) -> None:
        """Keeps the databases as they are now; `reset(name)` comes back to them."""
        self.kept.append(f"{self.mine}_{name}")
        for alias in ALIASES:
            connections[alias].close()
            self._copy(alias, self.mine, f"{self.mine}_{name}")

    def reset(self, kept: str = "") -> None:
        self._use(self.mine)
        for alias in ALIASES:
            self._copy(alias, f"{self.mine}_{kept}" if kept else self.digest, self.mine)

    def remove(self) -> None:
        for alias in ALIASES:
            connections[alias].close()
            for name in (self.mine, *self.kept):
                self._execute(alias, f'DROP DATABASE IF EXISTS "test_{alias}_{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def database_copies(
    django_test_environment: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[SqliteCopies | PostgresCopies]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    vendor = connections["default"].vendor
    copies = PostgresCopies(worker) if vendor == "postgresql" else SqliteCopies(worker)
    with django_db_blocker.unblock():
        with _one_at_a_time():
            copies.build_template()
        copies.reset()
        yield copies
        copies.remove()


@pytest.fixture(scope="session")
def django_db_setup(database_copies: SqliteCopies | PostgresCopies) -> None:
    """Replaces the runner's own creation of test databases."""


@pytest.fixture
def fresh_databases(
    database_copies: SqliteCopies | PostgresCopies, django_db_blocker: pytest.FixtureRequest
) -> Iterator[None]:
    """Real databases with real commits, for threads, browsers and attackers; reset afterwards."""
    with django_db_blocker.unblock():
        yield
        database_copies.reset()


@pytest.fixture(autouse=True)
def own_key_stores(tmp_path: Path, settings: "settings") -> None:
    settings.WEB_KEYS_DIR = tmp_path / "keys" / "web"
    settings.EVALUATOR_KEYS_DIR = tmp_path / "keys" / "evaluators"
    settings.RELEASES_DIR = tmp_path / "releases"


@pytest.fixture
def quick_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packs of one small file, for tests about anything but what is in them."""

    def write_pack(microdata: Any, frame: Any, about: Any, folder: Path, progress: Any) -> None:
        progress(1, 1, "README.md")
        (folder / "README.md").write_text(f"Release {about.number}, for {about.person}.")

    monkeypatch.setattr("assessments.packs.write_pack", write_pack)


class Clock:
    """Moves the portal's one clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.at = portal_clock.now()

    def set(self, at: datetime) -> None:
        self.at = at
        self._monkeypatch.setattr(portal_clock, "_source", lambda: self.at)

    def forward(self, **delta: float) -> None:
        self.set(self.at + timedelta(**delta))

    def real(self) -> None:
        """As other processes see it."""
        self._monkeypatch.setattr(portal_clock, "_source", timezone.now)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what tests have measured (`record_property("measured", line)`), wherever they ran."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    told = [properties for report in reports for properties in report.user_properties]
    lines = [line for name, line in told if name == "measured"]
    if lines:
        terminalreporter.section("measured")
    for line in sorted(set(lines), reverse=True):
        terminalreporter.write_line(line)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)
