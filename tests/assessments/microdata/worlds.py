"""Small studies as they go on between releases, and an attacker who has all releases.

Every row's answers are different, so whoever has two releases can tell which row is which: the
attacker joins them by answers, joins rows that any release showed to be one person's, and looks for
people whose whole trace is shared by fewer than k.
"""

import random
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assessments.ballot_box.batches import Row, new_row_id
from assessments.frame import Frame
from assessments.instruments import parse_instrument
from assessments.microdata import Classes, Microdata, make_release
from assessments.studies import parse_study

ITEMS = [f"I{n}" for n in range(1, 9)]
STEPS = 5
LABELS = ("arm", "cluster", "rank_band", "service_band", "workforce")
SECRET = "My sergeant is Pat Doe"
CHOICES = {
    "rank_band": (["", "line", "supervisor", "command"], [5, 70, 20, 5]),
    "service_band": (
        ["", "under_5", "from_5_to_9", "from_10_to_19", "from_20"],
        [5, 25, 25, 25, 20],
    ),
    "workforce": (["sworn", "dispatch", "ems", "court"], [70, 15, 10, 5]),
}


def make_frame(
    waves: int = 4,
    arms: int = 1,
    covariates: Iterable[str] = tuple(CHOICES),
    kinds: Sequence[str] = ("training", "waiting_list", "comparison"),
    **changed: Any,
) -> Frame:
    likert = [{"code": code, "section": 1, "text": {"en": "?"}, "scale": "a"} for code in ITEMS]
    others = [
        {"code": code, "section": 1, "text": {"en": "?"}, "scale": scale}
        for code, scale in (("minutes", "n"), ("badge", "n"), ("said", "t"))
    ]
    instrument = parse_instrument(
        {
            "code": "small",
            "version": 1,
            "title": {"en": "Small"},
            "licence": "ours",
            "citation": "none",
            "response_scales": {
                "a": {"type": "likert", "min": 1, "max": STEPS},
                "n": {"type": "number", "min": 0, "max": 1e6},
                "t": {"type": "text", "max_length": 100},
            },
            "items": [*likert, *others],
            "scales": [
                {"code": "s", "title": {"en": "S"}, "items": ITEMS, "score": "mean"}
                | {"min_answered": 1, "better": "higher"}
            ],
        }
    )
    document = {
        "code": "small-study",
        "title": "Small",
        "instrument": "small",
        "instrument_version": 1,
        "waves": [{"code": f"w{n}"} for n in range(waves)],
        "primary": "s",
        "covariates": list(covariates),
        "arms": [{"code": f"a{n}", "title": "A", "kind": kinds[n]} for n in range(arms)],
        "information_sheet": {"version": "1", "text": "..."},
        **changed,
    }
    return Frame(uuid.uuid4(), parse_study(document, instrument), instrument)


