import pytest
from django.urls import reverse

from courses.actions import decline, enrol, reinstate, request_seat, withdraw
from courses.models import Cohort, CohortTransition, Enrolment
from tests.factories import (
    CohortFactory,
    CourseFactory,
    CourseVersionFactory,
    EnrolmentFactory,
    UserFactory,
)
from tests.sign_ups import open_cohort
from tests.surveys import BEFORE_THE_COURSE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def before_the_course(clock):
    clock.set(BEFORE_THE_COURSE)


@pytest.fixture
def officer(client):
    user = UserFactory()
    client.force_login(user)
    return user


def _url(cohort):
    return reverse("sign_up:cohort", args=[cohort.uuid])


def _list(client):
    return client.get(reverse("sign_up:cohorts")).content.decode()


def test_the_list_shows_what_is_open_and_nothing_else(client, officer):
    shown, closed = open_cohort(), CohortFactory()
    text = _list(client)
    assert shown.version.title in text
    assert closed.version.title not in text


def test_signing_up_records_whether_it_was_ones_own_wish(client, officer):
    cohort = open_cohort()
    answer = client.post(_url(cohort), {"ask": "1", "enrolled_as": "volunteered"}, follow=True)
    assert "You have a seat" in answer.content.decode()
    seat = Enrolment.objects.get()
    assert (seat.user, seat.state, seat.enrolled_as) == (officer, "enrolled", "volunteered")


def test_without_a_word_on_why_nothing_is_asked(client, officer):
    answer = client.post(_url(open_cohort()), {"ask": "1"})
    assert answer.status_code == 400
    assert not Enrolment.objects.exists()


def test_who_waits_sees_their_place_and_nobody_elses_name(client, officer):
    cohort = open_cohort()
    others = [UserFactory(last_name="Quillfeather"), UserFactory(last_name="Nightingale")]
    for one in (*others, officer):
        request_seat(cohort=cohort, user=one)
    text = client.get(_url(cohort)).content.decode()
    assert "number 2 in line" in text
    assert "Quillfeather" not in text
    assert "Nightingale" not in text
    assert "Number 2 in line" in _list(client)


@pytest.fixture
def offered(officer):
    cohort = open_cohort()
    sitting, _mine = (request_seat(cohort=cohort, user=one) for one in (UserFactory(), officer))
    withdraw(enrolment=sitting, by=sitting.user)
    return cohort


def test_an_offer_stands_first_and_is_taken_with_one_button(client, officer, offered):
    assert "A seat is held for you" in _list(client)
    client.post(_url(offered), {"accept": "1"})
    assert Enrolment.objects.get(user=officer).state == "enrolled"


def test_an_offer_is_passed_on(client, officer, offered):
    client.post(_url(offered), {"decline": "1"})
    assert Enrolment.objects.get(user=officer).state == "declined"


def test_an_offer_taken_too_late_says_so(client, officer, offered, clock):
    clock.forward(hours=49)
    answer = client.post(_url(offered), {"accept": "1"}, follow=True)
    assert "run out" in answer.content.decode()


def test_another_persons_offer_is_not_touched(client, offered):
    client.force_login(UserFactory())
    assert client.post(_url(offered), {"accept": "1"}).status_code == 404
    assert Enrolment.objects.filter(state="offered").count() == 1


def _press(client, cohort, **data):
    return client.post(_url(cohort), data, follow=True)


def test_the_wish_not_to_wait_any_more_gives_up_no_seat_that_was_given_meanwhile(client, officer):
    cohort = open_cohort()
    sitting, mine = (request_seat(cohort=cohort, user=one) for one in (UserFactory(), officer))
    assert 'name="shown" value="waitlisted"' in client.get(_url(cohort)).content.decode()
    withdraw(enrolment=sitting, by=UserFactory())
    reinstate(enrolment=mine, by=UserFactory())
    page = _press(client, cohort, withdraw="1", shown="waitlisted").content.decode()
    assert "Nothing was done" in page
    mine.refresh_from_db()
    assert mine.state == "enrolled"
    _press(client, cohort, withdraw="1", shown="enrolled")
    mine.refresh_from_db()
    assert mine.state == "withdrawn"


@pytest.mark.parametrize("data", [{}, {"withdrew": "1"}, {"": "1"}, {"withdraw": "1"}])
def test_a_button_that_is_not_there_gives_nothing_up(client, officer, data):
    cohort = open_cohort()
    seat = request_seat(cohort=cohort, user=officer)
    answer = client.post(_url(cohort), data)
    assert answer.status_code in (302, 400)
    seat.refresh_from_db()
    assert seat.state == "enrolled"


def test_a_missing_course_is_told_before_asking(client, officer):
    version = CourseVersionFactory(prerequisites=[CourseFactory(code="first", title="First").code])
    cohort = open_cohort(version=version)
    assert "asks for First first" in client.get(_url(cohort)).content.decode()
    client.post(_url(cohort), {"ask": "1", "enrolled_as": "volunteered"})
    assert Enrolment.objects.get().state == "requested"


def test_a_cohort_that_only_the_office_fills_has_no_page_save_for_whoever_is_in_it(client, officer):
    cohort = CohortFactory()
    assert client.get(_url(cohort)).status_code == 404
    enrol(cohort=cohort, user=officer, by=None)
    assert client.get(_url(cohort)).status_code == 200


def test_a_class_that_is_not_held_says_so_and_why_instead_of_who_has_a_seat(client, officer):
    seat = EnrolmentFactory.create(user=officer)
    Cohort.objects.filter(pk=seat.cohort_id).update(state="cancelled")
    CohortTransition.objects.create(cohort=seat.cohort, target="cancelled", reason="Flood")
    page = client.get(_url(seat.cohort)).content.decode()
    assert "This class is not held" in page
    assert "Why: Flood" in page
    assert "You have a seat" not in page
    assert "seats" not in page.split('id="facts"')[1].split("</dl>")[0]


@pytest.mark.parametrize("ends", ["open", "over"])
def test_whoever_was_declined_reads_why(client, officer, ends, clock):
    cohort = open_cohort("by_request")
    seat = request_seat(cohort=cohort, user=officer)
    decline(enrolment=seat, by=UserFactory(), reason="For dispatchers.")
    if ends == "over":
        clock.forward(days=365)
    assert (
        "The training office wrote: For dispatchers." in client.get(_url(cohort)).content.decode()
    )


def test_what_one_passed_on_oneself_has_no_reason_of_the_office(client, officer, offered):
    client.post(_url(offered), {"decline": "1"})
    page = client.get(_url(offered)).content.decode()
    assert "Declined" in page
    assert "The training office wrote" not in page


@pytest.mark.parametrize(("as_", "can"), [("volunteered", True), ("assigned", False)])
def test_whom_the_office_seated_gives_the_seat_up_unless_their_agency_assigned_them(
    client, officer, as_, can, clock
):
    seat = EnrolmentFactory.create(user=officer, enrolled_as=as_)
    page = client.get(_url(seat.cohort)).content.decode()
    assert ("Give up my seat" in page) is can
    client.post(_url(seat.cohort), {"withdraw": "1", "shown": "enrolled"})
    seat.refresh_from_db()
    assert seat.state == ("withdrawn" if can else "enrolled")
    clock.forward(days=365)
    assert "Give up my seat" not in client.get(_url(seat.cohort)).content.decode()
