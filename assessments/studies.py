"""Reading study documents: the protocol that was fixed before the data.

Beyond the contract more keys are allowed: `courses`, the codes of the courses whose cohorts take
part, `arms`, `rolling`, `layout`, `free_text`, `retention_months`, `code_elements`, `margins`,
`release` and `released_numbers`.
"""

from collections.abc import Mapping

from assessments.covariates import CovariateError, parse_covariates
from assessments.documents import DocumentError, Reader
from assessments.instruments import InstrumentSpec
from assessments.protocol import (
    ANONYMOUS,
    ARM_KINDS,
    LAYOUTS,
    LINKINGS,
    RELEASES,
    TRAINING_ARM,
    Arm,
    SheetSpec,
    StudySpec,
    WaveSpec,
)
from assessments.self_made import CODE_ELEMENTS, LEAST_ELEMENTS

__all__ = ["Arm", "SheetSpec", "StudyError", "StudySpec", "WaveSpec", "parse_study"]

DEFAULT_THRESHOLD = 10
LEAST_THRESHOLD = 5
RESERVED_CODES = frozenset({"instruments", "studies"})
"""Words that stand beside a study's code in the addresses of the evaluators' desk."""
_DAYS_IN_MONTH = 30
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
    "arms",
    "rolling",
    "layout",
    "free_text",
    "retention_months",
    "code_elements",
    "margins",
    "release",
    "released_numbers",
)


class StudyError(DocumentError):
    """A study document was refused; `problems` lists everything found."""


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
        linking=read.one_of("linking", top.get("linking", LINKINGS[0]), LINKINGS),
        information_sheet=_information_sheet(read, top.get("information_sheet")),
        irb=read.text("irb", top.get("irb", ""), empty=True),
        funder=read.text("funder", top.get("funder", ""), empty=True),
        courses=_courses(read, top.get("courses")),
        arms=_arms(read, top.get("arms")),
        rolling=read.one_of("rolling", top["rolling"], ("quarter",)) if "rolling" in top else "",
        layout=read.one_of("layout", top.get("layout", LAYOUTS[0]), LAYOUTS),
        free_text=read.flag("free_text", top.get("free_text", False)),
        retention_months=_count(read, "retention_months", top),
        code_elements=_code_elements(read, top),
        margins=_margins(read, top.get("margins"), instrument),
        release=read.one_of("release", top.get("release", RELEASES[0]), RELEASES),
        released_numbers=_released_numbers(read, top.get("released_numbers"), instrument),
    )
    if spec.code in RESERVED_CODES:
        read.refuse("code", f"{spec.code} is the address of another page; take another")
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
        fields = read.mapping(
            place, entry, required=("code",), optional=("title", "after", "lasts", "grace")
        )
        code = read.wave(f"{place}.code", fields.get("code", "missing"))
        weeks, months = _after(read, f"{place}.after", fields.get("after"))
        waves.append(
            WaveSpec(
                code,
                read.text_or_texts(f"{place}.title", fields.get("title", code or "?")),
                after_weeks=weeks,
                after_months=months,
                lasts_days=_count(read, "lasts", fields, f"{place}."),
                grace_days=read.whole(f"{place}.grace", fields.get("grace", 0), least=0),
            )
        )
    _check_waves(read, waves)
    return tuple(waves)


def _after(read: Reader, place: str, value: object) -> tuple[int, int]:
    """Weeks and months, of which at most one is not 0."""
    if value is None:
        return 0, 0
    fields = read.mapping(place, value, required=(), optional=("weeks", "months"))
    if len(fields) != 1:
        read.refuse(place, "needs either weeks or months, for example {months: 6}")
    weeks, months = (_count(read, unit, fields, f"{place}.") or 0 for unit in ("weeks", "months"))
    return weeks, months


def _check_waves(read: Reader, waves: list[WaveSpec]) -> None:
    if len(waves) < 2:
        read.refuse("waves", "a study of change needs at least two")
    read.unique("waves", [wave.code for wave in waves])
    if waves and waves[0].is_follow_up:
        read.refuse("waves[1].after", "the first wave cannot be a follow-up")
    days = [wave.after_weeks * 7 + wave.after_months * _DAYS_IN_MONTH for wave in waves]
    if days != sorted(days):
        read.refuse("waves", "must stand in the order in which they happen")


