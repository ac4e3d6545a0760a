"""What each page of the journeys may ask the databases for, the session and the reader's roles
included. A list costs the same with one row as with thirty, and with two hundred where it is one of
cohorts, seats, staff or a desk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.access import matrix as m

Make = Callable[[Any], Any]


@dataclass(frozen=True)
class Budget:
    """One page: who asks for it, at which address, and how many queries that may take."""

    page: str
    who: str
    queries: int
    address: Make
    data: Make | None = None


def _route(name: str, at: Make = m.nothing) -> Make:
    return lambda w: reverse(name, kwargs=at(w))


def _session(w: Any) -> dict[str, Any]:
    return {"session_id": w.session.pk}


def _roster(w: Any) -> dict[str, Any]:
    """As many newcomers and people we know as the world has rows."""
    newcomers = [f"new{number}@example.org,New,Comer,{w.agency}" for number in range(w.rows)]
    known = [f"{email},Known,Person,{w.agency}" for email in w.known]
    lines = ["email,first_name,last_name,agency", *newcomers, *known]
    return {"file": SimpleUploadedFile("roster.csv", "\n".join(lines).encode())}


BUDGETS = [
    # Everybody's
    Budget("front page", m.ANONYMOUS, 10, lambda w: "/"),
    Budget("catalog", m.ANONYMOUS, 12, _route("catalog")),
    Budget("course", m.ANONYMOUS, 22, _route("course", lambda w: {"code": w.course})),
    Budget("public outcomes", m.ANONYMOUS, 1, _route("outcomes")),
    Budget("public vintage", m.ANONYMOUS, 3, _route("outcomes_vintage", m.public)),
    Budget("verify", m.ANONYMOUS, 1, _route("certificates:verify")),
    Budget(
        "verified",
        m.ANONYMOUS,
        2,
        _route("certificates:verify_code", lambda w: {"code": w.certificate.code}),
    ),
    # The officer's
    Budget("my training", m.OWNER, 30, _route("learner:home")),
    Budget("schedule and hours", m.OWNER, 26, _route("learner:hours", m.seat)),
    Budget("check in", m.OWNER, 6, _route("here:here")),
    Budget("my make-ups", m.OWNER, 20, _route("learner:make_ups", m.seat)),
    Budget("own calendar", m.OWNER, 5, _route("calendar:own_feed")),
    Budget("calendar feed", m.ANONYMOUS, 9, _route("calendar:feed", m.feed)),
    Budget("sign-up", m.OWNER, 11, _route("sign_up:cohorts")),
    Budget("sign-up, cohort", m.OWNER, 15, _route("sign_up:cohort", m.open_cohort)),
    Budget("lesson", m.OWNER, 25, lambda w: w.lesson.url),
    Budget("knowledge check", m.OWNER, 18, _route("learning:knowledge_check", m.seat)),
    Budget("questions", m.OWNER, 8, _route("learning:attempt", m.attempt(m.UNDER_WAY))),
    Budget("result", m.OWNER, 13, _route("learning:result", m.attempt(m.HANDED_IN))),
    Budget("survey, start", m.OWNER, 9, _route("survey:start", m.window)),
    Budget("survey, section", m.OWNER, 9, _route("survey:section", m.section)),
    Budget("survey, one-time link", m.ANONYMOUS, 9, _route("survey:link", m.link)),
    Budget("survey, left", m.ANONYMOUS, 0, _route("survey:leave", m.window)),
    Budget("studies and answers", m.OWNER, 5, _route("survey:studies")),
    Budget("withdraw from a study", m.OWNER, 5, _route("survey:withdraw", m.study)),
    # The trainer's
    Budget("training desk", m.TRAINER, 34, _route("trainer:desk")),
    Budget("schedule a cohort", m.TRAINER, 10, _route("trainer:schedule")),
    Budget("plan", m.TRAINER, 25, _route("courses:plan", m.cohort)),
    Budget("planned session", m.TRAINER, 19, _route("courses:planned_session", m.planned)),
    Budget("published schedules", m.TRAINER, 8, _route("courses:plan_versions", m.cohort)),
    Budget("publish a schedule", m.TRAINER, 29, _route("trainer:publish", m.cohort)),
    Budget("call a cohort off", m.TRAINER, 8, _route("courses:plan_cancel", m.cohort)),
    Budget("cohort", m.TRAINER, 19, _route("courses:cohort", m.cohort)),
    Budget("certificates and closing", m.TRAINER, 26, _route("trainer:closing", m.cohort)),
    Budget("staffing board", m.TRAINER, 13, _route("courses:staffing")),
    Budget("instructors", m.COORDINATOR, 11, _route("courses:instructors")),
    Budget("instructor", m.COORDINATOR, 10, _route("courses:instructor", m.instructor)),
    Budget("renewal", m.COORDINATOR, 6, _route("courses:renew_qualification", m.qualification)),
    Budget(
        "withdrawal", m.COORDINATOR, 7, _route("courses:withdraw_qualification", m.qualification)
    ),
    Budget("roster", m.TRAINER, 8, _route("courses:roster", m.cohort)),
    Budget("roster, preview", m.TRAINER, 17, _route("courses:roster", m.cohort), _roster),
    Budget("code of the room", m.TRAINER, 9, _route("courses:code", m.running)),
    Budget("kiosk, trainer's page", m.TRAINER, 8, _route("courses:kiosk", m.running)),
    Budget("kiosk", m.ANONYMOUS, 3, _route("kiosk:kiosk", m.kiosk)),
    Budget("kiosk, one person", m.ANONYMOUS, 4, _route("kiosk:person", m.at_kiosk)),
    Budget("roll", m.TRAINER, 11, _route("courses:roll", _session)),
    Budget("printed sheet", m.TRAINER, 9, _route("courses:sheet", _session)),
    Budget("make-ups", m.TRAINER, 20, _route("courses:make_ups", m.cohort)),
    Budget("seats", m.TRAINER, 21, _route("courses:seats", m.open_cohort)),
    Budget("seats, settings", m.TRAINER, 11, _route("courses:sign_up", m.open_cohort)),
    Budget("record of a seat", m.TRAINER, 11, _route("courses:record", m.cohort_seat)),
    Budget("hours in a cohort", m.TRAINER, 24, _route("trainer:hours", m.cohort_seat)),
    Budget("small groups", m.TRAINER, 9, _route("courses:groups", m.cohort)),
    Budget("sign-in sheets", m.TRAINER, 10, _route("trainer:sign_in", m.cohort)),
    Budget("name tents", m.TRAINER, 10, _route("trainer:name_tents", m.cohort)),
    Budget(
        "skills application",
        m.TRAINER,
        11,
        _route("assessments:skills", lambda w: {"cohort": w.cohort.uuid}),
    ),
    # The supervisor's and the evaluator's
    Budget("my agency", m.SUPERVISOR, 29, _route("supervisor:home")),
    Budget("hours of my people", m.SUPERVISOR, 15, _route("supervisor:hours", m.seat)),
    Budget("nominations", m.SUPERVISOR, 10, _route("nominations:cohorts")),
    Budget("nominate", m.SUPERVISOR, 15, _route("nominations:cohort", m.open_cohort)),
    Budget("studies", m.EVALUATOR, 10, _route("evaluator:home")),
    Budget("outcomes", m.EVALUATOR, 14, _route("evaluator:study", m.study)),
    Budget("protocol", m.EVALUATOR, 14, _route("evaluator:protocol", m.study)),
    Budget("response rates", m.EVALUATOR, 20, _route("evaluator:rates", m.study)),
    Budget("publish outcomes", m.EVALUATOR, 12, _route("evaluator:publish", m.study)),
    Budget("study file", m.EVALUATOR, 5, _route("evaluator:load")),
    Budget("survey windows", m.EVALUATOR, 9, _route("evaluator:windows", m.study)),
    Budget("ask once more", m.EVALUATOR, 7, _route("evaluator:reopen", m.study_window)),
    Budget("import of responses", m.EVALUATOR, 8, _route("evaluator:import", m.study)),
    Budget("released data", m.EVALUATOR, 8, _route("evaluator:releases", m.study)),
    Budget("release of data", m.EVALUATOR, 6, _route("evaluator:release", m.study_release)),
    Budget("new release", m.EVALUATOR, 7, _route("evaluator:new_release", m.study)),
    Budget("instruments", m.EVALUATOR, 10, _route("instruments:home")),
    Budget("new instrument", m.EVALUATOR, 5, _route("instruments:new")),
    Budget("instrument version", m.EVALUATOR, 7, _route("instruments:version", m.small)),
    Budget(
        "instrument preview", m.EVALUATOR, 6, _route("instruments:preview", m.section_of(m.small))
    ),
    Budget("instrument draft", m.EVALUATOR, 8, _route("instruments:draft", m.draft)),
    Budget("form of an item", m.EVALUATOR, 6, _route("instruments:part", m.item)),
    Budget("languages of a draft", m.EVALUATOR, 6, _route("instruments:languages", m.draft)),
    # The chief's
    Budget("reports", m.SUPERVISOR, 6, _route("reports:years")),
    Budget("report of a year", m.SUPERVISOR, 22, _route("reports:year", m.report_year)),
    Budget("report of a year, PDF", m.SUPERVISOR, 22, _route("reports:pdf", m.report_year)),
    # The coordinator's and the administrator's
    Budget("training year", m.COORDINATOR, 14, _route("trainer:year")),
    Budget("people", m.ADMINISTRATOR, 11, _route("people")),
    Budget("mails", m.COORDINATOR, 9, _route("deliveries")),
    Budget("correct a record", m.ADMINISTRATOR, 9, _route("edit_person", m.somebody)),
    Budget("merge two accounts", m.ADMINISTRATOR, 12, _route("merge_person", m.somebody)),
]
