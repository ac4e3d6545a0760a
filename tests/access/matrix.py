"""Who gets what: every route of ours, and what each kind of person is answered.

An object that somebody may not see does not exist for them (404); a page of a role they do not
hold is refused (403); who is not signed in is asked to sign in (302). 405: the method is not the
page's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from courses.actions.check_ins import room_code
from courses.models import CalendarFeed

ANONYMOUS = "anonymous"
OWNER = "owner"  # enrolled in the cohort that the addresses are about
CLASSMATE = "classmate"  # enrolled in the same cohort
OUTSIDER = "outsider"  # enrolled in a cohort of the same course at another agency
LEARNER = "learner"  # has an account and no seat
TRAINER = "trainer"  # at the agency that hosts the cohort
TRAINER_ELSEWHERE = "trainer_elsewhere"
COORDINATOR = "coordinator"
EVALUATOR = "evaluator"
SUPERVISOR = "supervisor"  # of the owner's agency
EDITOR = "editor"
ADMINISTRATOR = "administrator"
SUPERUSER = "superuser"  # may everything in the editors' part, and holds no role

PEOPLE = (
    OWNER,
    CLASSMATE,
    OUTSIDER,
    LEARNER,
    TRAINER,
    TRAINER_ELSEWHERE,
    COORDINATOR,
    EVALUATOR,
    SUPERVISOR,
    EDITOR,
    ADMINISTRATOR,
    SUPERUSER,
)
EVERYBODY = (ANONYMOUS, *PEOPLE)
STAFF = (TRAINER, COORDINATOR)

Make = Callable[[Any], Any]


def nothing(world: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Row:
    """One method of one route. `answers` gives a status for everybody; `at` and `data` make the
    address's arguments and what is posted from the world of the test."""

    route: str
    answers: dict[str, int]
    method: str = "get"
    at: Make = nothing
    data: Make = nothing

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.route}"


def everybody(status: int) -> dict[str, int]:
    return dict.fromkeys(EVERYBODY, status)


def only(*roles: str, status: int = 200, others: int = 404, anonymous: int = 302) -> dict[str, int]:
    """The named roles get `status`, all others who are signed in `others`."""
    return {ANONYMOUS: anonymous} | dict.fromkeys(PEOPLE, others) | dict.fromkeys(roles, status)


def signed_in(status: int) -> dict[str, int]:
    return only(*PEOPLE, status=status)


def seat(w: Any) -> dict[str, Any]:
    return {"enrolment": w.seat.uuid}


def cohort(w: Any) -> dict[str, Any]:
    return {"cohort_uuid": w.cohort.uuid}


def session(w: Any) -> dict[str, Any]:
    return {"session_id": w.session.pk}


def session_chosen(w: Any) -> dict[str, Any]:
    return {"session": w.session.pk}


def qualification(w: Any) -> dict[str, Any]:
    return {"qualification": w.qualification.pk}


def instructor(w: Any) -> dict[str, Any]:
    return {"person": w.qualification.person.uuid}


def planned(w: Any) -> dict[str, Any]:
    return cohort(w) | {"module": "welcome"}


def feed(w: Any) -> dict[str, Any]:
    return {"secret": CalendarFeed.objects.renew(w.people[OWNER])}


def open_cohort(w: Any) -> dict[str, Any]:
    return {"cohort_uuid": w.open_cohort.uuid}


def cohort_seat(w: Any) -> dict[str, Any]:
    return cohort(w) | {"seat_uuid": w.seat.uuid}


def cohort_day(w: Any) -> dict[str, Any]:
    return cohort(w) | {"day": "2026-11-30"}


def window(w: Any) -> dict[str, Any]:
    return {"window": w.window.pk}


def section(w: Any) -> dict[str, Any]:
    return {"window": w.window.pk, "number": 1}


def link(w: Any) -> dict[str, Any]:
    return {"window": w.window.pk, "token": w.token}


def attempt(number: int) -> Make:
    return lambda w: {"enrolment": w.seat.uuid, "number": number}


def study(w: Any) -> dict[str, Any]:
    return {"code": w.study.code}


def study_window(w: Any) -> dict[str, Any]:
    return {"code": w.study.code, "window": w.window.pk}


def study_release(w: Any) -> dict[str, Any]:
    return {"code": w.study.code, "number": w.release.number}


