import pytest

from assessments.packs import DoubledResponse, UnknownWave
from assessments.packs.reading import rows_of, wide_of
from tests.assessments.packs.released import frame_of, long_of


def test_a_person_stands_once_in_a_wave() -> None:
    import pandas as pd

    frame = frame_of(released_numbers=["H1"])
    long = long_of(frame, 20)

    with pytest.raises(DoubledResponse):
        rows_of(pd.concat([long, long.head(1)]), frame)


def test_a_wave_that_the_protocol_does_not_have_is_refused() -> None:
    frame = frame_of(released_numbers=["H1"])
    long = long_of(frame, 20)
    long.loc[3, "wave"] = "later"

    with pytest.raises(UnknownWave):
        rows_of(long, frame)


def test_no_traceback_holds_an_answer() -> None:
    frame = frame_of(released_numbers=["H1"])

    assert repr(rows_of(long_of(frame, 20), frame)) == "<Rows views>"


def test_what_is_constant_for_a_person_stands_once_in_the_wide_table() -> None:
    frame = frame_of(released_numbers=["H1"])

    names = [v.name for v in wide_of(rows_of(long_of(frame, 20), frame)).variables]

    assert names[:5] == ["code", "arm", "workforce", "rank_band", "A1_pre"]


def test_what_changes_between_waves_stands_once_for_each() -> None:
    frame = frame_of(released_numbers=["H1"])
    long = long_of(frame, 20)
    long.loc[long["wave"] == "post", "arm"] = "waiting"

    names = [v.name for v in wide_of(rows_of(long, frame)).variables]

    assert "arm" not in names
    assert [name for name in names if name.startswith("arm")] == [
        "arm_pre",
        "arm_post",
        "arm_months_3",
    ]
