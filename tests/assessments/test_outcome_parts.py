"""Parts of a report beside each other, and beside those of vintages before: what is told is never
about fewer people than the threshold."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.outcomes import Response
from assessments.partitions import NOWHERE, narrow
from assessments.small_cells import HELD_BACK
from assessments.told import Told
from tests.assessments.groups import STUDY, T, after, breakdown, cohort, first, shown

RANKS = ("line", "line", "line", "supervisor", "command")


def four(sizes: dict[str, int]) -> list[Response]:
    return [r for name, size in sizes.items() for r in cohort(name, size)]


def test_each_cohort_of_enough_people_is_shown():
    made = first(four({"c1": 12, "c2": 15, "c3": 20}))
    assert shown(made, "cohort") == {"c1": 12, "c2": 15, "c3": 20}
    assert breakdown(made, "cohort")["pooled"]["df"] == 2


def test_a_small_cohort_is_told_together_with_the_one_before_it():
    made = first(four({"c1": 12, "c2": 15, "c3": 8, "c4": 14, "c5": 13}))
    found = shown(made, "cohort")
    assert "c3" not in found
    assert found["rest"] >= 8 + 15


def test_figures_over_cohorts_are_over_the_groups_that_are_shown():
    made = first(four({"c1": 12, "c2": 15, "c3": 8, "c4": 14, "c5": 13, "c6": 20}))
    cluster = made.report["scales"]["a"]["changes"][0]["cluster"]
    assert cluster["se_robust"] is not None
    assert shown(made, "cohort") == {"c1": 12, "c4": 14, "c5": 13, "c6": 20, "rest": 23}
    assert cluster["n_cohorts"] == 5


def test_a_year_that_would_tell_of_the_small_cohort_is_not_shown_beside_cohorts():
    """Year minus its other cohorts would be the small one."""
    made = first(four({"c1": 20, "c2": 20, "c3": 20, "c4": 8, "c5": 20, "c6": 20}))
    by_cohort, by_year = shown(made, "cohort"), shown(made, "year")
    assert "c4" not in by_cohort
    assert not {"2026", "2027"} <= set(by_year)


def test_a_group_that_answered_alike_is_in_the_rest():
    alike = [
        Response(f"x{n}", wave, 1, dict.fromkeys(("A1", "A2"), level), cohort="c2", row="")
        for n in range(12)
        for wave, level in (("pre", 2), ("post", 4))
    ]
    made = first([*four({"c1": 30, "c3": 30}), *alike])
    assert "c2" not in shown(made, "cohort")


def test_a_follow_up_by_cohort_does_not_tell_who_came_no_more():
    """Twelve of cohort 1 answered twice, eleven of them again: the difference is one person."""
    everybody = [r for name in ("c1", "c2", "c3") for r in cohort(name, 20)]
    again = cohort("c1", 19, ("later",))
    others = [r for name in ("c2", "c3") for r in cohort(name, 20, ("later",))]
    made = first([*everybody, *again, *others])
    assert shown(made, "cohort") == {"c1": 20, "c2": 20, "c3": 20}
    assert "c1" not in shown(made, "cohort", pair=("pre", "later"))


def test_what_is_hidden_says_why_and_tells_nothing():
    made = first(four({"c1": 8, "c2": 8}))
    one = breakdown(made, "cohort")
    assert one["suppressed"]
    assert (one["groups"], one["rest"], one["pooled"]) == ([], None, None)


def test_late_answers_of_few_do_not_show_in_the_next_vintage():
    old = first([*cohort("c1", 20), *cohort("c2", 20)])
    new = after([old.told], [*cohort("c1", 23), *cohort("c2", 20), *cohort("c3", 20)])
    assert shown(old, "cohort")["c1"] == 20
    assert "c1" not in shown(new, "cohort")


def test_a_cohort_that_one_has_left_is_not_shown_again():
    """The one who withdrew is known by their row alone."""
    old = first([*cohort("c1", 20), *cohort("c2", 20), *cohort("c3", 20)])
    stay = [*cohort("c1", 19, start=1), *cohort("c2", 20), *cohort("c3", 20), *cohort("c4", 20)]
    new = after([old.told], stay)
    assert "c1" not in shown(new, "cohort")
    assert shown(after([], stay), "cohort")["c1"] == 19


def test_a_cohort_that_was_everybody_is_not_shown_without_the_one_who_left():
    """The older vintage had no groups; its total was that of the cohort."""
    old = first(cohort("c1", 30))
    new = after([old.told], [*cohort("c1", 29, start=1), *cohort("c2", 30)])
    assert "c1" not in shown(new, "cohort")


def test_new_cohorts_are_added_to_those_shown():
    old = first([*cohort("c1", 20), *cohort("c2", 8), *cohort("c3", 20)])
    new = after(
        [old.told], [*cohort("c1", 20), *cohort("c2", 8), *cohort("c3", 20), *cohort("c4", 20)]
    )
    assert shown(new, "cohort") == shown(old, "cohort") | {"c4": 20}


def test_without_memory_of_a_vintage_no_part_is_shown():
    made = after([None], four({"c1": 30, "c2": 30}))
    assert made.report["scales"]["a"]["changes"][0]["n"] == 60
    assert {one["suppressed"] for one in made.report["breakdowns"] if one["to"] == "post"} == {
        HELD_BACK
    }


def test_a_change_of_the_core_is_hidden_where_an_older_breakdown_makes_it_tell():
    """Cohort 1 was shown by itself; three of it did not answer again, and nobody else could yet."""
    old = first([*cohort("c1", 30), *cohort("c2", 30)])
    new = after([old.told], [*cohort("c1", 30), *cohort("c2", 30), *cohort("c1", 27, ("later",))])
    row = new.report["scales"]["a"]["changes"][1]
    assert (row["from"], row["to"], row["n"]) == ("pre", "later", None)
    assert row["suppressed"] == HELD_BACK


def lost(made, wave="post"):
    return next(row for row in made.report["attrition"] if row["wave"] == wave)


def test_those_not_asked_yet_are_told_and_asked_later():
    before = [*cohort("c1", 30), *cohort("c2", 20, ("pre",))]
    old = first(before)
    assert (lost(old)["n_first"], lost(old)["n_not_asked"]) == (30, 20)
    new = after([old.told], [*before, *cohort("c2", 20, ("post",))])
    assert (lost(new)["n_first"], lost(new)["n_not_asked"]) == (50, 0)


def test_one_who_left_does_not_show_among_those_not_asked():
    asked = cohort("c1", 30)
    old = first([*asked, *cohort("c2", 20, ("pre",))])
    new = after([old.told], [*asked, *cohort("c2", 19, ("pre",), start=1), *cohort("c3", 30)])
    assert lost(old)["n_not_asked"] == 20
    assert lost(new)["n_not_asked"] is None
    assert lost(new)["suppressed"] == HELD_BACK


def test_what_a_vintage_told_reads_back_the_same():
    told = first([*cohort("c1", 20, ranks=RANKS), *cohort("c2", 25)]).told
    back = Told.from_bytes(told.to_bytes())
    assert back.rows == told.rows
    assert back.of_core == told.of_core
    assert back.divisions.keys() == told.divisions.keys()
    for place, divisions in told.divisions.items():
        for one, other in zip(divisions, back.divisions[place], strict=True):
            assert one.tolist() == other.tolist()


def test_no_traceback_shows_who_stands_where():
    told = first(cohort("c1", 20)).told
    assert "c1" not in repr(told)


joined = st.lists(
    st.tuples(st.sampled_from(["c1", "c2", "c3", "c4"]), st.integers(3, 30)), min_size=3, max_size=6
)


@settings(max_examples=12, deadline=None)
@given(joined, st.sets(st.integers(0, 60), max_size=4))
def test_no_two_divisions_of_any_vintages_tell_of_few(
    steps: list[tuple[str, int]], leavers: set[int]
) -> None:
    """Whoever joins whenever, and whoever leaves: parts of different vintages stay safe together."""
    past: list[Told] = []
    there: dict[str, int] = {}
    for number, (name, more) in enumerate(steps):
        there[name] = there.get(name, 0) + more
        responses = [r for one, size in there.items() for r in cohort(one, size, ranks=RANKS)]
        if number:
            codes = {f"{name}{leaver}" for leaver in leavers}
            responses = [r for r in responses if r.code not in codes]
        past.append(after(past, responses).told)
    for wave in STUDY.wave_codes:
        rows = sorted({row for told in past for row in told.rows[wave]})
        place = {row: n for n, row in enumerate(rows)}
        everything = []
        for told in past:
            core = told.of_core.get(("a", wave), 0)
            for n, division in enumerate(told.divisions.get(("a", wave), ())):
                spread = np.full(len(rows), NOWHERE)
                spread[[place[row] for row in told.rows[wave]]] = division
                everything.append((spread, n < core))
        for n, (one, core_one) in enumerate(everything):
            for other, core_other in everything[:n]:
                # Cores among themselves are for the change guard.
                if not (core_one and core_other):
                    assert narrow(one, other, T) is None
