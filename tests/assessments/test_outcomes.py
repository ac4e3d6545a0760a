import csv
import io
import json
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from assessments.instruments import parse_instrument
from assessments.outcomes import (
    OUTCOME_COLUMNS,
    OutcomesError,
    Response,
    _assemble,
    outcomes,
    outcomes_rows,
)
from assessments.response_table import response_table
from assessments.studies import parse_study

CHANGE_KEYS = {
    *[
        "from",
        "to",
        "comparable",
        "n",
        "mean_from",
        "sd_from",
        "mean_to",
        "sd_to",
        "r",
        "mean_change",
        "sd_change",
    ],
    *[
        "ci_low",
        "ci_high",
        "t",
        "df",
        "p",
        "p_holm",
        "p_bh",
        "d_z",
        "d_z_low",
        "d_z_high",
        "g_z",
        "d_av",
        "d_rm",
    ],
    *["wilcoxon", "reliable", "cluster", "equivalence", "detectable_d_z"],
}


def scale(code, items, **changes):
    return {
        "code": code,
        "title": {"en": code.title()},
        "items": items,
        "score": "mean",
        "min_answered": 2,
        "better": "higher",
        **changes,
    }


DOCUMENT = {
    "code": "sample",
    "version": 1,
    "title": {"en": "Sample"},
    "licence": "x",
    "citation": "x",
    "response_scales": {"five": {"type": "likert", "min": 1, "max": 5}},
    "items": [
        {"code": f"I{i}", "section": 1, "text": {"en": "?"}, "scale": "five"} for i in range(9)
    ],
    "scales": [
        scale("trust", ["I0", "-I1", "I2"]),
        scale("stigma", ["I3", "I4", "I5"], better="lower", score="sum"),
        scale("use", ["I6", "I7", "I8"]),
    ],
    "not_comparable": [{"scale": "use", "waves": ["pre", "post"]}],
}
INSTRUMENT = parse_instrument(DOCUMENT)


def study(waves=("pre", "post"), **changes):
    return parse_study(
        {
            "code": "demo",
            "title": "Demo",
            "instrument": "sample",
            "instrument_version": 1,
            "waves": [{"code": wave} for wave in waves],
            "primary": "trust",
            "family": ["trust", "stigma"],
            "information_sheet": {"version": 1, "text": "x"},
            **changes,
        },
        INSTRUMENT,
    )


def answers(rng, level):
    raw = np.clip(np.rint(level + rng.normal(0, 0.8, 9)), 1, 5).astype(int).tolist()
    return {f"I{i}": 6 - value if i == 1 else value for i, value in enumerate(raw)}


def population(n=60, waves=("pre", "post"), answering=1.0, gain=0.4, seed=1):
    rng = np.random.default_rng(seed)
    rows = []
    for officer in range(n):
        level = rng.normal(3, 0.8)
        for position, wave in enumerate(waves):
            if position == 0 or rng.random() < answering:
                given = answers(rng, level + gain * position)
                rows.append(Response(f"c{officer:04}", wave, 1, given, f"class-{officer % 4}"))
    return rows


