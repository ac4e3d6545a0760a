from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import yaml
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from assessments.actions import create_study_keys, load_instrument, load_study
from assessments.models import Study
from courses.models import Cohort
from lms.accounts.clock import today
from lms.accounts.models import User
from lms.demo.attendance import book_make_ups, check_in_some, mark_rolls, newest_session
from lms.demo.cohorts import Year, finish, hold_tests, schedule_series, schedule_year
from lms.demo.people import PASSWORD, Cast, create_people
from lms.demo.publishing import count_staff, publish_newest
from lms.demo.qualifications import draft_refresher, qualify
from lms.demo.samples import write_responses, write_roster
from lms.demo.sign_up import open_for_sign_up
from lms.demo.surveys import answer_surveys

SEED = 40
# A stream of its own: what people answer must not depend on the day the demo is made.
SURVEY_SEED = 43
PAPER_SEED = 19
ROOT = Path(settings.BASE_DIR)


class Command(BaseCommand):
    help = "Fills an empty portal with an invented year of training. Refused in production."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_ALLOWED:
            raise CommandError("Demo data is refused here: these settings are for real people.")
        if Cohort.objects.exists():
            self.stdout.write("There are cohorts already; nothing was added.")
            return
        random = Random(SEED)  # noqa: S311 - a fixed seed, so that the demo is always the same
        with transaction.atomic():
            study = self._load()
            cast = create_people(random)
            count_staff()
            qualify(cast, today(settings.TIME_ZONE))
            year = schedule_year(cast, today(settings.TIME_ZONE), study, random)
            schedule_series(cast, year.coming)
            draft_refresher(cast, year.coming)
            accounts = self._teach(cast, year, random)
        # Opening boxes rewrites the table of ballots, which waits for nobody's transaction.
        answer_surveys(year, study, Random(SURVEY_SEED))  # noqa: S311
        publish_newest(study, by=cast.staff["evaluator"])
        lines = [f"  {label:<34} {user.email}" for label, user in accounts]
        text = "\n".join([f"Demo accounts, all with the password: {PASSWORD}", *lines])
        (Path(settings.VAR_DIR) / "demo-accounts.txt").write_text(text + "\n", encoding="utf-8")
        if options["verbosity"]:
            self.stdout.write(text)

    def _load(self) -> Study:
        said = StringIO()
        for command in ("load_curriculum", "load_knowledge_checks", "load_pages"):
            call_command(command, stdout=said)
        folder = ROOT / "assessments"
        for path in sorted((folder / "instruments").glob("*.yaml")):
            load_instrument(document=yaml.safe_load(path.read_text(encoding="utf-8")), by=None)
        paths = (folder / "studies").glob("*.yaml")
        studies = {path.stem: self._study(path) for path in sorted(paths)}
        self._write_samples(studies["cit-paper-2019"])
        return studies["cit-attitudes"]

    def _study(self, path: Path) -> Study:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        study, _ = load_study(document=document, by=None)
        return create_study_keys(study=study, by=None)

    def _write_samples(self, on_paper: Study) -> None:
        folder = Path(settings.VAR_DIR) / "demo"
        folder.mkdir(parents=True, exist_ok=True)
        write_roster(folder / "roster.csv")
        instrument = on_paper.instrument_version.spec
        random = Random(PAPER_SEED)  # noqa: S311
        write_responses(folder / "paper-surveys.csv", on_paper.spec, instrument, random)

    def _teach(self, cast: Cast, year: Year, random: Random) -> list[tuple[str, User]]:
        trainer, coordinator = cast.staff["trainer"], cast.staff["coordinator"]
        *finished, newest = year.past
        finishing = newest.enrolments.order_by("pk")[0].user
        for cohort in year.past:
            mark_rolls(cohort, trainer, random, gaps=cohort != newest)
            hold_tests(cohort, trainer, random, skip=finishing if cohort == newest else None)
        open_roll = newest_session(year.under_way)
        mark_rolls(year.under_way, trainer, random, but=open_roll)
        for cohort in finished:
            finish(cohort, coordinator)
        if open_roll:
            check_in_some(open_roll)
        book_make_ups(year.under_way, year.coming, coordinator)
        newcomer = year.coming.enrolments.order_by("pk")[0].user
        open_for_sign_up(cast, year, newcomer)
        officers = [
            ("Officer, training starts soon", newcomer, "new"),
            ("Officer, in the training week", year.under_way.enrolments.order_by("pk")[0].user, ""),
            ("Officer, last steps to certificate", finishing, "finishing"),
        ]
        named = []
        for label, user, suffix in officers:
            user.email = f"officer{'.' + suffix if suffix else ''}@example.org"
            user.save(update_fields=["email"])
            named.append((label, user))
        return named + [(role.capitalize(), user) for role, user in cast.staff.items()]
