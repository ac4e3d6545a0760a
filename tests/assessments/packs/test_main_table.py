import csv
from typing import Any

import pytest

from assessments.outcomes import Response, outcomes
from assessments.packs.main_table import main_table, scores_of
from assessments.packs.reading import rows_of
from tests.assessments.packs.released import Pack, frame_of, long_of


def _changes(persons: int, **study: Any) -> list[dict[str, Any]]:
    frame = frame_of(released_numbers=["H1"], **study)
    rows = rows_of(long_of(frame, persons), frame)
    return list(main_table(rows, scores_of(rows)).to_pylist())


def test_where_no_link_was_cut_it_says_what_the_report_says() -> None:
    frame = frame_of(released_numbers=["H1"])
    long = long_of(frame, 160)
    long = long[long["arm"] == "training"].reset_index(drop=True)
    items = [item.code for item in frame.instrument.numeric_items]
    responses = [
        Response(row["code"], row["wave"], 3, {i: row[i] for i in items if row[i] == row[i]})
        for row in long.to_dict("records")
    ]
    report = outcomes(responses, frame.study, frame.instrument)
    rows = rows_of(long, frame)

    table = main_table(rows, scores_of(rows)).to_pylist()

    assert len(table) == 8
    for mine in table:
        same = next(
            change
            for change in report["scales"][mine["scale"]]["changes"]
            if (change["from"], change["to"]) == (mine["from"], mine["to"])
        )
        if same["n"] is None:
            # Of a single question with few possible scores; p values are adjusted without it.
            assert mine["scale"] == "single"
            continue
        for name in (
            "n",
            "mean_from",
            "sd_to",
            "r",
            "ci_low",
            "p",
            "p_holm",
            "d_z_low",
            "g_z",
        ):
            assert mine[name] == (same[name] and pytest.approx(same[name], rel=1e-12))
        assert same["wilcoxon"]["w_plus"] in (None, mine["wilcoxon_w_plus"])


def test_waves_that_may_not_be_compared_are_not() -> None:
    pairs = [(row["from"], row["to"]) for row in _changes(160) if row["scale"] == "fear"]

    assert pairs == [("pre", "post"), ("post", "months-3")]


def test_fewer_pairs_than_the_threshold_are_left_out() -> None:
    assert _changes(60, threshold=50) == []
    assert _changes(60, threshold=5) != []


def test_only_those_of_training_arms_count() -> None:
    trained = _changes(160)
    everybody = _changes(
        160,
        arms=[
            {"code": "training", "title": "T", "kind": "training"},
            {"code": "waiting", "title": "W", "kind": "training"},
        ],
    )

    assert trained[0]["n"] < everybody[0]["n"]


def test_figures_of_clusters_exist_where_blocks_were_released(pack: Pack) -> None:
    with (pack.folder / "main_table.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert {row["cluster_n_cohorts"] for row in rows} == {"4"}
    assert all(row["cluster_se_robust"] for row in rows)
    assert {row["cluster_icc"] for row in _changes(60, threshold=5)} == {None}
