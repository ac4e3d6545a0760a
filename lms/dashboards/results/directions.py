"""Which direction of each scale the instrument declares as better. Changes are never turned round,
so readers have to be told."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from lms.dashboards.results.reading import Reading
from lms.dashboards.results.words import listed


def directions(reading: Reading, codes: Iterable[str]) -> str:
    """Sentences about these scales; empty without any."""
    better: dict[str, list[str]] = {"higher": [], "lower": []}
    for code in codes:
        better[reading.instrument.scale(code).better].append(reading.title(code))
    sentences = {
        "higher": _("Higher is better on %(scales)s."),
        "lower": _("Lower is better on %(scales)s."),
    }
    return " ".join(
        sentences[way] % {"scales": listed(titles)} for way, titles in better.items() if titles
    )