def answers_of(number: int) -> dict[str, int]:
    """Different for every number below 5 ** 8."""
    mixed = number * 7919 % STEPS ** len(ITEMS)
    return {code: mixed // STEPS**n % STEPS + 1 for n, code in enumerate(ITEMS)}


@dataclass
class World:
    """A study's rows as they are stored, and the chance by which things happen."""

    frame: Frame
    draw: random.Random
    rows: list[Row] = field(default_factory=list)
    people: list[dict[str, Any]] = field(default_factory=list)
    hired: int = 0
    written: int = 0
    known: set[str] = field(default_factory=set)

    def hire(self, count: int, in_cohort: int = 9) -> None:
        for _ in range(count):
            place, self.hired = self.hired, self.hired + 1
            given = {
                name: self.draw.choices(*CHOICES[name])[0] for name in self.frame.study.covariates
            }
            arms = self.frame.study.arms
            self.people.append(
                {
                    "code": f"{place:032x}",
                    "cohort": f"C{place // in_cohort}" if self.draw.random() < 0.97 else "",
                    "arm": arms[place // in_cohort % len(arms)].code,
                    "covariates": {name: choice for name, choice in given.items() if choice},
                }
            )

    def ask(self, wave: str, share: float) -> None:
        """Some of those who have not answered the wave do."""
        done = {row["code"] for row in self.rows if row["wave"] == wave}
        for person in self.people:
            if person["code"] not in done and self.draw.random() < share:
                self.answer(person, wave)
        self.draw.shuffle(self.rows)

    def answer(self, person: Mapping[str, Any], wave: str) -> None:
        self.written += 1
        answers = {**answers_of(self.written), "minutes": 30, "badge": 4711, "said": SECRET}
        more = {"wave": wave, "version": 1, "answers": answers, "row": new_row_id()}
        self.rows.append({**person, **more, "promise": "v7", "made": ["BRO", "07"]})

    def withdraw(self, count: int) -> None:
        codes = sorted({row["code"] for row in self.rows})
        gone = set(self.draw.sample(codes, min(count, len(codes))))
        self.rows = [row for row in self.rows if row["code"] not in gone]
        self.people = [one for one in self.people if one["code"] not in gone]

    def merge(self) -> None:
        """Two accounts turn out to be one person's, as `assessments.renewal` does it. The one that
        stays is one that a release knew, if any is: the other way is a limit (decision 24)."""
        codes = sorted({row["code"] for row in self.rows})
        if len(codes) < 2:
            return
        one, other = self.draw.sample(codes, 2)
        if one not in self.known:
            one, other = other, one
        has = {(row["wave"], row["arm"]) for row in self.rows if row["code"] == one}
        for row in [row for row in self.rows if row["code"] == other]:
            self.rows.remove(row)
            if (row["wave"], row["arm"]) not in has:
                self.rows.append({**row, "code": one, "row": new_row_id()})
        self.people = [person for person in self.people if person["code"] != other]

    def release(self, stored: Classes | None = None, profile: str = "links_first") -> Microdata:
        self.known |= {row["code"] for row in self.rows}
        copied = Classes.from_bytes(stored.to_bytes()) if stored else None
        return make_release(iter(self.rows), self.frame, profile=profile, stored=copied)


def given_by(row: Row) -> tuple[Any, ...]:
    """What tells a row from all others: its wave and what was answered."""
    return (row["wave"], *(row["answers"].get(code) for code in ITEMS))


def live(world: World, moments: int, profiles: Iterable[str]) -> list[Microdata]:
    """Releases one after the other: waves come in, people join, withdraw, are merged."""
    releases: list[Microdata] = []
    waves, draw = world.frame.study.wave_codes, world.draw
    for moment, profile in zip(range(moments), profiles, strict=False):
        for wave in waves[: moment + 2]:
            world.ask(wave, draw.choice([0.02, 0.3, 0.8, 0.95]))
        if releases:
            world.withdraw(draw.choice([0, 0, 1, 2]))
            if draw.random() < 0.4:
                world.merge()
            world.hire(draw.choice([0, 1, 4, 12, 30]))
        releases.append(world.release(releases[-1].classes if releases else None, profile))
    return releases


Fingerprint = tuple[Any, ...]


def records(microdata: Microdata) -> list[dict[str, Any]]:
    """A release as anybody reads it, None where nothing stands."""
    table = microdata.long.astype(object)
    return table.where(table.notna(), None).to_dict("records")


def traces(releases: Iterable[Microdata]) -> Counter[Any]:
    """What the attacker can tell of people, and how many are alike: for every person, as far as
    links were shown, the waves and what each release said of each."""
    seen: list[dict[Fingerprint, tuple[str, tuple[Any, ...]]]] = []
    for release in releases:
        seen.append(
            {
                (row["wave"], *(row[code] for code in ITEMS)): (
                    row["code"],
                    tuple(row.get(label) for label in LABELS),
                )
                for row in records(release)
            }
        )
    persons = _joined(seen)
    return Counter(
        tuple(
            sorted(
                (row[0], tuple(str(one.get(row, ("", "absent"))[1]) for one in seen))
                for row in person
            )
        )
        for person in persons
    )


def _joined(seen: Iterable[Mapping[Fingerprint, tuple[str, Any]]]) -> list[set[Fingerprint]]:
    """Rows that any release showed to be one person's."""
    home: dict[Fingerprint, set[Fingerprint]] = {}
    for release in seen:
        by_code: dict[str, set[Fingerprint]] = {}
        for row, (code, _) in release.items():
            by_code.setdefault(code, set()).add(row)
        for linked in by_code.values():
            whole = set().union(linked, *(home.get(row, set()) for row in linked))
            for row in whole:
                home[row] = whole
    return list({id(whole): whole for whole in home.values()}.values())


def smallest(releases: Iterable[Microdata], otherwise: int = 5) -> int:
    """The fewest people among whom the attacker still has to guess."""
    return min(traces(releases).values(), default=otherwise)
