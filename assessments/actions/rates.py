"""Response rates for evaluators: of opened boxes only, of groups only, and each shown for good."""

from collections import Counter

from django.db import transaction
from django.db.models import Max, QuerySet
from django.views.decorators.debug import sensitive_variables

from assessments.ballot_box import store
from assessments.ballot_box.batches import unseal_rows
from assessments.keyring import responses_key
from assessments.models import CohortArm, RateGroup, ResponseRate, Study, SurveyWindow, Wave
from assessments.rates import Cohorts, Counted, leaves_few, may_be_shown, next_groups
from assessments.windows import seats_in

Answered = Counter[tuple[str, str]]


@sensitive_variables()
@transaction.atomic
def show_rates(*, study: Study) -> list[RateGroup]:
    """Pools cohorts whose boxes are in published results into groups, as far as that can be done,
    and adds the waves that have become countable to the groups there are. Idempotent.

    Returns all groups. Raises KeyMissing, Unreadable.
    """
    study = Study.objects.select_for_update().get(pk=study.pk)
    opened = _opened_for_good(study)
    if _is_new(study, opened):
        answered = _answered(study)
        _pool(study, opened, answered)
        _count_waves(study, opened, answered)
    return list(study.rate_groups.prefetch_related("rates__wave"))


def _opened_for_good(study: Study) -> dict[str, list[Cohorts]]:
    """By wave: the cohorts all of whose boxes were opened when some results were published, oldest
    results first. Boxes opened since could make a published number smaller by a few."""
    windows = SurveyWindow.objects.filter(wave__study=study).select_related("wave", "cohort")
    rows = [(window.wave.code, window.group, window.opened_at) for window in windows]
    moments = study.vintages.filter(published=True).order_by("number")
    found: dict[str, list[Cohorts]] = {}
    for moment in moments.values_list("made_at", flat=True):
        for wave in study.spec.wave_codes:
            boxes = [(cohort, at) for code, cohort, at in rows if code == wave]
            late = {cohort for cohort, at in boxes if at is None or at > moment}
            done = frozenset(cohort for cohort, _ in boxes) - late
            found.setdefault(wave, []).append(done)
    return found


def _is_new(study: Study, opened: dict[str, list[Cohorts]]) -> bool:
    """Whether anything could be shown that is not: so that most looks open no batch."""
    if not opened:
        return False
    grouped = grouped_in(study)
    counted = ResponseRate.objects.filter(group__study=study).count()
    possible = study.rate_groups.count() * len(opened)
    return bool(opened[study.spec.wave_codes[0]][-1] - grouped) or counted < possible


@sensitive_variables()
def _answered(study: Study) -> Answered:
    key = responses_key(study)
    sealed = [batch for _, batch in store.batches_of(study.uuid)]
    return Counter((row["wave"], row["cohort"]) for row in unseal_rows(sealed, key, study.uuid))


def grouped_in(study: Study) -> set[str]:
    """The labels of those who are in a group already."""
    return {one for labels in study.rate_groups.values_list("labels", flat=True) for one in labels}


@sensitive_variables()
def _pool(study: Study, opened: dict[str, list[Cohorts]], answered: Answered) -> None:
    """New groups, by what was answered in the first wave; each of one arm."""
    first = study.spec.wave_codes[0]
    assigned = dict(CohortArm.objects.filter(study=study).values_list("cohort", "arm"))
    waiting = opened[first][-1] - grouped_in(study)
    by_arm: dict[str, dict[str, list[SurveyWindow]]] = {}
    for window in _in_order(study, first):
        if window.group in waiting:
            arm = assigned.get(window.cohort_id, study.spec.training_arm.code)
            by_arm.setdefault(arm, {}).setdefault(window.group, []).append(window)
    for arm, labels in by_arm.items():
        counted = [
            _counted(label, windows, answered[first, label]) for label, windows in labels.items()
        ]
        for group in next_groups(counted, opened[first], study.spec.threshold):
            _keep(study, arm, group)


def _in_order(study: Study, wave: str) -> QuerySet[SurveyWindow]:
    windows = SurveyWindow.objects.filter(wave__study=study, wave__code=wave)
    return windows.select_related("cohort").order_by(
        "cohort__starts_on", "cohort__code", "quarter", "number"
    )


def _counted(label: str, windows: list[SurveyWindow], answered: int) -> Counted:
    theirs = SurveyWindow.objects.filter(pk__in=[window.pk for window in windows])
    # Who answered and has given up the seat since counts as seated.
    return Counted(label, max(seats_in(theirs).count(), answered), answered)


def _keep(study: Study, arm: str, group: list[Counted]) -> None:
    newest = study.rate_groups.aggregate(Max("number"))["number__max"] or 0
    seats = sum(one.seats for one in group)
    labels = [one.cohort for one in group]
    RateGroup.objects.create(study=study, number=newest + 1, arm=arm, labels=labels, seats=seats)


@sensitive_variables()
def _count_waves(study: Study, opened: dict[str, list[Cohorts]], answered: Answered) -> None:
    """Each wave of each group whose boxes are all in published results, where both counts are large
    enough and none that is known becomes a small one by it."""
    groups = list(study.rate_groups.prefetch_related("rates"))
    members = {group: frozenset(group.labels) for group in groups}
    for wave in Wave.objects.filter(study=study, code__in=opened):
        known = opened[wave.code]
        shown = {one for one in groups if wave.pk in {rate.wave_id for rate in one.rates.all()}}
        for group in groups:
            if group in shown or not members[group] <= known[-1]:
                continue
            others = known[-1].difference(members[group], *(members[one] for one in shown))
            counted, rest = (
                [Counted(code, 0, answered[wave.code, code]) for code in sorted(codes)]
                for codes in (members[group], others)
            )
            total = Counted("", group.seats, sum(one.answered for one in counted))
            threshold = study.spec.threshold
            if may_be_shown([total], threshold) and not leaves_few(counted, rest, known, threshold):
                ResponseRate.objects.create(group=group, wave=wave, answered=total.answered)
                shown.add(group)
