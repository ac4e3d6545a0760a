import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("courses", "0005_sessions_have_ids")]

    # Nothing has written an entry before.
    operations = [
        migrations.RemoveField(model_name="calendarentry", name="digest"),
        migrations.AddField(
            model_name="calendarentry",
            name="told",
            field=models.JSONField(default=dict),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="calendarentry",
            name="cohort",
            field=models.ForeignKey(
                default=None,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="calendar_entries",
                to="courses.cohort",
            ),
            preserve_default=False,
        ),
    ]