def public(w: Any) -> dict[str, Any]:
    return {"code": w.public.study.code, "number": w.public.number}


def report_year(w: Any) -> dict[str, Any]:
    return {"first": 2026}


def running(w: Any) -> dict[str, Any]:
    return {"session_id": w.running.pk}


def room_code_of(w: Any) -> dict[str, Any]:
    return running(w) | {"code": room_code(w.running)}


def kiosk(w: Any) -> dict[str, Any]:
    return {"link": w.kiosk.link}


def at_kiosk(w: Any) -> dict[str, Any]:
    return {**kiosk(w), "seat": w.seat.uuid}


HANDED_IN, UNDER_WAY = 1, 2
REPORTED_TO = (COORDINATOR, EVALUATOR, SUPERVISOR, ADMINISTRATOR)
WRONG_METHOD = everybody(405)
PURPOSE = {"purpose": "Yearly report"}

PUBLIC = [
    Row("healthz", everybody(200)),
    Row("readyz", everybody(200)),
    Row("catalog", everybody(200)),
    Row("course", everybody(200), at=lambda w: {"code": w.cohort.version.course.code}),
    Row("gallery", everybody(200)),
    Row("outcomes", everybody(200)),
    Row("outcomes_newest", everybody(302), at=study),
    Row("outcomes_vintage", everybody(200), at=public),
    Row("outcomes_vintage", WRONG_METHOD, "post", at=public),
    Row("outcomes_file", everybody(200), at=lambda w: public(w) | {"name": "all-years.csv"}),
    Row("certificates:verify", everybody(200)),
    Row("certificates:verify", WRONG_METHOD, "post"),
    # Whoever was given the number may read what the paper says.
    Row("certificates:verify_code", everybody(200), at=lambda w: {"code": w.certificate.code}),
]

LEARNING = [
    Row("learner:home", signed_in(200)),
    Row("learner:hours", only(OWNER), at=seat),
    Row("learner:make_ups", only(OWNER), at=seat),
    # What is booked here cannot be: the form says so.
    Row("learner:make_ups", only(OWNER, status=302), "post", at=seat, data=session_chosen),
    Row("learner:claim_certificate", WRONG_METHOD, at=seat),
    Row("learner:claim_certificate", only(OWNER, status=302), "post", at=seat),
    # Everybody but the evaluators, who take no seats, may sign up where it is open.
    Row("sign_up:cohorts", signed_in(200) | {EVALUATOR: 403}),
    Row("sign_up:cohorts", only(others=405), "post"),
    Row("sign_up:cohort", signed_in(200) | {EVALUATOR: 403}, at=open_cohort),
    Row("sign_up:cohort", only(OWNER, CLASSMATE) | {EVALUATOR: 403}, at=cohort),
    Row(
        "sign_up:cohort",
        signed_in(302) | {EVALUATOR: 403},
        "post",
        at=open_cohort,
        data=lambda w: {"ask": "1", "enrolled_as": "volunteered"},
    ),
    Row("learning:knowledge_check", only(OWNER), at=seat),
    Row("learning:knowledge_check", only(OWNER, status=302), "post", at=seat),
    Row("learning:attempt", only(OWNER), at=attempt(UNDER_WAY)),
    Row("learning:attempt", only(OWNER, status=302), at=attempt(HANDED_IN)),
    Row(
        "learning:attempt",
        only(OWNER, status=302),
        "post",
        at=attempt(UNDER_WAY),
        data=lambda w: {"hand-in-anyway": "1"},
    ),
    Row("learning:result", only(OWNER), at=attempt(HANDED_IN)),
    Row("learning:result", only(OWNER, status=302), at=attempt(UNDER_WAY)),
    Row("read_lesson", WRONG_METHOD, at=lambda w: {"page": w.lesson.pk}),
    # Everybody with a seat in the course notes it for their own seat, whichever cohort that is.
    Row(
        "read_lesson",
        only(OWNER, CLASSMATE, OUTSIDER, status=302),
        "post",
        at=lambda w: {"page": w.lesson.pk},
    ),
    # Whoever knows the secret, signed in or not; each asks for the owner's newest.
    Row("calendar:feed", everybody(200), at=feed),
    Row("calendar:feed", WRONG_METHOD, "post", at=feed),
    Row("calendar:own_feed", signed_in(200)),
    Row("calendar:own_feed", signed_in(200), "post", data=lambda w: {"make": "1"}),
    Row("certificates:download", only(OWNER, *STAFF), at=lambda w: {"uuid": w.certificate.uuid}),
]

