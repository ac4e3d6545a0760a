import pytest
from django.core.exceptions import ValidationError

from courses.actions import enrol
from courses.words.refusals import refusal_words
from tests.factories import AgencyFactory, CohortFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken():
    """Somebody who sits in another agency's cohort at that time, and what is refused to them."""
    officer, hidden = UserFactory(), CohortFactory(code="QUILLFEATHER")
    enrol(cohort=hidden, user=officer, by=None)
    with pytest.raises(ValidationError) as refused:
        enrol(cohort=CohortFactory(), user=officer, by=None)
    return officer, hidden, refused.value


def test_who_does_not_see_a_cohort_is_told_only_that_somebody_is_taken(taken):
    officer, _hidden, error = taken
    agency = AgencyFactory()
    stranger = UserFactory(agency=agency, roles=[("trainer", agency)])
    assert refusal_words(error, stranger) == [f"{officer} is taken at that time."]
    assert "QUILLFEATHER" not in " ".join(error.messages)


def test_who_sees_it_and_the_person_themselves_are_told_by_which_session(taken):
    officer, hidden, error = taken
    trainer = UserFactory(agency=hidden.agency, roles=[("trainer", hidden.agency)])
    for reader in (trainer, officer):
        assert "QUILLFEATHER" in " ".join(refusal_words(error, reader))


def test_other_refusals_are_as_they_are():
    error = ValidationError([ValidationError("%(n)s seats", params={"n": 2}), "Full."])
    assert refusal_words(error, UserFactory()) == ["2 seats", "Full."]
