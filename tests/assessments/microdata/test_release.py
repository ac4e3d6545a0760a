import random
from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.ballot_box.batches import new_row_id
from assessments.microdata import Classes, ReleaseError, make_release
from assessments.protocol import CLUSTERS_FIRST, LINKS_FIRST
from tests.assessments.microdata.worlds import (
    ITEMS,
    LABELS,
    SECRET,
    World,
    given_by,
    live,
    make_frame,
    records,
    traces,
)

K = 5


def asked(count: int, seed: int = 1, share: float = 0.85, **frame: Any) -> World:
    """Everybody was asked in all waves."""
    world = World(make_frame(**frame), random.Random(seed))
    world.hire(count)
    for wave in world.frame.study.wave_codes:
        world.ask(wave, share)
    return world


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(0, 120),
    arms=st.integers(1, 3),
    share=st.sampled_from([0.3, 0.8, 0.97, 1.0]),
    profile=st.sampled_from([LINKS_FIRST, CLUSTERS_FIRST]),
)
def test_every_class_and_every_pattern_in_it_has_five(
    seed: int, count: int, arms: int, share: float, profile: str
) -> None:
    world = asked(count, seed, share, arms=arms)
    release = world.release(profile=profile)
    assert min(traces([release]).values(), default=K) >= K
    classes: dict[Any, set[str]] = defaultdict(set)
    for row in records(release):
        classes[tuple(row.get(label) for label in LABELS)].add(row["code"])
    assert min(map(len, classes.values()), default=K) >= K


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(0, 120),
    profile=st.sampled_from([LINKS_FIRST, CLUSTERS_FIRST]),
)
def test_every_row_leaves_at_most_once_with_its_answers(
    seed: int, count: int, profile: str
) -> None:
    world = asked(count, seed)
    stored = Counter(given_by(row) for row in world.rows)
    shown = Counter(
        (row["wave"], *(row[code] for code in ITEMS))
        for row in records(world.release(profile=profile))
    )
    assert shown <= stored


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), moments=st.integers(2, 5))
def test_rows_that_are_linked_are_one_persons_of_different_waves(seed: int, moments: int) -> None:
    world = asked(60, seed, 0.5)
    releases = live(world, moments, [LINKS_FIRST] * moments)
    person = {given_by(row): row["code"] for row in world.rows}
    by_code: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in records(releases[-1]):
        by_code[row["code"]].append(row)
    for rows in by_code.values():
        assert len({person[row["wave"], *(row[code] for code in ITEMS)] for row in rows}) == 1
        assert len({row["wave"] for row in rows}) == len(rows)


def test_only_steps_and_what_is_declared_leave() -> None:
    release = asked(60).release()
    assert set(release.long.columns) <= {"code", "wave", *LABELS, *ITEMS}
    text = release.long.to_csv() + repr(release.told) + repr(release)
    for secret in (SECRET, "4711", "v7", "BRO", "C0", "C1"):
        assert secret not in text
    assert release.told.withheld == {"minutes": "number", "badge": "number", "said": "free text"}


def test_a_number_leaves_where_the_protocol_says_so() -> None:
    release = asked(60, released_numbers=["minutes"]).release()
    assert set(release.long["minutes"]) == {30.0}
    assert "badge" not in release.long
    assert release.told.withheld == {"badge": "number", "said": "free text"}


def test_neither_codes_nor_ids_nor_the_order_of_the_store_are_in_the_release() -> None:
    world = asked(60)
    first, second = world.release().long, world.release().long
    known = {row["code"] for row in world.rows} | {row["row"] for row in world.rows}
    assert not known & set(first["code"])
    assert not set(first["code"]) & set(second["code"])
    place = {given_by(row): n for n, row in enumerate(world.rows)}
    order = [place[r["wave"], *(r[c] for c in ITEMS)] for r in first.to_dict("records")]
    assert order != sorted(order)


def test_a_skipped_item_is_missing_and_a_row_without_any_answer_that_may_leave_is_none() -> None:
    world = asked(60, share=1.0)
    for row in world.rows:
        del row["answers"]["I2"]
    silent = {"answers": {"said": SECRET}, "row": new_row_id(), "code": "f" * 32}
    world.rows.append({**world.rows[0], **silent})
    release = world.release()
    assert release.long["I2"].isna().all()
    assert not release.long["I1"].isna().any()
    assert len(release.long) == len(world.rows) - 1


def test_a_person_has_the_value_given_first_in_all_waves() -> None:
    world = asked(40, share=1.0, covariates=["rank_band"])
    for row in world.rows:
        row["covariates"] = {"rank_band": "line" if row["wave"] == "w0" else "command"}
    assert set(world.release().long["rank_band"]) == {"line"}


def test_a_rare_rank_is_merged_and_a_rarer_one_withheld() -> None:
    world = asked(40, share=1.0, covariates=["rank_band", "workforce"])
    for row in world.rows:
        number = int(row["code"], 16)
        rank = {0: "command", 1: "supervisor", 2: "supervisor", 3: "supervisor", 4: "command"}
        row["covariates"] = {
            "rank_band": rank.get(number, "line"),
            "workforce": "court" if number == 20 else "sworn",
        }
    release = world.release()
    assert release.told.covariates == {"rank_band": "merged", "workforce": "withheld"}
    assert set(release.long["rank_band"]) == {"line", "supervisor_or_command"}
    assert "workforce" not in release.long


