"""What has to be settled first, for the training desk: each kind is one small read, and an item of
it leads to the page where it is settled."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, groupby, zip_longest
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Max, Min
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import CheckIn, Cohort, CohortState, EnrolmentState, Part, TrainingSession
from courses.plans.drafts import Draft, drafts_to_settle
from courses.staffing.board import Ahead, Gap, sessions_ahead
from courses.words.days import moment_words
from lms.accounts.clock import now
from lms.accounts.models import User

ITEMS_SHOWN = 9
# Who teaches is looked at for the next two weeks, rolls for the last year, offers for a day.
WEEKS_AHEAD = 2
ROLLS_BACK = timedelta(days=365)
OFFERS_AHEAD = timedelta(hours=24)

Item = dict[str, str]


@dataclass(frozen=True)
class ToSettle:
    """What has to be settled first, as components/settle.html takes it, and how much more there
    is."""

    items: list[Item] = field(default_factory=list)
    more: int = 0


def to_settle(user: User) -> ToSettle:
    """The first of each kind before the second of any: check-ins, offers that end soon, rolls of
    sessions that are over, sessions soon that may not be taught as staffed, requests, cohorts to
    close, drafts."""
    ahead = sessions_ahead(user, weeks=WEEKS_AHEAD)
    kinds = (
        _check_ins(user),
        _offers(user),
        _rolls(user),
        _unstaffed(ahead),
        _requests(user),
        _to_close(user),
        [_draft_item(one) for one in drafts_to_settle(user, ahead.held)],
    )
    items = [one for one in chain.from_iterable(zip_longest(*kinds)) if one]
    return ToSettle(items[:ITEMS_SHOWN], max(len(items) - ITEMS_SHOWN, 0))


def _check_ins(user: User) -> list[Item]:
    """Of sessions whose roll one takes, the newest first; nobody confirms their own."""
    waiting = (
        CheckIn.objects.filter(
            settled_at=None,
            session__in=TrainingSession.objects.markable_by(user),
            session__cohort__state=CohortState.SCHEDULED,
        )
        .exclude(enrolment__user=user)
        .order_by()
        .values("session")
        .annotate(n=Count("enrolment", distinct=True))
    )
    counts = {row["session"]: row["n"] for row in waiting}
    sessions = TrainingSession.objects.filter(pk__in=counts).select_related(
        "module", "cohort__agency"
    )
    return [
        _item(
            ngettext("%(n)s person checked in", "%(n)s people checked in", counts[session.pk])
            % {"n": counts[session.pk]},
            reverse("courses:roll", args=[session.pk]),
            _("%(code)s, %(module)s, %(day)s. Confirm who is there.") % _told(session),
        )
        for session in sessions.order_by("-starts_at", "pk")
    ]


def _offers(user: User) -> list[Item]:
    cohorts = _with_seats(user, EnrolmentState.OFFERED, enrolments__offered_until__lte=_soon())
    return [
        _item(
            ngettext("%(n)s offer of a seat ends soon", "%(n)s offers of a seat end soon", cohort.n)
            % {"n": cohort.n},
            reverse("courses:seats", args=[cohort.uuid]),
            _("%(code)s. The first: %(moment)s; then the next in line is asked.")
            % {"code": cohort.code, "moment": moment_words(cohort.first, cohort.zone)},
        )
        for cohort in cohorts
    ]


def _requests(user: User) -> list[Item]:
    return [
        _item(
            ngettext(
                "%(n)s request waits for approval", "%(n)s requests wait for approval", cohort.n
            )
            % {"n": cohort.n},
            reverse("courses:seats", args=[cohort.uuid]),
            _("%(code)s, begins %(day)s.")
            % {"code": cohort.code, "day": date_format(cohort.starts_on, "D, M j")},
        )
        for cohort in _with_seats(user, EnrolmentState.REQUESTED)
    ]


def _with_seats(user: User, state: str, **conditions: Any) -> Any:
    """Cohorts one manages with `n` people in a state, and when the `first` of their offers ends."""
    return (
        Cohort.objects.manageable_by(user)
        .filter(state=CohortState.SCHEDULED, enrolments__state=state, **conditions)
        .annotate(n=Count("enrolments"), first=Min("enrolments__offered_until"))
        .select_related("agency")
        .order_by("starts_on", "code")
    )


def _soon() -> datetime:
    return now() + OFFERS_AHEAD


def _rolls(user: User) -> list[Item]:
    """Cohort by cohort."""
    sessions = (
        TrainingSession.objects.markable_by(user)
        .filter(
            cohort__state=CohortState.SCHEDULED,
            ends_at__lte=now(),
            ends_at__gt=now() - ROLLS_BACK,
        )
        .with_roll()
        .filter(marked_seats__lt=F("seats"))  # type: ignore[misc]
        .select_related("module", "cohort__agency")
        .order_by("cohort__starts_on", "cohort_id", "starts_at", "id")
    )
    return [_roll_item(list(held)) for _cohort, held in groupby(sessions, attrgetter("cohort"))]


def _roll_item(sessions: Sequence[TrainingSession]) -> Item:
    first = sessions[0]
    count = ngettext("%(n)s roll is not complete", "%(n)s rolls are not complete", len(sessions))
    note = _("%(code)s. The first: %(module)s, %(day)s.")
    url = reverse("courses:roll", args=[first.pk])
    return _item(count % {"n": len(sessions)}, url, note % _told(first), kind="clash")


def _unstaffed(ahead: Ahead) -> Iterator[Item]:
    """Cohort by cohort; what is missing in a draft is told with the draft."""
    gaps = (one for one in ahead.gaps if one.session.cohort.state == CohortState.SCHEDULED)
    for cohort, held in groupby(gaps, lambda gap: gap.session.cohort):
        yield _gap_item(cohort, list(held))


def _gap_item(cohort: Cohort, gaps: Sequence[Gap]) -> Item:
    needed = Counter(part for gap in gaps for part in gap.parts)
    parts = ", ".join(str(Part(part).label).lower() for part in needed)
    count = ngettext(
        "%(n)s session soon: %(parts)s needed", "%(n)s sessions soon: %(parts)s needed", len(gaps)
    )
    note = _("%(code)s. The first: %(module)s, %(day)s.")
    return _item(
        count % {"n": len(gaps), "parts": parts},
        reverse("courses:planned_session", args=[cohort.uuid, gaps[0].session.module.code]),
        note % _told(gaps[0].session),
    )


def _to_close(user: User) -> list[Item]:
    """Cohorts one manages whose last session is over."""
    cohorts = (
        Cohort.objects.manageable_by(user)
        .filter(state=CohortState.SCHEDULED)
        .annotate(last_end=Max("sessions__ends_at"))
        .filter(last_end__lte=now())
        .select_related("agency")
        .order_by("last_end", "code")
    )
    return [
        _item(
            _("%(code)s is over, not closed") % {"code": cohort.code},
            reverse("trainer:closing", args=[cohort.uuid]),
            _("Ended %(day)s. Issue the certificates, then close it.")
            % {"day": _day(cohort.last_end, cohort)},
        )
        for cohort in cohorts
    ]


def _draft_item(draft: Draft) -> Item:
    cohort = draft.cohort
    told = [
        ngettext("%(n)s clash", "%(n)s clashes", draft.clashes) % {"n": draft.clashes},
        ngettext("%(n)s gap", "%(n)s gaps", draft.gaps) % {"n": draft.gaps},
    ]
    counts = [words for words, n in zip(told, (draft.clashes, draft.gaps), strict=True) if n]
    return _item(
        _("%(code)s cannot be published: %(counts)s")
        % {"code": cohort.code, "counts": _(" and ").join(counts)},
        reverse("courses:plan", args=[cohort.uuid]),
        _("Being planned, would begin %(day)s.") % {"day": date_format(cohort.starts_on, "D, M j")},
        kind="clash" if draft.clashes else "gap",
    )


def _item(title: str, url: str, note: str, kind: str = "gap") -> Item:
    return {"title": title, "url": url, "note": note, "kind": kind}


def _told(session: Any) -> dict[str, str]:
    """What names a session: a published one, or one ahead as the staffing board has it."""
    return {
        "code": session.cohort.code,
        "module": session.module.title,
        "day": _day(session.starts_at, session.cohort),
    }


def _day(at: datetime, cohort: Cohort) -> str:
    return date_format(at.astimezone(ZoneInfo(cohort.zone)), "D, M j")
