"""The tables of answers hold no road to a person: asked of the models and of the database."""

import pytest
from django.apps import apps
from django.db import connections, models

MODELS = list(apps.get_app_config("ballot_box").get_models())
TABLES = {model._meta.db_table for model in MODELS}
DATES = {"DateField", "DateTimeField", "TimeField", "DurationField"}
SEQUENCES = {"AutoField", "BigAutoField", "SmallAutoField"}
MODEL = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


@MODEL
def test_no_foreign_key_leads_out(model):
    relations = [field for field in model._meta.get_fields() if field.is_relation]
    assert all(field.related_model in MODELS for field in relations)


@MODEL
def test_no_field_is_a_date_or_a_sequence(model):
    kinds = {field.get_internal_type() for field in model._meta.local_fields}
    assert not kinds & (DATES | SEQUENCES)


@MODEL
def test_a_primary_key_is_a_tag_or_a_random_number(model):
    assert isinstance(model._meta.pk, models.CharField | models.UUIDField)
    assert not isinstance(model._meta.pk, models.AutoField)


@pytest.fixture
def columns(db):
    """Every column that is really there, by table: its type as the database tells it."""
    connection = connections["responses"]
    introspection = connection.introspection
    with connection.cursor() as cursor:
        return {
            table: {
                row.name: introspection.get_field_type(row.type_code, row)
                for row in introspection.get_table_description(cursor, table)
            }
            for table in TABLES
        }


@pytest.mark.django_db(databases=["default", "responses"])
def test_the_database_itself_has_no_date_and_no_sequence(columns):
    for table, kinds in columns.items():
        found = {kind[0] if isinstance(kind, tuple) else kind for kind in kinds.values()}
        assert not found & (DATES | SEQUENCES), table


@pytest.mark.django_db(databases=["default", "responses"])
def test_the_database_itself_links_only_inside():
    connection = connections["responses"]
    with connection.cursor() as cursor:
        for table in TABLES:
            relations = connection.introspection.get_relations(cursor, table)
            assert {other for _, other, *_ in relations.values()} <= TABLES


@pytest.mark.django_db(databases=["default", "responses"])
def test_nothing_else_lies_in_that_database():
    connection = connections["responses"]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    # Django's own note of which migrations have run; it exists before the first ballot.
    assert there - {"django_migrations"} == TABLES
