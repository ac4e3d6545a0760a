"""Whoever holds all releases finds nobody among fewer than five; with a protection off, somebody."""

import random
from collections.abc import Callable
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
from tests.assessments.microdata.worlds import World, live, make_frame, smallest

K = 5
PROFILES = st.lists(st.sampled_from([LINKS_FIRST, CLUSTERS_FIRST]), min_size=5, max_size=5)


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


@pytest.mark.parametrize("switch", SWITCHES)
def test_without_a_protection_the_attacker_finds_somebody(
    monkeypatch: pytest.MonkeyPatch, switch: str
) -> None:
    monkeypatch.setattr(*SWITCHES[switch])
    monkeypatch.setattr(release, "check", lambda *given: None)
    assert any(is_found(world_of(seed, 80)) for seed in range(3))


# What is not remembered cannot be checked.
@pytest.mark.parametrize("switch", sorted(SWITCHES.keys() - {"memory of earlier releases"}))
def test_nothing_is_released_where_a_protection_failed(
    monkeypatch: pytest.MonkeyPatch, switch: str
) -> None:
    monkeypatch.setattr(*SWITCHES[switch])
    with pytest.raises(ReleaseError):
        [grown(world_of(seed, 80)) for seed in range(3)]


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


def test_rows_stored_anew_after_a_merge_are_not_taken_for_new_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not any(is_found(world_of(seed, 60), merged) for seed in range(5))
    monkeypatch.setattr(joining, "twins", lambda columns, gone: np.zeros(len(columns), bool))
    assert any(is_found(world_of(seed, 60), merged) for seed in range(5))


# Beside a report on all rows


def left_out(world: World, table: Any) -> dict[str, int]:
    """By wave, how many rows a report counts that the release does not show."""
    stored = [row["wave"] for row in world.rows]
    shown = list(table["wave"])
    return {wave: stored.count(wave) - shown.count(wave) for wave in world.frame.study.wave_codes}


def test_the_difference_to_a_report_on_all_rows_is_nobody_or_five(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Their answers would be the report's sums less the release's."""

    def differences() -> list[int]:
        found = []
        for seed in range(12):
            world = world_of(seed, 60)
            for wave in world.frame.study.wave_codes:
                world.ask(wave, 0.97)
            found += left_out(world, world.release().long).values()
        return [count for count in found if 0 < count < K]

    assert not differences()
    monkeypatch.setattr(release, "fill_pools", lambda *given: None)
    assert differences()