def _count(read: Reader, key: str, fields: Mapping[str, object], before: str = "") -> int | None:
    """A whole number above 0, or None where nothing is said."""
    return read.whole(before + key, fields[key], least=1) if key in fields else None


def _arms(read: Reader, value: object) -> tuple[Arm, ...]:
    if value is None:
        return (TRAINING_ARM,)
    arms = []
    for place, entry in read.entries("arms", value):
        fields = read.mapping(place, entry, required=("code", "title", "kind"))
        arms.append(
            Arm(
                read.slug(f"{place}.code", fields.get("code", "missing")),
                read.text_or_texts(f"{place}.title", fields.get("title", "missing")),
                read.one_of(f"{place}.kind", fields.get("kind", ARM_KINDS[0]), ARM_KINDS),
            )
        )
    read.unique("arms", [arm.code for arm in arms])
    if arms and not any(arm.is_training for arm in arms):
        read.refuse("arms", "one of them must be of kind training")
    return tuple(arms)


def _code_elements(read: Reader, top: Mapping[str, object]) -> tuple[str, ...]:
    if top.get("linking") != ANONYMOUS:
        if "code_elements" in top:
            read.refuse("code_elements", "are asked only where linking is anonymous")
        return ()
    entries = read.sequence("code_elements", top.get("code_elements", tuple(CODE_ELEMENTS)))
    elements = tuple(read.one_of("code_elements", one, tuple(CODE_ELEMENTS)) for one in entries)
    read.unique("code_elements", elements)
    if len(elements) < LEAST_ELEMENTS:
        read.refuse("code_elements", f"needs at least {LEAST_ELEMENTS} to tell people apart")
    return elements


def _scale(read: Reader, place: str, value: object, instrument: InstrumentSpec) -> str:
    if value is not None and value not in [scale.code for scale in instrument.scales]:
        read.refuse(place, f"the instrument has no scale {value!r}")
    return str(value)


def _scales(read: Reader, place: str, value: object, instrument: InstrumentSpec) -> tuple[str, ...]:
    entries = read.sequence(place, [] if value is None else value, empty=True)
    scales = tuple(_scale(read, place, entry, instrument) for entry in entries)
    read.unique(place, scales)
    return scales


def _margins(read: Reader, value: object, instrument: InstrumentSpec) -> dict[str, float]:
    codes = [scale.code for scale in instrument.scales]
    given = {} if value is None else read.mapping("margins", value, required=(), optional=codes)
    margins = {code: read.number(f"margins.{code}", points) for code, points in given.items()}
    for code, points in margins.items():
        if points <= 0:
            read.refuse(f"margins.{code}", "must be above 0, in points of the scale")
    return margins


def _released_numbers(read: Reader, value: object, instrument: InstrumentSpec) -> tuple[str, ...]:
    numbers = [item.code for item in instrument.numeric_items if not item.scale.is_likert]
    codes = read.sequence("released_numbers", [] if value is None else value, empty=True)
    for code in codes:
        if code not in numbers:
            read.refuse("released_numbers", f"{code!r} is not an item answered with a number")
    read.unique("released_numbers", [str(code) for code in codes])
    return tuple(str(code) for code in codes)


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


def _information_sheet(read: Reader, value: object) -> SheetSpec:
    if value is None:
        return SheetSpec("", {})
    place = "information_sheet"
    fields = read.mapping(place, value, required=("version", "text"))
    version = fields.get("version", "missing")
    if isinstance(version, int) and not isinstance(version, bool):
        version = str(version)
    return SheetSpec(
        read.text(f"{place}.version", version),
        read.text_or_texts(f"{place}.text", fields.get("text", "missing")),
    )


def _courses(read: Reader, value: object) -> tuple[str, ...]:
    entries = read.sequence("courses", [] if value is None else value, empty=True)
    courses = tuple(read.text("courses", entry) for entry in entries)
    read.unique("courses", courses)
    return courses
