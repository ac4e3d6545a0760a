"""No report and no log line holds what somebody posted, or which survey they opened."""

import logging
import sys
from io import StringIO

import pytest
from django.views.debug import ExceptionReporter, get_exception_reporter_filter

from lms.accounts.reporting import NoSurveyPaths, NothingPostedFilter, NothingReceived
from tests.factories import UserFactory

ANSWER = "strongly-agree-7319"
LOCAL = "local-answer-5521"
SURVEY = "/survey/0b6f7f5c-7a1e-4d7c-9f36-3f7a2c7f0b1d/2/"


@pytest.fixture
def reporter(rf):
    """The report of a crash in a view that marked nothing as sensitive."""

    def crashing(request):
        answers = LOCAL  # noqa: F841 - what a report would show
        raise RuntimeError("broken")

    request = rf.post("/anything/", {"A1": ANSWER, "comment": ANSWER})
    request.POST  # noqa: B018 - read, as a view would
    try:
        crashing(request)
    except RuntimeError:
        return ExceptionReporter(request, *sys.exc_info())


@pytest.mark.parametrize("kind", ["html", "text"])
@pytest.mark.parametrize("secret", [ANSWER, LOCAL])
def test_a_report_holds_no_posted_value_and_no_variable(reporter, kind, secret):
    report = getattr(reporter, f"get_traceback_{kind}")()
    assert "broken" in report
    assert secret not in report


def test_a_report_still_names_the_fields_that_were_posted(reporter):
    assert "comment" in reporter.get_traceback_text()


def test_the_settings_use_this_filter(rf):
    assert isinstance(get_exception_reporter_filter(rf.get("/")), NothingPostedFilter)


def test_the_filter_is_on_even_where_debug_is(rf, settings):
    settings.DEBUG = True
    assert NothingPostedFilter().is_active(rf.get("/"))


def test_a_report_without_a_request_posts_nothing():
    assert NothingPostedFilter().get_post_parameters(None) == {}


def _line(message: str, **extra: object) -> logging.LogRecord:
    entry = logging.LogRecord("django.request", logging.WARNING, __file__, 1, message, (), None)
    entry.__dict__.update(extra)
    return entry


def test_a_line_about_a_survey_is_dropped():
    assert not NoSurveyPaths().filter(_line(f"Not Found: {SURVEY}"))


def test_a_line_whose_request_was_for_a_survey_is_dropped(rf):
    assert not NoSurveyPaths().filter(_line("Internal error", request=rf.post(SURVEY)))


def test_other_lines_stay(rf):
    assert NoSurveyPaths().filter(_line("Not Found: /learn/x/", request=rf.get("/learn/x/")))


@pytest.mark.parametrize("name", ["", "django", "django.request", "django.security.csrf", "csp"])
def test_every_way_to_the_log_passes_the_filter(name):
    """Whichever logger a line starts from, the handlers it reaches drop it."""
    logger: logging.Logger | None = logging.getLogger(name)
    reached: list[logging.Handler] = []
    while logger:
        reached += [h for h in logger.handlers if "pytest" not in type(h).__module__]
        logger = logger.parent if logger.propagate else None
    assert reached
    assert all(any(isinstance(f, NoSurveyPaths) for f in h.filters) for h in reached)


@pytest.fixture
def log():
    """What the console's handler writes."""
    handler = next(h for h in logging.getLogger("django").handlers if h.name == "console")
    written = StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


@pytest.mark.django_db
def test_a_survey_that_is_not_ones_own_leaves_no_line(client, log):
    client.force_login(UserFactory.create())
    client.get(SURVEY)
    client.get("/learn/not-there/")
    assert "/learn/not-there/" in log.getvalue()
    assert "/survey/" not in log.getvalue()


def test_what_the_web_server_could_not_read_is_not_quoted_in_its_log():
    kept = logging.makeLogRecord({"msg": "Worker exiting"})
    quoting = logging.makeLogRecord({"msg": f"Invalid request from ip=1.2.3.4: {ANSWER}"})
    assert [NothingReceived().filter(one) for one in (kept, quoting)] == [True, False]
