"""What a release says of itself. Counts of rows left out are small counts like any other."""

from collections.abc import Mapping
from dataclasses import dataclass

LEAST_TOLD = 10
NONE, FEW = "none", f"fewer than {LEAST_TOLD}"
AS_ASKED, MERGED, WITHHELD = "as asked", "merged", "withheld"
FREE_TEXT, NUMBER = "free text", "number"
NO_CLUSTERS, BLOCKS, TOO_FEW_COHORTS = "no clusters", "blocks", "too few cohorts"


def banded(count: int) -> str:
    """ "none", "fewer than 10", or the number."""
    if not count:
        return NONE
    return str(count) if count >= LEAST_TOLD else FEW


@dataclass(frozen=True)
class Told:
    """What anybody who gets the release is told.

    `profile` is the declared one, `clusters` one of "no clusters" (the profile keeps links),
    "blocks" and "too few cohorts". `covariates` say how each declared one leaves, for people who
    are released for the first time: "as asked", "merged" or "withheld" (people of earlier releases
    keep what they had). `withheld` names the items that do not leave and why: "free text" or
    "number". The rest are rows, banded: `waiting` are of cohorts too few for a block, `left_out`
    would stand among too few, or in a class from which others have gone, or hide such rows in the
    difference to a report, and `doubled` were a second answer to a wave. `blanked` counts people: a
    covariate of theirs was taken away, so that who had not given it does not stand out.
    """

    k: int
    profile: str
    clusters: str
    covariates: Mapping[str, str]
    withheld: Mapping[str, str]
    waiting: str
    left_out: str
    doubled: str
    blanked: str
