import csv
import io
import json
from uuid import uuid4

import pytest
from django.urls import reverse

from assessments.actions import publish_outcomes
from assessments.models import PublicOutcomes, Study
from assessments.public_files import FILES
from assessments.public_outcomes import COMPARED
from cms_pages.outcomes import caveats, main_words, page_context
from tests.public_reports import SECRETS, breakdown, change, make_study, make_vintage

pytestmark = pytest.mark.django_db
EXACT = (">118<", ">143<", ">126<", ">117<", ">34<", ">47<")


@pytest.fixture
def study():
    return make_study()


@pytest.fixture
def public(study):
    return publish(make_vintage(study))


def publish(vintage):
    return publish_outcomes(vintage=vintage, trained={2024: 60, 2025: 4}, by=None)


def read(client, name, *at):
    response = client.get(reverse(name, args=at))
    assert response.status_code == 200
    return response.content.decode()


def test_before_anything_is_published_the_page_says_so(client):
    assert "Nothing has been published yet" in read(client, "outcomes")


def test_an_unpublished_vintage_is_shown_nowhere(client, study):
    make_vintage(study)
    assert "A small study" not in read(client, "outcomes")
    assert client.get(reverse("outcomes_newest", args=[study.code])).status_code == 404
    assert client.get(reverse("outcomes_vintage", args=[study.code, 1])).status_code == 404


def test_the_list_leads_to_the_newest_vintage_of_a_study(client, study, public):
    newer = publish(make_vintage(study, 2))
    page = read(client, "outcomes")
    assert reverse("outcomes_vintage", args=[study.code, newer.number]) in page
    response = client.get(reverse("outcomes_newest", args=[study.code]))
    assert response.url == reverse("outcomes_vintage", args=[study.code, 2])


def test_an_older_vintage_stays_and_says_that_there_is_a_newer_one(client, study, public):
    before = read(client, "outcomes_vintage", study.code, 1)
    publish(make_vintage(study, 2, scales=_bigger()))
    after = read(client, "outcomes_vintage", study.code, 1)
    assert "There is a newer vintage: 2" in after
    assert "This page is vintage 1, for good." in after
    assert "+0.22" in before
    assert "+0.22" in after
    assert "+0.50" not in after


def _bigger():
    return {"scale_a": {"changes": [change(160, 0.5)]}, "scale_b": {"changes": [change(160, 0.1)]}}


@pytest.mark.parametrize(
    ("not_asked", "words"),
    [
        (0, ""),
        (25, "Some who answered the first survey had not been asked yet."),
        (None, "Some who answered the first survey may not have been asked yet."),
    ],
)
def test_who_was_not_asked_yet_is_not_missing(study, not_asked, words):
    lost = [{"wave": "post", "n_not_asked": not_asked}]
    shown = page_context(publish(make_vintage(study, attrition=lost)))
    also = "120 of them had answered the first survey too"
    assert shown["answered"][1]["note"] == (f"{also}. {words}" if words else also)


def test_a_vintage_of_before_does_not_know_who_was_asked(public):
    del public.notes["all_asked"]
    assert "may not have been asked" in page_context(public)["answered"][1]["note"]


def test_nothing_but_the_frozen_row_is_shown(client, study, public):
    for page in (read(client, "outcomes"), read(client, "outcomes_vintage", study.code, 1)):
        assert not any(secret in page for secret in SECRETS)
        assert not any(count in page for count in EXACT)


def test_the_main_outcome_is_said_in_words_whichever_way_it_came_out(study, public):
    assert main_words(public, "pre", "post") == (
        "About 120 people answered both “Before” and “After”. Their mean on “Scale A”, from 1 to "
        "5, went from 3.00 to 3.22: a change of +0.22 points. The 95% interval runs from +0.02 to "
        "+0.42. It takes people as independent: where people of one class are alike, it is too "
        "narrow. It does not include zero. On this scale higher is better."
    )
    nothing = publish(make_vintage(study, 2, scales={**_bigger(), **_null()}))
    assert "It includes zero" in main_words(nothing, "pre", "post")


def test_an_interval_that_allows_for_classes_says_so_and_an_older_vintage_has_none(study, public):
    row = public.rows["total"][0]
    del row["ci_kind"]
    assert "It takes people as independent" in main_words(public, "pre", "post")
    row["ci_kind"] = "cohorts"
    assert "It allows for people of one class being alike." in main_words(public, "pre", "post")


def _null():
    return {"scale_a": {"changes": [change(118, 0.001)]}}


IMPORTED_IS_NOT = (
    "sealed",
    "two secrets",
    "everybody in a class",
    "Taking part is voluntary",
    "declared before",
    "before the data",
    "withdrawals",
)
"""What is promised and kept in the portal, and unknown of a file from elsewhere."""


def of_kind(public, kind):
    notes = {key: value for key, value in public.notes.items() if key != "kind"}
    notes |= {"kind": kind} if kind else {}
    PublicOutcomes.objects.filter(pk=public.pk).update(notes=notes)
    return PublicOutcomes.objects.get(pk=public.pk)


def test_nothing_is_claimed_of_imported_answers_that_nobody_knows(client, study, public):
    of_kind(public, "imported")
    page = read(client, "outcomes_vintage", study.code, 1)
    assert not [claim for claim in IMPORTED_IS_NOT if claim in page]
    assert "read them in from a file" in page
    assert "own column of participants" in page


def test_anonymous_surveys_are_matched_by_no_secret(client, study, public):
    of_kind(public, "anonymous")
    page = read(client, "outcomes_vintage", study.code, 1)
    assert "two secrets" not in page
    assert "a code that people make themselves" in page


