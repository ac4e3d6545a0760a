"""The planner's page, and what its forms change."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from courses.actions import change_plan, plan_cohort, publish_schedule
from courses.actions.bookings import book_cohort
from courses.models import Cohort, CohortState, MakeUp, Part, Qualification
from courses.planning import Plan, Teacher, without
from courses.plans.schedules import working_plan
from courses.views.plan_seen import seal
from tests.factories import (
    AgencyFactory,
    CohortFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    QualificationFactory,
    UserFactory,
    VenueFactory,
)

pytestmark = pytest.mark.django_db
MODULES = [{"code": "welcome", "day": 1}, {"code": "talk", "day": 1}, {"code": "end", "day": 2}]


@pytest.fixture
def agency(clock):
    clock.set(datetime(2026, 11, 20, 15, tzinfo=UTC))
    return AgencyFactory()


@pytest.fixture
def trainer(agency, client):
    person = UserFactory(agency=agency, roles=[("trainer", agency)])
    client.force_login(person)
    return person


def qualified(part: str, name: str, **fields):
    person = UserFactory(first_name="Ada", last_name=name)
    QualificationFactory(person=person, part=part, **fields)
    return person


@pytest.fixture
def pair(trainer):
    return {
        Part.OFFICER: qualified("officer", "Byrne"),
        Part.CLINICIAN: qualified("clinician", "Ortiz"),
    }


@pytest.fixture
def plan(agency, trainer):
    """A draft from Monday 30 November: two hours on the first day, one on the second."""

    def planned(**fields) -> Cohort:
        given = {"starts_on": date(2026, 11, 30), "capacity": 20, "agency": agency, "by": trainer}
        given |= {"version": CourseVersionFactory(modules=MODULES), "venue": VenueFactory()}
        return plan_cohort(**(given | fields))

    return planned


@pytest.fixture
def send(client):
    """Posts a form of the planner, made from the plan as it is unless another is given."""

    def sending(cohort: Cohort, step: str, seen: str = "", **data):
        names = {"session": "planned_session", "publish": "publish"}
        at = [cohort.uuid, data.pop("module_at")] if step == "session" else [cohort.uuid]
        address = reverse(f"courses:{names.get(step, f'plan_{step}')}", args=at)
        return client.post(address, {"seen": seen or seal(cohort, working_plan(cohort))} | data)

    return sending


def people_of(session) -> set[int]:
    return {who.person for who in session.teachers}


def starts(cohort: Cohort, module: str) -> datetime:
    found = (one for one in working_plan(cohort).plan.sessions if one.module == module)
    return next(found).starts_at


def page(client, cohort: Cohort, query: str = "") -> str:
    return client.get(reverse("courses:plan", args=[cohort.uuid]) + query).content.decode()


def test_the_calendar_shows_each_session_at_its_hour(client, plan, pair):
    text = page(client, plan(teachers=pair))
    assert text.count('class="planner__day') == 5
    assert 'data-session="talk" data-starts="2026-11-30T09:00" data-minutes="60"' in text
    assert "at-h9 at-m0 for-h1 for-m0 lane-0 of-1" in text
    assert "Ada Byrne" in text
    assert "to settle" not in text


def test_each_part_has_its_dot_and_lunch_its_place(client, plan, pair):
    modules = [
        {"code": "law", "minutes": 270, "staffing": ["attorney"]},
        {"code": "talk", "staffing": ["officer", "clinician"]},
    ]
    people = pair | {Part.ATTORNEY: qualified("attorney", "Peck")}
    text = page(client, plan(version=CourseVersionFactory(modules=modules), teachers=people))
    for dot, name in [("other", "Peck"), ("officer", "Byrne"), ("clinician", "Ortiz")]:
        assert f'<li class="{dot}">Ada {name}</li>' in text
    assert 'planned-lunch at-h12 at-m30 for-h1 for-m0 lane-0 of-1">Lunch' in text
    assert "Police" not in text


def test_the_list_says_the_same_without_a_calendar(client, plan, pair):
    text = page(client, plan(teachers=pair), "?view=list")
    assert "planner__day" not in text
    assert "Monday, Nov 30" in text


def test_a_part_that_nobody_teaches_is_told_once_with_who_could(client, plan, pair):
    cohort = plan(teachers={Part.OFFICER: pair[Part.OFFICER]})
    text = page(client, cohort)
    assert "1 thing to settle" in text
    assert "In 3 sessions" in text
    assert "Ada Ortiz</option>" in text


def test_naming_somebody_fills_the_part_wherever_they_are_free(client, plan, pair, send):
    cohort = plan(teachers={Part.OFFICER: pair[Part.OFFICER]})
    clinician = pair[Part.CLINICIAN]
    CohortFactory(starts_on=date(2026, 12, 1), clinician=clinician)
    elsewhere = Cohort.objects.exclude(pk=cohort.pk).get()
    book_cohort(elsewhere)
    assert "Ada Ortiz, free for 2 of 3</option>" in page(client, cohort)
    answer = send(cohort, "staff", part="clinician", person=clinician.pk)
    assert answer.status_code == 302
    taught = {one.module for one in working_plan(cohort).plan.sessions if len(one.teachers) == 2}
    assert taught == {"welcome", "talk"}
    assert elsewhere.code not in page(client, cohort)


def test_somebody_else_teaches_wherever_they_may_and_can(client, plan, pair, send):
    cohort = plan(teachers=pair)
    old, new = pair[Part.OFFICER], qualified("officer", "Shore")
    other = CohortFactory(starts_on=date(2026, 12, 1), officer=new)
    book_cohort(other)
    assert "Somebody else teaches" in page(client, cohort)
    assert send(cohort, "staff", instead_of=old.pk, person=new.pk).status_code == 302
    taught = {one.module for one in working_plan(cohort).plan.sessions if new.pk in people_of(one)}
    assert taught == {"welcome", "talk"}
    sessions = working_plan(cohort).plan.sessions
    assert [old.pk in people_of(one) for one in sessions] == [False, False, True]


def test_nobody_takes_the_place_of_another_without_leave_to_teach(plan, pair, send):
    cohort = plan(teachers=pair)
    stranger = qualified("clinician", "Shore")
    answer = send(cohort, "staff", instead_of=pair[Part.OFFICER].pk, person=stranger.pk)
    assert answer.status_code == 400
    assert working_plan(cohort).revision == 1


def test_all_that_one_cohort_takes_is_one_thing_to_settle(client, plan, pair, trainer, agency):
    first = plan(teachers=pair)
    publish_schedule(cohort=first, by=None, revision=1)
    text = page(client, plan(teachers=pair, venue=first.venue, code="AGAIN"))
    assert "1 thing to settle" in text
    assert f"Taken at that time by {first.code}: " in text
    assert "In 3 sessions" in text


def test_the_number_of_things_to_settle_counts_those_not_shown(client, plan, pair):
    modules = [{"code": f"m{n}", "day": 1, "minutes": 15, "staffing": []} for n in range(11)]
    cohort = plan(version=CourseVersionFactory(modules=modules))
    change_plan(
        cohort=cohort, by=None, revision=1, plan=Plan(working_plan(cohort).plan.sessions[:1])
    )
    people = [qualified("officer", f"Person{n}", valid_until=date(2026, 1, 1)) for n in range(11)]
    one = working_plan(cohort).plan.sessions[0]
    named = replace(one, teachers=tuple(Teacher("officer", person.pk) for person in people))
    change_plan(cohort=cohort, by=None, revision=2, plan=Plan((named,)))
    assert re.search(r"(\d+) things to settle, the first 9", page(client, cohort))


def test_who_is_not_qualified_cannot_be_named(plan, pair, send):
    cohort = plan(teachers={Part.OFFICER: pair[Part.OFFICER]})
    stranger = UserFactory()
    answer = send(cohort, "staff", part="clinician", person=stranger.pk)
    assert answer.status_code == 400
    assert working_plan(cohort).revision == 1


def test_a_session_is_moved_to_where_it_was_dragged(plan, pair, send):
    cohort = plan(teachers=pair)
    answer = send(cohort, "move", module="talk", starts="2026-12-01T13:15")
    assert answer.url.endswith("/plan/#at-talk")
    assert starts(cohort, "talk") == datetime(2026, 12, 1, 18, 15, tzinfo=UTC)


def test_two_sessions_at_once_both_say_so(client, plan, pair, send):
    cohort = plan(teachers=pair)
    send(cohort, "move", module="talk", starts="2026-11-30T08:30")
    text = page(client, cohort)
    assert text.count("sess at-h8 at-m0 for-h1 for-m0 lane-0 of-2 bad") == 1
    assert text.count("sess at-h8 at-m30 for-h1 for-m0 lane-1 of-2 bad") == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Say which session is to move"),
        ({"module": "talk", "starts": "soon"}, "Say which session is to move"),
        ({"module": "talk", "starts": "2027-03-14T02:30"}, "the clocks skip"),
        ({"module": "nothing", "starts": "2026-12-01T08:00"}, "is not in this plan"),
        ({"module": "talk\x00", "starts": "2026-12-01T08:00"}, "Say which session is to move"),
        ({"module": "talk", "starts": "0001-01-01T00:00"}, "Say which session is to move"),
        ({"module": "talk", "starts": "9999-12-31T23:00"}, "Say which session is to move"),
    ],
)
def test_a_move_that_cannot_be_is_refused_and_changes_nothing(plan, pair, send, data, words):
    cohort = plan(teachers=pair)
    answer = send(cohort, "move", **data)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert working_plan(cohort).revision == 1


@pytest.mark.parametrize("seen", ["nonsense", "a:b:c", "\x00"])
def test_a_form_that_no_page_of_ours_sent_changes_nothing(plan, pair, send, seen):
    cohort = plan(teachers=pair)
    answer = send(cohort, "move", seen, module="talk", starts="2026-12-01T13:15")
    assert answer.status_code == 400
    assert working_plan(cohort).revision == 1


def test_who_comes_too_late_is_shown_what_changed_and_may_ask_again(plan, pair, send):
    cohort = plan(teachers=pair)
    seen = seal(cohort, working_plan(cohort))
    colleague = UserFactory(first_name="Dana", last_name="Reyes")
    changed = without(working_plan(cohort).plan, "end")
    change_plan(cohort=cohort, by=colleague, revision=1, plan=changed)
    asked = {"module": "talk", "starts": "2026-12-01T13:15"}
    answer = send(cohort, "move", seen, **asked)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Dana Reyes" in text
    assert "Taken out" in text
    assert "Tuesday, December 1, 1:15 p.m." in text
    assert all(f'name="{name}" value="{value}"' in text for name, value in asked.items())
    assert starts(cohort, "talk") == datetime(2026, 11, 30, 14, tzinfo=UTC)
    assert send(cohort, "move", **asked).status_code == 302
    assert starts(cohort, "talk") == datetime(2026, 12, 1, 18, 15, tzinfo=UTC)


def test_a_form_sent_twice_changes_once(plan, pair, send):
    cohort = plan(teachers=pair)
    seen = seal(cohort, working_plan(cohort))
    answers = [send(cohort, "shift", seen, days=7).status_code for _ in range(2)]
    assert answers == [302, 409]
    assert starts(cohort, "welcome") == datetime(2026, 12, 7, 13, tzinfo=UTC)


def test_what_another_plan_showed_changes_nothing_here(plan, pair, send):
    cohort, other = plan(teachers=pair), plan()
    answer = send(cohort, "shift", seal(other, working_plan(other)), days=7)
    assert answer.status_code == 400
    assert working_plan(cohort).revision == 1


@pytest.mark.parametrize("days", ["", "soon", "99999999999999999999"])
def test_a_shift_that_cannot_be_is_refused(plan, pair, send, days):
    cohort = plan(teachers=pair)
    assert send(cohort, "shift", days=days).status_code == 400
    assert working_plan(cohort).revision == 1


def test_a_shift_onto_a_holiday_or_a_weekend_says_so_at_once(client, plan, pair, send):
    cohort = plan(teachers=pair)
    send(cohort, "shift", days="25")
    text = page(client, cohort)
    messages = text[text.index('class="grid-container messages"') : text.index("<h1>")]
    assert "Friday, December 25, 2026 is a legal holiday." in messages
    assert "Saturday, December 26, 2026 is a weekend." in messages
    send(cohort, "shift", days="3")
    text = page(client, cohort)
    assert "is a legal holiday." not in text[: text.index("<h1>")]


def test_a_first_day_in_the_past_is_warned_of_and_goes_through(client, plan, pair):
    text = page(client, plan(teachers=pair, starts_on=date(2026, 9, 14)))
    worth = text[text.index("Worth a second look") :]
    assert "Planned in the past." in worth
    assert "Go on to publish" in text
    assert "Planned in the past." not in page(client, plan(teachers=pair, code="later"))


def test_the_plan_says_that_it_has_changes_nobody_was_told_of(client, plan, pair, send):
    cohort = plan(teachers=pair)
    unpublished = "The plan has changes that nobody was told of."
    assert unpublished not in page(client, cohort)
    publish_schedule(cohort=cohort, by=None, revision=1)
    assert unpublished not in page(client, cohort)
    send(cohort, "shift", days="7")
    assert unpublished in page(client, cohort)


def test_calling_off_counts_the_guests_who_are_told(client, plan, pair):
    cohort = plan(teachers=pair)
    publish_schedule(cohort=cohort, by=None, revision=1)
    guest = EnrolmentFactory()
    for session in cohort.sessions.all()[:2]:
        MakeUp.objects.create(enrolment=guest, session=session)
    address = reverse("courses:plan_cancel", args=[cohort.uuid])
    assert (
        "1 guest who makes something up here is told too." in client.get(address).content.decode()
    )


def test_the_session_form_offers_only_who_is_qualified_and_says_who_is_busy(client, plan, pair):
    qualified("officer", "Expired", valid_until=date(2026, 11, 1))
    qualified("clinician", "Elsewhere", course=CourseVersionFactory().course)
    cohort = plan(teachers=pair)
    text = client.get(
        reverse("courses:planned_session", args=[cohort.uuid, "talk"])
    ).content.decode()
    assert "Ada Byrne (leads)" in text
    assert "Ada Expired" not in text
    assert "Ada Elsewhere" not in text


def test_who_lost_their_qualification_stays_visible_where_they_are_named(client, plan, pair):
    cohort = plan(teachers=pair)
    Qualification.objects.filter(person=pair[Part.OFFICER]).update(valid_until=date(2026, 11, 1))
    text = client.get(
        reverse("courses:planned_session", args=[cohort.uuid, "talk"])
    ).content.decode()
    assert "Ada Byrne (not qualified that day)" in text


def test_the_session_form_sets_time_place_and_people(plan, pair, send):
    cohort, venue = plan(teachers=pair), VenueFactory()
    other = qualified("officer", "Cole")
    data = {
        "day": "2026-12-02",
        "starts": "10:20",
        "venue": venue.pk,
        "part_officer": [pair[Part.OFFICER].pk, other.pk],
        "part_clinician": pair[Part.CLINICIAN].pk,
    }
    assert send(cohort, "session", module_at="talk", **data).status_code == 302
    session = next(one for one in working_plan(cohort).plan.sessions if one.module == "talk")
    assert (session.starts_at, session.venue) == (
        datetime(2026, 12, 2, 15, 20, tzinfo=UTC),
        venue.pk,
    )
    assert [who.person for who in session.teachers] == [
        pair[Part.OFFICER].pk,
        other.pk,
        pair[Part.CLINICIAN].pk,
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "soon"},
        {"day": "0001-01-01"},
        {"starts": "25:00"},
        {"venue": "999999"},
        {"part_officer": "1e9"},
        {"part_officer": "999999999999999999999"},
        {"day": "2027-03-14", "starts": "02:30"},
    ],
)
def test_a_session_form_that_cannot_be_keeps_what_was_typed(plan, pair, send, wrong):
    cohort = plan(teachers=pair)
    data = {"day": "2026-12-02", "starts": "10:20", "venue": cohort.venue_id} | wrong
    answer = send(cohort, "session", module_at="talk", **data)
    assert answer.status_code == 400
    assert f'value="{data["day"]}"' in answer.content.decode()
    assert working_plan(cohort).revision == 1


def test_a_session_is_taken_out_and_put_back(client, plan, pair, send):
    cohort = plan(teachers=pair)
    send(cohort, "session", module_at="talk", out="1")
    assert "Not planned yet" in page(client, cohort)
    data = {"day": "2026-11-30", "starts": "09:00", "venue": cohort.venue_id}
    send(cohort, "session", module_at="talk", **data)
    assert starts(cohort, "talk") == datetime(2026, 11, 30, 14, tzinfo=UTC)


def test_what_is_done_online_has_a_day_by_which(client, plan, pair, send):
    modules = [*MODULES, {"code": "reading", "day": None, "delivery": "online"}]
    cohort = plan(teachers=pair, version=CourseVersionFactory(modules=modules))
    assert "At one's own pace" in page(client, cohort)
    assert send(cohort, "session", module_at="reading", due_on="2026-12-09").status_code == 302
    assert working_plan(cohort).plan.online[0].due_on == date(2026, 12, 9)


def test_a_cohort_is_held_again_from_another_day(client, plan, pair, send):
    cohort = plan(teachers=pair)
    answer = send(cohort, "copy", starts_on="2027-01-15")
    copy = Cohort.objects.exclude(pk=cohort.pk).get()
    assert answer.url == reverse("courses:plan", args=[copy.uuid])
    # Monday the 18th is Martin Luther King, Jr. Day.
    assert [starts(copy, code).day for code in ("welcome", "end")] == [15, 19]
    assert send(cohort, "copy", starts_on="2027-01-16").status_code == 400


def test_calling_off_needs_a_reason_and_is_for_good(client, plan, pair, send):
    cohort = plan(teachers=pair)
    publish_schedule(cohort=cohort, by=None, revision=1)
    assert send(cohort, "cancel", reason=" ").status_code == 400
    assert send(cohort, "cancel", reason="No room.").status_code == 302
    cohort.refresh_from_db()
    assert cohort.state == CohortState.CANCELLED
    assert send(cohort, "move", module="talk", starts="2026-12-01T13:15").status_code == 400
    assert "data-move" not in page(client, cohort)


def test_a_plan_that_nobody_was_told_of_is_dropped_without_a_word(client, plan, send):
    cohort = plan()
    address = reverse("courses:plan_cancel", args=[cohort.uuid])
    assert "Why is it not held?" not in client.get(address).content.decode()
    assert send(cohort, "cancel").status_code == 302
    cohort.refresh_from_db()
    assert cohort.state == CohortState.CANCELLED


def test_of_other_agencies_only_that_somebody_is_taken_is_told(client, plan, pair, agency):
    """The name of a guest is theirs to show; what they are in elsewhere is not."""
    cohort = plan(teachers=pair)
    hidden = CohortFactory(
        starts_on=date(2026, 11, 30), officer=pair[Part.OFFICER], code="SECRET-COURSE"
    )
    book_cohort(hidden)
    text = page(client, cohort)
    assert "Ada Byrne is taken at that time." in text
    assert "SECRET" not in text
    assert hidden.version.modules.first().title not in text


def test_a_learner_who_is_elsewhere_is_told_of_in_ones_own_agency(client, agency, pair, plan):
    running = CohortFactory(agency=agency, starts_on=date(2026, 11, 30))
    seat = EnrolmentFactory(cohort=CohortFactory(agency=agency, starts_on=date(2027, 1, 4)))
    EnrolmentFactory(cohort=running, user=seat.user)
    book_cohort(running)
    cohort = plan(teachers=pair)
    EnrolmentFactory(cohort=cohort, user=seat.user)
    assert running.code in page(client, cohort)


def test_the_versions_say_what_each_changed(client, plan, pair, send):
    cohort = plan(teachers=pair)
    for step in range(2):
        if step:
            send(cohort, "move", module="talk", starts="2026-12-01T13:15")
        client.post(
            reverse("trainer:publish", args=[cohort.uuid]),
            {"seen": seal(cohort, working_plan(cohort))},
        )
    text = client.get(reverse("courses:plan_versions", args=[cohort.uuid])).content.decode()
    assert text.index('id="version-2"') < text.index('id="version-1"')
    assert text.count("Moved") == 1
    assert text.count("New") == 3


def test_plans_of_other_agencies_do_not_exist(client, trainer):
    other = CohortFactory()
    for name in ("plan", "plan_versions", "plan_cancel"):
        assert client.get(reverse(f"courses:{name}", args=[other.uuid])).status_code == 404
