"""Whoever holds all releases finds nobody among fewer than five; with a protection off, somebody."""

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.microdata import (
    Classes,
    ReleaseError,
    drawing,
    joining,
    labels,
    patterns,
    people,
    release,
)
from assessments.microdata.classes import WITHHELD
from assessments.protocol import CLUSTERS_FIRST, LINKS_FIRST
from tests.assessments.microdata import worlds
from tests.assessments.microdata.worlds import ITEMS, World, given_by, live, make_frame, smallest

K = 5
PROFILES = st.lists(st.sampled_from([LINKS_FIRST, CLUSTERS_FIRST]), min_size=5, max_size=5)


@pytest.fixture
def drawn_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests in which a switch is to show: whether it does in a few small worlds hangs on what is
    drawn. What has to hold always is tried with new draws each time."""
    monkeypatch.setattr(drawing, "token_bytes", random.Random(20261127).randbytes)
    ids = itertools.count()
    monkeypatch.setattr(worlds, "new_row_id", lambda: f"{next(ids):016x}")


def world_of(seed: int, count: int, **frame: Any) -> World:
    world = World(make_frame(**frame), random.Random(seed))
    world.hire(count)
    return world


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(0, 90),
    waves=st.integers(2, 4),
    arms=st.integers(1, 3),
    moments=st.integers(1, 5),
    profiles=PROFILES,
)
def test_all_releases_together_leave_everybody_among_five(
    seed: int, count: int, waves: int, arms: int, moments: int, profiles: list[str]
) -> None:
    world = world_of(seed, count, waves=waves, arms=arms)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "token_bytes", random.Random(seed).randbytes)
        releases = live(world, moments, profiles)
    assert smallest(releases) >= K


# The switches. Each turns one protection off, and the last check with it: the attacker finds people.


def grown(world: World) -> list[Any]:
    """Two releases: everybody's first two waves, then newcomers, two more waves, one withdrawal."""
    for wave in ("w0", "w1"):
        world.ask(wave, 0.85)
    first = world.release()
    world.withdraw(1)
    world.hire(25)
    for wave in ("w0", "w1", "w2", "w3"):
        world.ask(wave, 0.6)
    return [first, world.release(first.classes)]


def is_found(world: World, build: Callable[[World], list[Any]] = grown) -> bool:
    return smallest(build(world)) < K


def test_with_all_protections_on_the_same_attacker_finds_nobody() -> None:
    for seed in range(5):
        assert not is_found(world_of(seed, 80))


def no_decoys(klass: Any, gone: Any, k: int) -> None:
    klass[gone] = WITHHELD


def forget(columns: Any, stored: Classes, k: int) -> Any:
    return joining.join(columns, Classes.none(), k)


def with_one(step: Callable[..., Any]) -> Callable[..., Any]:
    """The step as if one person were enough."""
    return lambda *given: step(*given[:-1], 1)


SWITCHES: dict[str, tuple[Any, str, Any]] = {
    "pattern rule": (release, "settle_all", lambda groups, answered, shown, k: answered),
    "pattern rule of five": (release, "settle_all", with_one(patterns.settle_all)),
    "others go with those who have gone": (joining, "withdraw", no_decoys),
    "memory of earlier releases": (release, "join", forget),
}


@pytest.mark.usefixtures("drawn_alike")
@pytest.mark.parametrize("switch", SWITCHES)
def test_without_a_protection_the_attacker_finds_somebody(
    monkeypatch: pytest.MonkeyPatch, switch: str
) -> None:
    monkeypatch.setattr(*SWITCHES[switch])
    monkeypatch.setattr(release, "check", lambda *given: None)
    assert any(is_found(world_of(seed, 80)) for seed in range(8))


# What is not remembered cannot be checked.
@pytest.mark.usefixtures("drawn_alike")
@pytest.mark.parametrize("switch", sorted(SWITCHES.keys() - {"memory of earlier releases"}))
def test_nothing_is_released_where_a_protection_failed(
    monkeypatch: pytest.MonkeyPatch, switch: str
) -> None:
    monkeypatch.setattr(*SWITCHES[switch])
    with pytest.raises(ReleaseError):
        [grown(world_of(seed, 80)) for seed in range(8)]


