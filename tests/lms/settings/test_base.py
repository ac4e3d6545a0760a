import pytest

from lms.settings.base import database


@pytest.mark.parametrize(("told", "seconds"), [("", 60), ("?conn_max_age=0", 0)])
def test_a_connection_to_postgresql_outlives_the_request_unless_the_address_says_otherwise(
    told, seconds, monkeypatch
):
    monkeypatch.setenv("SOME_URL", f"postgres://portal@db.example.org/portal{told}")
    config = database("SOME_URL", "some.sqlite3")
    assert (config["CONN_MAX_AGE"], config["CONN_HEALTH_CHECKS"]) == (seconds, True)
