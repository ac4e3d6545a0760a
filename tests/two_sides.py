"""Two installations, each a process of its own with nothing of the other's, and what goes between
them as files."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.models import F
from django.test import override_settings

from assessments.actions import create_windows, decline, load_instrument, load_study
from assessments.ballot_box.batches import Row, unseal_rows
from assessments.held import held_studies, held_study
from assessments.models import Study, SurveyWindow
from courses.models import TrainingSession
from lms.accounts.clock import now
from lms.accounts.models import User
from tests.factories import AgencyFactory, CourseVersionFactory, UserFactory
from tests.surveys import FIRST_DAY, answer, instrument_document, make_cohort, study_document

ROOT = Path(__file__).resolve().parent.parent
CODE = "small-study"
PASSPHRASE = "the evaluators' own passphrase"
_DAY = timedelta(days=1)


# One process for many commands: each is asked for in a line and answered in a line.
PROGRAM = """
import io, json, sys
import django
django.setup()
from django.core.management import CommandError, call_command
from django.db import connections
for line in sys.stdin:
    out, refused = io.StringIO(), None
    try:
        call_command(*json.loads(line), stdout=out)
    except CommandError as error:
        refused = str(error)
    finally:
        connections.close_all()
    print(json.dumps([out.getvalue(), refused]), flush=True)
"""


@dataclass
class Party:
    """One installation: its folder, and all that its processes are told."""

    side: str
    folder: Path
    told: Mapping[str, str]
    process: "subprocess.Popen[str] | None" = None

    def start(self, *command: str) -> "subprocess.Popen[str]":
        """A process of this side, which knows nothing of the other."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        own = {
            "DJANGO_SETTINGS_MODULE": "lms.settings.test",
            "PORTAL_SIDE": self.side,
            "PORTAL_VAR": str(self.folder),
        }
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=kept | own | dict(self.told),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _ask(self, arguments: tuple[object, ...]) -> tuple[str, str | None]:
        if self.process is None:
            self.process = self.start("-c", PROGRAM)
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([str(one) for one in arguments]) + "\n")
        self.process.stdin.flush()
        said, refused = json.loads(self.process.stdout.readline())
        return said, refused

    def do(self, *arguments: object) -> str:
        """Runs a command that has to work."""
        said, refused = self._ask(arguments)
        assert refused is None, refused
        return said

    def refuse(self, *arguments: object) -> str:
        """Runs a command that has to be refused, and says why."""
        said, refused = self._ask(arguments)
        assert refused, said
        return refused

    def be_killed(self, module: str, function: str, *arguments: object) -> None:
        """Runs a command in a process of its own that is killed as it comes to this function."""
        program = f"""
import importlib, os, signal
import django
django.setup()
from django.core.management import call_command
setattr(importlib.import_module({module!r}), {function!r},
        lambda *args, **kwargs: os.kill(os.getpid(), signal.SIGKILL))
call_command(*{[str(one) for one in arguments]!r})
"""
        process = self.start("-c", program)
        process.communicate()
        assert process.returncode == -signal.SIGKILL

    def end(self) -> None:
        if self.process:
            self.process.communicate()

    def report(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.do("outcomes", CODE, "--json"))
        return told


def web_party(folder: Path) -> Party:
    """The web side, on the databases that this test has."""
    told = {
        "DATABASE_URL": _url("default"),
        "RESPONSES_DATABASE_URL": _url("responses"),
        "WEB_KEYS_DIR": str(folder / "keys"),
    }
    return Party("web", folder, told)


