"""Which scales are out of the usual bounds, and in which surveys."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from lms.dashboards.results.reading import Reading
from lms.dashboards.results.reliability import judged
from lms.dashboards.results.waves import CROWDED
from lms.dashboards.results.words import listed


def flags(reading: Reading) -> list[str]:
    """One sentence for each scale and fault."""
    return [sentence for code in reading.scales for sentence in _of(reading, code)]


def _of(reading: Reading, code: str) -> Iterator[str]:
    scale = reading.scales[code]
    for word in (_("below .70"), _("above .95")):
        found = _where(
            reading, lambda wave, w=word: judged(scale["reliability"][wave]["alpha"]) == w
        )
        if found:
            yield _("%(scale)s: alpha is %(word)s in %(waves)s.") % {
                "scale": reading.title(code),
                "word": word,
                "waves": found,
            }
    ends = {"floor_percent": _("lowest"), "ceiling_percent": _("highest")}
    for key, end in ends.items():
        found = _where(reading, lambda wave, k=key: (scale["waves"][wave][k] or 0) > CROWDED)
        if found:
            yield _("%(scale)s: more than 15%% stand at the %(end)s score in %(waves)s.") % {
                "scale": reading.title(code),
                "end": end,
                "waves": found,
            }


def _where(reading: Reading, holds: Callable[[str], bool]) -> str:
    found = [f"“{reading.wave(wave)}”" for wave in reading.spec.wave_codes if holds(wave)]
    return listed(found)
