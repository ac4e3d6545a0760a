"""Other processes of the portal on the databases and key stores of a test."""

import os
import sys
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connections

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
ADDRESSES = {"default": "DATABASE_URL", "responses": "RESPONSES_DATABASE_URL"}


def _address(alias: str) -> str:
    config = connections[alias].settings_dict
    if connections[alias].vendor == "sqlite":
        return f"sqlite:///{config['NAME']}"
    who = config["USER"] + (f":{config['PASSWORD']}" if config["PASSWORD"] else "")
    return f"postgres://{who}@{config['HOST']}:{config['PORT']}/{config['NAME']}"


def environment(**more: str) -> dict[str, str]:
    """What a process needs to know to work on the same data as this test, at the real time."""
    return (
        os.environ
        | {variable: _address(alias) for alias, variable in ADDRESSES.items()}
        | {
            "DJANGO_SETTINGS_MODULE": "lms.settings.test",
            "WEB_KEYS_DIR": str(settings.WEB_KEYS_DIR),
            "EVALUATOR_KEYS_DIR": str(settings.EVALUATOR_KEYS_DIR),
        }
        | more
    )


def working_day(days_from_today: int) -> date:
    """A day on which a cohort can start, so many days from today or a little earlier."""
    day = date.today() + timedelta(days=days_from_today)
    return day - timedelta(days=max(0, day.weekday() - 4))
