"""How covariates are coarsened where their choices are too rare: declared here, before any data.

Each covariate has a ladder: as asked, then neighbouring bands merged (unordered choices gathered
under one name), then withheld. Every step merges whole choices of the step before.
"""

from collections.abc import Mapping

from assessments.covariates import COVARIATES
from assessments.documents import Texts

Banding = Mapping[str, str]
"""From a choice as asked to the choice as released."""

_WORKFORCE_OTHERS = ("hospital_security", "campus_police", "court", "other")
_LADDERS: Mapping[str, tuple[Banding, ...]] = {
    "rank_band": ({"supervisor": "supervisor_or_command", "command": "supervisor_or_command"},),
    "service_band": (
        {
            "under_5": "under_10",
            "from_5_to_9": "under_10",
            "from_10_to_19": "from_10",
            "from_20": "from_10",
        },
    ),
    "workforce": (
        dict.fromkeys(_WORKFORCE_OTHERS, "another_field"),
        dict.fromkeys((*_WORKFORCE_OTHERS, "dispatch", "ems", "behavioral_health"), "not_sworn"),
    ),
}
_MERGED: Mapping[str, Mapping[str, Texts]] = {
    "rank_band": {"supervisor_or_command": {"en": "Supervisor, manager or above"}},
    "service_band": {"under_10": {"en": "Fewer than 10"}, "from_10": {"en": "10 or more"}},
    "workforce": {
        "another_field": {"en": "Another field, or one with few people"},
        "not_sworn": {"en": "Any field but police, sworn"},
    },
}


def ladder(covariate: str) -> tuple[Banding, ...]:
    """The ways to release a covariate, finest first, each naming every choice. The last resort, to
    withhold it, is not among them."""
    asked = {choice: choice for choice in COVARIATES[covariate].choices}
    return asked, *({**asked, **merged} for merged in _LADDERS.get(covariate, ()))


def released_choices(covariate: str) -> dict[str, Texts]:
    """Every choice that a release may hold, with its label: those asked, then the merged ones."""
    return {**COVARIATES[covariate].choices, **_MERGED.get(covariate, {})}
