"""Reading study documents: the protocol that was fixed before the data.

Beyond the contract one more key is allowed: `courses`, the codes of the courses whose cohorts
take part.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from assessments.covariates import CovariateError, parse_covariates
from assessments.documents import DocumentError, Reader, Texts, text_in
from assessments.instruments import InstrumentSpec

DEFAULT_THRESHOLD = 10
LEAST_THRESHOLD = 5
_REQUIRED = (
    "code",
    "title",
    "instrument",
    "instrument_version",
    "waves",
    "primary",
    "information_sheet",
)
_OPTIONAL = (
    "family",
    "exploratory",
    "covariates",
    "threshold",
    "linking",
    "irb",
    "funder",
    "courses",
)


class StudyError(DocumentError):
    """A study document was refused; `problems` lists everything found."""


@dataclass(frozen=True)
class WaveSpec:
    """One time of asking; waves stand in the order in which they happen."""

    code: str
    titles: Texts

    @property
    def title(self) -> str:
        return self.title_in("en")

    def title_in(self, language: str) -> str:
        return text_in(self.titles, language)


@dataclass(frozen=True)
class InformationSheet:
    """What officers read before they answer; a new wording is a new version."""

    version: str
    text: Texts

    def text_in(self, language: str) -> str:
        return text_in(self.text, language)


@dataclass(frozen=True)
class StudySpec:
    """One study's protocol.

    `primary` is the outcome named in advance, `family` the scales that share one error rate
    (Holm), `exploratory` those that are only screened (Benjamini-Hochberg). `threshold` counts
    paired officers.
    """

    code: str
    titles: Texts
    instrument: str
    instrument_version: int
    waves: tuple[WaveSpec, ...]
    primary: str
    family: tuple[str, ...]
    exploratory: tuple[str, ...]
    covariates: tuple[str, ...]
    threshold: int
    linking: str
    information_sheet: InformationSheet
    irb: str
    funder: str
    courses: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.title_in("en")

    def title_in(self, language: str) -> str:
        return text_in(self.titles, language)

    @property
    def wave_codes(self) -> tuple[str, ...]:
        return tuple(wave.code for wave in self.waves)

    @property
    def wave_pairs(self) -> tuple[tuple[str, str], ...]:
        """Waves that are compared: the first with each later one, then neighbours."""
        codes = self.wave_codes
        from_first = [(codes[0], later) for later in codes[1:]]
        return (*from_first, *pairwise(codes[1:]))


def parse_study(document: Mapping[str, object], instrument: InstrumentSpec) -> StudySpec:
    """Read a study document against the instrument version it names.

    Raises StudyError with every problem found, each naming its place in the document.
    """
    read = Reader()
    top = read.mapping(
        "study",
        document,
        required=_REQUIRED,
        optional=_OPTIONAL,
    )
    _check_instrument(read, top, instrument)
    spec = StudySpec(
        code=read.slug("code", top.get("code", "missing")),
        titles=read.text_or_texts("title", top.get("title", "missing")),
        instrument=instrument.code,
        instrument_version=instrument.version,
        waves=_waves(read, top.get("waves", ({"code": "a"}, {"code": "b"}))),
        primary=_scale(read, "primary", top.get("primary"), instrument),
        family=_scales(read, "family", top.get("family"), instrument),
        exploratory=_scales(read, "exploratory", top.get("exploratory"), instrument),
        covariates=_covariates(read, top.get("covariates")),
        threshold=read.whole(
            "threshold", top.get("threshold", DEFAULT_THRESHOLD), least=LEAST_THRESHOLD
        ),
        linking=read.one_of(
            "linking", top.get("linking", "confidential"), ("confidential", "anonymous")
        ),
        information_sheet=_information_sheet(read, top.get("information_sheet")),
        irb=read.text("irb", top.get("irb", ""), empty=True),
        funder=read.text("funder", top.get("funder", ""), empty=True),
        courses=_courses(read, top.get("courses")),
    )
    _check_roles(read, spec)
    if read.problems:
        raise StudyError(read.problems)
    return spec


def _check_instrument(read: Reader, top: Mapping[str, object], instrument: InstrumentSpec) -> None:
    for key, expected in (
        ("instrument", instrument.code),
        ("instrument_version", instrument.version),
    ):
        if key in top and top[key] != expected:
            read.refuse(key, f"{top[key]!r} is not the instrument at hand, {expected!r}")


def _waves(read: Reader, value: object) -> tuple[WaveSpec, ...]:
    waves = []
    for place, entry in read.entries("waves", value):
        fields = read.mapping(place, entry, required=("code",), optional=("title",))
        code = read.wave(f"{place}.code", fields.get("code", "missing"))
        waves.append(
            WaveSpec(code, read.text_or_texts(f"{place}.title", fields.get("title", code or "?")))
        )
    if len(waves) < 2:
        read.refuse("waves", "a study of change needs at least two")
    read.unique("waves", [wave.code for wave in waves])
    return tuple(waves)


def _scale(read: Reader, place: str, value: object, instrument: InstrumentSpec) -> str:
    if value is not None and value not in [scale.code for scale in instrument.scales]:
        read.refuse(place, f"the instrument has no scale {value!r}")
    return str(value)


def _scales(read: Reader, place: str, value: object, instrument: InstrumentSpec) -> tuple[str, ...]:
    entries = read.sequence(place, [] if value is None else value, empty=True)
    scales = tuple(_scale(read, place, entry, instrument) for entry in entries)
    read.unique(place, scales)
    return scales


def _check_roles(read: Reader, spec: StudySpec) -> None:
    for scale in spec.exploratory:
        if scale in spec.family or scale == spec.primary:
            read.refuse("exploratory", f"{scale} is also primary or in the family")


def _covariates(read: Reader, value: object) -> tuple[str, ...]:
    names = read.sequence("covariates", [] if value is None else value, empty=True)
    try:
        return tuple(covariate.code for covariate in parse_covariates(names))
    except CovariateError as error:
        read.problems.extend(error.problems)
        return ()


def _information_sheet(read: Reader, value: object) -> InformationSheet:
    if value is None:
        return InformationSheet("", {})
    place = "information_sheet"
    fields = read.mapping(place, value, required=("version", "text"))
    version = fields.get("version", "missing")
    if isinstance(version, int) and not isinstance(version, bool):
        version = str(version)
    return InformationSheet(
        read.text(f"{place}.version", version),
        read.text_or_texts(f"{place}.text", fields.get("text", "missing")),
    )


def _courses(read: Reader, value: object) -> tuple[str, ...]:
    entries = read.sequence("courses", [] if value is None else value, empty=True)
    courses = tuple(read.text("courses", entry) for entry in entries)
    read.unique("courses", courses)
    return courses
