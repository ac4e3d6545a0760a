"""Every page of the journeys keeps to its number of queries, however long its lists are."""

import pytest
from django.db import connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.access import matrix as m
from tests.budgets.table import BUDGETS, Budget
from tests.budgets.world import CrowdedWorld, make_crowded_world

pytestmark = pytest.mark.django_db(databases=["default", "responses"])

MANY, LONG = 30, 200
ALIASES = ("default", "responses")


@pytest.fixture
def world(db: None, clock) -> CrowdedWorld:
    return make_crowded_world(clock)


def _ask(client: Client, budget: Budget, world: CrowdedWorld) -> int:
    """How many queries the page takes of both databases; what it writes is undone again."""
    address = budget.address(world)
    with transaction.atomic(), transaction.atomic(using="responses"):
        with (
            CaptureQueriesContext(connections["default"]) as default,
            CaptureQueriesContext(connections["responses"]) as responses,
        ):
            if budget.data:
                answer = client.post(address, budget.data(world))
            else:
                answer = client.get(address)
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="responses")
    assert answer.status_code == 200, (budget.page, answer.status_code)
    return len(default) + len(responses)


def _asked(world: CrowdedWorld, *, warm: bool) -> dict[str, int]:
    """The queries of every page; with `warm` it is asked for before, which fills caches."""
    counts = {}
    for budget in BUDGETS:
        client = Client()
        if budget.who != m.ANONYMOUS:
            client.force_login(world.people[budget.who])
        if warm:
            _ask(client, budget, world)
        counts[budget.page] = _ask(client, budget, world)
    return counts


@pytest.mark.parametrize("in_long_lists", [MANY, pytest.param(LONG, marks=pytest.mark.long)])
def test_no_page_asks_more_for_long_lists_than_for_short_ones_and_each_keeps_its_budget(
    world, record_property, in_long_lists
):
    world.fill(1, 1)
    with_one = _asked(world, warm=True)
    world.fill(MANY, in_long_lists)
    with_many = _asked(world, warm=False)
    for page, count in with_many.items():
        record_property("measured", f"{count:>4} queries: {page}")
    grown = {p: (n, with_many[p]) for p, n in with_one.items() if with_many[p] > n}
    assert grown == {}
    budgets = {budget.page: budget.queries for budget in BUDGETS}
    over = {p: (n, budgets[p]) for p, n in with_many.items() if n > budgets[p]}
    assert over == {}
