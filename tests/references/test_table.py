"""What stands in the table of docs/statistics.md, and how."""

import pytest

from tests.references import table
from tests.references.comparing import Compared


def test_each_method_stands_in_the_table_once_for_a_set():
    numbers = [Compared(f"scales.a.changes.pre {wave}.t", 2.0, 2.0) for wave in ("post", "later")]
    assert [one.place for one in table.headlines(numbers)] == ["scales.a.changes.pre post.t"]


@pytest.mark.parametrize(("difference", "text"), [(0.0, "1e-12"), (2e-10, "1e-09"), (1.0, "more")])
def test_a_difference_is_told_by_what_it_stays_below(difference, text):
    assert table.bound(difference) == text
