"""Officers of several cohorts over four waves, with what happens to people on the way: new names,
other agencies, second accounts that are found and merged. Boxes are filled by the web side's own
hands, a cohort at a time; opened by the real action."""

import os
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from assessments.actions import create_study_keys, create_windows, load_instrument, load_study
from assessments.actions.filling import WebBox, research_ids
from assessments.ballot_box import store
from assessments.ballot_box.sealing import LINKS, SealedBallot
from assessments.models import Study, SurveyWindow
from courses.models import Cohort, Enrolment
from lms.accounts.models import Agency, ResearchId, User
from tests.factories import AgencyFactory, CourseVersionFactory, UserFactory
from tests.surveys import ITEMS, instrument_document, make_cohort, study_document

OFFICERS = max(300, min(1000, 50 * int(os.environ.get("SEEDS", "20"))))
IN_A_COHORT = 100
WAVES = ("pre", "post", "after_3_months", "after_6_months")
STEPS = [code for items in ITEMS.values() for code in items if code != "M1"]

ANSWERED, DECLINED, IGNORED, STOPPED, WITHDREW = (
    "answered",
    "declined",
    "ignored",
    "stopped",
    "withdrew",
)
DRAWN = {ANSWERED: 84, DECLINED: 4, IGNORED: 6, STOPPED: 3, WITHDREW: 3}

Sheet = tuple[tuple[str, int], ...]


def sheet_of(person: int, wave: str) -> Sheet:
    """Different for everybody and every time; in an order that is not the one of the accounts."""
    number = (person * len(WAVES) + WAVES.index(wave)) * 7919 % 5 ** len(STEPS)
    return tuple(sorted((code, number // 5**n % 5 + 1) for n, code in enumerate(STEPS)))


@dataclass
class Officer:
    """One person with the accounts they were ever given; the one in use comes first."""

    number: int
    accounts: list[User]
    did: dict[str, str] = field(default_factory=dict)

    @property
    def user(self) -> User:
        return self.accounts[0]

    @property
    def answered(self) -> set[str]:
        return {wave for wave, what in self.did.items() if what == ANSWERED}


@dataclass
class Force:
    """A study of four waves, and everybody who is asked."""

    study: Study
    cohorts: list[Cohort]
    windows: Mapping[tuple[int, str], SurveyWindow]
    groups: list[list[Officer]]
    draw: random.Random

    @property
    def officers(self) -> list[Officer]:
        return [one for group in self.groups for one in group]

    def of_wave(self, wave: str) -> list[SurveyWindow]:
        return [self.windows[cohort.pk, wave] for cohort in self.cohorts]

    def truth(self, wave: str) -> dict[int, Sheet]:
        return {
            one.number: sheet_of(one.number, wave) for one in self.officers if wave in one.answered
        }


def make_force(seed: int, officers: int = OFFICERS) -> Force:
    agencies = [AgencyFactory.create() for _ in range(3)]
    marked = [{"code": "welcome", "day": 1, "survey": "pre"}]
    version = CourseVersionFactory.create(
        modules=[*marked, {"code": "bye", "day": 2, "survey": "post"}]
    )
    load_instrument(document=instrument_document(), by=None)
    document = study_document(version.course.code)
    document["waves"] = [{"code": wave, "title": wave} for wave in WAVES]
    study, _ = load_study(document=document, by=None)
    study = create_study_keys(study=study, by=None)
    everybody = [Officer(n, [UserFactory.create(agency=agencies[n % 3])]) for n in range(officers)]
    draw = random.Random(seed)
    draw.shuffle(everybody)
    size = min(IN_A_COHORT, officers // 2)
    groups = [everybody[n : n + size] for n in range(0, officers, size)]
    cohorts = [make_cohort(version, agencies[0], [one.user for one in group]) for group in groups]
    windows = {
        (cohort.pk, window.wave.code): window
        for cohort in cohorts
        for window in create_windows(cohort=cohort)
    }
    return Force(study, cohorts, windows, groups, draw)


def _finished(box: WebBox, ids: list[bytes], officer: Officer, wave: str) -> SealedBallot:
    """What lies in the box at the end of somebody's visit."""
    envelope, key = box.envelope(ids), box.public_key
    if officer.did[wave] in {DECLINED, WITHDREW}:
        return SealedBallot.declined(envelope, key)
    ballot, sheet = SealedBallot.untouched(envelope, key), dict(sheet_of(officer.number, wave))
    for number, items in ITEMS.items():
        if officer.did[wave] == ANSWERED or number == 1:
            given = {code: sheet[code] for code in items if code in sheet}
            ballot = ballot.with_section(envelope, key, number, given)
    return ballot


def visit_all(window: SurveyWindow, officers: Iterable[Officer], wave: str) -> None:
    """Everybody's visit, in one transaction. Who comes under several research ids goes on with the
    primary one."""
    box = WebBox(window)
    with store.locked(window.box_id):
        changed = dict(box.missing())
        for officer in officers:
            ids = research_ids(officer.user)
            if officer.did[wave] != IGNORED:
                changed[box.tags(ids)[0]] = _finished(box, ids, officer, wave)
        box.write(changed)


def decide(force: Force, wave: str) -> None:
    for officer in force.officers:
        officer.did[wave] = force.draw.choices(list(DRAWN), list(DRAWN.values()))[0]


# What happens to people


def new_name(officer: Officer, draw: random.Random) -> None:
    officer.user.last_name = f"Married{draw.randrange(10**6)}"
    officer.user.email = f"married{officer.user.pk}@example.org"
    officer.user.save(update_fields=["last_name", "email"])


def other_agency(officer: Officer, draw: random.Random) -> None:
    officer.user.agency = draw.choice(list(Agency.objects.all()))
    officer.user.save(update_fields=["agency"])


def second_account(officer: Officer, cohort: Cohort) -> None:
    """A roster gives somebody who has an account another one, which they use from now on. At most
    four research ids can be one person's."""
    if len(officer.accounts) > 1 or officer.user.research_ids.count() == LINKS:
        return
    new = UserFactory.create(agency=officer.user.agency)
    Enrolment.objects.filter(cohort=cohort, user=officer.user).update(user=new)
    officer.accounts.insert(0, new)


def merge(officer: Officer) -> None:
    """The newest account is kept, with the research ids of all."""
    kept, *others = officer.accounts
    if not others:
        return
    ResearchId.objects.filter(user__in=others).update(user=kept, primary=False)
    officer.accounts = [kept]


def disturb(force: Force, share: float, *deeds: Callable[[Officer, Cohort], None]) -> None:
    """Does something to a share of everybody, each drawn for itself."""
    for group, cohort in zip(force.groups, force.cohorts, strict=True):
        for officer in group:
            for deed in deeds:
                if force.draw.random() < share:
                    deed(officer, cohort)
