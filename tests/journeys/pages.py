"""The pages of the portal, by who reads them, in the demo's year."""

from collections.abc import Callable
from datetime import timedelta

from django.urls import reverse
from playwright.sync_api import Page

from assessments.actions.answering import progress_of
from assessments.actions.building import build_release
from assessments.actions.drafts import draft_of_version
from assessments.actions.releases import Recipient, request_release
from assessments.attestations import VERSION
from assessments.invitations import token_for
from assessments.models import InstrumentDraft, InstrumentVersion, Study, SurveyWindow
from certificates.models import Certificate
from cms_pages.models import LessonPage, ProgramPage
from courses.actions.check_ins import open_kiosk
from courses.models import Cohort, Enrolment, Qualification, TrainingSession
from lms.accounts.clock import now
from lms.accounts.models import User


def public() -> list[str]:
    certificate = Certificate.objects.first()
    assert certificate is not None
    return [
        *("/", "/privacy/", "/accessibility/", "/contact/", "/about/", "/help/", "/lessons/"),
        *("/catalog/", "/catalog/?q=suicide"),
        *(page.url for page in ProgramPage.objects.live()),
        *("/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/"),
        *("/outcomes/", "/outcomes/cit-attitudes/1/"),
        *("/verify/", f"/verify/{certificate.code}/", "/gallery/"),
        *by_link(),
        kiosk(),
    ]


def by_link() -> list[str]:
    """A one-time link, and the page of whoever has left a survey."""
    cohort = seat_of("officer.finishing@example.org").cohort
    window = SurveyWindow.objects.get(cohort=cohort, wave__code="post")
    people = (seat.user for seat in cohort.enrolments.select_related("user"))
    waiting = next(one for one in people if not progress_of(window=window, user=one).done)
    token = token_for(window, waiting)
    return [
        reverse("survey:link", args=[window.pk, token]),
        reverse("survey:leave", args=[window.pk]),
    ]


def seat_of(email: str) -> Enrolment:
    return Enrolment.objects.get(user__email=email)


def learner() -> list[str]:
    seat = seat_of("officer@example.org")
    lesson = LessonPage.objects.live().first()
    assert lesson is not None
    return [
        *(reverse("learner:home"), reverse("learner:hours", args=[seat.uuid]), "/here/"),
        reverse("learner:make_ups", args=[seat.uuid]),
        reverse("calendar:own_feed"),
        *(reverse("sign_up:cohorts"), reverse("sign_up:cohort", args=[seat.cohort.uuid])),
        *(lesson.url, reverse("learning:knowledge_check", args=[seat.uuid])),
        *(
            "/accounts/profile/",
            "/accounts/profile/edit/",
            "/accounts/password/change/",
            "/accounts/logout/",
            "/accounts/2fa/",
        ),
    ]


def newcomer() -> list[str]:
    """The survey that asks in all the ways there are."""
    window = SurveyWindow.objects.get(wave__study__code="bias-series", wave__code="pre")
    return [
        reverse("learner:home"),
        reverse("survey:start", args=[window.pk]),
        *(reverse("survey:section", args=[window.pk, section]) for section in (1, 2, 3)),
    ]


def finishing() -> list[str]:
    seat = seat_of("officer.finishing@example.org")
    window = SurveyWindow.objects.get(cohort=seat.cohort, wave__code="post")
    return [
        *(reverse("learner:home"), reverse("learner:hours", args=[seat.uuid])),
        reverse("learning:knowledge_check", args=[seat.uuid]),
        reverse("survey:start", args=[window.pk]),
        reverse("survey:section", args=[window.pk, 1]),
        reverse("survey:section", args=[window.pk, 5]),
        reverse("survey:studies"),
        reverse("survey:withdraw", args=["cit-attitudes"]),
        reverse("survey:withdrawn", args=["cit-attitudes"]),
    ]


def running() -> TrainingSession:
    return TrainingSession.objects.filter(starts_at__lte=now(), ends_at__gt=now())[0]


def kiosk() -> str:
    """The link of one at the door of the session that is being taught."""
    trainer = User.objects.get(email="trainer@example.org")
    return reverse("kiosk:kiosk", args=[open_kiosk(session=running(), by=trainer).link])