# The window is the cohort's: both who sit in it take part, each for themselves.
SEATED = (OWNER, CLASSMATE)
SURVEY = [
    Row("survey:start", only(*SEATED), at=window),
    Row(
        "survey:start",
        only(*SEATED, status=302),
        "post",
        at=window,
        data=lambda w: {"choice": "decline"},
    ),
    Row("survey:section", only(*SEATED), at=section),
    Row(
        "survey:section", only(*SEATED, status=302), "post", at=section, data=lambda w: {"A1": "4"}
    ),
    # Of studies that ask all on one page; this one asks section by section.
    Row("survey:everything", only(), at=window),
    Row("survey:everything", only(), "post", at=window),
    Row("survey:done", only(*SEATED, status=302), at=window),
    Row("survey:done", only(*SEATED, status=302), "post", at=window),
    # Leaving names no window and looks at none; it takes away what is left in the browser.
    Row("survey:leave", only(*PEOPLE, status=302, anonymous=200), at=window),
    Row("survey:leave", WRONG_METHOD, "post", at=window),
    # The owner's link: for whoever holds it and is not signed in as somebody else.
    Row("survey:link", only(OWNER, status=302, others=409, anonymous=200), at=link),
    Row("survey:link", only(OWNER, status=302, others=409, anonymous=302), "post", at=link),
    # Everybody but the evaluators, who answer nothing: the list says nothing about its reader.
    Row("survey:studies", signed_in(200) | {EVALUATOR: 404}),
    Row("survey:withdraw", only(*SEATED, OUTSIDER), at=study),
    Row("survey:withdraw", only(*SEATED, OUTSIDER, status=302), "post", at=study),
    Row("survey:withdrawn", only(*SEATED, OUTSIDER), at=study),
]

