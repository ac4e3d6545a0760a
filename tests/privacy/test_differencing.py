"""An attacker with two published vintages, who subtracts everything from everything.

Between the two a cohort was added of whom one person left before the second survey, or whose
members all answered alike. Either is hidden when the cohort is reported on alone; it must not
follow from the difference of two reports in which nothing small is to be seen. Nor may it follow
when somebody has withdrawn in between, or two accounts turned out to be one person's.
"""

from collections.abc import Iterable, Sequence
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
    yaml.safe_load((ROOT / "instruments" / "sample-cit-attitudes-2.yaml").read_text())
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
    return [Response(code, wave, INSTRUMENT.version, answers[wave], code[0]) for wave in waves]


def alike(code: str) -> list[Response]:
    level = {"pre": 2, "post": 4}
    return [
        Response(
            code,
            wave,
            INSTRUMENT.version,
            {item.code: level[wave] for item in INSTRUMENT.items},
            code[0],
        )
        for wave in level
    ]


def released(
    first: list[Response], added: list[Response], gone: Sequence[Response] = ()
) -> tuple[Report, Report | None]:
    """The two vintages as the portal would publish them; the second None where it waits. The guard
    is not told what those who withdrew in between had answered."""
    everything = [one for one in first if one not in gone] + added
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


def pairs(letter: str, count: int, random: Random) -> list[Response]:
    return [r for number in range(count) for r in officer(f"{letter}{number}", random)]


def change_sums(old: Report, new: Report | None) -> dict[str, float]:
    """What the difference of two vintages gives as the sum of changes of those who make it."""
    if new is None:
        return {}
    found = {}
    for scale in INSTRUMENT.scales:
        before, after = (report["scales"][scale.code]["changes"][0] for report in (old, new))
        if before["n"] is not None and after["n"] is not None and before["n"] != after["n"]:
            found[scale.code] = (
                after["n"] * after["mean_change"] - before["n"] * before["mean_change"]
            )
    return found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("leavers", [1, 9, 10, 12, 30])
def test_what_withdrew_does_not_come_out_by_subtraction(seed: int, leavers: int) -> None:
    """Whether they were few, or as many as the threshold and answered all alike."""
    random = Random(seed)
    gone = [r for number in range(leavers) for r in alike(f"b{number}")]
    _, new = released(pairs("a", 40, random) + gone, [], gone)
    assert new is None


@pytest.mark.parametrize("came", [1, 9, 10, 11])
def test_who_withdrew_does_not_hide_among_fewer_newcomers_than_the_threshold(came: int) -> None:
    """Ten newcomers and one leaver: ten minus one. As many people less than the threshold would be
    known to whoever knows the newcomers."""
    random = Random(4)
    first = pairs("a", 40, random)
    gone = [one for one in first if one.code in ("a0", "a1")]
    _, new = released(first, pairs("b", came, random), gone)
    assert new is None


@pytest.mark.parametrize("seed", range(3))
def test_where_more_than_the_threshold_came_the_difference_is_about_all_of_them(seed: int) -> None:
    random = Random(seed)
    first = pairs("a", 60, random)
    gone = [one for one in first if one.code == "a0"]
    came = pairs("b", 40, random)
    old, new = released(first, came, gone)
    assert new is not None
    assert [scale["changes"][0]["n"] for scale in new["scales"].values()] == [99] * 4
    alone = outcomes(gone * 1, STUDY, INSTRUMENT)
    assert all(scale["changes"][0]["n"] is None for scale in alone["scales"].values())
    assert len(change_sums(old, new)) == 4


def test_a_vintage_waits_where_few_withdrew_and_only_another_wave_came_in() -> None:
    """A pair is gone, and what came in are first answers alone: the pairs' sums would tell."""
    random = Random(5)
    first = pairs("a", 40, random)
    gone = [one for one in first if one.code == "a0"]
    came = [one for one in pairs("b", 30, random) if one.wave == "pre"]
    _, new = released(first, came, gone)
    assert new is None


@pytest.mark.parametrize("seed", range(3))
def test_two_accounts_that_became_one_do_not_come_out_by_subtraction(seed: int) -> None:
    """Two people of one wave each become one pair. Nothing else changed: the difference of the two
    vintages would be that person's change."""
    random = Random(seed)
    first = pairs("a", 40, random)
    before, after = officer("b0", random, ("pre",)), officer("b1", random, ("post",))
    merged = [Response("b0", "post", INSTRUMENT.version, after[0].answers, "b")]
    _, new = released(first + before + after, merged, after)
    assert new is None


def test_without_the_guard_the_attacker_finds_the_change_of_the_one_who_withdrew() -> None:
    random = Random(6)
    first = pairs("a", 40, random)
    gone = [one for one in first if one.code == "a0"]
    stay = [one for one in first if one not in gone]
    old, new = (outcomes(rows, STUDY, INSTRUMENT) for rows in (first, stay))
    scores = [true_scores(one) for one in sorted(gone, key=lambda one: one.wave == "post")]
    true = {scale: scores[1][scale] - scores[0][scale] for scale in scores[0]}
    assert {scale: -total for scale, total in change_sums(old, new).items()} == pytest.approx(true)
