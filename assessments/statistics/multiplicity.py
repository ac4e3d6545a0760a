"""Several scales tested at once."""

from collections.abc import Mapping

from statsmodels.stats.multitest import multipletests


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Holm's step-down adjusted p by scale: keeps the error rate of the whole family (1979)."""
    return _adjusted(p_values, "holm")


def benjamini_hochberg(p_values: Mapping[str, float]) -> dict[str, float]:
    """Adjusted p by scale under control of the false discovery rate (1995)."""
    return _adjusted(p_values, "fdr_bh")


def _adjusted(p_values: Mapping[str, float], method: str) -> dict[str, float]:
    if not p_values:
        return {}
    adjusted = multipletests(list(p_values.values()), method=method)[1]
    return {scale: float(p) for scale, p in zip(p_values, adjusted, strict=True)}
