"""An attacker with two published vintages, who subtracts everything from everything.

Between the two a cohort was added of whom one person left before the second survey, or whose
members all answered alike. Either is hidden when the cohort is reported on alone; it must not
follow from the difference of two reports in which nothing small is to be seen.
"""

from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from assessments.disclosure import may_replace, releasable
from assessments.instruments import parse_instrument
from assessments.outcomes import Response, outcomes
from assessments.scoring import score
from assessments.studies import parse_study

ROOT = Path(__file__).resolve().parents[2] / "assessments"
INSTRUMENT = parse_instrument(
    yaml.safe_load((ROOT / "instruments" / "sample-cit-attitudes.yaml").read_text())
)
STUDY = parse_study(
    yaml.safe_load((ROOT / "studies" / "cit-attitudes.yaml").read_text()), INSTRUMENT
)
Report = dict[str, Any]


def officer(code: str, random: Random, waves: Iterable[str] = ("pre", "post")) -> list[Response]:
    answers = {
        wave: {item.code: random.choice(item.scale.points) for item in INSTRUMENT.items}
        for wave in ("pre", "post")
    }
    return [Response(code, wave, 1, answers[wave], code[0]) for wave in waves]


def alike(code: str) -> list[Response]:
    level = {"pre": 2, "post": 4}
    return [
        Response(code, wave, 1, {item.code: level[wave] for item in INSTRUMENT.items}, code[0])
        for wave in level
    ]


def released(first: list[Response], added: list[Response]) -> tuple[Report, Report | None]:
    """The two vintages as the portal would publish them; the second None where it waits."""
    everything = first + added
    codes = {one.code for one in added}
    published = outcomes(first, STUDY, INSTRUMENT)
    new = releasable(
        published,
        outcomes(everything, STUDY, INSTRUMENT),
        fresh=outcomes(added, STUDY, INSTRUMENT),
        touched=outcomes([r for r in everything if r.code in codes], STUDY, INSTRUMENT),
        threshold=STUDY.threshold,
    )
    return published, new


def unpaired_sum(report: Report, scale: str) -> float | None:
    """The sum of scores of those who answered only the first survey, if a reader can work it out."""
    wave = report["scales"][scale]["waves"]["pre"]
    change = report["scales"][scale]["changes"][0]
    if wave["mean"] is None or change["mean_from"] is None:
        return None
    return float(wave["n"] * wave["mean"] - change["n"] * change["mean_from"])


def leaver(seed: int) -> tuple[list[Response], list[Response], Response]:
    random = Random(seed)
    first = [
        response
        for number in range(30)
        for response in officer(f"a{number}", random, ("pre", "post") if number < 18 else ("pre",))
    ]
    victim = officer("b29", random, ("pre",))
    added = [r for number in range(29) for r in officer(f"b{number}", random)] + victim
    return first, added, victim[0]


def scores_found(old: Report, new: Report | None) -> dict[str, float]:
    if new is None:
        return {}
    found = {}
    for scale in INSTRUMENT.scales:
        before, after = unpaired_sum(old, scale.code), unpaired_sum(new, scale.code)
        if before is not None and after is not None:
            found[scale.code] = after - before
    return found


def true_scores(victim: Response) -> dict[str, float]:
    import pandas as pd

    frame = pd.DataFrame([dict(victim.answers)]).astype(float)
    return {
        scale.code: float(score(frame, scale, INSTRUMENT).iloc[0]) for scale in INSTRUMENT.scales
    }


@pytest.mark.parametrize("seed", range(5))
def test_subtracting_two_vintages_finds_no_leaver(seed: int) -> None:
    first, added, _ = leaver(seed)
    assert scores_found(*released(first, added)) == {}


@pytest.mark.parametrize("seed", range(5))
def test_without_what_came_in_between_the_attacker_finds_the_leavers_exact_scores(
    seed: int,
) -> None:
    first, added, victim = leaver(seed)
    old, new = (outcomes(rows, STUDY, INSTRUMENT) for rows in (first, first + added))
    assert may_replace(old, new, STUDY.threshold)
    assert scores_found(old, new) == pytest.approx(true_scores(victim))


@pytest.mark.parametrize("seed", range(3))
def test_a_cohort_that_answered_alike_does_not_come_out_by_subtraction(seed: int) -> None:
    random = Random(seed)
    first = [r for number in range(30) for r in officer(f"a{number}", random)]
    _, new = released(first, [r for number in range(10) for r in alike(f"b{number}")])
    assert new is None


def test_an_ordinary_cohort_is_published_with_its_change() -> None:
    random = Random(1)
    first = [r for number in range(60) for r in officer(f"a{number}", random)]
    added = [r for number in range(40) for r in officer(f"b{number}", random)]
    _, new = released(first, added)
    assert new is not None
    assert [scale["changes"][0]["n"] for scale in new["scales"].values()] == [100] * 4


def test_a_second_survey_that_comes_in_later_is_published_with_its_change() -> None:
    random = Random(2)
    old = [r for number in range(60) for r in officer(f"a{number}", random)]
    cohort = [officer(f"b{number}", random) for number in range(40)]
    before = [waves[0] for waves in cohort]
    _, new = released(old + before, [waves[1] for waves in cohort])
    assert new is not None
    assert [scale["changes"][0]["n"] for scale in new["scales"].values()] == [100] * 4
