"""Which scales are out of the usual bounds, and in which surveys."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from lms.dashboards.results.reading import Reading
from lms.dashboards.results.reliability import judged
from lms.dashboards.results.waves import CROWDED
from lms.dashboards.results.words import listed


def flags(reading: Reading) -> list[str]:
    """One sentence for each scale and fault."""
    return [
        sentence
        for code in reading.scales
        for sentence in (*_reliability(reading, code), *_ends(reading, code))
    ]


def _reliability(reading: Reading, code: str) -> Iterator[str]:
    rows = reading.scales[code]["reliability"]
    words = {wave: judged(rows[wave]["alpha"]) for wave in reading.spec.wave_codes}
    for word in dict.fromkeys(filter(None, words.values())):
        yield _("%(scale)s: alpha is %(word)s in %(waves)s.") % {
            "scale": reading.title(code),
            "word": word,
            "waves": _named(reading, (wave for wave, own in words.items() if own == word)),
        }


def _ends(reading: Reading, code: str) -> Iterator[str]:
    rows = reading.scales[code]["waves"]
    for key, end in (("floor_percent", _("lowest")), ("ceiling_percent", _("highest"))):
        crowded = [w for w in reading.spec.wave_codes if (rows[w][key] or 0) > CROWDED]
        if crowded:
            yield _("%(scale)s: more than 15%% stand at the %(end)s score in %(waves)s.") % {
                "scale": reading.title(code),
                "end": end,
                "waves": _named(reading, crowded),
            }


def _named(reading: Reading, waves: Iterable[str]) -> str:
    return listed([f"“{reading.wave(wave)}”" for wave in waves])
