"""What a study's protocol consists of, once read: waves, arms, the information sheet, what is asked
and how answers are linked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from assessments.documents import Texts, text_in

TRAINING, WAITING_LIST, COMPARISON = "training", "waiting_list", "comparison"
ARM_KINDS = (TRAINING, WAITING_LIST, COMPARISON)
CONFIDENTIAL, ANONYMOUS = "confidential", "anonymous"
LINKINGS = (CONFIDENTIAL, ANONYMOUS)
SECTIONS, PAGE = "sections", "page"
LAYOUTS = (SECTIONS, PAGE)
LINKS_FIRST, CLUSTERS_FIRST = "links_first", "clusters_first"
RELEASES = (LINKS_FIRST, CLUSTERS_FIRST)


@dataclass(frozen=True)
class WaveSpec:
    """One time of asking; waves stand in the order in which they happen.

    A follow-up names how long after the cohort's last session it opens, in weeks or in months (0:
    the wave belongs to a session of the course). `lasts_days` is how long it takes answers (None:
    the portal's default), `grace_days` how long after that a late answer is still taken.
    """

    code: str
    titles: Texts
    after_weeks: int = 0
    after_months: int = 0
    lasts_days: int | None = None
    grace_days: int = 0

    @property
    def title(self) -> str:
        return self.title_in("en")

    def title_in(self, language: str) -> str:
        return text_in(self.titles, language)

    @property
    def is_follow_up(self) -> bool:
        return bool(self.after_weeks or self.after_months)


@dataclass(frozen=True)
class Arm:
    """One group that the study compares: those who are trained, who wait for it, or who are not
    trained at all."""

    code: str
    titles: Texts
    kind: str

    def title_in(self, language: str) -> str:
        return text_in(self.titles, language)

    @property
    def is_training(self) -> bool:
        return self.kind == TRAINING


TRAINING_ARM = Arm("training", {"en": "Training"}, TRAINING)


@dataclass(frozen=True)
class SheetSpec:
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
    paired officers. `rolling` is "quarter" where a course never ends and its windows close by
    quarter, else empty. `code_elements` are asked where `linking` is anonymous.

    `margins` are changes that would not matter, in points of each scale: what equivalence is tested
    against. `release` says whether released data keep the links between waves (`links_first`) or
    blocks of cohorts (`clusters_first`); of items answered with a number only `released_numbers`
    leave.
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
    information_sheet: SheetSpec
    irb: str
    funder: str
    courses: tuple[str, ...] = ()
    arms: tuple[Arm, ...] = (TRAINING_ARM,)
    rolling: str = ""
    layout: str = SECTIONS
    free_text: bool = False
    retention_months: int | None = None
    code_elements: tuple[str, ...] = ()
    margins: Mapping[str, float] = field(default_factory=dict)
    release: str = LINKS_FIRST
    released_numbers: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.title_in("en")

    def title_in(self, language: str) -> str:
        return text_in(self.titles, language)

    @property
    def is_anonymous(self) -> bool:
        return self.linking == ANONYMOUS

    def arm(self, code: str) -> Arm:
        """Raises KeyError for an unknown code."""
        return {arm.code: arm for arm in self.arms}[code]

    @property
    def training_arm(self) -> Arm:
        """Where a cohort of the study's courses belongs that was assigned to none."""
        return next(arm for arm in self.arms if arm.is_training)

    def wave(self, code: str) -> WaveSpec:
        """Raises KeyError for an unknown code."""
        return {wave.code: wave for wave in self.waves}[code]

    @property
    def wave_codes(self) -> tuple[str, ...]:
        return tuple(wave.code for wave in self.waves)

    @property
    def wave_pairs(self) -> tuple[tuple[str, str], ...]:
        """Waves that are compared: the first with each later one, then neighbours."""
        codes = self.wave_codes
        from_first = [(codes[0], later) for later in codes[1:]]
        return (*from_first, *pairwise(codes[1:]))
