from typing import Any

from django.db import models

ALIAS = "responses"
APP = "ballot_box"


class ResponsesRouter:
    """The ballot box lives in `responses`, everything else does not, and nothing joins them."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        return ALIAS if model._meta.app_label == APP else None

    db_for_write = db_for_read

    def allow_relation(self, one: models.Model, other: models.Model, **hints: Any) -> bool | None:
        inside = {one._meta.app_label == APP, other._meta.app_label == APP}
        return None if inside == {False} else inside == {True}

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (db == ALIAS) == (app_label == APP)