TRAINING = [
    Row("trainer:desk", only(*STAFF, TRAINER_ELSEWHERE, others=403)),
    Row("trainer:schedule", only(*STAFF, TRAINER_ELSEWHERE, others=403)),
    Row("trainer:schedule", only(*STAFF, TRAINER_ELSEWHERE, status=400, others=403), "post"),
    Row("trainer:year", only(*STAFF, TRAINER_ELSEWHERE, others=403)),
    # Whoever runs cohorts asks the instructors of others too; only coordinators keep what they hold.
    Row("courses:staffing", only(*STAFF, TRAINER_ELSEWHERE, others=403)),
    Row("courses:instructors", only(*STAFF, TRAINER_ELSEWHERE, others=403)),
    Row("courses:instructor", only(*STAFF, TRAINER_ELSEWHERE), at=instructor),
    Row(
        "courses:instructor",
        only(COORDINATOR, status=400) | dict.fromkeys((TRAINER, TRAINER_ELSEWHERE), 403),
        "post",
        at=instructor,
    ),
    Row("courses:renew_qualification", only(COORDINATOR), at=qualification),
    Row("courses:renew_qualification", only(COORDINATOR, status=400), "post", at=qualification),
    Row("courses:withdraw_qualification", only(COORDINATOR), at=qualification),
    Row("courses:withdraw_qualification", only(COORDINATOR, status=400), "post", at=qualification),
    Row("courses:cohort", only(*STAFF), at=cohort),
    Row("courses:plan", only(*STAFF), at=cohort),
    Row("courses:plan", only(others=405), "post", at=cohort),
    *(
        row
        for step in ("move", "staff", "shift", "copy")
        for row in (
            Row(f"courses:plan_{step}", only(others=405), at=cohort),
            Row(f"courses:plan_{step}", only(*STAFF, status=400), "post", at=cohort),
        )
    ),
    Row("courses:planned_session", only(*STAFF), at=planned),
    Row("courses:planned_session", only(*STAFF, status=400), "post", at=planned),
    Row("courses:plan_versions", only(*STAFF), at=cohort),
    Row("courses:plan_versions", only(others=405), "post", at=cohort),
    Row("courses:plan_cancel", only(*STAFF), at=cohort),
    Row("courses:plan_cancel", only(*STAFF, status=400), "post", at=cohort),
    Row("trainer:publish", only(*STAFF), at=cohort),
    Row("trainer:publish", only(*STAFF, status=400), "post", at=cohort),
    Row("courses:groups", only(*STAFF), at=cohort),
    Row("courses:groups", only(*STAFF, status=400), "post", at=cohort),
    Row("courses:record", only(*STAFF), at=cohort_seat),
    Row("courses:record", only(*STAFF, status=400), "post", at=cohort_seat),
    Row("trainer:hours", only(*STAFF), at=cohort_seat),
    Row("trainer:hours", only(others=405), "post", at=cohort_seat),
    Row("trainer:sign_in", only(*STAFF), at=cohort),
    Row("trainer:sign_in_on", only(*STAFF), at=cohort_day),
    Row("trainer:name_tents", only(*STAFF), at=cohort),
    Row("trainer:name_tents_on", only(*STAFF), at=cohort_day),
    Row("trainer:closing", only(*STAFF), at=cohort),
    Row("trainer:closing", only(*STAFF, status=302), "post", at=cohort),
    Row("courses:close", only(others=405), at=cohort),
    Row("courses:close", only(*STAFF, status=302), "post", at=cohort),
    Row("courses:seats", only(*STAFF), at=cohort),
    Row(
        "courses:seats",
        only(*STAFF, status=302),
        "post",
        at=cohort,
        data=lambda w: {"withdraw": str(w.seat.uuid), "sure": "1"},
    ),
    Row("courses:sign_up", only(*STAFF), at=cohort),
    Row("courses:sign_up", only(*STAFF, status=400), "post", at=cohort),
    Row("courses:roster", only(*STAFF), at=cohort),
    Row("courses:roster", only(*STAFF, status=400), "post", at=cohort),
    Row("courses:roster_template", only(*STAFF), at=cohort),
    Row("courses:roster_template", only(others=405), "post", at=cohort),
    Row("courses:roster_export", only(others=405), at=cohort),
    Row("courses:roster_export", only(*STAFF), "post", at=cohort, data=lambda w: PURPOSE),
    Row("courses:roll", only(*STAFF), at=lambda w: {"session_id": w.session.pk}),
    Row(
        "courses:roll", only(*STAFF, status=400), "post", at=lambda w: {"session_id": w.session.pk}
    ),
    Row("courses:code", only(*STAFF), at=running),
    Row("courses:code", only(others=405), "post", at=running),
    Row("courses:kiosk", only(*STAFF), at=running),
    Row("courses:kiosk", only(*STAFF, status=302), "post", at=running),
    Row("courses:sheet", only(*STAFF), at=session),
    Row("courses:sheet", only(*STAFF, status=400), "post", at=session),
    Row("courses:settle", only(others=405), at=session),
    Row("courses:settle", only(*STAFF, status=302), "post", at=session),
    Row("courses:make_ups", only(*STAFF), at=cohort),
    Row(
        "courses:make_ups",
        only(*STAFF, status=302),
        "post",
        at=cohort,
        data=lambda w: session_chosen(w) | {"seat": w.seat.pk},
    ),
    Row("assessments:skills", only(*STAFF), at=lambda w: {"cohort": w.cohort.uuid}),
    Row(
        "assessments:skills",
        only(*STAFF, status=302),
        "post",
        at=lambda w: {"cohort": w.cohort.uuid},
    ),
]

# The code of the room is worth something to whoever is expected there.
CHECKING_IN = [
    Row("here:here", signed_in(200)),
    Row("here:here", signed_in(400), "post"),
    Row("here:scan", only(OWNER, CLASSMATE, status=302, others=400), at=room_code_of),
    Row("here:scan", only(OWNER, CLASSMATE, status=302, others=400), "post", at=room_code_of),
    # Who has said nothing about themselves is led to where one does.
    Row("here:state", signed_in(302), at=running),
    # For whoever holds the link and is not signed in.
    Row("kiosk:kiosk", only(others=409, anonymous=200), at=kiosk),
    Row("kiosk:person", only(others=409, anonymous=200), at=at_kiosk),
    Row(
        "kiosk:person",
        only(others=409, anonymous=302),
        "post",
        at=at_kiosk,
        data=lambda w: {"direction": "in"},
    ),
]

