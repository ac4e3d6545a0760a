"""Computes the main table of this release anew, from data_long.csv and scoring.json alone.

Run it in the folder of the release: python reproduce.py
It needs pandas and scipy. It prints the table and compares it with main_table.csv: every number has
to agree to 1e-9. It ends with status 1 if one does not.
"""

import json
import math
import sys
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

HERE = Path(__file__).resolve().parent
TOLERANCE = 1e-9
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


def read_rows(scoring: dict) -> pd.DataFrame:
    """The responses of training arms; text without the apostrophe that guards spreadsheets."""
    text = dict.fromkeys(["code", "wave", "arm", "cluster"], str)
    rows = pd.read_csv(HERE / "data_long.csv", dtype=text, na_values=[""], keep_default_na=False)
    for column in text.keys() & set(rows.columns):
        guarded = rows[column].str[:1].eq("'") & rows[column].str[1:2].isin(FORMULA_STARTS)
        rows[column] = rows[column].where(~guarded, rows[column].str[1:])
    if "arm" in rows:
        rows = rows[rows["arm"].isna() | rows["arm"].isin(scoring["training_arms"])]
    return rows


def score(rows: pd.DataFrame, scale: dict) -> pd.Series:
    """Mean of the answered items, reversed ones turned; for a sum, that mean times all items."""
    items = pd.DataFrame(index=rows.index)
    for number, item in enumerate(scale["items"]):
        known = item["column"] in rows
        answers = rows[item["column"]].astype(float) if known else np.nan
        items[number] = item["min"] + item["max"] - answers if item["reversed"] else answers
    scores = items.mean(axis=1).where(items.notna().sum(axis=1) >= scale["min_answered"])
    return scores * len(scale["items"]) if scale["score"] == "sum" else scores


def change(first: np.ndarray, second: np.ndarray) -> dict:
    """Change of the same persons, later minus earlier."""
    d, n = second - first, len(first)
    row = {"n": n, "mean_from": first.mean(), "mean_to": second.mean(), "mean_change": d.mean()}
    row |= {"sd_from": first.std(ddof=1), "sd_to": second.std(ddof=1)}
    both_vary = varies(first) and varies(second)
    row["r"] = np.corrcoef(first, second)[0, 1] if both_vary else None
    row["sd_change"] = d.std(ddof=1) if varies(d) else 0.0
    return row | (tests(first, second, row["r"]) if varies(d) else {}) | signed_rank(d)


def varies(values: np.ndarray) -> bool:
    return np.ptp(values.round(9)) > 0


def tests(first: np.ndarray, second: np.ndarray, r: float | None) -> dict:
    """Paired t with its 95 % interval, and the change in standard deviations."""
    d, n = second - first, len(first)
    test = stats.ttest_rel(second, first)
    low, high = test.confidence_interval(0.95)
    d_z = d.mean() / d.std(ddof=1)
    d_z_low, d_z_high = d_z_interval(d_z, n)
    half = (n - 1) / 2
    j = math.exp(special.gammaln(half) - special.gammaln(half - 0.5)) / math.sqrt(half)
    pooled = math.sqrt((first.var(ddof=1) + second.var(ddof=1)) / 2)
    return {
        "ci_low": low, "ci_high": high, "t": test.statistic, "df": n - 1, "p": test.pvalue,
        "d_z": d_z, "d_z_low": d_z_low, "d_z_high": d_z_high, "g_z": d_z * j,
        "d_av": d.mean() / pooled,
        "d_rm": None if r is None else d_z * math.sqrt(max(0.0, 2 * (1 - r))),
    }  # fmt: skip


def d_z_interval(d_z: float, n: int) -> tuple[float, float]:
    """The noncentralities under which t has probability .975 and .025, divided by sqrt n."""
    t, df = abs(d_z) * math.sqrt(n), n - 1

    def bound(probability: float) -> float:
        def excess(c: float) -> float:
            return stats.nct.cdf(t, df, c) - probability

        middle = t * math.sqrt(stats.chi2.isf(probability, df) / df)
        low, high = middle - 1, middle + 1
        while excess(low) < 0:
            low -= 1
        while excess(high) > 0:
            high += 1
        return optimize.brentq(excess, low, high, xtol=1e-12, rtol=1e-14) / math.sqrt(n)

    low, high = bound(0.975), bound(0.025)
    return (low, high) if d_z >= 0 else (-high, -low)


def signed_rank(d: np.ndarray) -> dict:
    """Wilcoxon's signed ranks without zeros; normal approximation with both corrections."""
    d = d.round(9)
    moved = d[d != 0]
    row = {"wilcoxon_zeros": len(d) - len(moved), "wilcoxon_w_plus": 0, "wilcoxon_w_minus": 0}
    if not len(moved):
        return row
    ranks = stats.rankdata(abs(moved))
    plus, minus = ranks[moved > 0].sum(), ranks[moved < 0].sum()
    test = stats.wilcoxon(moved, zero_method="wilcox", correction=True, method="asymptotic")
    row |= {"wilcoxon_w_plus": plus, "wilcoxon_w_minus": minus, "wilcoxon_p": test.pvalue}
    return row | {"wilcoxon_rank_biserial": (plus - minus) / (plus + minus)}


