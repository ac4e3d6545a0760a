import pytest

from assessments.microdata.told import banded


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "none"), (1, "fewer than 10"), (9, "fewer than 10"), (10, "10"), (123, "123")],
)
def test_small_counts_are_told_as_bands(count: int, text: str) -> None:
    assert banded(count) == text