READING = [
    Row("evaluator:home", only(EVALUATOR, others=403)),
    Row("evaluator:study", only(EVALUATOR), at=study),
    Row("evaluator:load", only(EVALUATOR, others=403)),
    Row("evaluator:load", only(EVALUATOR, status=400, others=403), "post"),
    Row("evaluator:protocol", only(EVALUATOR), at=study),
    Row("evaluator:rates", only(EVALUATOR), at=study),
    Row("evaluator:publish", only(EVALUATOR), at=study),
    # Of what nobody has looked at nothing is published.
    Row("evaluator:publish", only(EVALUATOR, status=409), "post", at=study),
    Row("evaluator:arms", only(others=405), at=study),
    Row("evaluator:arms", only(EVALUATOR, status=400), "post", at=study),
    Row("evaluator:table", only(others=405), at=study),
    Row("evaluator:table", only(EVALUATOR), "post", at=study, data=lambda w: PURPOSE),
    Row("evaluator:again", only(others=405), at=study),
    Row("evaluator:again", only(EVALUATOR, status=302), "post", at=study),
    Row("evaluator:import", only(EVALUATOR), at=study),
    Row("evaluator:import", only(EVALUATOR, status=400), "post", at=study),
    Row("evaluator:windows", only(EVALUATOR), at=study),
    Row("evaluator:windows", only(others=405), "post", at=study),
    Row("evaluator:reopen", only(EVALUATOR), at=study_window),
    Row("evaluator:reopen", only(EVALUATOR, status=400), "post", at=study_window),
    Row("evaluator:import_template", only(EVALUATOR), at=study),
    Row("evaluator:releases", only(EVALUATOR), at=study),
    Row("evaluator:new_release", only(EVALUATOR), at=study),
    Row("evaluator:new_release", only(EVALUATOR, status=400), "post", at=study),
    Row("evaluator:release", only(EVALUATOR), at=study_release),
    Row("evaluator:release_pack", only(others=405), at=study_release),
    Row("evaluator:release_pack", only(EVALUATOR), "post", at=study_release),
    Row("evaluator:release_again", only(others=405), at=study_release),
    Row("evaluator:release_again", only(EVALUATOR, status=302), "post", at=study_release),
    Row("supervisor:home", only(SUPERVISOR, others=403)),
    Row("supervisor:hours", only(SUPERVISOR), at=seat),
    Row("supervisor:hours", only(others=405), "post", at=seat),
    Row("nominations:cohorts", only(SUPERVISOR, others=403)),
    Row("nominations:cohorts", only(others=405), "post"),
    Row("nominations:cohort", only(SUPERVISOR, others=403), at=open_cohort),
    Row("nominations:cohort", only(SUPERVISOR, status=400, others=403), "post", at=open_cohort),
    Row("reports:years", only(*REPORTED_TO, others=403)),
    Row("reports:year", only(*REPORTED_TO, others=403), at=report_year),
    Row("reports:year", only(others=405), "post", at=report_year),
    Row("reports:pdf", only(*REPORTED_TO, others=403), at=report_year),
]


def small(w: Any) -> dict[str, Any]:
    return {"code": "small", "number": 1}


def draft(w: Any) -> dict[str, Any]:
    return {"uuid": w.draft.uuid}


def section_of(at: Make) -> Make:
    return lambda w: {**at(w), "section": 1}


def item(w: Any) -> dict[str, Any]:
    return {**draft(w), "kind": "items", "code": "A1"}


def new_item(w: Any) -> dict[str, Any]:
    return {**draft(w), "kind": "items"}


