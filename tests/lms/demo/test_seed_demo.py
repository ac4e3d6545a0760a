"""The demo as a whole: one run of `seed_demo` on databases of its own, then only looking."""

import json
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pingouin
import pytest
from django.apps import apps
from django.contrib.auth.hashers import check_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse
from scipy import stats

from assessments.ballot_box import store
from assessments.ballot_box.batches import unseal_rows
from assessments.keyring import responses_key
from assessments.models import Study, SurveyWindow
from assessments.windows import is_open, with_bounds
from certificates.models import Certificate
from courses.models import AttendanceEvent, Cohort, Course, Enrolment
from courses.rosters.reading import read_roster
from lms.accounts import clock as portal_clock
from lms.accounts.models import Agency, User
from lms.dashboards.panels import main_seat
from lms.demo.answers import true_change
from lms.demo.cohorts import _days_before
from lms.demo.people import PASSWORD
from lms.demo.surveys import LASTING
from tests.repository.sources import PACKAGES

pytestmark = pytest.mark.xdist_group("seed_demo")

WEDNESDAY = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
STUDY = "cit-attitudes"
SERIES = {"version__course__code": "bias-series"}
BOSTON = ZoneInfo("America/New_York")
SCALES = ["social_distance", "self_efficacy", "deescalation_intentions", "treatment_opinions"]
SCALE = pytest.mark.parametrize("code", SCALES)
close = pytest.approx


def _approximately(value: float) -> Any:
    return close(value, rel=1e-9, abs=1e-12)


@dataclass(frozen=True)
class Run:
    """What one run printed, and its seconds of processor time: other tests share the machine."""

    printed: str
    seconds: float
    folder: Path


@pytest.fixture(autouse=True)
def own_key_stores() -> None:
    """Here the stores are those of the one run."""