def clustering(d: np.ndarray, clusters: np.ndarray) -> dict:
    """How much changes within one block resemble each other, and the standard error that says so:
    ICC(1) of unequal groups, and the cluster-robust error of the mean (CR1)."""
    named = clusters != ""
    groups = [np.array(d[clusters == label]) for label in np.unique(clusters[named])]
    row = {"cluster_n_cohorts": len(groups)}
    d = d[named]
    if len(groups) < 2 or not varies(d):
        return row
    sizes = np.array([len(group) for group in groups], dtype=float)
    n, g = sizes.sum(), len(groups)
    sums = np.array([(group - d.mean()).sum() for group in groups])
    row["cluster_se_robust"] = math.sqrt(g / (g - 1) * (sums**2).sum()) / n
    if n > g:
        between = sum(len(group) * (group.mean() - d.mean()) ** 2 for group in groups) / (g - 1)
        within = sum(((group - group.mean()) ** 2).sum() for group in groups) / (n - g)
        typical = (n - (sizes**2).sum() / n) / (g - 1)
        row["cluster_icc"] = (between - within) / (between + (typical - 1) * within)
    return row


def holm(p: list[float]) -> list[float]:
    order, adjusted, least = np.argsort(p), [0.0] * len(p), 0.0
    for rank, position in enumerate(order):
        least = max(least, min(1.0, (len(p) - rank) * p[position]))
        adjusted[position] = least
    return adjusted


def adjust(rows: list[dict], scoring: dict) -> None:
    """Holm within the family (a primary scale outside it stands alone), Benjamini-Hochberg for
    all others; for each pair of waves."""
    alone = [scoring["primary"]] if scoring["primary"] not in scoring["family"] else []
    for _, pair in groupby(sorted(rows, key=waves_of), key=waves_of):
        tested = [row for row in pair if row.get("p") is not None]
        for scales in (scoring["family"], alone):
            family = [row for row in tested if row["scale"] in scales]
            for row, p in zip(family, holm([row["p"] for row in family]), strict=True):
                row["p_holm"] = p
        others = [row for row in tested if "p_holm" not in row]
        if others:
            adjusted = stats.false_discovery_control([row["p"] for row in others])
            for row, p in zip(others, adjusted, strict=True):
                row["p_bh"] = p


def waves_of(row: dict) -> tuple[str, str]:
    return row["from"], row["to"]


def main_table(rows: pd.DataFrame, scoring: dict) -> list[dict]:
    """One row per scale and pair of comparable waves, with at least the threshold of persons."""
    found = []
    for scale in scoring["scales"]:
        scored = rows.assign(score=score(rows, scale)).dropna(subset="score").set_index("code")
        for earlier, later in scoring["wave_pairs"]:
            if [earlier, later] in scale["not_comparable"]:
                continue
            first, second = (scored[scored["wave"] == wave] for wave in (earlier, later))
            both = first.index.intersection(second.index)
            if len(both) < scoring["threshold"]:
                continue
            pair = (first.loc[both, "score"].to_numpy(), second.loc[both, "score"].to_numpy())
            labels = (
                first.loc[both, "cluster"].fillna("") if "cluster" in rows else [""] * len(both)
            )
            head = {"scale": scale["code"], "from": earlier, "to": later}
            clusters = np.array(labels, dtype=str)
            found.append(head | change(*pair) | clustering(pair[1] - pair[0], clusters))
    adjust(found, scoring)
    return found


def differences(found: list[dict]) -> list[str]:
    """Where main_table.csv says something else."""
    text = dict.fromkeys(["scale", "from", "to"], str)
    expected = pd.read_csv(
        HERE / "main_table.csv", dtype=text, na_values=[""], keep_default_na=False
    )
    if len(expected) != len(found):
        return [f"{len(found)} rows here, {len(expected)} in main_table.csv"]
    told = []
    for row, given in zip(found, expected.to_dict("records"), strict=True):
        for column, value in given.items():
            mine = row.get(column)
            if column in text:
                same = mine == value or f"'{mine}" == value
            elif mine is None or pd.isna(value):
                same = mine is None and pd.isna(value)
            else:
                same = math.isclose(mine, value, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
            if not same:
                told.append(
                    f"{row['scale']} {row['from']} {row['to']} {column}: {mine}, not {value}"
                )
    return told


def main() -> int:
    scoring = json.loads((HERE / "scoring.json").read_text(encoding="utf-8"))
    found = main_table(read_rows(scoring), scoring)
    shown = ["scale", "from", "to", "n", "mean_from", "mean_to", "mean_change"]
    shown += ["ci_low", "ci_high", "d_z", "p", "p_holm"]
    print(pd.DataFrame(found, columns=shown).to_string(index=False))
    told = differences(found)
    print("\n".join(told) or "Equal to main_table.csv in every number")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