def trainer() -> list[str]:
    cohort = Cohort.objects.get(sessions__starts_at__lte=now(), sessions__ends_at__gt=now())
    over, coming = cohort.sessions.first(), cohort.sessions.last()
    assert over is not None
    assert coming is not None
    return [
        *("/train/", "/train/?show=coming", "/train/?show=past", "/train/schedule/"),
        reverse("courses:cohort", args=[cohort.uuid]),
        reverse("courses:roster", args=[cohort.uuid]),
        reverse("courses:make_ups", args=[cohort.uuid]),
        reverse("courses:sheet", args=[over.pk]),
        reverse("courses:seats", args=[cohort.uuid]),
        reverse("courses:sign_up", args=[cohort.uuid]),
        reverse("courses:groups", args=[cohort.uuid]),
        *(
            reverse(name, args=[cohort.uuid, cohort.enrolments.all()[0].uuid])
            for name in ("courses:record", "trainer:hours")
        ),
        *(reverse("courses:roll", args=[session.pk]) for session in (over, coming)),
        *(reverse(name, args=[running().pk]) for name in ("courses:code", "courses:kiosk")),
        reverse("assessments:skills", args=[Cohort.objects.order_by("starts_on")[0].uuid]),
        *planner(),
    ]


def planner() -> list[str]:
    """The planner's pages, of a cohort to come."""
    cohort = Cohort.objects.filter(state="scheduled", sessions__starts_at__gt=now()).latest(
        "starts_on"
    )
    module = cohort.sessions.select_related("module")[0].module
    return [
        reverse("courses:plan", args=[cohort.uuid]),
        reverse("courses:plan", args=[cohort.uuid]) + "?view=list",
        reverse("courses:planned_session", args=[cohort.uuid, module.code]),
        reverse("courses:plan_versions", args=[cohort.uuid]),
        reverse("courses:plan_cancel", args=[cohort.uuid]),
        reverse("trainer:publish", args=[cohort.uuid]),
        reverse("trainer:closing", args=[cohort.uuid]),
    ]


def a_draft() -> InstrumentDraft:
    """One that a version began, in two languages."""
    found = InstrumentDraft.objects.first()
    if found is None:
        version = InstrumentVersion.objects.get(instrument__code="sample-fair-contact")
        found = draft_of_version(
            version=version, by=User.objects.get(email="evaluator@example.org")
        )
    return found


def instruments() -> list[str]:
    sample, draft = ("sample-fair-contact", 1), a_draft()
    forms = [("items", "FJ3"), ("response_scales", "agree5"), ("blocks", "SHOP")]
    forms += [("scales", "fair_process"), ("section_titles", "1")]
    return [
        *(reverse("instruments:home"), reverse("instruments:new")),
        reverse("instruments:version", args=sample),
        *(reverse("instruments:preview", args=[*sample, section]) for section in (1, 2, 3)),
        reverse("instruments:draft", args=[draft.uuid]),
        reverse("instruments:draft_preview", args=[draft.uuid, 2]),
        reverse("instruments:languages", args=[draft.uuid]),
        reverse("instruments:add", args=[draft.uuid, "details"]),
        *(reverse("instruments:part", args=[draft.uuid, *form]) for form in forms),
    ]


def evaluator() -> list[str]:
    return [
        *instruments(),
        reverse("evaluator:home"),
        *(reverse("evaluator:import", args=[study.code]) for study in Study.objects.all()),
        reverse("evaluator:load"),
        *(reverse("evaluator:protocol", args=[study.code]) for study in Study.objects.all()),
        reverse("evaluator:rates", args=["cit-attitudes"]),
        *(reverse("evaluator:publish", args=[study.code]) for study in Study.objects.all()),
        reverse("evaluator:study", args=["cit-paper-2019"]),
        reverse("evaluator:study", args=["cit-attitudes"]),
        reverse("evaluator:study", args=["cit-attitudes"]) + "?by=year&within=rank_band",
        reverse("evaluator:windows", args=["cit-attitudes"]),
        reopening(),
        *releases(),
    ]


def releases() -> list[str]:
    """The list, the form, and one that is made."""
    study = Study.objects.get(code="cit-attitudes")
    if not study.releases.exists():
        build_release(
            release=request_release(
                study=study,
                by=User.objects.get(email="evaluator@example.org"),
                purpose="Reanalysis for the final report",
                recipient=Recipient("Dr. Ines Quaresma", "Harbor University"),
                attested=VERSION,
                expires_on=now().date() + timedelta(days=90),
            )
        )
    return [
        reverse("evaluator:releases", args=[study.code]),
        reverse("evaluator:new_release", args=[study.code]),
        reverse("evaluator:release", args=[study.code, 1]),
    ]


