"""The outcome page as a reader gets it, from a made-up report; no database."""

import re

import pytest
from django.template.loader import render_to_string

from assessments.blocks import without_numbers
from lms.dashboards.results import for_page
from lms.dashboards.results.forms import OutcomesForm
from lms.dashboards.standing import Standing
from tests.reports import FEW, hide, older_report, sample_report, sample_study, sample_vintage

CAUSAL = re.compile(
    r"\b(?:effect of|because of the training|caused|led to|improved by|thanks to)\b"
)


def page(report=None, seats=212, asked=None, **protocol) -> str:
    study, vintage = sample_study(**protocol), sample_vintage(report, seats)
    context = {
        "study": study,
        "spec": study.spec,
        "form": OutcomesForm(report=vintage.report),
        "standing": Standing(vintage, None),
        **for_page(study, vintage, asked),
    }
    return render_to_string("evaluate/study.html", context)


@pytest.fixture(scope="module")
def whole() -> str:
    return page()


def _texts(html: str) -> list[str]:
    return [" ".join(text.split()) for text in re.findall(r">([^<]+)<", html) if text.strip()]


def test_parts_stand_in_the_order_in_which_they_are_to_be_read(whole):
    headings = re.findall(r'<h2 id="([\w-]+)"', whole)
    wanted = ["who", "main-outcome", "scores", "moves", "family-pre-post", "others-pre-post"]
    wanted += ["model", "groups", "comparison-0", "lost", "measures", "methods", "take"]
    assert [one for one in headings if one in wanted] == wanted


def test_a_link_of_the_contents_leads_to_every_part(whole):
    contents = whole[
        whole.index("outcome__contents") : whole.index("</nav>", whole.index("outcome__contents"))
    ]
    targets = re.findall(r'href="#([\w-]+)"', contents)
    assert len(targets) == 12
    assert all(f'id="{target}"' in whole for target in targets)


def test_no_id_stands_twice(whole):
    ids = re.findall(r'\sid="([^"]+)"', whole)
    assert len(ids) == len(set(ids))


def test_every_drawing_has_words_and_a_table_near_it(whole):
    drawings = re.findall(r'<svg class="(?:chart|shares)[^>]*>', whole)
    assert len(drawings) > 20
    assert all(re.search(r'role="img" aria-label="[^"]{20,}"', one) for one in drawings)
    for figure in re.findall(r"<section class=\"panel\".*?</section>", whole, re.DOTALL):
        if 'class="chart' in figure:
            assert "<table" in figure


def test_each_drawing_comes_in_two_sizes(whole):
    assert whole.count('viewBox="0 0 700 ') == whole.count('viewBox="0 0 280 ')


def test_no_word_says_that_the_training_did_it(whole):
    assert CAUSAL.search(" ".join(_texts(whole))) is None


def test_a_hidden_main_outcome_says_why_and_shows_no_number():
    report = sample_report()
    for scale in report["scales"].values():
        for change in scale["changes"]:
            hide(change)
    shown = page(report)
    part = shown[shown.index("main-outcome") : shown.index("Read with care")]
    assert f"Not shown: {FEW}." in part
    assert not re.search(r"[+−]0\.\d\d", part)


def test_hidden_parts_say_why_one_by_one():
    report = sample_report()
    for scale in report["scales"].values():
        scale["mixed"] = without_numbers(scale["mixed"], FEW)
        for one in scale["distributions"] + scale["change_distributions"]:
            one.update(bins=None, suppressed=FEW)
    for one in report["comparisons"] + report["attrition"]:
        one.update(without_numbers(one, FEW))
    for one in report["breakdowns"]:
        one.update(groups=[], rest=None, pooled=None, suppressed=FEW)
    shown = page(report)
    for part in ("scores", "moves", "model", "groups", "comparison-0", "lost"):
        start = shown.index(f'<h2 id="{part}"')
        assert FEW in shown[start : shown.index("</section>", start)], part
    assert shown.count('class="chart') == page(older_report()).count('class="chart')


def test_a_report_of_an_older_make_is_read_without_its_missing_parts():
    shown = page(older_report())
    assert "Self-efficacy on crisis calls" in shown
    for part in ("scores", "moves", "model", "groups", "comparison-0", "lost"):
        assert f'id="{part}"' not in shown
    assert "No comparison group." in shown


def test_an_empty_study_has_a_page():
    report = older_report()
    for row in report["flow"]:
        hide(row)
    for scale in report["scales"].values():
        for part in [*scale["reliability"].values(), *scale["waves"].values(), *scale["changes"]]:
            hide(part)
    assert "Not shown" in page(report, seats=None)


def test_the_page_stays_under_its_weight(whole):
    import gzip

    assert len(gzip.compress(whole.encode())) < 30 * 1024


@pytest.mark.parametrize("part", ["moves", "family-pre-post", "others-pre-post", "model", "groups"])
def test_whoever_reads_a_change_is_told_which_direction_is_better(whole, part):
    start = whole.index(f'<h2 id="{part}"')
    assert "is better on" in whole[start : whole.index("</section>", start)]


def test_whoever_compares_two_groups_is_told_which_direction_is_better(whole):
    start = whole.index('<h2 id="comparison-0"')
    part = whole[start : whole.index("</section>", start)]
    assert re.search(r"Lower is better on [^.]*ocial distance", part)
