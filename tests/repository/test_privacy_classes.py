"""Privacy is decided when a field is born."""

import pytest
from django.apps import apps

from lms.accounts.privacy import Privacy
from tests.repository.sources import PACKAGES

MODELS = [
    model
    for config in apps.get_app_configs()
    if config.name.split(".")[0] in PACKAGES
    for model in config.get_models()
]
MODEL = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)


def _fields(model):
    return {field.name for field in (*model._meta.local_fields, *model._meta.local_many_to_many)}


def test_all_packages_with_models_are_looked_at():
    labels = {model._meta.app_label for model in MODELS}
    assert labels == {
        "accounts",
        "courses",
        "assessments",
        "ballot_box",
        "certificates",
        "cms_pages",
    }


@MODEL
def test_every_field_has_a_privacy_class_and_no_name_is_stale(model):
    assert set(model.__dict__.get("field_privacy", {})) == _fields(model)


@MODEL
def test_privacy_classes_are_of_the_list(model):
    assert all(isinstance(value, Privacy) for value in model.field_privacy.values())


@MODEL
def test_what_is_sealed_lies_in_the_ballot_box_and_nothing_else_does(model):
    inside = model._meta.app_label == "ballot_box"
    assert all((v == Privacy.SEALED) == inside for v in model.field_privacy.values())