def reopening() -> str:
    window = SurveyWindow.objects.filter(opened_at__isnull=False).first()
    assert window is not None
    return reverse("evaluator:reopen", args=[window.wave.study.code, window.pk])


def qualifications() -> list[str]:
    """The pages about one instructor who has taught on more than one rung."""
    row = Qualification.objects.filter(person__last_name="Brooks").first()
    assert row is not None
    return [
        reverse("courses:instructor", args=[row.person.uuid]),
        reverse("courses:renew_qualification", args=[row.pk]),
        reverse("courses:withdraw_qualification", args=[row.pk]),
    ]


def coordinator() -> list[str]:
    return [
        *("/train/", "/train/year/", "/accounts/messages/", "/accounts/profile/"),
        *("/train/staffing/?weeks=26", "/train/instructors/", "/train/instructors/?show=add"),
        *qualifications(),
    ]


def administrator() -> list[str]:
    person = User.objects.get(email="trainer@example.org")
    officer = User.objects.get(email="officer@example.org")
    return [
        *(reverse("people"), reverse("add_person"), reverse("person", args=[person.uuid])),
        reverse("merge_person", args=[officer.uuid]),
        reverse("edit_person", args=[officer.uuid]),
    ]


def supervisor() -> list[str]:
    reader = User.objects.get(email="supervisor@example.org")
    seat = Enrolment.objects.supervised_by(reader).filter(attendance__isnull=False)[0]
    return [
        *("/supervise/", "/supervise/?page=2", "/reports/", "/reports/2026/"),
        *(reverse("supervisor:hours", args=[seat.uuid]), reverse("nominations:cohorts")),
    ]


READERS: dict[str, Callable[[], list[str]]] = {
    "": public,
    "officer@example.org": learner,
    "officer.new@example.org": newcomer,
    "officer.finishing@example.org": finishing,
    "trainer@example.org": trainer,
    "coordinator@example.org": coordinator,
    "supervisor@example.org": supervisor,
    "denise.carvalho@example.org": lambda: [reverse("learner:home")],
    "administrator@example.org": administrator,
    "evaluator@example.org": evaluator,
}


def schedule_and_roster() -> list[str]:
    cohort = Cohort.objects.get(sessions__starts_at__lte=now(), sessions__ends_at__gt=now())
    return ["/train/schedule/", reverse("courses:roster", args=[cohort.uuid])]


def first_section() -> list[str]:
    seat = seat_of("officer.finishing@example.org")
    window = SurveyWindow.objects.get(cohort=seat.cohort, wave__code="post")
    return [reverse("survey:section", args=[window.pk, 1])]


# Pages with a form that is refused when nothing is filled in, or what cannot be chosen is.
REFUSING: dict[str, Callable[[], list[str]]] = {
    "": lambda: ["/accounts/login/", "/accounts/password/reset/"],
    "officer@example.org": lambda: ["/accounts/password/change/", "/here/"],
    "officer.finishing@example.org": first_section,
    "trainer@example.org": schedule_and_roster,
    # A renewal is filled in already.
    "coordinator@example.org": lambda: [one for one in qualifications() if "renew" not in one],
    "evaluator@example.org": lambda: [
        *(reverse("instruments:new"), reverse("evaluator:load"), reopening()),
        reverse("instruments:add", args=[a_draft().uuid, "items"]),
        reverse("evaluator:new_release", args=["cit-attitudes"]),
        reverse("evaluator:study", args=["cit-attitudes"]),
    ],
}

# Past the browser's own checks, as a program would send it.
SEND_NONSENSE = """() => {
  const form = document.querySelector("main form[method=post]");
  for (const tile of form.querySelectorAll("input[type=radio]")) {
    tile.value = "nonsense";
    tile.checked = true;
  }
  form.submit();
}"""


def refused(page: Page, address: str) -> None:
    """Sends the form at the address with nothing in it but nonsense, which leads to a page that
    says so."""
    page.goto(address)
    with page.expect_navigation():
        page.evaluate(SEND_NONSENSE)