INSTRUMENTS = [
    Row("instruments:home", only(EVALUATOR, others=403)),
    Row("instruments:new", only(EVALUATOR)),
    Row("instruments:new", only(EVALUATOR, status=400), "post"),
    Row("instruments:template", only(EVALUATOR)),
    Row("instruments:version", only(EVALUATOR), at=small),
    Row("instruments:file", only(EVALUATOR), at=small),
    Row("instruments:table", only(EVALUATOR), at=small),
    Row("instruments:preview", only(EVALUATOR), at=section_of(small)),
    Row("instruments:start", only(others=405), at=small),
    Row("instruments:start", only(EVALUATOR, status=302), "post", at=small),
    Row("instruments:draft", only(EVALUATOR), at=draft),
    Row("instruments:draft_file", only(EVALUATOR), at=draft),
    Row("instruments:draft_preview", only(EVALUATOR), at=section_of(draft)),
    Row("instruments:languages", only(EVALUATOR), at=draft),
    Row("instruments:languages", only(EVALUATOR, status=400), "post", at=draft),
    Row("instruments:add", only(EVALUATOR), at=new_item),
    Row("instruments:add", only(EVALUATOR, status=400), "post", at=new_item),
    Row("instruments:part", only(EVALUATOR), at=item),
    Row("instruments:part", only(EVALUATOR, status=400), "post", at=item),
    Row("instruments:change", only(others=405), at=item),
    Row("instruments:change", only(EVALUATOR, status=302), "post", at=item),
    Row("instruments:publish", only(others=405), at=draft),
    Row("instruments:publish", only(EVALUATOR, status=302), "post", at=draft),
    Row("instruments:discard", only(others=405), at=draft),
    Row("instruments:discard", only(EVALUATOR, status=302), "post", at=draft),
]


def somebody(w: Any) -> dict[str, Any]:
    return {"person": w.people[OWNER].uuid}


# An administrator without a scope keeps everybody's account.
ACCOUNTS = [
    Row("profile", signed_in(200)),
    Row("edit_own_record", signed_in(200)),
    Row("edit_own_record", signed_in(302), "post"),
    Row("second_factor_later", WRONG_METHOD),
    Row("second_factor_later", signed_in(302), "post"),
    Row("deliveries", only(*STAFF, TRAINER_ELSEWHERE, ADMINISTRATOR, others=403)),
    Row(
        "deliveries",
        only(*STAFF, TRAINER_ELSEWHERE, ADMINISTRATOR, status=302, others=403),
        "post",
        data=lambda w: {"message": "all"},
    ),
    Row("people", only(ADMINISTRATOR, others=403)),
    Row("add_person", only(ADMINISTRATOR, others=403)),
    Row("add_person", only(ADMINISTRATOR, status=400, others=403), "post"),
    Row("person", only(ADMINISTRATOR), at=somebody),
    Row(
        "person",
        only(ADMINISTRATOR, status=302),
        "post",
        at=somebody,
        data=lambda w: {"role": "supervisor"},
    ),
    Row("edit_person", only(ADMINISTRATOR), at=somebody),
    Row("edit_person", only(ADMINISTRATOR, status=400), "post", at=somebody),
    Row("merge_person", only(ADMINISTRATOR), at=somebody),
    Row("merge_person", only(ADMINISTRATOR, status=400), "post", at=somebody),
    Row(
        "revoke_role",
        only(ADMINISTRATOR, status=302),
        "post",
        at=lambda w: {
            "person": w.people[TRAINER].uuid,
            "held": w.people[TRAINER].role_assignments.get().pk,
        },
    ),
]

MATRIX = [*PUBLIC, *LEARNING, *SURVEY, *TRAINING, *CHECKING_IN, *READING, *INSTRUMENTS, *ACCOUNTS]

# Routes of packages that we include: the address they start with, and who answers for them.
INCLUDED = {
    "accounts/": "allauth: signing in and out, passwords, second factor; about oneself only. Our own routes there have rows",
    "cms/": "Wagtail (and our redirect to the one sign-in): asks for the permission to enter the editors' part on every page",
    "documents/": "Wagtail: documents that editors publish, with their collection's restrictions",
    "_util/": "Wagtail (and a redirect to the one sign-in): the password of a page or collection that an editor restricted",
    "^((?:[\\w\\-]+/)*)$": "Wagtail: published pages; lessons ask for a sign-in by themselves",
}

# What whoever was given a link may read, names and all, until it ends.
BY_LINK = {"certificates:verify_code", "kiosk:kiosk", "kiosk:person"}

# Whose name a role may read anywhere but by such a link: the owner's, the outsider's.
READS_OWNER = {OWNER, TRAINER, COORDINATOR, SUPERVISOR, ADMINISTRATOR}
READS_OUTSIDER = {OUTSIDER, TRAINER_ELSEWHERE, COORDINATOR, ADMINISTRATOR}