def test_a_vintage_from_before_kinds_were_kept_says_the_same_as_ever(client, study, public):
    of_kind(public, None)
    page = read(client, "outcomes_vintage", study.code, 1)
    assert all(claim in page for claim in IMPORTED_IS_NOT)


def test_each_study_of_the_list_has_the_caveats_of_its_own(client, public):
    of_kind(public, "imported")
    other = PublicOutcomes.objects.get(pk=public.pk)
    second = Study.objects.get(pk=public.study_id)
    second.pk, second.code, second.uuid = None, "z-study", uuid4()
    second.save()
    vintage = make_vintage(second)
    notes = other.notes | {"kind": "confidential", "code": "z-study"}
    PublicOutcomes.objects.create(
        study=second, number=1, vintage=vintage, rows=other.rows, notes=notes
    )
    imported, confidential = read(client, "outcomes").split('id="study-2"')
    assert "whether before the answers, the portal cannot tell" in imported
    assert "was named before the data" not in imported
    assert "was named before the data" in confidential


def test_only_the_vintage_itself_says_that_it_does_not_change(client, study, public):
    assert "This page does not change" in read(client, "outcomes_vintage", study.code, 1)
    assert "This page does not change" not in read(client, "outcomes")


def test_charts_and_tables_say_where_lower_is_better(public):
    scales = [one | {"better": "lower"} for one in public.notes["scales"]]
    public.notes = public.notes | {"scales": scales}
    [pair] = page_context(public)["pairs"]
    drawn = [row.label for row in pair["charts"][0].wide.rows]
    listed = [row[0]["text"] for row in pair["table"]["rows"]]
    assert drawn == ["Scale A (lower is better)", "Scale B (lower is better)"]
    assert all("(lower is better)" in text for text in listed)


def test_years_that_do_not_add_up_are_explained_beside_them(public):
    [pair] = page_context(public)["pairs"]
    assert "do not add up" in pair["years_table"]["caption"]


def test_a_comparison_that_is_left_out_is_left_out_for_a_reason(public):
    [said] = caveats(public.notes | {"caveats": [COMPARED]})
    assert "such groups are small" in said["text"]
    assert "part or all of the change" in said["text"]


def test_the_page_names_the_evaluators_vintage(client, study):
    for number in (1, 2):
        vintage = make_vintage(study, number)
    publish(vintage)
    assert "evaluators’ vintage 2." in read(client, "outcomes_vintage", study.code, 1)


def test_a_file_without_rows_is_not_offered_but_stays_where_it_is(client, study):
    publish_outcomes(vintage=make_vintage(study, breakdowns=[]), trained={}, by=None)
    page = read(client, "outcomes_vintage", study.code, 1)
    for name in ("by-year.csv", "trained.csv"):
        assert f">{name}<" not in page
        assert client.get(reverse("outcomes_file", args=[study.code, 1, name])).status_code == 200


def test_people_trained_are_shown_in_tens_and_few_as_under_ten(public):
    counts = [step["count"] for step in page_context(public)["trained"]]
    assert counts == [60, "<10"]


def test_years_stand_in_their_order_and_only_where_they_are_shown(public):
    [pair] = page_context(public)["pairs"]
    assert [row.label for row in pair["years_chart"].wide.rows] == ["2024", "2025"]
    assert [column["label"] for column in pair["years_table"]["columns"]] == [
        "Scale",
        "2024",
        "2025",
    ]


def test_one_year_alone_is_not_shown_beside_the_total_it_repeats(study):
    parts = [breakdown(scale, {"2025": (118, 0.2)}) for scale in ("scale_a", "scale_b")]
    [pair] = page_context(publish(make_vintage(study, breakdowns=parts)))["pairs"]
    assert (pair["years_chart"], pair["years_table"]) == (None, None)


def test_every_file_is_linked_and_served(client, study, public):
    page = read(client, "outcomes_vintage", study.code, 1)
    for name in FILES:
        address = reverse("outcomes_file", args=[study.code, 1, name])
        assert address in page
        response = client.get(address)
        assert response.status_code == 200
        assert response["Content-Disposition"] == f'attachment; filename="small-study-1-{name}"'


def test_a_table_comes_as_csv_and_everything_as_json(client, study, public):
    response = client.get(reverse("outcomes_file", args=[study.code, 1, "all-years.csv"]))
    assert response["Content-Type"] == "text/csv; charset=utf-8; header=present"
    [first, _] = csv.DictReader(io.StringIO(response.content.decode()))
    assert (first["scale"], first["people_about"]) == ("scale_a", "120")
    response = client.get(reverse("outcomes_file", args=[study.code, 1, "outcomes.json"]))
    assert response["Content-Type"] == "application/json"
    assert json.loads(response.content)["vintage"] == 1


def test_files_may_be_kept_and_are_not_sent_twice(client, study, public):
    address = reverse("outcomes_file", args=[study.code, 1, "by-year.csv"])
    first = client.get(address)
    assert first["Cache-Control"] == "public, max-age=86400"
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_files_of_an_older_vintage_do_not_change(client, study, public):
    address = reverse("outcomes_file", args=[study.code, 1, "outcomes.json"])
    before = client.get(address).content
    publish(make_vintage(study, 2, scales=_bigger()))
    assert client.get(address).content == before


@pytest.mark.parametrize("name", ["everything.csv", "..%2Fsettings.py", "by-year.xlsx"])
def test_there_is_no_other_file(client, study, public, name):
    assert client.get(f"/outcomes/{study.code}/1/{name}").status_code == 404


def test_words_of_a_study_are_shown_as_words(client, study, public):
    notes = public.notes | {"titles": {"en": "<script>alert(1)</script>"}}
    PublicOutcomes.objects.filter(pk=public.pk).update(notes=notes)
    assert "<script>alert(1)" not in read(client, "outcomes_vintage", study.code, 1)
