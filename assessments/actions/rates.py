"""Response rates for evaluators: of opened boxes only, of groups only, and each shown for good."""

from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max
from django.views.decorators.debug import sensitive_variables

from assessments.ballot_box import store
from assessments.ballot_box.batches import unseal_rows
from assessments.keyring import responses_key
from assessments.models import CohortArm, RateGroup, ResponseRate, Study, SurveyWindow, Wave
from assessments.rates import Cohorts, Counted, leaves_few, may_be_shown, next_groups
from courses.models import Cohort, Enrolment

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
    return list(study.rate_groups.prefetch_related("cohorts", "rates__wave"))


def _opened_for_good(study: Study) -> dict[str, list[Cohorts]]:
    """By wave: the cohorts all of whose boxes were opened when some results were published, oldest
    results first. Boxes opened since could make a published number smaller by a few."""
    windows = SurveyWindow.objects.filter(wave__study=study)
    rows = list(windows.values_list("wave__code", "cohort__code", "opened_at"))
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
    grouped = set(study.rate_groups.values_list("cohorts__code", flat=True))
    counted = ResponseRate.objects.filter(group__study=study).count()
    possible = study.rate_groups.count() * len(opened)
    return bool(opened[study.spec.wave_codes[0]][-1] - grouped) or counted < possible


@sensitive_variables()
def _answered(study: Study) -> Answered:
    key = responses_key(study)
    sealed = [batch for _, batch in store.batches_of(study.uuid)]
    return Counter((row["wave"], row["cohort"]) for row in unseal_rows(sealed, key, study.uuid))


@sensitive_variables()
def _pool(study: Study, opened: dict[str, list[Cohorts]], answered: Answered) -> None:
    """New groups, by what was answered in the first wave; each of one arm."""
    first = study.spec.wave_codes[0]
    grouped = Cohort.objects.filter(rate_groups__study=study).values("pk")
    cohorts = Cohort.objects.filter(code__in=opened[first][-1]).exclude(pk__in=grouped)
    by_arm: dict[str, list[Cohort]] = {}
    assigned = dict(CohortArm.objects.filter(study=study).values_list("cohort", "arm"))
    for cohort in cohorts.order_by("starts_on", "code"):
        arm = assigned.get(cohort.pk, study.spec.training_arm.code)
        by_arm.setdefault(arm, []).append(cohort)
    for arm, waiting in by_arm.items():
        counted = _counted(waiting, first, answered)
        for group in next_groups(counted, opened[first], study.spec.threshold):
            _keep(study, arm, group)


def _counted(cohorts: Iterable[Cohort], wave: str, answered: Answered) -> list[Counted]:
    codes = [cohort.code for cohort in cohorts]
    seated = Enrolment.objects.seated().filter(cohort__code__in=codes)
    seats = Counter(seated.values_list("cohort__code", flat=True))
    # Who answered and has given up the seat since counts as seated.
    return [
        Counted(code, max(seats[code], answered[wave, code]), answered[wave, code])
        for code in codes
    ]


def _keep(study: Study, arm: str, group: list[Counted]) -> None:
    newest = study.rate_groups.aggregate(Max("number"))["number__max"] or 0
    seats = sum(one.seats for one in group)
    made = RateGroup.objects.create(study=study, number=newest + 1, arm=arm, seats=seats)
    made.cohorts.set(Cohort.objects.filter(code__in=[one.cohort for one in group]))


@sensitive_variables()
def _count_waves(study: Study, opened: dict[str, list[Cohorts]], answered: Answered) -> None:
    """Each wave of each group whose boxes are all in published results, where both counts are large
    enough and none that is known becomes a small one by it."""
    groups = list(study.rate_groups.prefetch_related("cohorts", "rates"))
    members = {group: frozenset(cohort.code for cohort in group.cohorts.all()) for group in groups}
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
