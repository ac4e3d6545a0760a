"""Links into a window: made from its key, stored nowhere, of no use elsewhere."""

from base64 import urlsafe_b64encode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessments.ballot_box.keys import BoxKeys, KeyMissing
from assessments.invitations import person_of, token_for
from assessments.keyring import box_keys, web_store
from tests.factories import UserFactory
from tests.surveys import Survey

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


def test_a_link_leads_back_to_its_person(survey: Survey) -> None:
    for person in survey.people:
        assert person_of(survey.pre, token_for(survey.pre, person)) == person


def test_it_fits_into_an_address_and_is_another_one_each_time(survey: Survey) -> None:
    tokens = {token_for(survey.pre, survey.people[0]) for _ in range(20)}
    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {75}
    assert all(token.replace("-", "").replace("_", "").isalnum() for token in tokens)


def test_it_says_nothing_of_the_person(survey: Survey) -> None:
    person = survey.people[0]
    token = token_for(survey.pre, person)
    for known in (person.uuid.bytes, person.email.encode(), str(person.uuid).encode()):
        assert urlsafe_b64encode(known).decode()[:12] not in token


def test_it_is_worth_nothing_in_another_window(survey: Survey) -> None:
    assert person_of(survey.post, token_for(survey.pre, survey.people[0])) is None


def test_it_is_worth_nothing_in_another_window_even_under_the_same_key(
    survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = box_keys(survey.pre)
    monkeypatch.setattr("assessments.invitations.box_keys", lambda window: shared)
    assert person_of(survey.post, token_for(survey.pre, survey.people[0])) is None


def test_its_key_opens_no_ballot_and_makes_no_tag(survey: Survey) -> None:
    keys = BoxKeys.of(b"k" * 32, survey.study.uuid)
    assert len({keys.tag, keys.wrap, keys.invite}) == 3


def test_a_closed_account_has_no_link(survey: Survey) -> None:
    person = survey.people[0]
    token = token_for(survey.pre, person)
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert person_of(survey.pre, token) is None


def test_an_account_that_is_gone_has_no_link(survey: Survey) -> None:
    stranger = UserFactory.build()
    assert person_of(survey.pre, token_for(survey.pre, stranger)) is None


def test_links_end_with_the_key_of_the_window(survey: Survey) -> None:
    token = token_for(survey.pre, survey.people[0])
    web_store().destroy_box_key(survey.study.uuid, survey.pre.uuid)
    with pytest.raises(KeyMissing):
        person_of(survey.pre, token)
    with pytest.raises(KeyMissing):
        token_for(survey.pre, survey.people[0])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=120) | st.binary(max_size=90).map(lambda b: urlsafe_b64encode(b).decode()))
def test_what_is_no_link_is_nobodys(survey: Survey, token: str) -> None:
    assert person_of(survey.pre, token) is None


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 74), st.sampled_from("AbZ09-_"))
def test_a_link_with_one_letter_changed_is_nobodys(survey: Survey, place: int, letter: str) -> None:
    person = survey.people[0]
    token = token_for(survey.pre, person)
    changed = token[:place] + letter + token[place + 1 :]
    # The last letter of a link has bits that mean nothing.
    found = person_of(survey.pre, changed)
    assert found is None or changed[:74] == token[:74]