def test_who_skipped_a_covariate_stands_among_five_drawn_at_random() -> None:
    world = asked(40, share=1.0, covariates=["rank_band"])
    for row in world.rows:
        number = int(row["code"], 16)
        row["covariates"] = {} if number < 2 else {"rank_band": ("line", "command")[number % 2]}
    release = world.release()
    assert release.told.covariates == {"rank_band": "as asked"}
    assert release.told.blanked == "fewer than 10"
    assert release.long.loc[release.long["rank_band"].isna(), "code"].nunique() == K


def test_links_first_tells_nothing_of_cohorts() -> None:
    release = asked(90).release(profile=LINKS_FIRST)
    assert "cluster" not in release.long
    assert release.told.clusters == "no clusters"


def test_blocks_hold_three_or_more_whole_cohorts_of_one_arm() -> None:
    world = asked(9 * 22, share=1.0, arms=2, covariates=[])
    cohort = {given_by(row): (row["arm"], row["cohort"]) for row in world.rows}
    blocks: dict[str, set[Any]] = defaultdict(set)
    release = world.release(profile=CLUSTERS_FIRST)
    for row in records(release):
        if row.get("cluster"):
            blocks[row["cluster"]].add(cohort[row["wave"], *(row[code] for code in ITEMS)])
    cohorts = [{one for one in block if one[1]} for block in blocks.values()]
    assert len(cohorts) == 6
    assert all(len(one) >= 3 and len({arm for arm, _ in one}) == 1 for one in cohorts)
    assert sum(map(len, cohorts)) == len(set().union(*cohorts))


@pytest.mark.parametrize(("arms", "count"), [(1, 18), (2, 9 * 5)])
def test_too_few_cohorts_of_an_arm_leave_no_clusters_at_all(arms: int, count: int) -> None:
    release = asked(count, arms=arms).release(profile=CLUSTERS_FIRST)
    assert "cluster" not in release.long
    assert release.told.clusters == "too few cohorts"


def test_cohorts_that_came_later_wait_until_there_are_three() -> None:
    world = asked(54, share=1.0, covariates=[])
    first = world.release(profile=CLUSTERS_FIRST)
    world.hire(18)
    world.ask("w0", 1)
    second = world.release(first.classes, CLUSTERS_FIRST)
    assert second.told.waiting == "18"
    world.hire(9)
    world.ask("w0", 1)
    third = world.release(second.classes, CLUSTERS_FIRST)
    assert third.told.waiting == "none"
    assert third.long["cluster"].nunique() == first.long["cluster"].nunique() + 1


def test_a_link_that_was_cut_stays_cut_and_one_that_was_shown_stays() -> None:
    world = asked(60, seed=4, covariates=[])
    first = world.release()
    second = world.release(first.classes)
    assert traces([first]).keys() == traces([second]).keys()
    assert len(first.long) == len(second.long)


def test_what_withdrew_is_not_in_the_next_release_and_five_others_are_gone_with_it() -> None:
    world = asked(60, share=1.0, covariates=[])
    first = world.release()
    world.withdraw(1)
    second = world.release(first.classes)
    assert first.long["code"].nunique() - second.long["code"].nunique() == 1 + K
    assert second.told.left_out == "20"
    third = world.release(second.classes)
    assert third.long["code"].nunique() == second.long["code"].nunique()


def test_who_waited_and_was_trained_later_is_two_people() -> None:
    world = asked(40, share=1.0, arms=2, covariates=[])
    again = [
        {**row, "arm": "a1" if row["arm"] == "a0" else "a0", "row": new_row_id()}
        for row in world.rows
    ]
    world.rows += again
    assert world.release().long["code"].nunique() == 80


def test_the_same_of_two_rows_counts_in_whatever_order_they_lie() -> None:
    world = asked(30, share=1.0, covariates=[])
    double = {**world.rows[0], "answers": {"I1": 5}, "row": "0" * 16}
    for rows in ([double, *world.rows], [*world.rows, double]):
        release = make_release(rows, world.frame, profile=LINKS_FIRST)
        assert release.told.doubled == "fewer than 10"
        assert release.long["I2"].isna().sum() == 1


@pytest.mark.parametrize("changed", [{"version": 2}, {"wave": "w9"}, {"arm": "a9"}])
def test_rows_of_another_protocol_are_refused(changed: dict[str, Any]) -> None:
    world = asked(10)
    world.rows[3] |= changed
    with pytest.raises(ReleaseError) as error:
        world.release()
    assert SECRET not in str(error.value)


def test_an_empty_study_gives_an_empty_release() -> None:
    release = World(make_frame(), random.Random(1)).release()
    assert len(release.long) == 0
    assert release.told.left_out == "none"


def test_fewer_than_five_rows_do_not_leave() -> None:
    world = asked(4, share=1.0)
    release = world.release()
    assert len(release.long) == 0
    assert release.told.left_out == "16"


def test_classes_come_back_from_bytes_with_filling_after_them() -> None:
    classes = asked(200, arms=2).release(profile=CLUSTERS_FIRST).classes
    again = Classes.from_bytes(classes.to_bytes() + b"\0" * 99)
    for name in ("row", "klass", "unit", "digest"):
        assert (getattr(again, name) == getattr(classes, name)).all()
    assert replace(again, row=0, klass=0, unit=0, digest=0) == replace(
        classes, row=0, klass=0, unit=0, digest=0
    )
