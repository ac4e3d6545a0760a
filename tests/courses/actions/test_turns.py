import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction

from courses.actions.turns import TRIES, in_turn
from lms.accounts.models import Agency

pytestmark = pytest.mark.usefixtures("fresh_databases")


class Ended(Exception):
    """What the database's own library raises."""

    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


class Deed:
    """Writes a row, and is ended by the database the first so many times."""

    def __init__(self, ended: int, sqlstate: str = "40P01") -> None:
        self.ended, self.sqlstate, self.begun = ended, sqlstate, 0

    def __call__(self) -> str:
        self.begun += 1
        Agency.objects.create(code=f"a{self.begun}", name="Somewhere")
        if self.begun <= self.ended:
            raise OperationalError from Ended(self.sqlstate)
        return "done"


def codes():
    return list(Agency.objects.filter(name="Somewhere").values_list("code", flat=True))


def test_what_waited_crosswise_is_done_anew_and_leaves_one_row():
    assert in_turn(Deed(ended=2).__call__)() == "done"
    assert codes() == ["a3"]


def test_after_several_times_it_is_refused_in_words_and_leaves_nothing():
    deed = Deed(ended=TRIES)
    with pytest.raises(ValidationError, match="Nothing was changed: try again") as refused:
        in_turn(deed.__call__)()
    assert (refused.value.code, deed.begun, codes()) == ("busy", TRIES, [])


def test_any_other_trouble_of_the_database_is_not_hidden():
    deed = Deed(ended=1, sqlstate="57P01")
    with pytest.raises(OperationalError):
        in_turn(deed.__call__)()
    assert (deed.begun, codes()) == (1, [])


def test_inside_a_transaction_whoever_began_that_begins_anew():
    inner = Deed(ended=1)

    def outer() -> str:
        return in_turn(inner.__call__)()

    with pytest.raises(OperationalError), transaction.atomic():
        outer()
    assert inner.begun == 1
    assert in_turn(outer)() == "done"
    assert codes() == ["a2"]
