"""Those who stayed beside those who were lost: what a change among the stayers may leave out."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.discrete.discrete_model import Logit
from statsmodels.tools.sm_exceptions import PerfectSeparationError
from statsmodels.tools.tools import add_constant

from assessments.statistics import descriptives
from assessments.statistics.numbers import Values, finite, varies

_FLAT = 1e-6


@dataclass(frozen=True)
class Baseline:
    """Scores in the first wave, in scale points; `t` and `d` are of stayed minus lost."""

    mean_stayed: float | None = None
    sd_stayed: float | None = None
    mean_lost: float | None = None
    sd_lost: float | None = None
    t: float | None = None
    df: float | None = None
    p: float | None = None
    d: float | None = None


@dataclass(frozen=True)
class ChiSquare:
    """Pearson's chi-square of a table, or the likelihood ratio of a model."""

    chi2: float | None = None
    df: int | None = None
    p: float | None = None


def baseline(stayed: Values, lost: Values) -> Baseline:
    """Welch's t on the first wave's scores (R's `t.test(stayed, lost)`), Satterthwaite df, and
    Cohen's d with both groups' pooled SD.

    No test below two scores in a group or where neither group varies.
    """
    described = {
        "mean_stayed": descriptives.mean(stayed),
        "sd_stayed": descriptives.sd(stayed),
        "mean_lost": descriptives.mean(lost),
        "sd_lost": descriptives.sd(lost),
    }
    if min(stayed.size, lost.size) < 2 or not (varies(stayed) or varies(lost)):
        return Baseline(**described)
    with warnings.catch_warnings():
        # scipy warns of lost precision where one group is constant; the other one's spread counts.
        warnings.simplefilter("ignore", RuntimeWarning)
        test = stats.ttest_ind(stayed, lost, equal_var=False)
    df = stayed.size + lost.size - 2
    squares = (stayed.size - 1) * stayed.var(ddof=1) + (lost.size - 1) * lost.var(ddof=1)
    return Baseline(
        **described,
        t=finite(test.statistic),
        df=finite(test.df),
        p=finite(test.pvalue),
        d=float((stayed.mean() - lost.mean()) / math.sqrt(squares / df)),
    )


def chi_square(choices: Sequence[str], stayed: np.ndarray) -> ChiSquare:
    """Whether staying depends on a covariate: Pearson's chi-square without continuity correction
    in tables of any size, two by two included (R's `chisq.test(correct = FALSE)`).

    `choices` holds each person's choice, empty where not given (left out); `stayed` is true or
    false. None where fewer than two choices were made, or all stayed, or none.
    """
    table = contingency(choices, stayed)
    if min(table.shape) < 2 or not table.sum(axis=0).all():
        return ChiSquare()
    test = stats.chi2_contingency(table, correction=False)
    return ChiSquare(float(test.statistic), int(test.dof), float(test.pvalue))


def contingency(choices: Sequence[str], stayed: np.ndarray) -> np.ndarray:
    """Counts by choice (rows, in the order of their names) of those lost and stayed (columns)."""
    given = np.array([bool(choice) for choice in choices], dtype=bool)
    names, row = np.unique(np.asarray(choices, dtype=str)[given], return_inverse=True)
    place = 2 * row + np.asarray(stayed, dtype=int)[given]
    return np.bincount(place, minlength=2 * names.size).reshape(names.size, 2)


def logistic(scores: Values, stayed: np.ndarray) -> ChiSquare:
    """Whether staying depends on the first wave's scores taken together: likelihood-ratio test of
    the logistic regression on all of them against none (R's `anova(test = "LRT")` of two `glm`).

    `scores` has a row for each person and a column for each scale, without gaps; columns that do
    not vary or follow from others count for nothing. None where all or none stayed, where scores
    do not vary, or where they tell stayers and lost apart (separation: no estimate exists).
    """
    stayed = np.asarray(stayed, dtype=float)
    if not varies(stayed) or not scores.size:
        return ChiSquare()
    columns = _independent(scores)
    if not columns.shape[1] or columns.shape[1] + 1 >= stayed.size:
        return ChiSquare()
    loglik = _logit(add_constant(columns), stayed)
    if loglik is None:
        return ChiSquare()
    share = stayed.mean()
    alone = stayed.size * (share * math.log(share) + (1 - share) * math.log(1 - share))
    chi2, df = max(0.0, 2 * (loglik - alone)), int(columns.shape[1])
    return ChiSquare(chi2, df, float(stats.chi2.sf(chi2, df)))


def _independent(scores: Values) -> Values:
    """The columns standardised, without those that add nothing to the ones before them."""
    kept: list[Values] = []
    for column in scores.T:
        if not varies(column):
            continue
        standard = (column - column.mean()) / column.std()
        if np.linalg.matrix_rank(np.column_stack([*kept, standard]), tol=_FLAT) > len(kept):
            kept.append(standard)
    return np.column_stack(kept) if kept else np.empty((len(scores), 0))


def _logit(design: Values, stayed: Values) -> float | None:
    """The log-likelihood, or None without an estimate."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fit = Logit(stayed, design).fit(disp=0, maxiter=100)
        except (PerfectSeparationError, np.linalg.LinAlgError):
            return None
    sharp = np.abs(fit.predict() - 0.5).max() > 0.5 - 1e-9
    return None if sharp or not fit.mle_retvals["converged"] else float(fit.llf)
