"""Every route of ours, asked for by everybody."""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from lms.accounts.views import closed
from tests.access import matrix as m
from tests.access.world import OUTSIDER_NAME, OWNER_NAME, World

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


def _is_ours(pattern: URLPattern) -> bool:
    """Whether a route under an address of a library leads to a page of ours."""
    return pattern.callback.__module__.startswith("lms.") and pattern.callback is not closed


def _walk(resolver: URLResolver, prefix: str = "", names: tuple[str, ...] = ()) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            if _is_ours(pattern) or not address.startswith(tuple(m.INCLUDED)):
                yield ":".join([*names, pattern.name]) if pattern.name else address
        else:
            inner = (*names, pattern.namespace) if pattern.namespace else names
            yield from _walk(pattern, address, inner)


def test_every_route_of_ours_is_declared_and_nothing_else_is():
    assert set(_walk(get_resolver())) == {row.route for row in m.MATRIX}


def test_every_row_says_what_everybody_gets():
    assert all(set(row.answers) == set(m.EVERYBODY) for row in m.MATRIX)


def test_no_row_is_declared_twice():
    counts = Counter((str(row), str(row.at)) for row in m.MATRIX)
    assert set(counts.values()) == {1}


def _address(row: m.Row, world: World) -> str:
    return reverse(row.route, kwargs=row.at(world))


@pytest.fixture
def ask(world, client):
    """Asks as somebody for a row; what the request writes is undone again."""

    def asking(role: str, row: m.Row):
        with transaction.atomic(), transaction.atomic(using="responses"):
            answer = getattr(client, row.method)(_address(row, world), row.data(world))
            if answer.streaming:
                # Read while its file is there; that also closes it.
                answer = HttpResponse(answer.getvalue(), headers=answer.headers)
            transaction.set_rollback(True)
            transaction.set_rollback(True, using="responses")
        return answer

    def as_role(role: str):
        if role != m.ANONYMOUS:
            client.force_login(world.people[role])
        return lambda row: asking(role, row)

    return as_role


EVERYBODY = pytest.mark.parametrize("role", m.EVERYBODY)


@EVERYBODY
def test_everybody_gets_what_the_matrix_says(ask, role):
    asking = ask(role)
    got = [(str(row), asking(row).status_code) for row in m.MATRIX]
    assert got == [(str(row), row.answers[role]) for row in m.MATRIX]


def test_who_is_not_signed_in_is_sent_to_sign_in(ask):
    asking = ask(m.ANONYMOUS)
    for row in m.MATRIX:
        asks = row.answers[m.ANONYMOUS] == 302 and row.answers[m.LEARNER] != 302
        # A link leads into the survey, and to the kiosk, without signing in.
        if asks and row.route not in {"survey:link", "kiosk:person"}:
            assert asking(row).url.startswith("/accounts/login/?next="), str(row)


def _text(answer) -> str:
    return answer.content.decode(errors="replace") + answer.headers.get("Location", "")


@EVERYBODY
def test_nobody_reads_a_name_that_is_not_theirs_to_read(ask, client, world, role):
    asking = ask(role)
    texts = {str(row): _text(asking(row)) for row in m.MATRIX if row.route not in m.BY_LINK}
    other = reverse("courses:cohort", args=[world.elsewhere.uuid])
    texts["the other cohort"] = _text(client.get(other))
    texts["own training"] = _text(client.get(reverse("learner:home")))
    for name, readers in ((OWNER_NAME, m.READS_OWNER), (OUTSIDER_NAME, m.READS_OUTSIDER)):
        seen = [row for row, text in texts.items() if name in text]
        assert bool(seen) == (role in readers), f"{name} in {seen}"


def test_an_evaluator_reads_no_name_of_anybody(ask, world):
    asking = ask(m.EVALUATOR)
    names = {person.last_name for role, person in world.people.items() if role != m.EVALUATOR}
    for row in m.MATRIX:
        if row.route not in m.BY_LINK:
            text = _text(asking(row))
            assert not [name for name in names if f" {name}" in text], str(row)


def test_an_evaluator_in_training_sees_only_their_own_seat(client, world):
    evaluator = world.people[m.EVALUATOR]
    own = world.cohort.enrolments.create(user=evaluator)
    client.force_login(evaluator)
    assert client.get(reverse("learner:hours", args=[own.uuid])).status_code == 200
    assert client.get(reverse("learner:hours", args=[world.seat.uuid])).status_code == 404
    assert client.get(reverse("courses:cohort", args=[world.cohort.uuid])).status_code == 404
    assert OWNER_NAME not in client.get(reverse("learner:home")).content.decode()


def test_a_seat_given_up_keeps_its_hours_and_loses_the_survey(client, world):
    world.seat.state = "withdrawn"
    world.seat.save()
    client.force_login(world.people[m.OWNER])
    assert client.get(reverse("learner:hours", args=[world.seat.uuid])).status_code == 200
    assert client.get(reverse("survey:start", args=[world.window.pk])).status_code == 404


def test_a_role_that_was_taken_away_opens_nothing(client, world):
    trainer = world.people[m.TRAINER]
    trainer.role_assignments.all().delete()
    client.force_login(trainer)
    assert client.get(reverse("trainer:desk")).status_code == 403
    assert client.get(reverse("courses:cohort", args=[world.cohort.uuid])).status_code == 404


@pytest.mark.parametrize("role", [m.TRAINER, m.COORDINATOR, m.EVALUATOR, m.OWNER])
def test_an_account_that_was_closed_is_signed_out(client, world, role):
    person = world.people[role]
    client.force_login(person)
    person.is_active = False
    person.save()
    for row in m.MATRIX:
        if row.method == "get" and row.answers[m.ANONYMOUS] == 302:
            answer = client.get(_address(row, world))
            assert answer.status_code == 302, str(row)


@pytest.mark.parametrize(
    "row",
    [row for row in m.MATRIX if row.method == "post" and 405 not in row.answers.values()],
    ids=str,
)
def test_nothing_is_written_for_a_page_elsewhere(world, row):
    """Without the token of a form of ours a post is refused, whoever sends it."""
    client = Client(enforce_csrf_checks=True)
    for role in (m.OWNER, m.COORDINATOR, m.EVALUATOR):
        client.force_login(world.people[role])
        assert client.post(_address(row, world), row.data(world)).status_code == 403
