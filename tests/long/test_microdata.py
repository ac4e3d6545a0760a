"""What the rules of a microdata release cost, and whether what is left is a fair sample."""

import os
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from assessments.ballot_box.batches import Row, new_row_id
from assessments.microdata import make_release
from assessments.protocol import CLUSTERS_FIRST, LINKS_FIRST
from tests.assessments.microdata.worlds import ITEMS, STEPS, World, make_frame

pytestmark = pytest.mark.long

STUDIES = 4 * int(os.environ.get("SEEDS", "20"))
RATE = 0.85


@pytest.mark.parametrize(("people", "least"), [(28, 0.30), (84, 0.76), (250, 0.92)])
def test_most_rows_of_a_large_class_leave_over_four_waves(
    people: int, least: float, record_property: Callable[[str, object], None]
) -> None:
    kept = []
    for seed in range(STUDIES):
        world = World(make_frame(covariates=()), random.Random(seed))
        world.hire(people)
        for wave in world.frame.study.wave_codes:
            world.ask(wave, RATE)
        kept.append(world.release().long["arm"].notna().sum() / len(world.rows))
    share = float(np.mean(kept))
    record_property("measured", f"class of {people}, four waves: {share:.1%} of rows kept")
    assert share >= least


# Two waves of cohorts that resemble each other in their change

ICC = 0.05


def study_of(seed: int, change: float, cohorts: int, size: int) -> tuple[Any, list[Row], pd.Series]:
    """Rows, and everybody's true change: in steps, over all items. Four in five come to the second
    wave; where there is a change, more of those who began high."""
    draw = np.random.default_rng(seed)
    frame = make_frame(waves=2, covariates=())
    rows, changes = [], {}
    for cohort in range(cohorts):
        shared = draw.normal(0, np.sqrt(ICC))
        for place in range(size):
            code = f"{cohort * size + place:032x}"
            level = draw.normal()
            answers = [
                np.clip(
                    np.rint(3 + level * 0.5 + shift + draw.normal(0, 0.7, len(ITEMS))), 1, STEPS
                )
                for shift in (0, change + 0.5 * (shared + draw.normal(0, np.sqrt(1 - ICC))))
            ]
            comes = draw.random() < 0.8 + (0.1 * np.tanh(level) if change else 0)
            for wave, given in zip(("w0", "w1"), answers if comes else answers[:1], strict=False):
                items = dict(zip(ITEMS, given.astype(int).tolist(), strict=True))
                rows.append(
                    {"code": code, "wave": wave, "version": 1, "answers": items}
                    | {"cohort": f"C{cohort}", "row": new_row_id()}
                )
            if comes:
                changes[code] = answers[1].mean() - answers[0].mean()
    return frame, rows, pd.Series(changes)


def changes_in(table: pd.DataFrame) -> pd.DataFrame:
    """Per linked person the change and the block."""
    scores = table.assign(score=table[ITEMS].astype(float).mean(axis=1))
    wide = scores.pivot(index="code", columns="wave", values="score").dropna()
    labels = ["cluster"] if "cluster" in table else []
    return pd.DataFrame({"change": wide["w1"] - wide["w0"]}).join(
        scores.drop_duplicates("code").set_index("code")[labels]
    )


@pytest.mark.parametrize(("profile", "cohorts"), [(LINKS_FIRST, 5), (CLUSTERS_FIRST, 18)])
def test_the_mean_change_of_a_release_is_that_of_all_pairs(
    profile: str, cohorts: int, record_property: Callable[[str, object], None]
) -> None:
    """In classes of about thirty, or eighteen in a block, of which a few people are left out."""
    errors, cut = [], 0
    for seed in range(STUDIES):
        frame, rows, truth = study_of(seed, change=0.2, cohorts=cohorts, size=6)
        found = changes_in(make_release(rows, frame, profile=profile).long)["change"]
        cut += len(truth) - len(found)
        errors.append((found.mean() - truth.mean()) / truth.std())
    bias = float(np.mean(errors))
    record_property("measured", f"{profile}: bias {bias:+.4f} standard deviations, {cut} pairs cut")
    assert abs(bias) <= 4 * float(np.std(errors, ddof=1)) / np.sqrt(STUDIES)
    assert cut > STUDIES


def test_blocks_keep_the_test_of_change_honest_and_ignoring_classes_does_not(
    record_property: Callable[[str, object], None],
) -> None:
    """No change, cohorts that resemble each other: how often p falls below .05. With few studies
    the two can raise as many alarms by luck, so it is study by study that p is compared."""
    by_block, by_person = [], []
    for seed in range(5 * STUDIES):
        frame, rows, _ = study_of(seed, change=0, cohorts=18, size=20)
        found = changes_in(make_release(rows, frame, profile=CLUSTERS_FIRST).long)
        by_person.append(stats.ttest_1samp(found["change"], 0).pvalue)
        by_block.append(_by_block(found["change"].to_numpy(), found["cluster"].to_numpy()))
    alarms = [float(np.mean(np.array(p) < 0.05)) for p in (by_block, by_person)]
    smaller = float(np.mean(np.array(by_person) < np.array(by_block)))
    record_property(
        "measured",
        "false alarms: {:.1%} by block, {:.1%} by person; p of the latter smaller in {:.0%}".format(
            *alarms, smaller
        ),
    )
    low, high = stats.binom.ppf([0.00005, 0.99995], len(by_block), 0.05) / len(by_block)
    assert low <= alarms[0] <= high
    assert smaller > 0.5


def _by_block(changes: Any, blocks: Sequence[str]) -> float:
    return float(stats.ttest_1samp(pd.Series(changes).groupby(blocks).mean(), 0).pvalue)
