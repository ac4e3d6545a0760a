"""Response rates for evaluators: worked out with the results they stand beside, of groups only, and
each shown for good."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass

from django.db.models import Max
from django.views.decorators.debug import sensitive_variables

from assessments.ballot_box.batches import Row, seal_counts, unseal_counts
from assessments.frame import Frame
from assessments.models import (
    CohortArm,
    OutcomeVintage,
    RateGroup,
    ResponseRate,
    Study,
    SurveyWindow,
    VintageCounts,
    Wave,
)
from assessments.rates import (
    Counted,
    Increment,
    between,
    increments,
    leaves_few,
    may_be_shown,
    next_groups,
    unchanged,
)
from assessments.windows import seats_in

Counts = Mapping[str, Mapping[str, Counted]]
"""By wave and label of rows."""


@dataclass(frozen=True)
class Result:
    """What a published vintage tells of counts: in which waves how many answered, and whether how
    many had a seat; and the counts it rests on, which it does not tell."""

    waves: frozenset[str]
    seats: bool
    counts: Counts

    def __repr__(self) -> str:
        return "<Result>"


@sensitive_variables()
def result_of(vintage: OutcomeVintage, counts: Counts) -> Result:
    waves = frozenset(row["wave"] for row in vintage.report["flow"] if row["n"] is not None)
    return Result(waves, vintage.seats is not None, counts)


@sensitive_variables()
def past_results(study: Study, key: bytes) -> list[Result] | None:
    """Oldest first; None where what one rests on is not known here. Raises Unreadable."""
    vintages = study.vintages.filter(published=True).order_by("number").select_related("counts")
    found: list[Result] = []
    for vintage in vintages:
        if not hasattr(vintage, "counts"):
            return None
        entries = unseal_counts(bytes(vintage.counts.sealed), key, study.uuid)
        found.append(result_of(vintage, _by_label(entries)))
    return found


@sensitive_variables()
def _by_label(entries: Mapping[str, list[list[object]]]) -> Counts:
    return {
        wave: {str(entry[0]): Counted(*entry) for entry in listed}  # type: ignore[arg-type]
        for wave, listed in entries.items()
    }


@sensitive_variables()
def counts_of(study: Study, rows: Iterable[Row], past: Sequence[Result]) -> Counts:
    """How many answered each wave and are counted in its results, by label. Seats stay as they were
    when the label was first counted: somebody who gives one up later has not answered anew."""
    frame, training = study.frame, training_windows(study)
    answered = Counter((row["wave"], row["cohort"]) for row in _answering(frame, rows))
    boxes = Counter(
        (window.wave.code, window.group) for window in training if window.opened_at is not None
    )
    seats = {
        label: one.seats for old in past for by in old.counts.values() for label, one in by.items()
    }
    found: dict[str, dict[str, Counted]] = {wave: {} for wave in frame.study.wave_codes}
    for wave, label in sorted({*answered, *boxes}):
        if label not in seats:
            seats[label] = _seats(study, training, label)
        found[wave][label] = Counted(label, seats[label], answered[wave, label], boxes[wave, label])
    return found


@sensitive_variables()
def _answering(frame: Frame, rows: Iterable[Row]) -> Iterable[Row]:
    """The rows that the flow of results counts: the first of each person and wave that answers
    anything but free text."""
    items = [item.code for item in frame.instrument.numeric_items]
    seen: set[tuple[str, str]] = set()
    for row in rows:
        person = (row["code"], row["wave"])
        answers = row["answers"]
        if person not in seen and any(answers.get(item) is not None for item in items):
            seen.add(person)
            yield row


def _arms(study: Study) -> dict[int, str]:
    """The arms of cohorts that were put into one."""
    return dict(CohortArm.objects.filter(study=study).values_list("cohort", "arm"))


def training_windows(study: Study) -> list[SurveyWindow]:
    """Of cohorts that are trained, in the order in which they are pooled."""
    arms, training = _arms(study), _training_arms(study)
    windows = SurveyWindow.objects.filter(wave__study=study).select_related("wave", "cohort")
    return [
        window
        for window in windows.order_by("cohort__starts_on", "cohort__code", "quarter", "number")
        if window.cohort_id not in arms or arms[window.cohort_id] in training
    ]


def _training_arms(study: Study) -> set[str]:
    return {arm.code for arm in study.spec.arms if arm.is_training}


def _seats(study: Study, windows: Iterable[SurveyWindow], label: str) -> int:
    first = study.spec.wave_codes[0]
    theirs = [one.pk for one in windows if one.wave.code == first and one.group == label]
    return seats_in(SurveyWindow.objects.filter(pk__in=theirs)).count() if theirs else 0


def seats_would_tell(study: Study, results: Sequence[Result]) -> bool:
    """Whether the seats of the newest result would leave, beside the groups that are shown, few who
    did not answer."""
    for wave in results[-1].waves:
        shown = _shown_in(study, wave)
        if leaves_few(shown, frozenset(), _with_seats(results, wave), study.spec.threshold):
            return True
    return False


@sensitive_variables()
def late_answers_would_tell(study: Study, counts: Counts) -> bool:
    """Whether a group was answered on after its rate was shown, in a window opened anew, so that
    results on everybody would tell how few answered late, or how few still have not."""
    threshold = study.spec.threshold
    for rate in ResponseRate.objects.filter(group__study=study).select_related("group", "wave"):
        now = counts[rate.wave.code]
        answered = sum(now[label].answered for label in rate.group.labels if label in now)
        late, still_not = answered - rate.answered, rate.group.seats - answered
        if late and (abs(late) < threshold or still_not < threshold):
            return True
    return False


@sensitive_variables()
def keep_rates(*, vintage: OutcomeVintage, counts: Counts, past: Sequence[Result]) -> None:
    """Pools the cohorts that a new published vintage counts into groups, as far as can be done, and
    adds the waves that have become countable to the groups there are. For the transaction that
    keeps the vintage."""
    study, results = vintage.study, [*past, result_of(vintage, counts)]
    first, *_later = study.spec.wave_codes
    if first in results[-1].waves:
        _pool(study, results, first)
    for wave in Wave.objects.filter(study=study, code__in=results[-1].waves):
        _count(study, results, wave)


@sensitive_variables()
def keep_counts(*, vintage: OutcomeVintage, counts: Counts, key: bytes) -> None:
    """What later vintages are compared with."""
    entries = {wave: [astuple(one) for one in by.values()] for wave, by in counts.items()}
    sealed = seal_counts(entries, key, vintage.study.uuid)
    VintageCounts.objects.create(vintage=vintage, sealed=sealed)


def _steps(results: Sequence[Result], wave: str) -> list[Increment]:
    return increments(one.counts[wave] for one in results if wave in one.waves)


def _with_seats(results: Sequence[Result], wave: str) -> list[Increment]:
    """What results that tell seats as well have told since such a one before."""
    telling = [one for one in results if wave in one.waves]
    return between(_steps(results, wave), [one.seats for one in telling])


def _known(results: Sequence[Result], wave: str) -> list[Increment]:
    return [*_steps(results, wave), *_with_seats(results, wave)]


def _shown_in(study: Study, wave: str) -> set[str]:
    groups = study.rate_groups.filter(rates__wave__code=wave).values_list("labels", flat=True)
    return {label for labels in groups for label in labels}


@sensitive_variables()
def _countable(study: Study, results: Sequence[Result], wave: str) -> dict[str, Counted]:
    """The labels whose boxes are all opened, and whose count has not changed since."""
    steady = unchanged(_steps(results, wave))
    windows = [one for one in training_windows(study) if one.wave.code == wave]
    pending = {window.group for window in windows if window.opened_at is None}
    labels = dict.fromkeys(window.group for window in windows)
    return {label: steady[label] for label in labels if label in steady and label not in pending}


@sensitive_variables()
def _pool(study: Study, results: Sequence[Result], first: str) -> None:
    """New groups, by what was answered in the first wave; each of one arm."""
    countable, grouped = _countable(study, results, first), grouped_in(study)
    arms = _arms_by_label(study)
    for arm in dict.fromkeys(arms.values()):
        waiting = [
            one for label, one in countable.items() if arms[label] == arm and label not in grouped
        ]
        taken = grouped_in(study)
        for group in next_groups(waiting, taken, _known(results, first), study.spec.threshold):
            _keep(study, arm, group)


def _arms_by_label(study: Study) -> dict[str, str]:
    arms, default = _arms(study), study.spec.training_arm.code
    return {one.group: arms.get(one.cohort_id, default) for one in training_windows(study)}


def grouped_in(study: Study) -> set[str]:
    """The labels of those who are in a group already."""
    return {one for labels in study.rate_groups.values_list("labels", flat=True) for one in labels}


def _keep(study: Study, arm: str, group: list[Counted]) -> None:
    newest = study.rate_groups.aggregate(Max("number"))["number__max"] or 0
    seats = sum(one.seats for one in group)
    labels = [one.cohort for one in group]
    RateGroup.objects.create(study=study, number=newest + 1, arm=arm, labels=labels, seats=seats)


@sensitive_variables()
def _count(study: Study, results: Sequence[Result], wave: Wave) -> None:
    """One wave of each group whose counts are large enough, and leave no small one."""
    countable, known = _countable(study, results, wave.code), _known(results, wave.code)
    threshold, shown = study.spec.threshold, _shown_in(study, wave.code)
    for group in study.rate_groups.exclude(rates__wave=wave):
        labels = set(group.labels)
        if not labels <= countable.keys():
            continue
        answered = sum(countable[label].answered for label in labels)
        total = Counted("", group.seats, answered)
        if may_be_shown([total], threshold) and not leaves_few(labels, shown, known, threshold):
            ResponseRate.objects.create(group=group, wave=wave, answered=answered)
            shown |= labels