def _url(alias: str) -> str:
    config = connections[alias].settings_dict
    if config["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{config['NAME']}"
    return f"postgres://{config['USER']}@{config['HOST']}:{config['PORT']}/{config['NAME']}"


def evaluators_party(folder: Path) -> Party:
    """The evaluators' side, with a database of responses of its own."""
    told = {
        "RESPONSES_DATABASE_URL": f"sqlite:///{folder / 'responses.sqlite3'}",
        "EVALUATOR_KEYS_DIR": str(folder / "keys"),
        "OPENER_PASSPHRASE": PASSPHRASE,
    }
    folder.mkdir()
    party = Party("evaluator", folder, told)
    party.do("migrate", "ballot_box", "--database", "responses")
    return party


@dataclass
class Exchange:
    """A study of two parties with a post between them. Kept once it is made, it can be gone back
    to."""

    folder: Path
    web: Party
    evaluators: Party
    windows: dict[str, SurveyWindow] = field(default_factory=dict)
    people: list[User] = field(default_factory=list)

    @property
    def post(self) -> Path:
        return self.folder / "post"

    @property
    def study(self) -> Study:
        return Study.objects.get(code=CODE)

    def keep(self) -> None:
        """Remembers all files of both sides as they are now."""
        shutil.copytree(self.folder, self._kept)

    def go_back(self) -> None:
        shutil.rmtree(self.folder)
        shutil.copytree(self._kept, self.folder)

    @property
    def _kept(self) -> Path:
        return self.folder.with_name("kept")

    def begin(self) -> None:
        """Keys on both sides, and what is handed over once."""
        version = CourseVersionFactory.create(
            modules=[
                {"code": "welcome", "day": 1, "survey": "pre"},
                {"code": "farewell", "day": 2, "survey": "post"},
            ]
        )
        load_instrument(document=instrument_document(), by=None)
        load_study(document=study_document(version.course.code), by=None)
        public, handover = self.post / "public.json", self.post / "handover"
        self.evaluators.do("study_keys", "create", CODE, "--out", public)
        self.web.do("study_keys", "create", CODE, "--public", public)
        holder = ["--holder", "the university"]
        self.web.do("study_keys", "handover", CODE, "--out", handover, *holder)
        self.evaluators.do("study_keys", "receive", handover)

    def on_the_web(self) -> Any:
        """Settings in which this process is the web side."""
        return override_settings(
            PORTAL_SIDE="web",
            WEB_KEYS_DIR=Path(self.web.told["WEB_KEYS_DIR"]),
            EVALUATOR_KEYS_DIR=self.web.folder / "none",
            OPENER_PASSPHRASE="",
        )

    def seat(self, number: int) -> None:
        """A cohort that answers both surveys, and then is long over."""
        agency = AgencyFactory.create()
        self.people = [UserFactory.create(agency=agency) for _ in range(number)]
        version = self.study.courses.get().versions.get()
        with self.on_the_web():
            cohort = make_cohort(version, agency, self.people)
            made = create_windows(cohort=cohort)
            self.windows = {window.wave.code: window for window in made}
            answer_all(self.windows, self.people)
        long_ago = FIRST_DAY - now().replace(microsecond=0) + 100 * _DAY
        TrainingSession.objects.update(
            starts_at=F("starts_at") - long_ago, ends_at=F("ends_at") - long_ago
        )

    def export(self) -> list[Path]:
        """The box files, first the one of the first wave."""
        self.web.do("export_boxes", "--out", self.post)
        files = [self.post / f"box-{self.windows[wave].box_id}" for wave in ("pre", "post")]
        assert sorted(files) == sorted(self.post.glob("box-*"))
        return files

    @property
    def requests(self) -> Path:
        return self.post / f"requests-{CODE}"

    def rows(self) -> list[Row]:
        """What the evaluators could read."""
        settings = override_settings(
            PORTAL_SIDE="evaluator",
            EVALUATOR_KEYS_DIR=Path(self.evaluators.told["EVALUATOR_KEYS_DIR"]),
            OPENER_PASSPHRASE=PASSPHRASE,
        )
        with settings:
            study = held_study(held_studies().named(CODE))
        return list(unseal_rows(self.batches(), study.data_key, study.uuid))

    def batches(self) -> list[bytes]:
        """The batches in the evaluators' database."""
        with closing(sqlite3.connect(self.evaluators.folder / "responses.sqlite3")) as database:
            found = database.execute("SELECT sealed FROM ballot_box_responsebatch").fetchall()
        return [bytes(sealed) for (sealed,) in found]

    def remembered(self) -> bytes:
        """What the evaluators' database holds of requests that were carried out."""
        with closing(sqlite3.connect(self.evaluators.folder / "responses.sqlite3")) as database:
            (found,) = database.execute("SELECT sealed FROM ballot_box_requestsheet").fetchall()
        return bytes(found[0])

    def receipt(self, wave: str) -> Path:
        return self.post / f"receipt-{self.windows[wave].box_id}"


def make_exchange(folder: Path, people: int) -> Exchange:
    """Boxes of two waves whose time is over, on the web side, and nothing sent yet."""
    (folder / "post").mkdir(parents=True)
    web, evaluators = web_party(folder / "web"), evaluators_party(folder / "evaluators")
    exchange = Exchange(folder, web, evaluators)
    exchange.begin()
    exchange.seat(people)
    return exchange


def answer_all(windows: Mapping[str, SurveyWindow], people: list[User]) -> None:
    """Everybody before and after, one of them only before, one declining both times."""
    for place, person in enumerate(people):
        for wave, shift in (("pre", 0), ("post", 1)):
            if place == 0:
                decline(window=windows[wave], user=person)
            elif place > 1 or wave == "pre":
                answer(windows[wave], person, sheet(place, shift))


def sheet(place: int, shift: int) -> dict[str, int]:
    """What somebody answers; different people differently, and a little more after than before."""
    codes = ["A1", "A2", "A3", "B1", "B2", "B3"]
    steps = {code: 1 + (place * (n + 2) + n) % 4 for n, code in enumerate(codes)}
    moved = {code: step + shift * ((place + step) % 2) for code, step in steps.items()}
    return moved | {"M1": place * 7 % 600}
