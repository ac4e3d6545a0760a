from random import Random
from typing import Any

import pytest

from assessments.actions import current_vintage, open_due_boxes
from assessments.actions import outcomes as outcomes_module
from assessments.ballot_box import store
from assessments.ballot_box.batches import seal_rows
from assessments.ballot_box.models import Opening
from assessments.keyring import responses_key
from assessments.models import Study, SurveyWindow
from lms.accounts.clock import now
from tests.surveys import (
    AFTER_THE_COURSE,
    BEFORE_THE_COURSE,
    DURING_THE_LAST_DAY,
    answer,
    fully,
    make_survey,
)

pytestmark = pytest.mark.django_db(databases=["default", "responses"])


@pytest.fixture
def study() -> Study:
    return make_survey(people=1).study


def put_pairs(study: Study, people: range, waves: tuple[str, ...] = ("pre", "post")) -> None:
    """Stores some waves of some people, as openings would."""
    instrument, rows = study.instrument_version.spec, []
    items = sorted(item.code for item in instrument.items)
    for number in people:
        random = Random(number)
        for wave in waves:
            answers = {code: random.randint(1, 5) for code in items}
            rows.append(
                {
                    "code": f"{number:032x}",
                    "wave": wave,
                    "version": study.instrument_version.number,
                    "answers": answers,
                    "cohort": "one",
                    "covariates": {},
                }
            )
    key = responses_key(study)
    store.add_batches(study=study.uuid, batches=seal_rows(rows, key, study.uuid))
    note_an_opening(study)


def note_an_opening(study: Study) -> None:
    first = SurveyWindow.objects.filter(wave__study=study).first()
    assert first is not None
    number = SurveyWindow.objects.count()
    one = SurveyWindow.objects.create(
        wave=first.wave, cohort=first.cohort, sheet=first.sheet, number=number, closes_at=now()
    )
    Opening.objects.create(box_id=one.box_id, n=0, n_set_aside=0)


def counts(study: Study) -> list[int | None]:
    vintage = current_vintage(study=study)
    assert vintage is not None
    return [scale["changes"][0]["n"] for scale in vintage.report["scales"].values()]


def test_nine_pairs_show_no_number(study: Study) -> None:
    put_pairs(study, range(9))
    assert set(counts(study)) == {None}


def test_the_threshold_of_pairs_shows_a_change(study: Study) -> None:
    put_pairs(study, range(12))
    assert set(counts(study)) == {12}


def test_looking_again_computes_nothing(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    put_pairs(study, range(12))
    before = current_vintage(study=study)
    monkeypatch.setattr(
        outcomes_module, "next_report", lambda *given: pytest.fail("computed again")
    )
    assert current_vintage(study=study) == before


def test_a_few_more_people_change_nothing_that_is_shown(study: Study) -> None:
    put_pairs(study, range(12))
    shown = current_vintage(study=study)
    put_pairs(study, range(12, 15))
    assert current_vintage(study=study) == shown


def test_figures_that_are_held_back_are_not_stored_either(study: Study) -> None:
    put_pairs(study, range(12))
    current_vintage(study=study)
    put_pairs(study, range(12, 15))
    current_vintage(study=study)
    held_back = study.vintages.get(published=False)
    assert held_back.report == {}


def test_two_small_steps_do_not_add_up_to_a_difference_that_tells(study: Study) -> None:
    put_pairs(study, range(12))
    current_vintage(study=study)
    for start in (12, 15, 18):
        put_pairs(study, range(start, start + 3))
        assert set(counts(study)) == {12}


def test_a_wave_that_nobody_answered_is_hidden_like_one_that_few_did(study: Study) -> None:
    put_pairs(study, range(12), waves=("pre",))
    vintage = current_vintage(study=study)
    assert vintage is not None
    assert vintage.report["flow"][0]["n"] == 12
    assert vintage.report["flow"][1] == {
        "wave": "post",
        "n": None,
        "n_paired_with_first": None,
        "suppressed": "fewer officers than the threshold",
    }
    assert {one["waves"]["post"]["n"] for one in vintage.report["scales"].values()} == {None}
    assert set(counts(study)) == {None}


def test_figures_appear_while_only_one_wave_of_a_further_cohort_is_opened(study: Study) -> None:
    put_pairs(study, range(20))
    assert set(counts(study)) == {20}
    put_pairs(study, range(20, 50), waves=("pre",))
    vintage = current_vintage(study=study)
    assert vintage is not None
    assert vintage.report["flow"][0]["n"] == 50
    assert set(counts(study)) == {20}


def test_seats_do_not_stand_beside_a_later_wave_that_everybody_answered(clock: Any) -> None:
    clock.set(BEFORE_THE_COURSE)
    survey = make_survey(people=28)
    for moment, window, count in (
        (BEFORE_THE_COURSE, survey.pre, 15),
        (DURING_THE_LAST_DAY, survey.post, 28),
    ):
        clock.set(moment)
        for number, person in enumerate(survey.people[:count]):
            answer(window, person, fully(1 + number % 5))
    clock.set(AFTER_THE_COURSE)
    open_due_boxes(study=survey.study)
    vintage = current_vintage(study=survey.study)
    assert vintage is not None
    assert [row["n"] for row in vintage.report["flow"]] == [15, 28]
    assert vintage.seats is None


def test_figures_are_made_while_somebody_still_reads_what_was_deleted(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> None:
        raise store.NotScrubbed

    put_pairs(study, range(12))
    monkeypatch.setattr(store, "scrub", busy)
    assert set(counts(study)) == {12}
