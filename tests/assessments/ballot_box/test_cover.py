from hypothesis import given
from hypothesis import strategies as st

from assessments.ballot_box.cover import block_of

boxes = st.sets(st.text("abcdef", min_size=1, max_size=8), min_size=1, max_size=80)


@given(tags=boxes, size=st.integers(1, 20), data=st.data())
def test_nobody_is_written_with_fewer_than_the_cover_or_everybody(
    tags: set[str], size: int, data: st.DataObject
) -> None:
    own = data.draw(st.sampled_from(sorted(tags)))
    written = block_of(tags, [own], size)
    assert own in written
    assert len(written) >= min(size, len(tags))
    assert written == sorted(set(written))


@given(tags=boxes, size=st.integers(1, 20))
def test_whoever_shares_a_block_is_always_written_together(tags: set[str], size: int) -> None:
    """So that comparing many writes finds no smaller group than comparing two."""
    for own in tags:
        block = block_of(tags, [own], size)
        assert all(block_of(tags, [other], size) == block for other in block)


def test_a_person_with_two_ballots_has_both_blocks_written() -> None:
    assert block_of("abcdefgh", "ah", 2) == ["a", "b", "g", "h"]


def test_the_last_block_takes_in_what_does_not_fill_one() -> None:
    assert block_of("abcde", "e", 2) == ["c", "d", "e"]
