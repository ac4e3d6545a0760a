"""What the outcome page shows of a vintage, as numbers and words for its template. Everything here
has been through disclosure control, and nothing is computed anew."""

from collections.abc import Mapping
from typing import Any

from assessments.models import OutcomeVintage, Study
from lms.dashboards.results.attrition import attrition
from lms.dashboards.results.caveats import caveats
from lms.dashboards.results.changes import pairs
from lms.dashboards.results.comparison import comparisons
from lms.dashboards.results.directions import directions
from lms.dashboards.results.distributions import distributions, moves
from lms.dashboards.results.flags import flags
from lms.dashboards.results.flow import flow, share
from lms.dashboards.results.groups import groups
from lms.dashboards.results.methods import methods
from lms.dashboards.results.primary import primary
from lms.dashboards.results.reading import Reading
from lms.dashboards.results.reliability import reliability_table
from lms.dashboards.results.waves import model, waves_table


def for_page(
    study: Study, vintage: OutcomeVintage, asked: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """All parts of one published vintage, in the order in which they are read. `asked`: what was
    chosen in the form of groups."""
    reading = Reading.of(study, vintage)
    main = reading.spec.primary
    return {
        "vintage": vintage,
        "flow": flow(reading),
        "share": share(reading),
        "primary": primary(reading),
        "distributions": distributions(reading, main),
        "moves": moves(reading, main),
        "directions": {
            "main": directions(reading, [main]),
            "family": directions(reading, reading.declared),
            "exploratory": directions(reading, reading.exploratory),
            "all": directions(reading, reading.scales),
        },
        "family": pairs(reading, reading.declared),
        "exploratory": pairs(reading, reading.exploratory),
        "model": model(reading),
        "groups": groups(reading, asked or {}),
        "comparisons": comparisons(reading),
        "attrition": attrition(reading),
        "waves": waves_table(reading),
        "reliability": reliability_table(reading),
        "flags": flags(reading),
        "caveats": caveats(reading),
        "methods": methods(reading, vintage),
    }
