import re

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connections

from tests.repository.sources import PACKAGES, ROOT

MIGRATIONS = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("migrations/*.py")
    if path.name != "__init__.py"
)
SPEAKING = re.compile(r"\d{4}_(initial|[a-z]+(_[a-z0-9]+)+)")


@pytest.mark.django_db(databases=["default", "responses"])
def test_no_migration_is_missing():
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


@pytest.mark.django_db(databases=["default", "responses"])
@pytest.mark.parametrize("alias", ["default", "responses"])
def test_every_migration_runs_on_its_own_database(alias):
    """What is left to run is only what belongs to the other database."""
    with connections[alias].cursor() as cursor:
        there = set(connections[alias].introspection.table_names(cursor))
    box = {model._meta.db_table for model in apps.get_app_config("ballot_box").get_models()}
    ours = {
        model._meta.db_table
        for config in apps.get_app_configs()
        if config.name.split(".")[0] in PACKAGES
        for model in config.get_models()
    }
    assert ours & there == (box if alias == "responses" else ours - box)


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parts[-3]}.{path.stem}")
def test_a_migration_says_in_its_name_what_it_does(path):
    assert SPEAKING.fullmatch(path.stem)
    assert "_auto_" not in path.stem


def test_there_are_migrations_to_look_at():
    assert len(MIGRATIONS) >= 5
