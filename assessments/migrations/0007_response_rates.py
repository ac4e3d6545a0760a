import django.db.models.deletion
from django.db import migrations, models

import lms.accounts.clock


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0006_vintage_rows"),
    ]

    operations = [
        migrations.CreateModel(
            name="RateGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("arm", models.SlugField(max_length=64)),
                ("seats", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField(default=lms.accounts.clock.now, editable=False)),
                ("labels", models.JSONField()),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rate_groups",
                        to="assessments.study",
                    ),
                ),
            ],
            options={
                "ordering": ["study", "number"],
            },
        ),
        migrations.CreateModel(
            name="ResponseRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("answered", models.PositiveIntegerField()),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rates",
                        to="assessments.rategroup",
                    ),
                ),
                (
                    "wave",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rates",
                        to="assessments.wave",
                    ),
                ),
            ],
            options={
                "ordering": ["group", "wave__position"],
            },
        ),
        migrations.AddConstraint(
            model_name="rategroup",
            constraint=models.UniqueConstraint(
                fields=("study", "number"), name="rate_group_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="responserate",
            constraint=models.UniqueConstraint(
                fields=("group", "wave"), name="rate_once_per_group_and_wave"
            ),
        ),
    ]
