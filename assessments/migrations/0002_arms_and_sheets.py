import django.db.models.deletion
from django.db import migrations, models

import lms.accounts.clock


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0001_initial"),
        ("courses", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="InformationSheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.CharField(max_length=40)),
                ("text", models.JSONField()),
                ("added_at", models.DateTimeField(default=lms.accounts.clock.now, editable=False)),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="assessments.study",
                    ),
                ),
            ],
            options={
                "ordering": ["study", "pk"],
                "get_latest_by": "pk",
            },
        ),
        migrations.AddField(
            model_name="surveywindow",
            name="sheet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="windows",
                to="assessments.informationsheet",
            ),
        ),
        migrations.CreateModel(
            name="CohortArm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("arm", models.SlugField(max_length=64)),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="study_arms",
                        to="courses.cohort",
                    ),
                ),
                (
                    "follows",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followed_by",
                        to="courses.cohort",
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cohort_arms",
                        to="assessments.study",
                    ),
                ),
            ],
            options={
                "ordering": ["study", "arm", "cohort"],
                "constraints": [
                    models.UniqueConstraint(fields=("study", "cohort"), name="one_arm_per_cohort"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("follows__isnull", True),
                            models.Q(("follows", models.F("cohort")), _negated=True),
                            _connector="OR",
                        ),
                        name="cohort_follows_another",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="informationsheet",
            constraint=models.UniqueConstraint(
                fields=("study", "version"), name="sheet_version_once"
            ),
        ),
    ]
