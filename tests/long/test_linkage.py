"""Four waves of a thousand officers, whose names, agencies and accounts change on the way: their
answers are matched, and nobody's with another's."""

from collections import defaultdict
from collections.abc import Callable
from itertools import combinations

import pytest
from django.db import connections

from assessments.actions import open_window
from assessments.actions.renewing import renew_study
from assessments.ballot_box import store
from assessments.ballot_box.batches import unseal_rows
from assessments.keyring import responses_key
from tests.conftest import Clock
from tests.privacy.simulation import (
    OFFICERS,
    WAVES,
    Force,
    Officer,
    Sheet,
    decide,
    disturb,
    make_force,
    merge,
    new_name,
    other_agency,
    second_account,
    sheet_of,
    visit_all,
)
from tests.surveys import BEFORE_THE_COURSE

pytestmark = pytest.mark.long


def people_change(force: Force) -> None:
    """What happens between any two moments: names, agencies, accounts given twice and found out."""
    disturb(
        force,
        0.05,
        lambda officer, _: new_name(officer, force.draw),
        lambda officer, _: other_agency(officer, force.draw),
        second_account,
    )
    disturb(force, 0.5, lambda officer, _: merge(officer))


def codes_by_sheet(force: Force) -> dict[Sheet, str]:
    sealed = [batch for _, batch in store.batches_of(force.study.uuid)]
    rows = list(unseal_rows(sealed, responses_key(force.study), force.study.uuid))
    codes = {tuple(sorted(row["answers"].items())): row["code"] for row in rows}
    assert len(codes) == len(rows)
    return codes


def test_waves_of_one_person_carry_one_code_and_never_anothers(
    fresh_databases: None, clock: Clock, record_property: Callable[[str, object], None]
) -> None:
    clock.set(BEFORE_THE_COURSE)
    force = make_force(seed=4)
    people_change(force)
    for wave in WAVES:
        decide(force, wave)
        for cohort, group in zip(force.cohorts, force.groups, strict=True):
            visit_all(force.windows[cohort.pk, wave], group, wave)
        people_change(force)
        for window in force.of_wave(wave):
            open_window(window=window)
        people_change(force)
    for officer in force.officers:
        merge(officer)
    renew_study(study=force.study)

    codes = codes_by_sheet(force)
    pairs, same = 0, 0
    owners: dict[str, set[int]] = defaultdict(set)
    for officer in force.officers:
        held = {wave: codes.get(sheet_of(officer.number, wave)) for wave in officer.answered}
        for one, other in combinations(sorted(held), 2):
            pairs += 1
            same += held[one] is not None and held[one] == held[other]
        for code in filter(None, held.values()):
            owners[code].add(officer.number)
    wrong = [code for code, numbers in owners.items() if len(numbers) > 1]
    assert wrong == []
    assert same >= 0.99 * pairs
    changed = _several_ids(force.officers)
    record_property(
        "measured",
        f"{connections['default'].vendor}: {same} of {pairs} pairs of {OFFICERS} officers over four "
        f"waves linked ({100 * same / pairs:.2f} %), {len(wrong)} wrong; {changed} had had two or "
        "more accounts",
    )


def _several_ids(officers: list[Officer]) -> int:
    return sum(one.user.research_ids.count() > 1 for one in officers)
