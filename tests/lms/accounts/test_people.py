"""The accounts pages of administrators."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from lms.accounts.actions import create_person, grant_role, revoke_role
from lms.accounts.forms import PersonForm
from lms.accounts.models import AuditEntry, User
from lms.accounts.roles import ROLES
from tests.factories import AgencyFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "/accounts/people/"
ADD = "/accounts/people/add/"
# Session, reader and their agency, roles, whether they train, second factor, editors' groups; how
# many there are, one page of them, their roles and where these hold.
QUERIES = 10


@pytest.fixture
def agency():
    return AgencyFactory.create(name="Harbor Patrol")


@pytest.fixture
def administrator(client):
    person = UserFactory.create(last_name="Mensah", roles=["administrator"])
    client.force_login(person)
    return person


@pytest.fixture
def of_one_agency(client, agency):
    """An administrator of one agency only."""
    person = UserFactory.create(agency=agency, roles=[("administrator", agency)])
    client.force_login(person)
    return person


@pytest.fixture
def page(client):
    return lambda query="": client.get(LIST + query).content.decode()


def _address(person: User) -> str:
    return reverse("person", args=[person.uuid])


def _take_away(client, person: User):
    held = person.role_assignments.get()
    return client.post(reverse("revoke_role", args=[person.uuid, held.pk]))


def test_the_list_shows_name_address_agency_and_roles(administrator, page, agency):
    UserFactory.create(
        last_name="Quillfeather", email="q@example.org", agency=agency, roles=[("trainer", agency)]
    )
    text = page()
    assert "Quillfeather, Rosa" in text
    assert "q@example.org" in text
    assert "Trainer" in text
    assert "Harbor Patrol" in text


def test_a_closed_account_is_marked(administrator, page):
    assert "Closed" not in page()
    UserFactory.create(is_active=False)
    assert "Closed" in page()


@pytest.mark.parametrize("words", ["quill", "ROSA quill", "q%40harbor", "quíll ros"])
def test_a_person_is_found_by_parts_of_name_and_address(administrator, page, words):
    UserFactory.create(last_name="Quillfeather", email="q@harbor.example.org")
    UserFactory.create(last_name="Nightingale")
    text = page(f"?q={words.replace(' ', '+')}")
    assert "Quillfeather" in text
    assert "Nightingale" not in text


def test_what_was_searched_for_stays_in_the_field_and_is_text(administrator, page):
    assert 'value="&lt;b&gt;nobody"' in page("?q=%3Cb%3Enobody")
    assert "Nobody found." in page("?q=%3Cb%3Enobody")


@pytest.mark.parametrize("query", ["?q=%00", "?q=" + "x" * 5000, "?page=-1", "?page=x&show=x"])
def test_a_strange_search_breaks_nothing(administrator, client, query):
    assert client.get(LIST + query).status_code == 200


def test_people_with_a_role_have_a_list_of_their_own(administrator, page):
    UserFactory.create(last_name="Quillfeather", roles=["trainer"])
    UserFactory.create(last_name="Nightingale")
    assert "Nightingale" in page()
    assert "Nightingale" not in page("?show=staff")
    assert "Quillfeather" in page("?show=staff")


def test_the_list_goes_on_on_a_second_page(administrator, page):
    for number in range(31):
        UserFactory.create(last_name=f"Quill{number:02}")
    shown = [page("?q=quill"), page("?q=quill&page=2")]
    assert [sum(f"Quill{n:02}," in text for n in range(31)) for text in shown] == [30, 1]


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_takes_the_same_queries_however_long_it_is(
    client, administrator, agency, count, django_assert_num_queries
):
    UserFactory.create_batch(count, roles=[("trainer", agency), "editor"])
    with django_assert_num_queries(QUERIES):
        client.get(LIST)


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"administrator"}))
def test_no_other_role_sees_any_account(client, role):
    client.force_login(UserFactory.create(roles=[role]))
    other = UserFactory.create()
    assert client.get(LIST).status_code == 403
    assert client.get(ADD).status_code == 403
    assert client.get(_address(other)).status_code == 404


def test_an_administrator_of_an_agency_keeps_its_people_only(client, of_one_agency, page, agency):
    UserFactory.create(last_name="Quillfeather", agency=agency)
    outside = UserFactory.create(last_name="Nightingale")
    nowhere = UserFactory.create(last_name="Lonesome", agency=None)
    text = page()
    assert "Quillfeather" in text
    for other in (outside, nowhere):
        assert other.last_name not in text
        assert client.get(_address(other)).status_code == 404
        assert client.post(_address(other), {"role": "trainer"}).status_code == 404


def test_a_role_is_given_and_noted(client, administrator, agency):
    person = UserFactory.create(last_name="Quillfeather")
    answer = client.post(_address(person), {"role": "trainer", "agency": agency.pk}, follow=True)
    held = person.role_assignments.get()
    assert (held.role, held.agency, held.granted_by) == ("trainer", agency, administrator)
    assert "has the role now: Trainer" in answer.content.decode()
    entry = AuditEntry.objects.get(action="role.granted")
    assert (entry.actor, entry.subject_id) == (administrator.uuid, str(person.uuid))
    assert "Quillfeather" not in str(entry.detail)


def test_a_role_is_taken_away_and_noted(client, administrator, agency):
    person = UserFactory.create(roles=[("trainer", agency)])
    _take_away(client, person)
    assert not person.role_assignments.exists()
    entry = AuditEntry.objects.get(action="role.revoked")
    assert (entry.actor, entry.detail) == (
        administrator.uuid,
        {"role": "trainer", "agency": agency.code},
    )


def test_taking_a_role_away_twice_is_noted_once(administrator):
    person = UserFactory.create(roles=["trainer"])
    held = person.role_assignments.get()
    for _ in range(2):
        revoke_role(assignment=held, by=administrator)
    assert AuditEntry.objects.filter(action="role.revoked").count() == 1


def test_an_open_session_loses_the_role_with_its_next_click(client, administrator):
    person = UserFactory.create(roles=["coordinator"])
    client.force_login(person)
    assert client.get("/train/").status_code == 200
    revoke_role(assignment=person.role_assignments.get(), by=administrator)
    assert client.get("/train/").status_code == 403


def test_an_open_session_gains_a_role_with_its_next_click(client, administrator):
    person = UserFactory.create()
    client.force_login(person)
    assert client.get("/supervise/").status_code == 403
    grant_role(user=person, role="supervisor", by=administrator)
    assert client.get("/supervise/").status_code == 200


def test_who_edits_no_longer_is_out_of_the_editors_part_at_once(client, administrator):
    person = UserFactory.create()
    held = grant_role(user=person, role="editor", by=administrator)
    client.force_login(person)
    assert client.get("/cms/").status_code == 200
    revoke_role(assignment=held, by=administrator)
    assert client.get("/cms/").status_code == 403
    assert not person.groups.exists()


def test_nobody_gives_themselves_a_role(client, administrator):
    answer = client.post(_address(administrator), {"role": "coordinator"})
    assert answer.status_code == 400
    assert "Nobody changes their own roles" in answer.content.decode()
    assert [held.role for held in administrator.role_assignments.all()] == ["administrator"]


def test_nobody_takes_away_their_own_role(client, administrator):
    _take_away(client, administrator)
    assert administrator.role_assignments.count() == 1


@pytest.mark.parametrize("role", [r.code for r in ROLES.values() if r.sees_people])
@pytest.mark.parametrize("evaluator_first", [True, False])
def test_names_and_outcomes_do_not_come_together_here_either(
    client, administrator, role, evaluator_first
):
    first, second = ("evaluator", role) if evaluator_first else (role, "evaluator")
    person = UserFactory.create(roles=[first])
    answer = client.post(_address(person), {"role": second})
    assert answer.status_code == 400
    assert "may not see people" in answer.content.decode()
    assert [held.role for held in person.role_assignments.all()] == [first]


@pytest.mark.parametrize("role", ["learner", "trainer", "coordinator", "supervisor"])
def test_an_administrator_of_an_agency_gives_roles_there(client, of_one_agency, agency, role):
    person = UserFactory.create(agency=agency)
    client.post(_address(person), {"role": role, "agency": agency.pk})
    assert [(held.role, held.agency) for held in person.role_assignments.all()] == [(role, agency)]


@pytest.mark.parametrize(
    ("role", "where"),
    [("trainer", None), ("trainer", "elsewhere"), ("evaluator", "here"), ("editor", "here")],
)
def test_an_administrator_of_an_agency_gives_nothing_beyond_it(
    client, of_one_agency, agency, role, where
):
    person = UserFactory.create(agency=agency)
    scope = {None: None, "here": agency, "elsewhere": AgencyFactory.create()}[where]
    sent = {"role": role} | ({"agency": scope.pk} if scope else {})
    assert client.post(_address(person), sent).status_code == 400
    with pytest.raises(ValidationError, match="not yours"):
        grant_role(user=person, role=role, agency=scope, by=of_one_agency)
    assert not person.role_assignments.exists()


def test_an_administrator_of_an_agency_takes_no_role_away_that_holds_everywhere(
    client, of_one_agency, agency
):
    person = UserFactory.create(agency=agency, roles=["coordinator"])
    _take_away(client, person)
    assert person.role_assignments.count() == 1


def test_whoever_keeps_no_accounts_gives_no_roles(agency):
    coordinator = UserFactory.create(roles=["coordinator"])
    with pytest.raises(ValidationError, match="not yours"):
        grant_role(user=UserFactory.create(), role="trainer", agency=agency, by=coordinator)


def test_an_evaluators_role_holds_everywhere_whatever_is_chosen(client, administrator, agency):
    person = UserFactory.create()
    client.post(_address(person), {"role": "evaluator", "agency": agency.pk})
    assert person.role_assignments.get().agency is None


@pytest.fixture
def sent(agency):
    return {
        "email": "Ana@Example.org",
        "first_name": "Ana",
        "last_name": "Reyes",
        "agency": agency.pk,
    }


def test_a_person_is_added_and_gets_a_link(
    client, administrator, agency, sent, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(ADD, sent)
    person = User.objects.get(email="ana@example.org")
    assert answer.url == _address(person)
    assert (person.agency, person.has_usable_password()) == (agency, False)
    assert [mail.to for mail in mailoutbox] == [["ana@example.org"]]
    assert AuditEntry.objects.get(action="person.created").actor == administrator.uuid


def test_an_address_that_has_an_account_is_refused_and_the_form_keeps_what_was_typed(
    client, administrator, sent
):
    UserFactory.create(email="ana@example.org")
    answer = client.post(ADD, sent)
    text = answer.content.decode()
    assert answer.status_code == 400
    assert "has an account already" in text
    assert 'value="Reyes"' in text


def test_an_account_made_in_the_same_moment_is_refused_without_a_crash(administrator, sent, agency):
    form = PersonForm(sent, by=administrator)
    assert form.is_valid()
    create_person(by=None, email="ana@example.org", agency=agency, first_name="A", last_name="R")
    assert form.save(by=administrator) is None
    assert "has an account already" in str(form.errors)


def test_people_are_added_to_ones_own_agency_only(client, of_one_agency, sent):
    assert client.post(ADD, sent | {"agency": AgencyFactory.create().pk}).status_code == 400
    assert not User.objects.filter(email="ana@example.org").exists()


def test_nothing_about_surveys_or_training_stands_on_an_account(client, administrator):
    text = client.get(_address(UserFactory.create())).content.decode()
    assert "/survey/" not in text
    assert "/cohorts/" not in text
