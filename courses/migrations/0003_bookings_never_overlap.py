"""Two bookings of one place or person never overlap: PostgreSQL has exclusion constraints for that,
SQLite gets triggers. A later migration that remakes the table on SQLite (AlterField and the like
do) has to make the triggers anew."""

from typing import Any

from django.db import migrations

POSTGRES = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE courses_booking ADD CONSTRAINT booking_{what}_overlap EXCLUDE USING gist
    ({what}_id WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&)
    WHERE ({what}_id IS NOT NULL);
"""
SQLITE = """
CREATE TRIGGER booking_{what}_overlap_{event} BEFORE {event} ON courses_booking
WHEN NEW.{what}_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM courses_booking AS other
    WHERE other.{what}_id = NEW.{what}_id AND other.id IS NOT NEW.id
      AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
)
BEGIN SELECT RAISE(ABORT, 'booking_{what}_overlap'); END
"""
WHATS = ("venue", "person")


def forbid(apps: Any, schema_editor: Any) -> None:
    for what in WHATS:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(POSTGRES.format(what=what), params=None)
        else:
            for event in ("INSERT", "UPDATE"):
                schema_editor.execute(SQLITE.format(what=what, event=event), params=None)


def allow(apps: Any, schema_editor: Any) -> None:
    for what in WHATS:
        if schema_editor.connection.vendor == "postgresql":
            drop = f"ALTER TABLE courses_booking DROP CONSTRAINT booking_{what}_overlap"
            schema_editor.execute(drop, params=None)
        else:
            for event in ("INSERT", "UPDATE"):
                schema_editor.execute(f"DROP TRIGGER booking_{what}_overlap_{event}", params=None)


class Migration(migrations.Migration):
    dependencies = [("courses", "0002_plans_staffing_seats_and_presence")]
    operations = [migrations.RunPython(forbid, allow)]