def numbers_in(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from numbers_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers_in(inner)
    elif isinstance(value, int | float):
        yield value


@pytest.fixture(scope="module")
def responses():
    return population()


@pytest.fixture(scope="module")
def report(responses):
    return outcomes(responses, study(), INSTRUMENT)


def test_the_report_has_the_contracts_shape(report):
    assert set(report) == {
        *["study", "instrument", "version", "threshold", "software", "flow", "scales"],
        *["breakdowns", "comparisons", "attrition"],
    }
    assert set(report["software"]) >= {"portal", "scipy", "pandas", "statsmodels"}
    assert report["flow"] == [
        {"wave": "pre", "n": 60, "n_paired_with_first": 60},
        {"wave": "post", "n": 60, "n_paired_with_first": 60},
    ]
    for code in ("trust", "stigma", "use"):
        entry = report["scales"][code]
        assert set(entry) - {"change_distributions"} == {
            *["reliability", "waves", "changes", "distributions", "mixed"]
        }
        comparable = entry["changes"][0]["comparable"]
        assert ("change_distributions" in entry) == comparable
        assert set(entry["reliability"]["pre"]) == {
            *["n", "k", "alpha", "alpha_low", "alpha_high", "omega"]
        }
        assert set(entry["waves"]["pre"]) - {"suppressed"} == {
            *["n", "mean", "sd", "floor_percent", "ceiling_percent"]
        }
        assert set(entry["changes"][0]) - {"suppressed"} == CHANGE_KEYS


def test_the_report_is_json_without_nan(report):
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_nothing_private_leaves(report):
    assert "private" not in json.dumps(report)


def by_hand(responses, codes, reverse, factor):
    """Scores by officer and wave, reckoned without the product's code."""
    table = {}
    for response in responses:
        keyed = [6 - response.answers[c] if c in reverse else response.answers[c] for c in codes]
        table[response.code, response.wave] = factor * sum(keyed) / len(keyed)
    officers = sorted({code for code, _ in table})
    return (np.array([table[o, wave] for o in officers]) for wave in ("pre", "post"))


@pytest.mark.parametrize(
    ("code", "items", "reverse", "factor"),
    [("trust", ("I0", "I1", "I2"), ("I1",), 1), ("stigma", ("I3", "I4", "I5"), (), 3)],
)
def test_a_change_agrees_with_scipy_on_scores_made_by_hand(
    responses, report, code, items, reverse, factor
):
    pre, post = by_hand(responses, items, reverse, factor)
    change, test = report["scales"][code]["changes"][0], stats.ttest_rel(post, pre)
    interval = test.confidence_interval(0.95)
    expected = {
        "n": 60,
        "mean_from": pre.mean(),
        "sd_to": post.std(ddof=1),
        "mean_change": (post - pre).mean(),
        "sd_change": (post - pre).std(ddof=1),
        "ci_low": interval.low,
        "ci_high": interval.high,
        "t": test.statistic,
        "df": 59,
        "p": test.pvalue,
        "r": stats.pearsonr(pre, post)[0],
    }
    for key, value in expected.items():
        assert change[key] == pytest.approx(float(value), rel=1e-9), key


def test_holm_runs_over_the_family_and_exploratory_scales_have_their_own(responses):
    waves = ("pre", "post", "later")
    report = outcomes(population(waves=waves), study(waves), INSTRUMENT)
    later = {code: entry["changes"][1] for code, entry in report["scales"].items()}
    low, high = sorted((later["trust"], later["stigma"]), key=lambda change: change["p"])
    assert low["p_holm"] == pytest.approx(min(1, 2 * low["p"]))
    assert high["p_holm"] == pytest.approx(max(low["p_holm"], high["p"]))
    assert later["use"]["p_holm"] is None
    assert later["use"]["p_bh"] == later["use"]["p"]
    assert later["trust"]["p_bh"] is None


def test_a_primary_scale_outside_the_family_stands_alone(responses):
    report = outcomes(responses, study(family=["stigma"]), INSTRUMENT)
    for code in ("trust", "stigma"):
        change = report["scales"][code]["changes"][0]
        assert change["p_holm"] == change["p"]


def test_waves_that_may_not_be_compared_have_no_numbers(report):
    change = report["scales"]["use"]["changes"][0]
    assert change["comparable"] is False
    assert list(numbers_in({k: v for k, v in change.items() if k != "comparable"})) == []
    assert "suppressed" not in change
    assert report["scales"]["use"]["waves"]["pre"]["mean"] is not None


def test_reliable_change_counts_a_fall_as_improvement_where_lower_is_better():
    rows = population(n=200, gain=-1.5)
    changes = {
        code: entry["changes"][0]["reliable"]
        for code, entry in _assemble(
            response_table(rows, study(), INSTRUMENT), study(), INSTRUMENT
        )["scales"].items()
    }
    assert changes["stigma"]["improved"] > changes["stigma"]["worsened"]
    assert changes["trust"]["improved"] < changes["trust"]["worsened"]
    assert sum(changes["trust"].values()) == 200


def test_the_order_of_rows_changes_nothing(responses, report):
    shuffled = [responses[i] for i in np.random.default_rng(0).permutation(len(responses))]
    assert outcomes(shuffled, study(), INSTRUMENT) == report


def test_those_lost_to_follow_up_stay_in_their_waves():
    rows = population(n=90, answering=0.6)
    flow = outcomes(rows, study(), INSTRUMENT)["flow"]
    answered = sum(row.wave == "post" for row in rows)
    assert [row["n"] for row in flow] == [90, answered]
    assert flow[1]["n_paired_with_first"] == answered


def test_an_empty_response_counts_nowhere_and_a_second_one_is_ignored(responses, report):
    more = [
        *responses,
        Response("nobody", "pre", 1, {}),
        Response(responses[0].code, responses[0].wave, 1, {"I0": 1, "I1": 1, "I2": 1}),
    ]
    assert outcomes(more, study(), INSTRUMENT) == report


@pytest.mark.parametrize(
    "stray", [Response("x", "never", 1, {"I0": 1}), Response("x", "pre", 2, {"I0": 1})]
)
def test_a_response_of_another_wave_or_version_is_refused(responses, stray):
    with pytest.raises(OutcomesError) as refused:
        outcomes([*responses, stray], study(), INSTRUMENT)
    assert "x" not in str(refused.value).split()


def test_free_text_is_in_no_figure_and_makes_nobody_count(responses, report):
    words = {
        "response_scales": {
            **DOCUMENT["response_scales"],
            "words": {"type": "text", "max_length": 90},
        }
    }
    why = {"code": "WHY", "section": 1, "text": {"en": "Why?"}, "scale": "words"}
    asked = parse_instrument(DOCUMENT | words | {"items": [*DOCUMENT["items"], why]})
    said = [replace(one, answers={**one.answers, "WHY": "My partner Doe"}) for one in responses]
    only_text = Response("zz", "pre", 1, {"WHY": "My partner Doe"})
    assert outcomes([*said, only_text], study(), asked) == report


def test_a_response_never_prints_its_answers():
    assert "I0" not in repr(Response("secret", "pre", 1, {"I0": 5}))
    assert "secret" not in f"{Response('secret', 'pre', 1, {'I0': 5})}"


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_a_study_too_small_to_show_gives_a_report_without_figures(n):
    report = outcomes(population(n), study(), INSTRUMENT)
    json.dumps(report, allow_nan=False)
    change = report["scales"]["trust"]["changes"][0]
    assert change["mean_change"] is None
    assert change["n"] == (0 if n == 0 else None)


def test_everybody_answering_alike_is_hidden_and_harmless():
    same = {f"I{i}": 3 for i in range(9)}
    rows = [Response(f"c{o}", wave, 1, same) for o in range(30) for wave in ("pre", "post")]
    report = outcomes(rows, study(), INSTRUMENT)
    entry = report["scales"]["trust"]
    assert entry["waves"]["pre"]["mean"] is None
    assert entry["waves"]["pre"]["suppressed"]
    assert "alike" not in entry["waves"]["pre"]["suppressed"]
    assert entry["changes"][0]["mean_change"] is None


def test_rows_are_tidy_and_complete(report):
    rows = outcomes_rows(report)
    assert [row["scale"] for row in rows] == ["trust", "stigma", "use"]
    assert all(tuple(row) == OUTCOME_COLUMNS for row in rows)
    assert rows[0]["mean_change"] == report["scales"]["trust"]["changes"][0]["mean_change"]
    assert rows[2]["suppressed"] == "these waves may not be compared"


def test_rows_keep_full_precision_through_csv(report):
    out = io.StringIO()
    writer = csv.DictWriter(out, OUTCOME_COLUMNS)
    writer.writeheader()
    writer.writerows(outcomes_rows(report))
    out.seek(0)
    back = pd.read_csv(out, float_precision="round_trip")
    assert back["t"][0] == report["scales"]["trust"]["changes"][0]["t"]
    assert math.isnan(back["t"][2])


def test_a_hidden_row_says_why():
    rows = outcomes_rows(outcomes(population(7), study(), INSTRUMENT))
    assert rows[0]["n"] is None
    assert rows[0]["suppressed"] == "fewer officers than the threshold"


def test_starting_the_web_process_imports_no_statistics():
    code = (
        "import sys, assessments.outcomes, assessments.charts, assessments.scoring;"
        "heavy = {'scipy', 'pandas', 'statsmodels', 'numpy'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
