"""What is still open in a cohort that is to be closed."""

from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.utils.translation import ngettext

from courses.models import Cohort, MakeUp, TrainingSession
from lms.accounts.clock import now


@dataclass(frozen=True)
class LeftOpen:
    """What nobody has settled: sessions whose roll does not say of everybody what they earned,
    sessions with `waiting` check-ins, and make-ups that the cohort's people have booked elsewhere.
    """

    rolls: list[TrainingSession]
    check_ins: list[TrainingSession]
    make_ups: list[MakeUp]

    def __bool__(self) -> bool:
        return bool(self.rolls or self.check_ins or self.make_ups)

    @property
    def words(self) -> list[str]:
        """Each kind with how many there are: "2 rolls are not complete"."""
        waiting = sum(one.waiting for one in self.check_ins)  # type: ignore[attr-defined]
        told = [
            (
                len(self.rolls),
                ngettext(
                    "%(n)s roll is not complete", "%(n)s rolls are not complete", len(self.rolls)
                ),
            ),
            (
                waiting,
                ngettext(
                    "%(n)s check-in is not settled", "%(n)s check-ins are not settled", waiting
                ),
            ),
            (
                len(self.make_ups),
                ngettext(
                    "%(n)s make-up is still ahead",
                    "%(n)s make-ups are still ahead",
                    len(self.make_ups),
                ),
            ),
        ]
        return [words % {"n": count} for count, words in told if count]


def left_open(cohort: Cohort) -> LeftOpen:
    """In three queries."""
    sessions = cohort.sessions.select_related("module", "cohort__agency").order_by("starts_at")
    rolls = sessions.filter(ends_at__lte=now()).with_roll()
    waiting = Count("check_ins", filter=Q(check_ins__settled_at=None))
    make_ups = MakeUp.objects.for_list().filter(
        enrolment__cohort=cohort, session__ends_at__gt=now()
    )
    return LeftOpen(
        rolls=list(rolls.filter(marked_seats__lt=F("seats"))),  # type: ignore[misc]
        check_ins=list(sessions.annotate(waiting=waiting).filter(waiting__gt=0)),
        make_ups=list(make_ups),
    )
