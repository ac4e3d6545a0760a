"""What breakdowns tell over every combination of filters and over successive vintages, to a reader
with a linear program (tests/privacy/tables.py)."""

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

from assessments.outcomes import Response
from tests.privacy.tables import Attacker, Facts, Force, Report
from tests.privacy.test_differencing import INSTRUMENT, STUDY

SCALE = STUDY.primary
THRESHOLD = STUDY.threshold
COLUMNS = ("cohort", "year", *STUDY.covariates)
A_YEAR = 4
RANKS = {"line": 80, "supervisor": 14, "command": 4, "": 2}
FIELDS = {"sworn": 70, "dispatch": 12, "ems": 10, "court": 4, "other": 2, "": 2}
SERVICE = {"under_5": 25, "from_5_to_9": 35, "from_10_to_19": 30, "from_20": 8, "": 2}


def _facts(random: Random, number: int) -> Facts:
    """Of one officer of the numbered cohort. Nobody becomes a supervisor in the first years."""
    drawn = {
        name: random.choices(list(weights), list(weights.values()))[0]
        for name, weights in (
            ("rank_band", RANKS),
            ("service_band", SERVICE),
            ("workforce", FIELDS),
        )
    }
    if drawn["rank_band"] != "line" and drawn["service_band"] == "under_5":
        drawn["service_band"] = "from_10_to_19"
    cohort, year = f"c{number:02}", str(2026 + number // A_YEAR)
    return (cohort, year, *(drawn[name] for name in STUDY.covariates))


def force_of(random: Random, vintages: int) -> Force:
    """One or two cohorts join before each vintage; many small, some large."""
    facts: list[Facts] = []
    told, number = [], 0
    for _ in range(vintages):
        for _ in range(random.choice((1, 1, 2))):
            facts += [_facts(random, number) for _ in range(random.choice((7, 12, 18, 26)))]
            number += 1
        told.append(len(facts))
    return Force(COLUMNS, facts, told)


def answers_of(random: Random, force: Force) -> list[list[Response]]:
    """Both responses of each person, in the order in which they joined."""
    return [
        [
            Response(
                code=f"{random.getrandbits(64):016x}",
                wave=wave,
                version=INSTRUMENT.version,
                answers={item.code: random.choice(item.scale.points) for item in INSTRUMENT.items},
                cohort=facts[0],
                covariates=dict(zip(STUDY.covariates, facts[2:], strict=True)),
                row=f"{random.getrandbits(64):016x}",
            )
            for wave in ("pre", "post")
        ]
        for facts in force.facts
    ]


def cut_without_guard(force: Force) -> list[Report]:
    """What a careless office publishes: each table with its small cells left out, and all in all."""
    reports = []
    for told in force.told:
        tables = []
        for by in force.filters:
            counts = Counter(force.at(facts, by) for facts in force.facts[:told])
            shown = {labels: n for labels, n in counts.items() if n >= THRESHOLD}
            left = told - sum(shown.values())
            tables.append(
                {
                    "scale": SCALE,
                    "from": "pre",
                    "to": "post",
                    "by": by,
                    "groups": [{"labels": labels, "n": n} for labels, n in shown.items()],
                    "rest": {"n": left} if left else None,
                }
            )
        scales = {SCALE: {"changes": [{"n": told}]}}
        reports.append({"scales": scales, "breakdowns": tables})
    return reports


def attacked(force: Force, reports: Sequence[Report | None]) -> tuple[int, list[Any], list[Any]]:
    """How many cells are hidden, and those whose number or sum was recovered."""
    attacker = Attacker(force, reports, SCALE)
    hidden = attacker.hidden(THRESHOLD)
    return len(hidden), attacker.counted(hidden), attacker.summed(hidden)


def test_small_cells_left_out_of_tables_are_recovered_by_subtraction() -> None:
    force = force_of(Random(5), 3)
    hidden, counted, summed = attacked(force, cut_without_guard(force))
    assert hidden > 50
    assert counted
    assert summed


def test_what_follows_is_what_bounds_of_a_linear_program_say() -> None:
    force = force_of(Random(6), 2)
    attacker = Attacker(force, cut_without_guard(force), SCALE)
    hidden = attacker.hidden(THRESHOLD)
    follows = attacker.counted(hidden)
    for one in hidden:
        low, high = attacker.bounds(one)
        assert (high - low < 1e-6) == (one in follows)
    assert 0 < len(follows) < len(hidden)
