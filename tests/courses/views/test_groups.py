import pytest
from django.urls import reverse

from courses.actions.groups import draw_groups, move_in_groups
from tests.factories import CohortFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db
KEY = "0f2a6d6e-3f6f-4d0b-9d3c-2b0a5c7e1f11"


@pytest.fixture
def cohort():
    return CohortFactory()


@pytest.fixture
def seats(cohort):
    return [EnrolmentFactory(cohort=cohort) for _ in range(6)]


@pytest.fixture
def address(client, cohort, seats):
    client.force_login(UserFactory(roles=[("trainer", cohort.agency)]))
    return reverse("courses:groups", args=[cohort.uuid])


def groups(cohort):
    return dict(cohort.enrolments.values_list("pk", "small_group"))


def test_groups_are_drawn_and_shown_with_everybody_in_them(client, cohort, seats, address):
    answer = client.post(address, {"draw": "1", "count": "2", "key": KEY}, follow=True)
    text = answer.content.decode()
    assert "The groups are drawn." in text
    assert all(seat.user.last_name in text for seat in seats)
    assert set(groups(cohort).values()) == {1, 2}


@pytest.mark.parametrize("count", ["", "0", "7", "x", "9" * 40, "\0"])
def test_a_number_of_groups_that_cannot_be_is_refused_and_kept(client, cohort, address, count):
    answer = client.post(address, {"draw": "1", "count": count, "key": KEY})
    assert answer.status_code == 400
    assert not any(groups(cohort).values())


def test_only_what_was_changed_on_the_page_is_written(client, cohort, seats, address):
    """A colleague moved the second person since the page was loaded."""
    drawn = draw_groups(cohort=cohort, count=2, seed=7, by=None)
    sent = {"move": "1"}
    for seat in seats:
        sent |= {f"shown{seat.pk}": drawn[seat.pk], f"group{seat.pk}": drawn[seat.pk]}
    sent[f"group{seats[0].pk}"] = 3 - drawn[seats[0].pk]
    move_in_groups(cohort=cohort, moves={seats[1].pk: 3 - drawn[seats[1].pk]}, by=None)
    assert client.post(address, sent).status_code == 302
    expected = drawn | {one.pk: 3 - drawn[one.pk] for one in seats[:2]}
    assert groups(cohort) == expected


@pytest.mark.parametrize("group", ["9", "x", "-1", "9" * 40, "\0"])
def test_a_group_that_is_not_there_is_refused(client, cohort, seats, address, group):
    drawn = draw_groups(cohort=cohort, count=2, seed=7, by=None)
    answer = client.post(address, {"move": "1", f"group{seats[0].pk}": group})
    assert answer.status_code == 400
    assert groups(cohort) == drawn


def test_who_joined_is_placed_with_one_press(client, cohort, address):
    draw_groups(cohort=cohort, count=2, seed=7, by=None)
    late = EnrolmentFactory(cohort=cohort)
    assert "1 person is in no group yet." in client.get(address).content.decode()
    client.post(address, {"place": "1"})
    late.refresh_from_db()
    assert late.small_group in (1, 2)


def test_a_closed_cohorts_groups_are_read_and_not_changed(client, cohort, seats, address):
    drawn = draw_groups(cohort=cohort, count=2, seed=7, by=None)
    cohort.state = "closed"
    cohort.save()
    assert "<select" not in client.get(address).content.decode()
    assert client.post(address, {"draw": "1", "count": "3", "key": KEY}).status_code == 400
    assert client.post(address, {"place": "1"}).status_code == 400
    assert groups(cohort) == drawn


@pytest.mark.parametrize("number", [1, 40])
def test_the_page_asks_the_same_however_many_people_there_are(
    client, cohort, address, number, django_assert_num_queries
):
    for _ in range(number):
        EnrolmentFactory(cohort=cohort)
    draw_groups(cohort=cohort, count=2, seed=7, by=None)
    client.get(address)
    with django_assert_num_queries(8):
        client.get(address)


def test_the_form_sent_twice_draws_the_same_and_loaded_anew_draws_anew(client, cohort, address):
    seeds = []
    for _ in range(2):
        sent = {
            "draw": "1",
            "count": "2",
            "key": client.get(address).context["draw"]["key"].value(),
        }
        client.post(address, sent)
        drawn = groups(cohort)
        client.post(address, sent)
        assert groups(cohort) == drawn
        seeds.append(sent["key"])
    assert len(set(seeds)) == 2
