import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("courses", "0004_book_what_is_scheduled")]
    operations = [
        migrations.AlterField(
            model_name="trainingsession",
            name="uuid",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        )
    ]
