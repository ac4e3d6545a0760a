"""The table in docs/statistics.md: what a report says of well-known data, and what R says."""

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.references.comparing import Compared
from tests.references.reports import reference

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "statistics.md"
BEGIN, END = "<!-- made by `make statistics` -->", "<!-- end of what is made -->"
STEPS = (1e-12, 1e-9, 1e-6, 1e-4)

PLACES = (
    r"reliability\..*\.(alpha|alpha_low|omega)$",
    r"changes\.[^.]*\.(mean_change|ci_low|t|p|p_holm|d_z|d_z_low|d_z_high|g_z|d_rm)$",
    r"changes\.[^.]*\.(wilcoxon\.p|reliable\.improved|equivalence\.p|detectable_d_z)$",
    r"changes\.[^.]*\.cluster\.(icc|se_robust|p)$",
    r"mixed\.(waves\.[^.]*\.(estimate|se)|sd_person|sd_cohort|sd_residual|loglik)$",
    r"^comparisons\..*\.((did|ancova)\.(estimate|se|p)|d_ppc2)$",
    r"^attrition\..*\.(t|d|chi2)$",
    r"\['cohort'\]\.pooled\.(estimate|tau2|i2)$",
)
"""Of each set its first number of each kind stands in the table; all are compared."""


def headlines(compared: Iterable[Compared]) -> list[Compared]:
    """The first number of each kind that exists, so that each method is seen once."""
    seen: dict[str, Compared] = {}
    for one in compared:
        for place in PLACES:
            found = re.search(place, one.place)
            if found and one.ours is not None:
                kind = place + re.sub(r"waves\.[^.]*", "waves", found[0].rsplit(".", 1)[-1])
                seen.setdefault(kind, one)
    return list(seen.values())


def bound(difference: float) -> str:
    """The first of a few steps that a difference stays below: dust differs between machines."""
    return next((f"{step:.0e}" for step in STEPS if difference < step), "more")


def text(compared: dict[str, Sequence[Compared]]) -> str:
    """Markdown: how many numbers of each set agree, then its headlines."""
    return "\n".join([_made_with(), "", *_counts(compared), "", *_headlines(compared)])


def _counts(compared: dict[str, Sequence[Compared]]) -> list[str]:
    lines = [
        "| data set | numbers compared | closed forms differ by less than | fits by less than |",
        "|---|---:|---:|---:|",
    ]
    for name, numbers in compared.items():
        there = [one for one in numbers if one.ours is not None]
        worst = [
            bound(max((one.difference for one in there if one.is_fitted is fitted), default=0.0))
            for fitted in (False, True)
        ]
        lines.append(f"| {name} | {len(there)} | {worst[0]} | {worst[1]} |")
    return lines


def _headlines(compared: dict[str, Sequence[Compared]]) -> list[str]:
    lines = ["| data set | what | ours | R | differs by less than |", "|---|---|---:|---:|---:|"]
    for name, numbers in compared.items():
        for one in headlines(numbers):
            place = one.place.removeprefix("scales.").replace("|", " ")
            # The last digits of a fit differ between machines.
            digits = 5 if one.is_fitted else 7
            ours, theirs = (f"{value:.{digits}g}" for value in (one.ours, one.theirs))
            cells = (name, place, ours, theirs, bound(one.difference))
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def _made_with() -> str:
    """The versions that made the references."""
    versions = reference("sleep")["versions"].items()
    return "R's numbers: " + ", ".join(f"{name} {version}" for name, version in versions) + "."


def stored() -> str:
    """What stands between the markers."""
    return DOCUMENT.read_text().partition(BEGIN)[2].partition(END)[0].strip()


def rewrite(made: str) -> None:
    """Puts what was made between the markers, where asked to by `make statistics`."""
    if os.environ.get("STATISTICS"):
        before, _, rest = DOCUMENT.read_text().partition(BEGIN)
        after = rest.partition(END)[2]
        DOCUMENT.write_text(f"{before}{BEGIN}\n\n{made}\n\n{END}{after}")