@pytest.fixture(scope="module")
def run(
    database_copies: Any,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("demo")
    settings = {
        "VAR_DIR": folder,
        "WEB_KEYS_DIR": folder / "keys" / "web",
        "EVALUATOR_KEYS_DIR": folder / "keys" / "evaluators",
    }
    with (
        django_db_blocker.unblock(),
        override_settings(**settings),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(portal_clock, "_source", lambda: WEDNESDAY)
        database_copies.reset()
        started, out = time.process_time(), StringIO()
        call_command("seed_demo", stdout=out)
        yield Run(out.getvalue(), time.process_time() - started, folder)
        database_copies.reset()


def _count() -> dict[str, int]:
    return {
        model._meta.label: model.objects.count()
        for config in apps.get_app_configs()
        if config.name.split(".")[0] in PACKAGES
        for model in config.get_models()
    }


def test_it_takes_less_than_a_minute_of_work(run):
    assert run.seconds < 60


def test_its_roster_goes_whole_into_its_coming_cohort(run):
    """Through the pages, as the README says; taken back, because the other tests only look."""
    weeks = Cohort.objects.filter(version__course__code="cit-40", starts_on__gt=WEDNESDAY)
    coming = weeks.order_by("starts_on")[0]
    page = reverse("courses:roster", args=[coming.uuid])
    sample = (run.folder / "demo" / "roster.csv").read_bytes()
    file = SimpleUploadedFile("roster.csv", sample)
    emails = [row.email for row in read_roster(sample, "roster.csv").rows]
    with transaction.atomic():
        client = Client()
        client.force_login(User.objects.get(email="coordinator@example.org"))
        shown = client.post(page, {"file": file})
        assert "Refused: 0" in shown.content.decode()
        done = client.post(page, {"confirmed": shown.context["confirmed"]}, follow=True)
        seated = coming.enrolments.seated().filter(user__email__in=emails)
        assert ("4 people got a seat." in done.content.decode(), seated.count()) == (True, 4)
        transaction.set_rollback(True)


def test_three_agencies_and_about_290_people(run):
    assert Agency.objects.count() == 3
    assert User.objects.filter(enrolments__isnull=False).distinct().count() == 288
    assert 288 < User.objects.count() < 308


def test_eight_cohorts_are_past_one_is_in_mid_week_one_is_coming_and_two_wait(run):
    kinds = Counter()
    weeks = Cohort.objects.filter(version__course__code="cit-40")
    for cohort in weeks.prefetch_related("sessions"):
        starts = min(session.starts_at for session in cohort.sessions.all())
        ends = max(session.ends_at for session in cohort.sessions.all())
        kinds["past" if ends <= WEDNESDAY else "coming" if starts > WEDNESDAY else "running"] += 1
    assert kinds == {"past": 8, "running": 1, "coming": 3}


@pytest.mark.parametrize("offset", range(14))
def test_the_cohort_in_mid_week_started_two_working_days_ago_on_any_day(offset):
    today = date(2026, 11, 16) + timedelta(days=offset)
    start = _days_before(today, 2)
    assert start.weekday() < 5
    between = [start + timedelta(days=n) for n in range((today - start).days)]
    assert sum(day.weekday() < 5 for day in between) == 2


def test_no_cohort_has_more_people_than_seats(run):
    assert all(c.enrolments.holding().count() <= c.capacity for c in Cohort.objects.all())


def test_the_week_has_2400_minutes_in_31_modules(run):
    version = Course.objects.get(code="cit-40").current
    assert version.minutes == 2400
    assert version.modules.count() == 31


def test_all_ten_programs_are_in_the_catalog(run):
    page = Client().get("/catalog/").content.decode()
    assert Course.objects.count() == 10
    assert all(f"/catalog/{course.code}/" in page for course in Course.objects.all())


def test_the_portal_asks_in_english_and_spanish_as_paper_could_not(run):
    versions = {one.code: one.instrument_version for one in Study.objects.all()}
    assert (versions[STUDY].number, versions["cit-paper-2019"].number) == (2, 1)
    assert versions[STUDY].spec.languages == ("en", "es")


def test_the_new_officer_can_answer_a_case_a_matrix_and_a_question_some_are_led_to(run):
    officer = User.objects.get(email="officer.new@example.org")
    windows = SurveyWindow.objects.filter(cohort__enrolments__user=officer)
    open_to_them = [window for window in with_bounds(windows) if is_open(window)]
    asked = [window.wave.study.instrument_version.spec for window in open_to_them]
    assert {block.kind for spec in asked for block in spec.blocks} == {"matrix", "vignette"}
    assert any(item.show_if for spec in asked for item in spec.items)


def test_the_meetings_of_the_series_are_spread_over_two_years(run):
    starts = [one.starts_at for one in Cohort.objects.get(**SERIES).sessions.order_by("starts_at")]
    assert len(starts) == 6
    assert timedelta(weeks=90) < starts[-1] - starts[0] < timedelta(weeks=104)
    assert {start.astimezone(BOSTON).hour for start in starts} == {8}


def test_the_week_stays_the_next_seat_of_those_in_the_series(run):
    officer = User.objects.get(email="officer.new@example.org")
    seat = main_seat(list(Enrolment.objects.of(officer)))
    assert seat.cohort.version.course.code == "cit-40"


def test_there_are_gaps_in_attendance_and_most_people_have_a_certificate(run):
    past = Enrolment.objects.filter(cohort__state="closed")
    absent = AttendanceEvent.objects.filter(presence="absent").values("enrolment").distinct()
    certified = Certificate.objects.values("enrolment").distinct().count()
    assert 0 < absent.count() < 0.2 * past.count()
    assert 0.6 * past.count() < certified < past.count()


def test_nothing_in_the_demo_lies_in_the_future(run):
    assert not AttendanceEvent.objects.filter(happened_at__gt=WEDNESDAY).exists()
    assert not Certificate.objects.filter(issued_at__gt=WEDNESDAY).exists()


def test_the_printed_accounts_sign_in_and_there_is_one_for_each_role(run):
    emails = [word for word in run.printed.split() if word.endswith("@example.org")]
    people = [User.objects.get(email=email) for email in emails]
    assert PASSWORD in run.printed
    assert all(check_password(PASSWORD, person.password) for person in people)
    assert {held.role for person in people for held in person.roles} == {
        "trainer",
        "coordinator",
        "evaluator",
        "supervisor",
        "editor",
        "administrator",
    }
    assert sum(person.enrolments.exists() for person in people) == 3


def test_a_second_run_adds_nothing(run):
    before = _count()
    out = StringIO()
    call_command("seed_demo", stdout=out)
    assert "nothing was added" in out.getvalue()
    assert _count() == before


@pytest.mark.django_db
def test_it_refuses_where_demo_data_is_not_allowed(settings):
    settings.DEMO_ALLOWED = False
    before = _count_of(User), _count_of(Course)
    with pytest.raises(CommandError, match="refused"):
        call_command("seed_demo", stdout=StringIO())
    assert (_count_of(User), _count_of(Course)) == before


def _count_of(model: Any) -> int:
    return int(model.objects.count())


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


@pytest.fixture(scope="module")
def report(run) -> dict[str, Any]:
    """What `outcomes STUDY --json` prints, read by a reader that refuses NaN and Infinity."""
    out = StringIO()
    call_command("outcomes", STUDY, "--json", stdout=out)
    parsed: dict[str, Any] = json.loads(out.getvalue(), parse_constant=_refuse)
    return parsed


@pytest.fixture(scope="module")
def rows(run) -> list[dict[str, Any]]:
    """The decrypted responses of those trained, as only both parties' keys give them."""
    study = Study.objects.get(code=STUDY)
    sealed = (batch for _, batch in store.batches_of(study.uuid))
    found = unseal_rows(sealed, responses_key(study), study.uuid)
    return [row for row in found if row.get("arm") != "waiting"]


Keyed = Callable[[str, str], pd.DataFrame]


@pytest.fixture(scope="module")
def keyed(rows) -> Keyed:
    """Items of a scale in a wave, by code, all pointing the same way. Written anew here, from the
    instrument's document alone."""
    document = Study.objects.get(code=STUDY).instrument_version.document

    def reading(code: str, wave: str) -> pd.DataFrame:
        scale = next(one for one in document["scales"] if one["code"] == code)
        table = {}
        for row in rows:
            if row["wave"] == wave:
                given = row["answers"]
                table[row["code"]] = [
                    6 - given.get(name[1:], np.nan) if name[0] == "-" else given.get(name, np.nan)
                    for name in scale["items"]
                ]
        return pd.DataFrame.from_dict(table, orient="index", dtype=float)

    return reading


def _paired(keyed: Keyed, code: str) -> tuple[pd.Series, pd.Series]:
    scores = []
    for wave in ("pre", "post"):
        items = keyed(code, wave)
        scores.append(items.mean(axis=1)[items.notna().sum(axis=1) >= 4])
    both = scores[0].index.intersection(scores[1].index).sort_values()
    return scores[0][both], scores[1][both]


def _change(report: dict[str, Any], code: str, to: str = "post") -> dict[str, Any]:
    """The change of a scale from the first wave to another."""
    changes = report["scales"][code]["changes"]
    (change,) = (one for one in changes if (one["from"], one["to"]) == ("pre", to))
    return dict(change)


def test_the_scales_are_those_of_the_study(report):
    assert set(report["scales"]) == set(SCALES)


@SCALE
def test_the_true_effect_lies_inside_its_interval(report, code):
    spec = Study.objects.get(code=STUDY).instrument_version.spec
    change = _change(report, code)
    assert change["ci_low"] <= true_change(spec.scale(code)) <= change["ci_high"]


@SCALE
def test_so_does_what_is_left_of_it_three_months_later(report, code):
    spec = Study.objects.get(code=STUDY).instrument_version.spec
    change = _change(report, code, "months-3")
    assert change["ci_low"] <= true_change(spec.scale(code), LASTING) <= change["ci_high"]


@SCALE
def test_change_interval_t_and_p_are_scipys(report, keyed, code):
    before, after = _paired(keyed, code)
    expected = stats.ttest_rel(after, before)
    interval = expected.confidence_interval(0.95)
    change = _change(report, code)
    assert change["n"] == len(before) > 100
    assert change["mean_change"] == _approximately((after - before).mean())
    assert change["t"] == _approximately(expected.statistic)
    assert change["df"] == expected.df
    assert change["p"] == _approximately(expected.pvalue)
    assert [change["ci_low"], change["ci_high"]] == _approximately([interval.low, interval.high])


@SCALE
def test_the_effect_size_is_its_closed_form(report, keyed, code):
    """d = mean / sd of the changes; g = d times Hedges' exact correction for n - 1."""
    before, after = _paired(keyed, code)
    changes = after - before
    d, m = changes.mean() / changes.std(ddof=1), len(changes) - 1
    log_j = math.lgamma(m / 2) - math.lgamma((m - 1) / 2) - math.log(m / 2) / 2
    change = _change(report, code)
    assert change["d_z"] == _approximately(d)
    assert change["g_z"] == _approximately(d * math.exp(log_j))


@SCALE
@pytest.mark.parametrize("wave", ["pre", "post"])
def test_alpha_is_pingouins(report, keyed, code, wave):
    complete = keyed(code, wave).dropna()
    alpha, _ = pingouin.cronbach_alpha(data=complete)
    row = report["scales"][code]["reliability"][wave]
    assert row["n"] == len(complete)
    assert row["k"] == 6
    assert row["alpha"] == _approximately(alpha)


def test_the_flow_counts_who_answered_and_shows_attrition(report, rows):
    codes = {wave: {row["code"] for row in rows if row["wave"] == wave} for wave in ("pre", "post")}
    before, after, _later = report["flow"]
    assert before["n"] == len(codes["pre"])
    assert after["n"] == len(codes["post"])
    assert after["n_paired_with_first"] == len(codes["pre"] & codes["post"])
    assert after["n_paired_with_first"] < before["n"] < Enrolment.objects.count()


def test_only_who_was_asked_again_is_lost(report, rows):
    """Of the cohorts of two surveys that are not over yet, nobody is."""
    began = [row for row in rows if row["wave"] == "pre"]
    for told in report["attrition"]:
        asked = {row["cohort"] for row in rows if row["wave"] == told["wave"]}
        assert told["n_first"] == sum(row["cohort"] in asked for row in began)
        assert told["n_not_asked"] == sum(row["cohort"] not in asked for row in began)


def test_only_boxes_whose_window_is_over_are_in_it(report, rows):
    opened = SurveyWindow.objects.filter(opened_at__isnull=False)
    assert {row["cohort"] for row in rows} <= {window.cohort.code for window in opened}
    assert opened.filter(wave__code="pre").count() == 11
    assert opened.filter(wave__code="post").count() == 9
    assert opened.filter(wave__code="months-3").count() == 7


def test_the_report_has_one_of_everything_that_the_outcome_page_shows(report):
    main = report["scales"]["self_efficacy"]
    years = [one for one in report["breakdowns"] if one["by"] == ["year"] and one["groups"]]
    cohorts = [one for one in report["breakdowns"] if one["by"] == ["cohort"] and one["groups"]]
    assert len(years[0]["groups"]) == 2
    assert len(cohorts[0]["groups"]) > 4
    assert cohorts[0]["pooled"]["estimate"] is not None
    shown = {tuple(one["by"]) for one in report["breakdowns"] if len(one["groups"] or []) > 1}
    assert {("workforce",), ("rank_band",), ("service_band",)} & shown
    assert any(one["did"]["estimate"] is not None for one in report["comparisons"])
    assert all(row["n_lost"] and row["n_not_asked"] for row in report["attrition"])
    assert main["mixed"]["waves"]["post"]["estimate"] is not None
    assert [len(one["bins"]) > 2 for one in main["distributions"]] == [True, True, True]
    assert main["change_distributions"][0]["bins"]
    assert report["scales"]["deescalation_intentions"]["changes"][0]["equivalence"]["p"] is not None
    assert report["scales"]["treatment_opinions"]["changes"][0]["p_bh"] is not None


def test_every_number_that_is_printed_is_finite_or_hidden(report):
    def walk(value: Any) -> Iterator[float]:
        if isinstance(value, dict):
            for inner in value.values():
                yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)
        elif isinstance(value, float):
            yield value

    numbers = list(walk(report))
    assert len(numbers) > 100
    assert all(math.isfinite(number) for number in numbers)


def test_the_table_for_people_prints_every_scale(run):
    out = StringIO()
    call_command("outcomes", STUDY, stdout=out)
    assert all(code in out.getvalue() for code in SCALES)
    assert "nan" not in out.getvalue().lower()


def test_no_person_of_the_demo_is_named_among_the_responses(rows):
    text = json.dumps(rows)
    for person in User.objects.all():
        assert person.email not in text
        assert str(person.uuid) not in text
    research_ids = User.objects.values_list("research_ids__value", flat=True)
    assert not [value for value in research_ids if value and bytes(value).hex() in text]