def test_classes_of_few_are_cut_even_where_labels_were_too_fine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Coarsening keeps links; that nobody stands alone does not hang on it."""
    monkeypatch.setattr(people, "label", with_one(labels.label))
    assert not any(is_found(world_of(seed, 80)) for seed in range(3))


def merged(world: World) -> list[Any]:
    for wave in ("w0", "w1"):
        world.ask(wave, 0.7)
    releases = [world.release()]
    for _ in range(3):
        world.merge()
    world.hire(20)
    world.ask("w0", 0.9)
    return [*releases, world.release(releases[0].classes)]


def test_rows_stored_anew_after_a_merge_are_not_taken_for_new_ones() -> None:
    assert not any(is_found(world_of(seed, 60), merged) for seed in range(5))


@pytest.mark.usefixtures("drawn_alike")
def test_or_the_attacker_would_find_somebody_among_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "twins", lambda columns, *given: np.zeros(len(columns), bool))
    monkeypatch.setattr(release, "check", lambda *given: None)
    assert any(is_found(world_of(seed, 60), merged) for seed in range(5))


def test_newcomers_who_answer_like_somebody_who_withdrew_are_released() -> None:
    """Or the one way to answer that no newcomer has would be what was withdrawn."""
    world = world_of(1, 60, waves=2, covariates=())
    for row in ask_all(world):
        row["answers"] = {"I1": int(row["code"], 16) % 5 + 1}
    first = world.release()
    gone = next(row for row in world.rows if row["answers"]["I1"] == 1)["code"]
    world.rows = [row for row in world.rows if row["code"] != gone]
    world.people = [one for one in world.people if one["code"] != gone]
    before = len(world.people)
    world.hire(100)
    ask_all(world)
    for place, person in enumerate(world.people[before:]):
        for row in world.rows:
            if row["code"] == person["code"]:
                row["answers"] = {"I1": place % 5 + 1}
    table = world.release(first.classes).long
    assert (table.loc[table["wave"] == "w0", "I1"].value_counts() > 20).all()


# Beside a report on all rows

T = 10


def ask_all(world: World) -> list[Any]:
    for wave in world.frame.study.wave_codes:
        world.ask(wave, 1)
    return world.rows


def differences(world: World, tables: list[Any]) -> list[int]:
    """How many people a report on all rows counts that no release shows, in each wave and linked
    in each pair of waves."""
    person = {given_by(row): row["code"] for row in world.rows}
    linked: set[tuple[str, frozenset[str]]] = set()
    for table in tables:
        for _, rows in table.groupby("code"):
            known = [
                person.get(tuple(row)) for row in rows[["wave", *ITEMS]].itertuples(index=False)
            ]
            linked |= {(one, w) for one in known if one for w in parts_of(rows["wave"])}
    answered: dict[str, list[str]] = {}
    for row in world.rows:
        answered.setdefault(row["code"], []).append(row["wave"])
    stored = {(code, wave) for code, waves in answered.items() for wave in parts_of(waves)}
    shown = {part for _, part in linked}
    counts = Counter(part for _, part in stored - linked)
    return [count for part, count in counts.items() if part in shown]


def parts_of(waves: Iterable[str]) -> list[frozenset[str]]:
    return [frozenset(part) for n in (1, 2) for part in combinations(sorted(map(str, waves)), n)]


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(0, 120),
    waves=st.integers(2, 4),
    share=st.sampled_from([0.6, 0.85, 0.97]),
)
def test_the_difference_to_a_report_on_all_rows_is_nobody_or_ten(
    seed: int, count: int, waves: int, share: float
) -> None:
    """Their answers would be the report's sums less the release's."""
    world = world_of(seed, count, waves=waves)
    for wave in world.frame.study.wave_codes:
        world.ask(wave, share)
    assert [n for n in differences(world, [world.release().long]) if n < T] == []


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_so_it_is_after_more_people_came_and_a_second_release(seed: int) -> None:
    world = world_of(seed, 80, waves=3)
    for wave in ("w0", "w1"):
        world.ask(wave, 0.9)
    first = world.release()
    world.hire(40)
    for wave in ("w0", "w1", "w2"):
        world.ask(wave, 0.9)
    second = world.release(first.classes)
    assert [n for n in differences(world, [first.long, second.long]) if n < T] == []


@pytest.mark.usefixtures("drawn_alike")
def test_a_difference_of_few_is_not_released_where_that_rule_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(release, "leave_out_more", lambda *given, **named: None)
    world = world_of(1, 60)
    for wave in world.frame.study.wave_codes:
        world.ask(wave, 0.97)
    with pytest.raises(ReleaseError, match="few people"):
        world.release()


def test_one_who_missed_the_first_wave_is_not_found_by_subtraction() -> None:
    world = world_of(1, 83, waves=2, covariates=())
    world.ask("w0", 1)
    for person in world.people[:70]:
        world.answer(person, "w1")
    lone = world.people[-1]["code"]
    world.rows = [row for row in world.rows if (row["code"], row["wave"]) != (lone, "w0")]
    world.answer(world.people[-1], "w1")
    table = world.release().long
    assert table["arm"].notna().all()
    assert not (table.groupby("code")["wave"].agg(set) == {"w1"}).any()
    assert [n for n in differences(world, [table]) if n < T] == []


def waiting(world: World, arms: Iterable[str]) -> World:
    """Whole cohorts of twelve, each of one arm, who answered both waves."""
    for arm in arms:
        first = world.hired
        world.hire(12)
        for person in world.people[first:]:
            person |= {"cohort": f"{arm}-{first}", "arm": arm}
    ask_all(world)
    return world


def test_few_who_wait_for_a_block_are_not_the_difference_to_a_report() -> None:
    frame = make_frame(waves=2, covariates=(), kinds=("training", "training"), arms=2)
    world = waiting(World(frame, random.Random(1)), ["a0", "a1"] * 3)
    first = world.release(None, CLUSTERS_FIRST)
    waiting(world, ["a0"] * 3)
    for person in waiting(world, ["a1"]).people[-9:]:
        world.rows = [row for row in world.rows if row["code"] != person["code"]]
    second = world.release(first.classes, CLUSTERS_FIRST)
    assert second.told.waiting == "fewer than 10"
    assert [n for n in differences(world, [first.long, second.long]) if n < T] == []


def test_where_one_who_waited_has_gone_none_of_them_comes_back() -> None:
    """Or whoever is missing among them would be the one who withdrew."""
    world = waiting(World(make_frame(waves=2, covariates=()), random.Random(1)), ["a0"] * 3)
    first = world.release(None, CLUSTERS_FIRST)
    waited = [one["code"] for one in waiting(world, ["a0"]).people[-12:]]
    second = world.release(first.classes, CLUSTERS_FIRST)
    assert second.told.waiting == "24"
    gone = waited[0]
    world.rows = [row for row in world.rows if row["code"] != gone]
    world.people = [one for one in world.people if one["code"] != gone]
    waiting(world, ["a0"] * 3)
    third = world.release(second.classes, CLUSTERS_FIRST)
    assert third.told.waiting == "none"
    assert third.long["code"].nunique() == 36 + 36
